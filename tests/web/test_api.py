"""The state document with its filters and ETag, and whether the process lives and is ready."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

EVENTS = "/api/v1/events"
STATE = "/api/v1/state"


async def with_two_queues(served: Any) -> None:
    await served.http.post(
        EVENTS,
        json=[
            {"type": "agent.signed_in", "agent": "anna", "queues": ["support"]},
            {"type": "agent.signed_in", "agent": "boris", "queues": ["sales"]},
            {"type": "contact.queued", "contact": "c-1", "queue": "support"},
            {"type": "contact.queued", "contact": "c-2", "queue": "sales"},
        ],
    )
    await until(served, lambda answer: len(answer.json()["queues"]) == 2)


async def until(served: Any, holds: Callable[[httpx.Response], bool], **headers: str) -> None:
    async with asyncio.timeout(60):
        while True:
            if holds(await served.http.get(STATE, headers=headers)):
                return
            await asyncio.sleep(0.05)


async def test_the_whole_state_holds_every_kind(served: Any) -> None:
    await with_two_queues(served)
    whole = (await served.http.get(STATE)).json()
    assert set(whole) >= {"sites", "queues", "groups", "agents", "kpis", "alerts", "notices", "sources"}
    assert whole["queues"]["support"]["now"]["waiting"] == 1


async def test_one_queue_comes_with_its_site_agents_and_sources_only(served: Any) -> None:
    await with_two_queues(served)
    found = (await served.http.get(STATE, params={"queue": "support"})).json()
    assert list(found["queues"]) == ["support"]
    assert list(found["agents"]) == ["anna"]
    assert list(found["sources"]) == ["admin"]
    assert list(found["sites"]) == [found["queues"]["support"]["site"]]


async def test_what_does_not_exist_is_404_and_a_typo_in_the_query_400(served: Any) -> None:
    assert (await served.http.get(STATE, params={"queue": "nowhere"})).status_code == 404
    assert (await served.http.get(STATE, params={"board": "nowhere"})).status_code == 404
    assert (await served.http.get(STATE, params={"queu": "support"})).status_code == 400


async def test_an_etag_saves_sending_the_same_state_twice(served: Any) -> None:
    first = await served.http.get(STATE, params={"queue": "support"})
    assert first.status_code == 404
    await with_two_queues(served)
    async with asyncio.timeout(60):
        while True:  # the state may move between the two calls: then simply ask again
            first = await served.http.get(STATE)
            again = await served.http.get(STATE, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
            if again.status_code == 304:
                break
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    await served.http.post(EVENTS, json={"type": "contact.queued", "contact": "c-3", "queue": "support"})
    await until(served, lambda answer: answer.status_code == 200, **{"if-none-match": first.headers["etag"]})


async def test_alive_and_ready_are_open_and_say_what_is_missing(served: Any) -> None:
    assert (await served.anonymous.get("/healthz")).json() == {"status": "alive"}
    assert (await served.anonymous.get("/readyz")).json() == {"status": "ready", "state": True, "redis": True}
