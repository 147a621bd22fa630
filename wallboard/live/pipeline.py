"""The only loop: read a batch, apply each event, and once a tick hand what changed to the sinks.

The first change after silence goes out at once; under load there are at most ten ticks a second, and fewer where the
hub tells screens less often. Every process runs this loop for itself: there is no leader on the live path. A gap in
the stream, or a stream that was replaced, begins a new epoch: the state is rebuilt from the checkpoint and read on, and
screens get a fresh snapshot without ever being cleared.

The floor's time goes only as far as the stream was certainly read. Were it the clock's, a process that stood still
would pass over seconds of which it has not read yet what arrived in them, and raise alerts at other seconds than the
others do, under other ids.
"""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec
import structlog

from wallboard.core import kpis, snapshot
from wallboard.core.deeds import Deed
from wallboard.core.errors import StreamGap, StreamUnavailable
from wallboard.core.events import Event, FloorObserved
from wallboard.core.fields import UNKNOWN_SOURCE
from wallboard.core.listening import SILENT_MS
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful
from wallboard.live.documents import Change, Document, Documents
from wallboard.live.memory import loading
from wallboard.live.tally import WORK_S, Spread
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.stream import Entry, Stream

TICK_MS = 100  # at most ten patches a second
BATCH = 200  # events between two looks at the clock
BREATHE = 50  # events, or entities that changed, until the loop may serve somebody else (5 to 10 ms)
RUSH_MS = 25  # in a rush events are read so long before their tick too
IDLE_MS = 1000  # time passes at least this often
RECENT = 200  # events kept a source, with what each did
RECENT_SOURCES = 500
RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0)
START = "0-0"

log = structlog.get_logger("pipeline")


class Recent(NamedTuple):
    """An event as it arrived and what it did, for `tail` and `/sources/{id}`."""

    entry_id: str
    arrival_ms: int
    event: Event
    deeds: list[Deed]


