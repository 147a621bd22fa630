"""The state document with its filters and ETag, and whether the process lives and is ready."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from wallboard.core import kpis
from wallboard.core.state import Floor
from wallboard.live.pieces import BREATHE

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


async def test_however_many_there_are_that_nobody_shows_others_are_served_while_they_are_made(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted are the documents that are made in one piece of work."""
    pieces, run, entity = [0], asyncio.Handle._run, kpis.entity

    def counted(handle: asyncio.Handle) -> None:
        pieces.append(0)
        run(handle)

    def counting(floor: Floor, kind: str, name: str) -> kpis.Document | None:
        pieces[-1] += 1
        return entity(floor, kind, name)

    count = 10 * BREATHE
    agents = [{"type": "agent.signed_in", "agent": f"a{n}", "queues": ["support"]} for n in range(count)]
    paused = [{"type": "agent.presence", "agent": f"a{n}", "presence": "paused"} for n in range(count)]
    pipeline = served.parts.pipeline
    for events in (agents, paused):
        applied = pipeline.applied
        assert (await served.http.post(EVENTS, json=events)).status_code == 202
        async with asyncio.timeout(60):
            while pipeline.applied < applied + count or pipeline.floor.touched or pipeline.whole.locked():
                await asyncio.sleep(0.05)
    assert len(pipeline.documents["agents"].stale) == count
    monkeypatch.setattr(kpis, "entity", counting)
    monkeypatch.setattr(asyncio.Handle, "_run", counted)
    assert len((await served.http.get(STATE)).json()["agents"]) == count
    assert sum(pieces) >= count
    assert max(pieces) <= 2 * BREATHE, "of two kinds one after the other"


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
