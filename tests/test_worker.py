"""One worker at a time: it applies the configuration, checkpoints, trims, and hands over by lease."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any

import pytest

from tests.waiting import now_ms, until
from tests.workers import Workers
from wallboard import worker as worker_module
from wallboard.core.deeds import Deed
from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import Event, Queued
from wallboard.core.settings import Queue, Settings
from wallboard.core.snapshot import load
from wallboard.core.state import Floor
from wallboard.live.pipeline import Pipeline
from wallboard.stream.stream import Stream
from wallboard.worker import Beside, Worker

SETTINGS = Settings(queue={"support": Queue(name="Підтримка")})


class Bench:
    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def start(
        self, settings: Settings = SETTINGS, besides: Sequence[Beside] = ()
    ) -> tuple[Worker, Pipeline, asyncio.Task[None]]:
        self._line = self._workers.line()
        worker, task = self._workers.start(self._line, lambda: settings, besides)
        return worker, self._line.pipeline, task

    async def checkpoint(self) -> tuple[str, dict[str, bytes]] | None:
        return await self._line.checkpoints.read()

    async def led(self) -> tuple[bool, int | None]:
        return await self._line.lease.led()


@pytest.fixture
def bench(workers: Workers) -> Bench:
    return Bench(workers)


async def test_the_configuration_reaches_the_state_as_an_event(bench: Bench):
    _, pipeline, _ = bench.start()
    await until(lambda: pipeline.floor.settings == SETTINGS)
    assert pipeline.applied == 1


async def test_a_checkpoint_holds_the_state_at_its_stream_id(bench: Bench, stream: Stream):
    _, pipeline, _ = bench.start()
    appended = await stream.append([Queued(contact="a", queue="support", source="pbx")])
    await until(lambda: pipeline.cursor == appended.ids[0] or pipeline.applied == 2)
    async with asyncio.timeout(60):
        while not (found := await bench.checkpoint()) or len(load(found[1]).contacts.contacts) != 1:
            await asyncio.sleep(0.05)
    assert found[0] >= str(appended.ids[0])


async def test_only_one_leads_and_a_second_takes_over_when_the_first_is_gone(bench: Bench, stream: Stream):
    _, first, task = bench.start()
    await until(lambda: first.floor.settings == SETTINGS)
    _, second, _ = bench.start(Settings(queue={"support": Queue(name="Other")}))
    await until(lambda: second.floor.settings == SETTINGS)
    await asyncio.sleep(0.6)
    assert second.floor.settings == SETTINGS  # the one that stands by changes nothing
    task.cancel()
    await asyncio.wait([task])
    await until(lambda: second.floor.settings.queue["support"].name == "Other")


class Standing:
    """Knows whether it leads."""

    token: int | None = None

    async def run(self) -> None:
        await asyncio.Event().wait()


async def test_the_lease_runs_out_by_itself_where_redis_was_away_for_a_moment(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one sent what was on its way still."""
    monkeypatch.setattr(worker_module, "STANDBY_S", 60)
    standing = Standing()
    leading, _, _ = bench.start(besides=[standing])
    await until(lambda: standing.token is not None)

    async def away(*_: object) -> None:
        raise StreamUnavailable("away")

    monkeypatch.setattr(leading._checkpoints, "write", away)
    await until(lambda: standing.token is None)
    await asyncio.sleep(0.1)
    assert standing.token is None, "nobody leads, this one neither"
    assert (await bench.led())[0]


async def test_the_lease_is_renewed_however_long_a_checkpoint_takes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    leading, _, task = bench.start()
    writes, renewed, renew = list[object](), list[int](), leading._lease.renew

    async def hangs(*_: object) -> None:
        writes.append(_)
        await asyncio.Event().wait()

    async def noted(token: int) -> bool:
        renewed.append(token)
        return await renew(token)

    monkeypatch.setattr(leading._checkpoints, "write", hangs)
    monkeypatch.setattr(leading._lease, "renew", noted)
    await until(lambda: bool(writes))
    before = len(renewed)
    await until(lambda: len(renewed) > before + 3)
    task.cancel()
    await asyncio.wait([task])
    ended = len(renewed)
    await asyncio.sleep(0.3)
    assert len(renewed) == ended, "it ends with the worker"


async def test_it_ends_although_redis_failed_as_it_was_told_to(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    leading, _, task = bench.start()
    asked = asyncio.Event()

    async def fails(*_: object) -> bool:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise StreamUnavailable("away")

    monkeypatch.setattr(leading._lease, "renew", fails)
    await asyncio.wait_for(asked.wait(), 60)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=10)
    assert done


class Finishing:
    """Has something to bring to its end when it is stopped."""

    def __init__(self, is_held: Callable[[], Awaitable[bool]]) -> None:
        self.token: int | None = None
        self.held: bool | None = None
        self._is_held = is_held

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.1)
            self.held = await self._is_held()


async def test_the_lease_is_let_go_of_when_all_that_it_stands_for_has_ended(bench: Bench):
    """Else the next one would do again what this one is about to finish."""

    async def is_held() -> bool:
        return (await bench.led())[0]

    finishing = Finishing(is_held)
    _, _, task = bench.start(besides=[finishing])
    await until(lambda: finishing.token is not None)
    task.cancel()
    await asyncio.wait([task])
    assert finishing.held
    assert not await is_held()


@pytest.mark.foresees("rebuilding after an unforeseen failure")
async def test_a_state_in_which_an_event_failed_is_not_kept(
    bench: Bench, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    leading, pipeline, _ = bench.start()
    await until(lambda: pipeline.floor.settings == SETTINGS)
    taking, write, kept = Floor.taking, leading._checkpoints.write, list[set[str]]()
    failed = 0

    def fails(floor: Floor, event: Event, arrival_ms: int) -> Generator[None, None, list[Deed]]:
        nonlocal failed
        deeds = yield from taking(floor, event, arrival_ms)
        if isinstance(event, Queued):
            while not pipeline.whole._waiters:  # until a checkpoint waits for it
                yield
            failed += 1
            raise RuntimeError("in the middle")
        return deeds

    async def noted(cursor: str, chunks: dict[str, bytes], *more: Any) -> None:
        kept.append({contact for _, contact in load(chunks).contacts.contacts})
        await write(cursor, chunks, *more)

    monkeypatch.setattr(Floor, "taking", fails)
    monkeypatch.setattr(leading._checkpoints, "write", noted)
    await stream.append([Queued(contact="a", queue="support", source="pbx")])
    await until(lambda: bool(failed) and bool(kept))
    assert kept[0] == set()


async def test_rested_chunks_are_kept_and_not_written_again(bench: Bench, stream: Stream):
    old = Queued(contact="old", queue="support", source="pbx", time=now_ms() - 3_600_000)
    await stream.append([old])
    _, pipeline, _ = bench.start()
    async with asyncio.timeout(60):
        while not (found := await bench.checkpoint()):
            await asyncio.sleep(0.05)
    await stream.append([Queued(contact="new", queue="support", source="pbx")])
    await until(lambda: len(pipeline.floor.contacts.contacts) == 2)
    async with asyncio.timeout(60):
        while len((found := await bench.checkpoint() or ("", {}))[1]) < 3:
            await asyncio.sleep(0.05)
    assert {contact for _, contact in load(found[1]).contacts.contacts} == {"old", "new"}
