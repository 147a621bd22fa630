"""What must happen once: one worker at a time holds the lease, checkpoints the state and trims the stream.

A second worker waits for the lease and takes over when the first is gone. Every write carries the lease's
fencing token, so that a worker that was only asleep cannot write over its successor.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
import structlog

from wallboard.core import snapshot
from wallboard.core.errors import LeaseLost, StreamUnavailable
from wallboard.core.events import ConfigApplied
from wallboard.core.settings import Settings
from wallboard.live.pipeline import Pipeline
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import LEASE_MS, STREAM_KEEP_MS
from wallboard.stream.lease import Lease
from wallboard.stream.stream import Stream

CHECKPOINT_S = 30.0
RENEW_S = LEASE_MS / 1000 / 3
STANDBY_S = 0.2  # after a stop people hear so much later

log = structlog.get_logger("worker")


class Beside(Protocol):
    """`token`: the fencing token while this worker leads, else None."""

    token: int | None

    async def run(self) -> None: ...


class Worker:
    """Wired by the command line. `settings` gives the configuration that is to be in force."""

    def __init__(
        self,
        pipeline: Pipeline,
        stream: Stream,
        checkpoints: Checkpoints,
        lease: Lease,
        clock_ms: Callable[[], int],
        settings: Callable[[], Settings],
        besides: Sequence[Beside] = (),
    ) -> None:
        """`besides`: what else the leader does, each at its own pace."""
        self._pipeline = pipeline
        self._stream = stream
        self._checkpoints = checkpoints
        self._lease = lease
        self._clock_ms = clock_ms
        self._settings = settings
        self._besides = besides
        self._written: set[str] = set()  # chunks of the last checkpoint that are still right
        self._checkpoint_s = 0.0
        self._checkpoint_ids: list[str] = []

    async def run(self) -> None:
        """Until cancelled: stand by, lead while the lease is held, stand by again. The lease is let go of when all that
        it stands for has ended, else the next one would do again what is on its way."""
        token, task = None, asyncio.current_task()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pipeline.run())
                for one in self._besides:
                    tasks.create_task(one.run())
                while True:
                    token = await self._acquired()
                    if token is None:
                        await asyncio.sleep(STANDBY_S)
                        continue
                    log.info("leading", fence=token)
                    try:
                        await self._lead(token)
                    except* (LeaseLost, StreamUnavailable) as reasons:
                        reason = reasons.exceptions[0]
                        log.warning("lease given up", reason=str(reason) or type(reason).__name__)
                        self._let_write(None)  # the lease runs out by itself: messages may still be on their way
                    if task and task.cancelling():  # a group that failed too says only that
                        raise asyncio.CancelledError
        finally:
            if token is not None:
                await self._released(token)

    async def _acquired(self) -> int | None:
        try:
            return await self._lease.acquire()
        except StreamUnavailable:
            return None

    async def _released(self, token: int) -> None:
        self._let_write(None)
        try:
            await self._lease.release(token)
        except StreamUnavailable:
            log.info("lease left to expire")

    async def _lead(self, token: int) -> None:
        """Raises a group with LeaseLost or StreamUnavailable. The lease is renewed however long all else takes."""
        self._written, self._checkpoint_s = set(), _loop_s()
        self._let_write(token)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._renew(token))
            while True:
                if self._pipeline.ready:
                    await self._apply_settings(token)
                    if _loop_s() - self._checkpoint_s >= CHECKPOINT_S:
                        await self._checkpoint(token)
                await asyncio.sleep(RENEW_S)

    async def _renew(self, token: int) -> None:
        while True:
            if not await self._lease.renew(token):
                raise LeaseLost("another worker leads")
            await asyncio.sleep(RENEW_S)

    def _let_write(self, token: int | None) -> None:
        for one in self._besides:
            one.token = token

    async def _apply_settings(self, token: int) -> None:
        """Configuration reaches the state as an event, so that every process and every replay sees it alike."""
        wanted = self._settings()
        if wanted == self._pipeline.floor.settings:
            return
        event = ConfigApplied(settings=msgspec.to_builtins(wanted), source="wallboard", who="configuration")
        await self._stream.append([event], fence=token)
        log.info("settings applied", queues=len(wanted.queue), agents=len(wanted.agent))
        await asyncio.sleep(RENEW_S)  # it comes back through the stream before the next look

    async def _checkpoint(self, token: int) -> None:
        """State and stream id belong together: both are taken between two events, and of a state that is whole."""
        async with self._pipeline.whole:
            if not self._pipeline.ready:  # an event failed meanwhile, and may have been taken in halves
                return
            floor, cursor = self._pipeline.floor, self._pipeline.cursor
            changed = floor.take_changed_chunks()
            present = floor.contacts.chunks()
            fresh = changed | (present - self._written)
            chunks = snapshot.dump(floor, fresh & present)
        keep = sorted(present - chunks.keys())
        await self._checkpoints.write(cursor, chunks, keep, token)
        self._written = present
        self._checkpoint_s = _loop_s()
        await self._trim(cursor)

    async def _trim(self, cursor: str) -> None:
        """By time, never by count; what the last two checkpoints may still need stays."""
        self._checkpoint_ids = [*self._checkpoint_ids[-1:], cursor]
        oldest_ms = min(int(one.split("-")[0]) for one in self._checkpoint_ids)
        await self._stream.trim(min(self._clock_ms() - STREAM_KEEP_MS, oldest_ms))


def _loop_s() -> float:
    """The event loop's clock, which never steps."""
    return asyncio.get_running_loop().time()
