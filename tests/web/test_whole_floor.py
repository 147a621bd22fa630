"""A source's whole truth is taken in by pieces: whoever reads the floor meanwhile waits until all of it is there."""

import asyncio
from typing import Any

import pytest

from tests.waiting import until
from wallboard.core.events import FloorObserved
from wallboard.core.floorevents import ListedContact
from wallboard.core.wholetruth import PIECE

MANY = 2 * PIECE + 1


async def queued(served: Any) -> None:
    event = {"type": "contact.queued", "contact": "c1", "queue": "support", "channel": "chat", "source": "pbx"}
    assert (await served.http.post("/api/v1/events", json=event)).status_code == 202
    await served.until("/api/v1/state", lambda state: "support" in state.get("queues", ()))


async def asked_half_told(served: Any, path: str, headers: dict[str, str] | None = None) -> Any:
    """The answer to who asks while a part of so many callers stands on the floor. `headers`: as whom, else an admin."""
    pipeline, http = served.parts.pipeline, served.anonymous if headers else served.http
    listed = [ListedContact(contact=f"c{number}") for number in range(MANY)]
    truth = FloorObserved(queues={"support": listed}, source="pbx")
    async with pipeline.whole:
        pieces = pipeline.floor.taking(truth, pipeline.floor.now_ms)
        next(pieces)
        asked = asyncio.create_task(http.get(path, headers=headers))
        await until(lambda: asked.done() or len(pipeline.whole._waiters or ()) > 1)  # the pipeline waits for it too
        assert not asked.done(), f"{path} was answered: {asked.result()}"
        for _ in pieces:
            pass
    return await asked


@pytest.mark.parametrize(
    ("path", "count"),
    [("/api/v1/floor?queue=support", "total"), ("/api/v1/explain?queue=support&metric=waiting", "value")],
)
async def test_all_who_wait_are_counted(served: Any, path: str, count: str) -> None:
    await queued(served)
    assert (await asked_half_told(served, path)).json()[count] == MANY


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/names", 200), ("/sources", 200), ("/api/v1/sources", 200), ("/sources/pbx", 200),
        ("/api/v1/alerts", 200), ("/api/v1/alerts/none/around", 404),
    ],
)  # fmt: skip
async def test_who_reads_the_floor_for_a_page_waits_too(served: Any, path: str, status: int) -> None:
    await queued(served)
    assert (await asked_half_told(served, path)).status_code == status


async def test_the_hand_over_has_all_who_wait(served: Any) -> None:
    await queued(served)
    page = await asked_half_told(served, "/shift")
    assert page.status_code == 200
    assert f"{MANY} " in page.text


async def test_ones_own_day_waits_too(served: Any) -> None:
    await queued(served)
    headers = await served.headers_of("Anna", "agent", agents=("anna",))
    assert (await asked_half_told(served, "/api/v1/me", headers)).status_code == 200
