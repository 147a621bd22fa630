"""Who keeps a collector going? A Runner for each source: build, read, append, and again after a failure.

An event counts once: it has an id before the first try and keeps it in every later one, and the source's
position is written in the same step. While Redis takes nothing the source is not read, that is all.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import TypeVar, cast

import structlog
from msgspec.structs import replace

from wallboard.core.errors import SourceError, StreamUnavailable
from wallboard.core.events import Event
from wallboard.core.sources import Batch, Surroundings
from wallboard.live.backoff import Backoff
from wallboard.live.standing import Standing
from wallboard.stream.found import collector_of
from wallboard.stream.health import HealthRecords
from wallboard.stream.stream import Appended, Stream

FATAL_PAUSE_S = 300
GOOD_WORK_S = 60  # connected for so long, the next failure is a first one again
APPEND_MAX = 1000  # events in one append; a larger batch goes in pieces, its position with the last
GOODBYE_S = 1

T = TypeVar("T")
log = structlog.get_logger()


class Runner:
    """Runs the collector that `options` (its block of the configuration) describes."""

    def __init__(
        self,
        name: str,
        options: Mapping[str, object],
        around: Surroundings,
        stream: Stream,
        health: HealthRecords,
    ) -> None:
        self.name = name
        self.ended = asyncio.Event()
        self._options = options
        self._around = around
        self._stream = stream
        self._standing = Standing(name, options, around, stream, health)
        self._backoff = Backoff(least_s=1, most_s=30)
        self._logged = ""
        self._run = secrets.token_hex(6)
        self._made = 0

    async def run(self) -> None:
        """Until it is cancelled; then the source is closed and its position is safe."""
        telling = asyncio.create_task(self._standing.keep_telling(), name=f"tell {self.name}")
        try:
            await self._keep_reading()
            self.ended.set()
            await telling
        finally:
            telling.cancel()
            await asyncio.wait([telling])
            await self._say_goodbye()

    async def _keep_reading(self) -> None:
        """Again and again, until the source has no more."""
        pause_s = await self._attempt()
        while pause_s is not None:
            await asyncio.sleep(pause_s)
            pause_s = await self._attempt()

    async def _attempt(self) -> float | None:
        """One go, from building the collector to its end. Seconds until the next; None: the source ended."""
        try:
            await self._read()
        except SourceError as error:
            return await self._wait(self._standing.without_secrets(str(error)), fatal=error.fatal)
        except Exception as error:  # a collector's root, which may be somebody else's: it is read again later
            log.exception("collector failed", source=self.name)
            return await self._wait(f"unexpected {type(error).__name__}: the log has it", fatal=False)
        finally:
            self._standing.collector = None
        await self._standing.say("ended", "the source has no more")
        return None

    async def _read(self) -> None:
        await self._standing.say("starting")
        collector = collector_of(self._options.get("kind"))(self.name, self._options, self._around)
        position, _ = await self._patiently(lambda: self._stream.position(self.name))
        self._standing.collector = collector
        async with aclosing(cast(AsyncGenerator[Batch, None], collector.events(position))) as batches:
            async for batch in batches:
                await self._append(batch)

    async def _append(self, batch: Batch) -> None:
        self._standing.counting.reject(self.name, batch.rejections)
        events = [self._signed(event) for event in batch.events]
        for piece, position in _pieces(events, batch.position):
            await self._send(piece, position, batch.retold)

    def _signed(self, event: Event) -> Event:
        """With source and id. An id made here says which event of this run it is, nothing more."""
        if event.source is not None and event.id is not None:
            return event
        self._made += 1
        return replace(event, source=event.source or self.name, id=event.id or f"{self._run}-{self._made}")

    async def _send(self, events: Sequence[Event], position: str | None, retold: bool) -> None:
        appended, tries = await self._patiently(
            lambda: self._stream.append(events, collector=self.name, position=position)
        )
        if tries == 1:  # in a repeat our own first try is among the duplicates
            self._count_duplicates(events, appended, retold)

    def _count_duplicates(self, events: Sequence[Event], appended: Appended, retold: bool) -> None:
        conflicts = set(() if retold else appended.conflicts)
        for index in appended.duplicates:
            event, counting = events[index], self._standing.counting
            count = counting.conflict if index in conflicts else counting.duplicate
            count(event.source or self.name, [event.id])

    async def _patiently(self, step: Callable[[], Awaitable[T]]) -> tuple[T, int]:
        """The step's result and how many tries it took, however long Redis is away."""
        backoff = Backoff(least_s=0.1, most_s=2)
        tries = 1
        while True:
            try:
                result = await step()
            except StreamUnavailable as error:
                if tries == 1:
                    log.warning("stream unavailable: source not read", source=self.name, why=str(error))
                tries += 1
                await asyncio.sleep(backoff.next_s())
                continue
            if tries > 1:
                log.info("stream available again", source=self.name, tries=tries)
            return result, tries

    async def _wait(self, reason: str, *, fatal: bool) -> float:
        """Say why it failed and when it is tried again; gives the seconds until then."""
        if self._standing.connected_s() >= GOOD_WORK_S:
            self._backoff.reset()
            self._logged = ""
        pause_s = FATAL_PAUSE_S if fatal else self._backoff.next_s()
        if reason != self._logged:
            log.warning("source failed", source=self.name, why=reason, fatal=fatal)
            self._logged = reason
        retry_at_ms = self._around.clock_ms() + round(pause_s * 1000)
        await self._standing.say("failed" if fatal else "waiting", reason, retry_at_ms)
        return pause_s

    async def _say_goodbye(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._standing.say("ended", "stopped")


def _pieces(events: Sequence[Event], position: str | None) -> Iterator[tuple[Sequence[Event], str | None]]:
    last = max(len(events) - 1, 0) // APPEND_MAX * APPEND_MAX
    for start in range(0, last, APPEND_MAX):
        yield events[start : start + APPEND_MAX], None
    if events or position is not None:
        yield events[last:], position