class Sink(Protocol):
    """Takes what changed. `since_ms`: when the oldest event behind it arrived, None where only time passed.
    `restart`: the state was loaded anew, everything may be different."""

    def shows(self, change: Change) -> bool:
        """Whether it will read the documents."""

    def publish(self, changes: Sequence[Change], since_ms: int | None, due_ms: float | None) -> None:
        """`since_ms`: when the oldest event behind these changes arrived; `due_ms`: when the tick that publishes was
        due, by a clock that never steps. None: no event, no tick."""

    def restart(self) -> None: ...


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
        self._pace_ms = pace_ms or clock_ms
        self._failures = 0
        self._seen_anew = False  # after a gap: what comes next is where it goes on
        self._skipped: set[str] = set()  # entries that the state could not take
        self._published_ms: float = -TICK_MS  # when the last tick was due
        self._told = 0  # events that were applied before the last tick
        self._rushes = False  # there were many of them since the one before
        self._flows = False  # what was read last had been there already: so will what comes until the next tick
        self._waits_ms: int | None = None  # arrival of the oldest event that is not published yet
        self._read_ms = 0  # whatever arrived before was read
        self._unheard: set[str] = set()  # sources that grew late while Redis was away
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
        self.documents = Documents(self.floor, self._entity)
        self.recent: dict[str, deque[Recent]] = {}
        self.gaps = 0
        self.applied = 0
        self.tick_ms: float = TICK_MS  # between two ticks: more while screens are told less often (live/hub.py)
        self.ticks = Spread(WORK_S)  # what they took, until frames were handed on
        self._vitals: Mapping[str, Document] = {}

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
        """What is known of sources beside the stream: it stands over what they told (live/vitals.py)."""
        for name in self._vitals.keys() | vitals.keys():
            if self._vitals.get(name) != vitals.get(name):
                self.floor.ground.touch("sources", name)
        self._vitals = vitals

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
                await _breathing(self.documents.freshen(BREATHE))

    async def look(self) -> None:
        """Redis may not answer. Then the floor's time stands still, but sources grow late on the screens."""
        if self.whole.locked():
            return
        async with self.whole:
            if not self.ready:
                return
            if not self.reachable:
                self._note_unheard()
            await self._tick()

    def lag_ms(self) -> int:
        """How far the floor's time is behind the clock."""
        return max(0, self._clock_ms() - self.floor.now_ms)

    # Reading

    async def _load(self) -> None:
        found = await self._checkpoints.read() if self._checkpoints else None
        self.floor, self.cursor = watchful(Floor()), START
        if found:
            self.cursor, chunks = found
            with loading():
                self.floor = _restored(chunks) or self.floor
            if not self.floor.now_ms:
                self.cursor = START
            await self._note_gap()

    async def _follow(self) -> None:
        behind = False
        while True:
            pauses = not behind and (pause_ms := self._until_read_ms()) > 0
            if pauses:
                await asyncio.sleep(pause_ms / 1000)
            block_ms = None if pauses and self._flows else self._wait_ms()
            asked_ms = self._clock_ms()
            entries = await self._stream.read(self.cursor, count=BATCH, block_ms=block_ms)
            self._reached()
            behind = len(entries) == BATCH
            self._flows = bool(entries) and entries[0].arrival_ms < asked_ms
            if entries:
                last_ms = entries[-1].arrival_ms
                self._read_ms = last_ms if behind else max(last_ms, asked_ms)
            else:
                self._read_ms = asked_ms + (block_ms or 0)
            async with self.whole:
                for count, entry in enumerate(entries, start=1):
                    await _breathing(self._take(entry))
                    if count % BREATHE == 0:
                        await asyncio.sleep(0)
                if not self.ready and not behind:
                    self._begin()
                if self.ready:
                    await self._tick()
            if self.ready:
                for act in self.after_batch:
                    await act()
            await asyncio.sleep(0)

    def _reached(self) -> None:
        self.reachable, self._failures = True, 0
        self.floor.ground.touched |= {("sources", name) for name in self._unheard}
        self._unheard = set()

    def _note_unheard(self) -> None:
        """Of those that send heartbeats, from which none can have come for too long."""
        long_ago_ms = self._clock_ms() - SILENT_MS
        late = {name for name, row in self.floor.sources.items() if row.beats and row.heard_ms < long_ago_ms}
        self.floor.ground.touched |= {("sources", name) for name in late - self._unheard}
        self._unheard = late

    def _until_read_ms(self) -> float:
        """Until the next tick may be: nothing is told before it, so one read a tick is enough, and in a rush two: what
        came up to RUSH_MS before it is applied by then. Slept here, since Redis ends a short BLOCK up to 100 ms late
        (it looks ten times a second)."""
        until_tick_ms = self._published_ms + self.tick_ms - self._pace_ms() if self.ready else 0
        return until_tick_ms - RUSH_MS if self._rushes and until_tick_ms > 2 * RUSH_MS else until_tick_ms

    def _wait_ms(self) -> int | None:
        """How long to wait for events: until something falls due, or a second; not at all where a tick is due."""
        if not self.ready or self.floor.touched:
            return None
        due_ms = self.floor.next_due_ms()
        return max(1, min(IDLE_MS, due_ms - self._clock_ms())) if due_ms is not None else IDLE_MS

    def _take(self, entry: Entry) -> Iterator[None]:
        """In pieces (core/wholetruth.py)."""
        self.cursor = entry.id
        if entry.event is None:
            log.warning("entry not understood", entry=entry.id, data=entry.data[:200].decode(errors="replace"))
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
        self._keep(Recent(entry.id, entry.arrival_ms, entry.event, deeds))

    def _keep(self, recent: Recent) -> None:
        """The last events of each source; above RECENT_SOURCES the source that was heard first is dropped."""
        source = recent.event.source or UNKNOWN_SOURCE
        kept = self.recent.get(source)
        if kept is None:
            if len(self.recent) >= RECENT_SOURCES:
                del self.recent[next(iter(self.recent))]
            kept = self.recent[source] = deque(maxlen=RECENT)
        kept.append(recent)

    async def _note_gap(self) -> None:
        """A checkpoint whose place is gone is still the best beginning; that something is missing is said."""
        try:
            await self._stream.check(self.cursor)
        except StreamGap as gap:
            self.gaps += 1
            self._seen_anew = True
            log.warning("stream gap: events after the checkpoint may be missing", cursor=self.cursor, reason=str(gap))

    async def _wait_for_redis(self, error: StreamUnavailable) -> None:
        self.reachable = False
        if self._failures == 0:
            log.warning("redis unavailable", reason=str(error))
        await asyncio.sleep(RETRY_S[min(self._failures, len(RETRY_S) - 1)])
        self._failures += 1

    def _begin(self) -> None:
        """The state is whole: from here on it is published. What screens showed until now is replaced."""
        self.floor.advance(self._read_ms)
        self.floor.take_touched()
        self.documents = Documents(self.floor, self._entity)
        self.documents.begin()
        self.documents.keep(self.documents.changes(("sources", name) for name in self._vitals))
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
        self.floor.advance(self._read_ms)
        if self.floor.touched and self._pace_ms() - self._published_ms >= self.tick_ms:
            await self._publish()

    async def _publish(self) -> None:
        """What thousands of changes come to is worked out in pieces; all of it is published at once."""
        self._published_ms, began_s = self._ticked_ms(), time.perf_counter()
        self._rushes, self._told = self.applied - self._told >= BREATHE, self.applied
        changes: list[Change] = []
        await _breathing(self._changed(self.floor.take_touched(), changes))
        self.documents.keep(changes)
        since_ms, self._waits_ms = self._waits_ms, None
        if changes:
            for sink in self.sinks:
                sink.publish(changes, since_ms, self._published_ms)
        self.ticks.took_s(time.perf_counter() - began_s)

    def _ticked_ms(self) -> float:
        """When this tick was due, where it is not much too late: what it takes to read and apply does not add up."""
        now_ms, due_ms = self._pace_ms(), self._published_ms + self.tick_ms
        return due_ms if 0 <= now_ms - due_ms <= self.tick_ms / 2 else now_ms

    def _changed(self, touched: Iterable[tuple[str, str]], changes: list[Change]) -> Iterator[None]:
        """Those of `touched` that may be other ones than were published, added to `changes`, with what will be read."""
        for count, (kind, name) in enumerate(sorted(touched), start=1):
            if change := self.documents.change(kind, name):
                changes.append(change)
                if any(sink.shows(change) for sink in self.sinks):
                    change.make()
            if count % BREATHE == 0:
                yield

    def _entity(self, floor: Floor, kind: str, name: str) -> Document | None:
        row = kpis.entity(floor, kind, name)
        vitals = self._vitals.get(name) if kind == "sources" else None
        if row and kind == "sources" and name in self._unheard:
            row = {**row, "state": "late"}
        if vitals is None:
            return row
        if row and row["state"] == "live":  # whoever is heard lives, whatever its collector said seconds ago
            return {**row, "kind": vitals["kind"]}
        return {"state": "silent", **(row or {}), **vitals}  # nothing was ever heard of it


async def _breathing(pieces: Iterable[None]) -> None:
    """Others are served between two pieces."""
    for _ in pieces:
        await asyncio.sleep(0)


def _restored(chunks: dict[str, bytes]) -> Floor | None:
    try:
        return snapshot.load(chunks)
    except (msgspec.DecodeError, KeyError) as error:
        log.warning("checkpoint not understood: reading the stream from its start", reason=str(error))
        return None


def _new_epoch() -> str:
    return secrets.token_hex(6)
