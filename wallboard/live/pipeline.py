"""The only loop: read a batch, apply each event, and once a tick hand what changed to the sinks.

    restoring ─▶ reading ─▶ the floor ─▶ ticks ─▶ publishing ─▶ sinks
                 a batch    applied      when     what changed

Every process runs this loop for itself: there is no leader on the live path. A gap in the stream, or a stream that was
replaced, begins a new epoch: the state is rebuilt from the checkpoint and read on, and screens get a fresh snapshot
without ever being cleared.

The floor's time goes only as far as the stream was certainly read. Were it the clock's, a process that stood still
would pass over seconds of which it has not read yet what arrived in them, and raise alerts at other seconds than the
others do, under other ids.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

import structlog

from wallboard.core.errors import StreamGap, StreamUnavailable
from wallboard.core.events import FloorObserved
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful
from wallboard.live.beside import Beside
from wallboard.live.documents import Change, Document, Documents
from wallboard.live.pieces import BREATHE, breathing
from wallboard.live.publishing import Sink, changed
from wallboard.live.reading import Reading
from wallboard.live.recent import Recent, RecentEvents
from wallboard.live.restoring import START, restored
from wallboard.live.ticks import Ticks
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.stream import Entry, Stream

RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0)

log = structlog.get_logger("pipeline")


class Pipeline:
    """Owns the floor of this process. `documents` is the state document: what sinks read as last published."""

    def __init__(
        self,
        stream: Stream,
        checkpoints: Checkpoints | None,
        clock_ms: Callable[[], int],
        pace_ms: Callable[[], int] | None = None,
    ) -> None:
        """`clock_ms`: the wall clock; `pace_ms`: one that never steps, for pauses (default: the wall clock)."""
        self._stream = stream
        self._checkpoints = checkpoints
        self._clock_ms = clock_ms
        self.ticks = Ticks(pace_ms or clock_ms)
        self._reading = Reading(stream, clock_ms, self.ticks)
        self._beside = Beside()
        self._failures = 0
        self._seen_anew = False  # after a gap: what comes next is where it goes on
        self._skipped: set[str] = set()  # entries that the state could not take
        self._waits_ms: int | None = None  # arrival of the oldest event that is not published yet
        self.sinks: list[Sink] = []
        self.after_batch: list[Callable[[], Awaitable[None]]] = []
        self.whole = asyncio.Lock()  # whoever holds it has a floor that stands between two events, if it is `ready`
        self._half_told = False
        self.floor = watchful(Floor())
        self.cursor = START
        self.epoch = _new_epoch()
        self.ready = False  # the state was loaded and read to its end once
        self.loaded = asyncio.Event()  # the same, for who waits for it
        self.reachable = False  # Redis answered last time
        self.documents = Documents(self.floor, self._beside.entity)
        self.recent = RecentEvents()
        self.gaps = 0
        self.applied = 0

    async def run(self) -> None:
        """Until cancelled. Redis away: what is shown stays, and the loop comes back to it."""
        while True:
            try:
                if not self.ready:
                    async with self.whole:
                        await self._load()
                await self._follow()
            except StreamGap as gap:
                self.gaps += 1
                log.warning("stream gap: rebuilding", cursor=self.cursor, reason=str(gap))
                self._begin_again()
            except StreamUnavailable as error:
                await self._wait_for_redis(error)
            except Exception:  # the root of this task: whatever it was, the state may be half changed
                log.exception("rebuilding after an unforeseen failure", cursor=self.cursor)
                self._begin_again()
                await asyncio.sleep(RETRY_S[-1])

    def watch(self, patterns: Sequence[str]) -> None:
        """Have the floor count a board's own set of queues, from this moment in `documents` too."""
        before = len(self.floor.tallies.sets)
        group = self.floor.watch(patterns)
        if len(self.floor.tallies.sets) > before and self._half_told:  # then it is known with the next tick
            self.floor.ground.touch("groups", group)
        elif len(self.floor.tallies.sets) > before:
            self.documents.of("groups").expect([group])

    def tell_sources(self, vitals: Mapping[str, Document]) -> None:
        """What their collectors say of themselves (live/vitals.py)."""
        self._beside.tell(vitals, self.floor)

    def tell_kpi(self, name: str, row: Document) -> None:
        """A figure of this process's own: it stands in no checkpoint and in no other process."""
        change = Change.between("kpis", name, self.documents.of("kpis").put(name, row), row)
        for sink in self.sinks:
            sink.publish([change], None, None)

    async def freshen(self) -> None:
        """For who reads all documents: all of them as of this moment. Those that nobody shows are made, and others are
        served in between, but no event is taken: else some would know of it, and some not."""
        async with self.whole:
            if self.ready:
                if self.floor.touched:
                    await self._publish()
                await breathing(self.documents.freshen(BREATHE))

    async def look(self) -> None:
        """Redis may not answer. Then the floor's time stands still, but sources grow late on the screens."""
        if self.whole.locked():
            return
        async with self.whole:
            if not self.ready:
                return
            if not self.reachable:
                self._beside.note_unheard(self.floor, self._clock_ms())
            await self._tick()

    def lag_ms(self) -> int:
        """How far the floor's time is behind the clock."""
        return max(0, self._clock_ms() - self.floor.now_ms)

    # Reading

    async def _load(self) -> None:
        self.floor, self.cursor, has_gap = await restored(self._checkpoints, self._stream)
        if has_gap:
            self.gaps += 1
            self._seen_anew = True

    async def _follow(self) -> None:
        while True:
            entries = await self._reading.next(self.cursor, self.floor if self.ready else None)
            self.reachable, self._failures = True, 0
            self._beside.hear(self.floor)
            async with self.whole:
                for count, entry in enumerate(entries, start=1):
                    await breathing(self._take(entry))
                    if count % BREATHE == 0:
                        await asyncio.sleep(0)
                if not self.ready and not self._reading.behind:
                    self._begin()
                if self.ready:
                    await self._tick()
            if self.ready:
                for act in self.after_batch:
                    await act()
            await asyncio.sleep(0)

    def _take(self, entry: Entry) -> Iterator[None]:
        """In pieces (core/wholetruth.py)."""
        self.cursor = entry.id
        if entry.event is None:
            log.warning("entry not understood", entry=entry.id, reason=entry.reason)
            return
        if entry.id in self._skipped:
            return
        if self._seen_anew:
            self.floor.since_ms, self._seen_anew = entry.arrival_ms, False
        self._skipped.add(entry.id)  # one that cannot be taken is left out when the state is rebuilt
        if self.sinks and isinstance(entry.event, FloorObserved):
            yield from self.documents.freshen(BREATHE)  # so that nobody makes one of a floor that is half told
        self._half_told = True
        try:
            deeds = yield from self.floor.taking(entry.event, entry.arrival_ms)
        finally:
            self._half_told = False
        self._skipped.discard(entry.id)
        self.applied += 1
        if self._waits_ms is None:
            self._waits_ms = entry.arrival_ms
        self.recent.keep(Recent(entry.id, entry.arrival_ms, entry.event, deeds))

    async def _wait_for_redis(self, error: StreamUnavailable) -> None:
        self.reachable = False
        if self._failures == 0:
            log.warning("redis unavailable", reason=str(error))
        await asyncio.sleep(RETRY_S[min(self._failures, len(RETRY_S) - 1)])
        self._failures += 1

    def _begin(self) -> None:
        """The state is whole: from here on it is published. What screens showed until now is replaced."""
        self.floor.advance(self._reading.read_ms)
        self.floor.take_touched()
        self.documents = Documents(self.floor, self._beside.entity)
        self.documents.begin()
        self.documents.keep(self.documents.changes(self._beside.touched()))
        self.ready, self._waits_ms = True, None
        self.loaded.set()
        for sink in self.sinks:
            sink.restart()
        log.info("state loaded", cursor=self.cursor, epoch=self.epoch, contacts=len(self.floor.contacts.contacts))

    def _begin_again(self) -> None:
        self.epoch, self.ready = _new_epoch(), False
        self.loaded.clear()

    # Publishing

    async def _tick(self) -> None:
        self.floor.advance(self._reading.read_ms)
        if self.floor.touched and self.ticks.is_due():
            await self._publish()

    async def _publish(self) -> None:
        """What thousands of changes come to is worked out in pieces; all of it is published at once."""
        began_s = time.perf_counter()
        self.ticks.begin(self.applied)
        changes: list[Change] = []
        await breathing(changed(self.floor.take_touched(), self.documents, self.sinks, changes))
        self.documents.keep(changes)
        since_ms, self._waits_ms = self._waits_ms, None
        if changes:
            for sink in self.sinks:
                sink.publish(changes, since_ms, self.ticks.last_ms)
        self.ticks.took.took_s(time.perf_counter() - began_s)


def _new_epoch() -> str:
    return secrets.token_hex(6)
