"""The waiting list over HTTP, for those who may see contacts one by one."""

import asyncio
from typing import Any

import pytest

from wallboard.stream.signin import Person

FLOOR = "/api/v1/floor"


async def queued(served: Any) -> None:
    event = {"type": "contact.queued", "contact": "c1", "queue": "support", "channel": "chat", "source": "pbx"}
    assert (await served.http.post("/api/v1/events", json=event)).status_code == 202
    async with asyncio.timeout(10):
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
    code = await served.parts.sessions.signin.issue(Person("Reader", ("state:read",)))
    session = (await served.anonymous.post("/signin", json={"code": code})).cookies[served.parts.sessions.cookie]
    served.anonymous.cookies.clear()
    headers = {"cookie": f"{served.parts.sessions.cookie}={session}"}
    assert (await served.anonymous.get(FLOOR, params={"queue": "x"}, headers=headers)).status_code == 403
