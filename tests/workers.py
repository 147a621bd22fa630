"""Workers on one namespace, each with clients of its own as a process has, and what a test puts beside them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from redis.asyncio import Redis

from tests.waiting import now_ms
from wallboard.core.settings import Settings
from wallboard.live.pipeline import Pipeline
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import Outbox
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream
from wallboard.worker import Beside, Worker


class Line(NamedTuple):
    """What one worker, and those beside it, read and write."""

    pipeline: Pipeline
    into: Stream
    checkpoints: Checkpoints
    lease: Lease
    outbox: Outbox


class Workers:
    def __init__(self, redis_url: str, keys: Keys) -> None:
        self._keys = keys
        self._url = redis_url
        self._clients: list[Redis] = []
        self._tasks: list[asyncio.Task[None]] = []

    def line(self) -> Line:
        asking, blocking = connect(self._url), connect(self._url, blocking=True)
        self._clients += [asking, blocking]
        keys, checkpoints = self._keys, Checkpoints(asking, self._keys)
        pipeline = Pipeline(Stream(blocking, keys), checkpoints, now_ms)
        return Line(pipeline, Stream(asking, keys), checkpoints, Lease(asking, keys), Outbox(asking, keys))

    def start(
        self, line: Line, settings: Callable[[], Settings], besides: Sequence[Beside] = ()
    ) -> tuple[Worker, asyncio.Task[None]]:
        worker = Worker(line.pipeline, line.into, line.checkpoints, line.lease, now_ms, settings, besides)
        task = asyncio.create_task(worker.run())
        self._tasks.append(task)
        return worker, task

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients:
            await client.aclose()
        assert [one for one in ends if isinstance(one, Exception)] == [], "a worker ended by itself"
