"""One worker at a time: it applies the configuration, checkpoints, trims, and hands over by lease."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from wallboard import worker as worker_module
from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import Queued
from wallboard.core.settings import Queue, Settings
from wallboard.core.snapshot import load
from wallboard.live.pipeline import Pipeline
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream
from wallboard.worker import Beside, Worker

SETTINGS = Settings(queue={"support": Queue(name="Підтримка")})


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def eventually(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not what():
            await asyncio.sleep(0.02)


class Bench:
    """Workers on one namespace, each with its own clients, as processes would have."""

    def __init__(self, redis_url: str, namespace: str) -> None:
        self.keys = Keys(namespace)
        self._url = redis_url
        self._clients: list = []
        self._tasks: list[asyncio.Task] = []

    def start(
        self, settings: Settings = SETTINGS, besides: Sequence[Beside] = ()
    ) -> tuple[Worker, Pipeline, asyncio.Task]:
        asking, blocking = connect(self._url), connect(self._url, blocking=True)
        self._clients += [asking, blocking]
        self.lease = Lease(asking, self.keys)
        checkpoints = Checkpoints(asking, self.keys)
        pipeline = Pipeline(Stream(blocking, self.keys), checkpoints, now_ms)
        one = Worker(
            pipeline,
            Stream(asking, self.keys),
            checkpoints,
            Lease(asking, self.keys),
            now_ms,
            lambda: settings,
            besides,
        )
        task = asyncio.create_task(one.run())
        self._tasks.append(task)
        return one, pipeline, task

    async def checkpoint(self) -> tuple[str, dict[str, bytes]] | None:
        return await Checkpoints(self._clients[0], self.keys).read()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients:
            await client.aclose()


@pytest.fixture
async def bench(redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(worker_module, "CHECKPOINT_S", 0.3)
    monkeypatch.setattr(worker_module, "RENEW_S", 0.1)
    monkeypatch.setattr(worker_module, "STANDBY_S", 0.2)
    bench = Bench(redis_url, namespace)
    yield bench
    await bench.close()


async def test_the_configuration_reaches_the_state_as_an_event(bench: Bench):
    _, pipeline, _ = bench.start()
    await eventually(lambda: pipeline.floor.settings == SETTINGS)


async def test_a_checkpoint_holds_the_state_at_its_stream_id(bench: Bench, stream: Stream):
    _, pipeline, _ = bench.start()
    appended = await stream.append([Queued(contact="a", queue="support", source="pbx")])
    await eventually(lambda: pipeline.cursor == appended.ids[0] or pipeline.applied == 2)
    async with asyncio.timeout(60):
        while not (found := await bench.checkpoint()) or len(load(found[1]).contacts.contacts) != 1:
            await asyncio.sleep(0.05)
    assert found[0] >= str(appended.ids[0])


async def test_only_one_leads_and_a_second_takes_over_when_the_first_is_gone(bench: Bench, stream: Stream):
    _, first, task = bench.start()
    await eventually(lambda: first.floor.settings == SETTINGS)
    _, second, _ = bench.start(Settings(queue={"support": Queue(name="Other")}))
    await eventually(lambda: second.floor.settings == SETTINGS)
    await asyncio.sleep(0.6)
    assert second.floor.settings == SETTINGS  # the one that stands by changes nothing
    task.cancel()
    await asyncio.wait([task])
    await eventually(lambda: second.floor.settings.queue["support"].name == "Other")


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
    await eventually(lambda: standing.token is not None)

    async def away(*_: object) -> None:
        raise StreamUnavailable("away")

    monkeypatch.setattr(leading._checkpoints, "write", away)
    await eventually(lambda: standing.token is None)
    await asyncio.sleep(0.1)
    assert standing.token is None, "nobody leads, this one neither"
    assert (await bench.lease.led())[0]


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
    await eventually(lambda: bool(writes))
    before = len(renewed)
    await eventually(lambda: len(renewed) > before + 3)
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
        return (await bench.lease.led())[0]

    finishing = Finishing(is_held)
    _, _, task = bench.start(besides=[finishing])
    await eventually(lambda: finishing.token is not None)
    task.cancel()
    await asyncio.wait([task])
    assert finishing.held
    assert not await is_held()


async def test_rested_chunks_are_kept_and_not_written_again(bench: Bench, stream: Stream):
    old = Queued(contact="old", queue="support", source="pbx", time=now_ms() - 3_600_000)
    await stream.append([old])
    _, pipeline, _ = bench.start()
    async with asyncio.timeout(60):
        while not (found := await bench.checkpoint()):
            await asyncio.sleep(0.05)
    await stream.append([Queued(contact="new", queue="support", source="pbx")])
    await eventually(lambda: len(pipeline.floor.contacts.contacts) == 2)
    async with asyncio.timeout(60):
        while len((found := await bench.checkpoint() or ("", {}))[1]) < 3:
            await asyncio.sleep(0.05)
    assert {contact for _, contact in load(found[1]).contacts.contacts} == {"old", "new"}
