"""A lead closes a ghost over HTTP; it comes back through the stream with who did it."""

import asyncio
import time
from typing import Any

import pytest

from wallboard.core.events import ConfigApplied, ContactCorrected
from wallboard.stream.stream import BEGIN

CLOSE, FLOOR = "/api/v1/floor/close", "/api/v1/floor?queue=support"


async def send(served: Any, *events: dict[str, Any]) -> None:
    told = [{"source": "pbx", **event} for event in events]
    assert (await served.http.post("/api/v1/events", json=told)).status_code == 202


def queued(contact: str = "c1", **more: Any) -> dict[str, Any]:
    return {"type": "contact.queued", "contact": contact, "queue": "support", **more}


async def test_a_ghost_that_waits_is_closed_and_the_event_says_who_did_it(served: Any) -> None:
    await send(served, queued())
    await served.until(FLOOR, lambda found: found["total"] == 1)
    headers = await served.headers_of()
    answer = await served.anonymous.post(CLOSE, json={"contact": "c1", "note": "hung up"}, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.json() == {"closed": [{"contact": "c1", "source": "pbx"}]}
    await served.until(FLOOR, lambda found: found["total"] == 0)
    told = [one.event for one in await served.parts.stream.read(BEGIN) if isinstance(one.event, ContactCorrected)]
    assert [(event.who, event.note, event.contact_source) for event in told] == [("Olena", "hung up", "pbx")]


async def test_a_person_is_signed_out_and_what_they_alone_had_in_hand_ends(served: Any) -> None:
    signed_in = {"type": "agent.signed_in", "agent": "anna", "queues": ["support"]}
    now_ms = time.time_ns() // 1_000_000
    await send(
        served, signed_in, queued(time=now_ms - 2000),
        {"type": "contact.answered", "contact": "c1", "agent": "anna", "time": now_ms - 1000},
    )  # fmt: skip
    await served.until("/api/v1/state", lambda found: bool(found["agents"].get("anna", {}).get("contacts")))
    answer = await served.http.post(CLOSE, json={"agent": "anna"})
    assert answer.json() == {"closed": [{"contact": "c1", "source": "pbx"}, {"agent": "anna"}]}
    row = (await served.until("/api/v1/state", lambda found: found["agents"]["anna"].get("presence") == "offline"))[
        "agents"
    ]["anna"]
    assert row["contacts"] == []


async def test_of_two_sources_with_one_name_it_is_asked_which(served: Any) -> None:
    await send(served, queued(), queued(source="chat"))
    await served.until(FLOOR, lambda found: found["total"] == 2)
    answer = await served.http.post(CLOSE, json={"contact": "c1"})
    assert (answer.status_code, answer.json()["at"]) == (409, "$.source")
    assert (await served.http.post(CLOSE, json={"contact": "c1", "source": "chat"})).status_code == 202
    found = await served.until(FLOOR, lambda found: found["total"] == 1)
    assert found["waiting"][0]["source"] == "pbx"


MISTAKES: dict[str, tuple[Any, int, str]] = {
    "nothing": ({}, 422, "one of contact and agent"),
    "both": ({"contact": "c1", "agent": "anna"}, 422, "one of contact and agent"),
    "a contact that is not open": ({"contact": "c9"}, 404, "$.contact"),
    "a source that has none": ({"contact": "c1", "source": "crm"}, 404, "$.contact"),
    "nobody": ({"agent": "nobody"}, 404, "$.agent"),
    "a typo": ({"contcat": "c1"}, 422, "contcat"),
    "an empty name": ({"contact": ""}, 422, "$.contact"),
    "no object": ([], 422, "object"),
}


@pytest.mark.parametrize("case", MISTAKES)
async def test_what_is_wrong_is_said_with_its_path(served: Any, case: str) -> None:
    body, status, words = MISTAKES[case]
    await send(served, queued())
    await served.until(FLOOR, lambda found: found["total"] == 1)
    answer = await served.http.post(CLOSE, json=body)
    assert answer.status_code == status, answer.text
    assert words in answer.text


async def test_only_who_may_see_people_and_act_closes_and_nobody_can_say_it_from_outside(served: Any) -> None:
    assert (await served.anonymous.post(CLOSE, json={"contact": "c1"})).status_code == 401
    assert (await served.http.post(CLOSE, content=b"{")).status_code == 400
    headers = await served.headers_of("Reader", "viewer")
    assert (await served.anonymous.post(CLOSE, json={"contact": "c1"}, headers=headers)).status_code == 403
    for scopes, status in ((["people:read"], 403), (["alerts:act"], 403), (["people:read", "alerts:act"], 404)):
        made = await served.http.post("/api/v1/tokens", json={"name": "desk", "scopes": scopes})
        headers = {"authorization": f"Bearer {made.json()['token']}"}
        answer = await served.anonymous.post(CLOSE, json={"contact": "c1"}, headers=headers)
        assert answer.status_code == status, (scopes, answer.text)
    for event in (
        {"type": "contact.corrected", "contact": "c1", "who": "me"},
        {"type": "agent.corrected", "agent": "anna", "who": "me"},
    ):
        assert (await served.http.post("/api/v1/events", json=event)).status_code == 422


async def test_a_lead_closes_what_is_of_their_own_teams_and_the_audit_trail_has_it(served: Any) -> None:
    settings = {"queue": {"support": {"team": "one"}, "sales": {"team": "two"}}}
    await served.parts.stream.append([ConfigApplied(settings=settings, source="wallboard", id="1")])
    await send(served, queued(), queued("c2", queue="sales"))
    await send(served, {"type": "agent.signed_in", "agent": "boris", "team": "two", "queues": ["sales"]})
    await served.until(FLOOR, lambda found: found["total"] == 1)
    headers = await served.headers_of("Lena", "lead", teams=("one",))
    for body in ({"contact": "c2"}, {"agent": "boris"}, {"contact": "c9"}):
        answer = await served.anonymous.post(CLOSE, json=body, headers=headers)
        assert answer.status_code == 404, body
    for queue, status in (("support", 200), ("sales", 404), ("nowhere", 404)):
        answer = await served.anonymous.get("/api/v1/floor", params={"queue": queue}, headers=headers)
        assert answer.status_code == status, queue
    assert (await served.anonymous.post(CLOSE, json={"contact": "c1"}, headers=headers)).status_code == 202
    line = (await asyncio.to_thread(served.parts.audit.read))[0]
    assert (line.who, line.what, line.detail) == ("Lena", "floor.closed", {"contact": "c1", "source": "pbx"})
