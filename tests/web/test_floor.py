"""The floor's page and the waiting list over HTTP, for those who may see people and contacts one by one."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.waiting import until
from wallboard.core.events import ConfigApplied
from wallboard.web.who import Who

FLOOR = "/api/v1/floor"


async def queued(served: Any) -> None:
    event = {"type": "contact.queued", "contact": "c1", "queue": "support", "channel": "chat", "source": "pbx"}
    assert (await served.http.post("/api/v1/events", json=event)).status_code == 202
    async with asyncio.timeout(60):
        while (await served.http.get(FLOOR, params={"queue": "support"})).status_code != 200:
            await asyncio.sleep(0.03)


async def test_who_waits_is_told_with_channel_and_since_when(served: Any) -> None:
    await queued(served)
    found = (await served.http.get(FLOOR, params={"queue": "support"})).json()
    row = found["waiting"][0]
    assert (found["queue"], found["total"], row["contact"], row["channel"]) == ("support", 1, "c1", "chat")
    assert row["since"] <= found["now"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 400, "queue=NAME"),
        ("?quue=support", 400, "quue"),
        ("?queue=suport", 404, "support"),
        ("?queue=", 422, "$.queue"),
        ("?queue=support&queue=sales", 400, "twice"),
    ],
)
async def test_a_mistake_is_named(served: Any, query: str, status: int, words: str) -> None:
    await queued(served)
    answer = await served.http.get(FLOOR + query)
    assert answer.status_code == status, answer.text
    assert words in answer.text


async def test_who_may_only_read_the_state_gets_no_contacts(served: Any) -> None:
    assert (await served.anonymous.get(FLOOR)).status_code == 401
    headers = {"cookie": await served.sign_in("Reader", "viewer")}
    assert (await served.anonymous.get(FLOOR, params={"queue": "x"}, headers=headers)).status_code == 403


async def test_the_page_is_for_those_who_may_see_people_and_shows_ready_notices(served: Any) -> None:
    settings = {"notice": {"line-down": {"text": "Line 2 </script> is down", "until": "1h"}}}
    await served.parts.stream.append([ConfigApplied(settings=settings, source="wallboard", id="1")])
    await until(lambda: served.parts.pipeline.floor.settings.notice)
    page = await served.http.get("/floor")
    assert page.status_code == 200
    assert "line-down" in page.text
    assert "Line 2 </script>" not in page.text
    assert '"closes":true' in page.text
    made = await served.http.post("/api/v1/tokens", json={"name": "looks", "scopes": ["state:read", "people:read"]})
    looks = await served.anonymous.get("/floor", headers={"authorization": f"Bearer {made.json()['token']}"})
    assert '"closes":false' in looks.text
    assert (await served.anonymous.get("/floor")).status_code == 303
    reader = {"cookie": await served.sign_in("Reader", "viewer")}
    assert (await served.anonymous.get("/floor", headers=reader)).status_code == 403


async def test_its_line_is_open_to_leads_only_and_carries_people_by_name(served: Any) -> None:
    event = {"type": "agent.signed_in", "agent": "anna", "name": "Anna N.", "queues": ["support"], "source": "pbx"}
    assert (await served.http.post("/api/v1/events", json=event)).status_code == 202
    address = f"ws://{served.host}:{served.port}/live?board=~floor"
    async with asyncio.timeout(60):
        async with connect(address, additional_headers={"authorization": served.http.headers["authorization"]}) as line:
            state: dict[str, Any] = json.loads(await line.recv())["state"]
            while "anna" not in state["agents"]:
                state["agents"] |= json.loads(await line.recv()).get("patch", {}).get("agents", {})
    assert state["agents"]["anna"]["name"] == "Anna N."
    headers = await served.headers_of("Reader", "viewer")
    async with connect(address, additional_headers=headers) as line:
        with pytest.raises(ConnectionClosed) as closed:
            await line.recv()
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4403


async def test_a_lead_of_a_team_is_told_of_it_alone_and_of_the_boards_they_may_see(served: Any) -> None:
    await served.two_teams()
    headers = {"cookie": await served.sign_in("Lena", "lead", teams=("one",), boards=("overview",))}
    address = f"ws://{served.host}:{served.port}/live?board=~floor"
    async with connect(address, additional_headers=headers | {"origin": served.origin}) as line:
        assert list(json.loads(await line.recv())["state"]["agents"]) == ["anna"]
    page = (await served.anonymous.get("/floor", headers=headers)).text
    assert '["overview",' in page
    assert '["day",' not in page


def test_the_desk_is_for_whoever_may_see_people_whatever_boards_they_are_bound_to():
    lead = Who("Lena", frozenset({"state:read", "people:read"}), boards=frozenset({"overview"}))
    assert lead.may_see_board("~floor?team=one")
    assert not replace(lead, queues=frozenset({"support"})).may_see_board("~floor")
    assert not replace(lead, scopes=frozenset({"state:read"}), boards=None).may_see_board("~floor")
