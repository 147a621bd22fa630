"""How is one PBX read? Both halves into one bounded queue, through the join, out as batches.

    follow (queue_log)    ──┐
                            ├─▶ queue (bounded: a slow Redis slows the reading) ─▶ translate ─▶ join ─▶ Batch
    listening (AMI)       ──┘

The log is read to its end before AMI is asked, so that the join knows the day's visits; the log's place goes to
Redis with the events of its lines. After a restart the join is rebuilt by reading the last hours again, silently.
A full queue stops the reading of both halves: the log waits in its file, AMI in the PBX (which cuts us off at last).
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from collectors.asterisk import examine
from collectors.asterisk.follow import Place, lines_before, read_on
from collectors.asterisk.join import AMI, FORGET_MS, LOG, Join
from collectors.asterisk.listening import NO_AMI, Heard, Listening, Opened
from collectors.asterisk.manager import Manager
from collectors.asterisk.options import checked
from collectors.asterisk.translate import of_line
from collectors.asterisk.wire import parse_line
from wallboard.core.errors import SourceError
from wallboard.core.events import Event, Rejection
from wallboard.core.sources import Batch, Surroundings
from wallboard.core.windows import business_day

POLL_S = 0.2
HELD = 100  # messages and chunks between reading and appending
LISTING_S = 5.0  # for so long at most the log waits for an answer to QueueStatus

DEAF = 3  # callers in the log, and none of them in AMI: its user may not read them

UNHEARD = f"AMI tells no callers - give its user read = agent,system in manager.conf: {NO_AMI}"
NO_LOG = "why callers left (gave up, time-out, key) is unknown"
NO_LINE = "not a queue_log line: expected epoch|call|queue|agent|verb|…"


class LogLines(NamedTuple):
    lines: list[bytes]
    place: Place


Item = LogLines | Heard | Opened


class AsteriskCollector:
    """`[collector.NAME] kind = "asterisk"`: AMI, queue_log, or both of one PBX."""

    def __init__(self, name: str, options: Mapping[str, object], around: Surroundings) -> None:
        self.name = name
        self.lag_ms: int | None = None
        self._options = checked(options)
        self._around = around
        self._site = next(iter(around.settings.sites.values()))
        self._ami = Listening(self._options, self._site.zone, around.clock_ms)
        self._log_state: str | None = None if self._options.queue_log else f"no queue_log: {NO_LOG}"
        self._log_reads = False
        self._unheard = 0  # callers in the log since AMI last told one
        self._caught_up = asyncio.Event()
        self._join = Join()
        self._manager = Manager()
        self._since_ms = 0

    @property
    def connected(self) -> bool:
        return self._log_reads or self._ami.lives

    @property
    def note(self) -> str | None:
        ami = UNHEARD if self._ami.lives and self._unheard >= DEAF else self._ami.state
        return "; ".join(state for state in (ami, self._log_state) if state) or None

    async def events(self, position: str | None) -> AsyncGenerator[Batch, None]:
        """From the place in the log; AMI from now. Raises SourceError when no half is left."""
        held: asyncio.Queue[Item] = asyncio.Queue(HELD)
        halves = []
        if self._options.queue_log:
            place = _place(position)
            if place is None:
                self._since_ms = self._day_started_ms()
            elif self._options.host:
                await self._rebuild(place)
            halves.append(asyncio.create_task(self._follow(held, place), name=f"{self.name} queue_log"))
        else:
            self._caught_up.set()
        if self._options.host:
            halves.append(asyncio.create_task(self._listen(held), name=f"{self.name} AMI"))
        try:
            while True:
                for half in halves:
                    if half.done():
                        half.result()
                if (batch := await self._next(held)) is not None:
                    yield batch
        finally:
            for half in halves:
                half.cancel()
            await asyncio.gather(*halves, return_exceptions=True)

    async def examine(self) -> list[str]:
        return await examine.examine(self._options, self._around.clock_ms)

    @property
    def _manager_lives(self) -> bool:
        return self._ami.lives and self._unheard < DEAF

    # Both halves, joined

    async def _next(self, held: "asyncio.Queue[Item]") -> Batch | None:
        """The next item as a batch; or Leaves that no answer followed; None when nothing came for a while."""
        try:
            async with asyncio.timeout(self._patience_s()):
                item = await held.get()
        except TimeoutError:
            return self._heard(list(self._manager.flush(self._around.clock_ms())))
        if isinstance(item, LogLines):
            return self._of_log(item)
        if isinstance(item, Opened):
            self._unheard = 0
            self._manager.connected_anew()
            self._manager.asked(item.asked_ms, alone=not self._log_reads)
            return None
        if item.message.get("Event") == "QueueCallerJoin":
            self._unheard = 0
        return self._heard(self._manager.translate(item.message, item.received_ms))

    def _of_log(self, item: LogLines) -> Batch:
        self._join.ahead_ms = self._ami.ahead_ms
        told = [event for raw in item.lines for event in self._events_of(raw)]
        return Batch(told, msgspec.json.encode(item.place).decode(), self._no_lines(item), retold=True)

    def _events_of(self, raw: bytes) -> list[Event]:
        line = parse_line(raw)
        if line is None or line.at_ms < self._since_ms:
            return []
        if self._ami.lives and line.verb == "ENTERQUEUE":
            self._unheard += 1
        events = of_line(line, self.name)
        if not self._options.host:
            return events
        return self._join.pass_on(events, LOG, manager_lives=self._manager_lives)

    def _no_lines(self, item: LogLines) -> list[Rejection]:
        """By their place only: a torn line may hold a caller's number."""
        at = f"{Path(self._options.queue_log or '').name} before byte {item.place.offset}"
        return [Rejection(at=at, error=NO_LINE) for raw in item.lines if raw.strip() and parse_line(raw) is None]

    def _heard(self, events: list[Event]) -> Batch | None:
        passed = self._join.pass_on(events, AMI, manager_lives=self._manager_lives)
        return Batch(passed, retold=True) if passed else None

    def _patience_s(self) -> float:
        due_ms = self._manager.next_flush_ms()
        if due_ms is None:
            return 1.0
        return max(0.005, (due_ms - self._around.clock_ms()) / 1000)

    # The log

    async def _follow(self, held: "asyncio.Queue[Item]", place: Place | None) -> None:
        path = Path(self._options.queue_log or "")
        while True:
            try:
                chunk = await asyncio.to_thread(read_on, path, place, self._since_ms)
            except OSError as error:
                self._log_lost(f"{path} cannot be read: {error.strerror or error}")
                await asyncio.sleep(1)
                continue
            self._log_state, self._log_reads = None, True
            if chunk is None:
                self._caught_up.set()
                await asyncio.sleep(POLL_S)
                continue
            place = chunk.place
            await self._listing_over()
            await held.put(LogLines(chunk.lines, place))

    async def _listing_over(self) -> None:
        """A line that is younger than a listing must not be passed on before it: its time is a whole second."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LISTING_S):
                await self._ami.listing_over.wait()

    def _log_lost(self, reason: str) -> None:
        self._log_reads = False
        self._log_state = f"queue_log: {reason}: {NO_LOG}"
        self._caught_up.set()
        if not self._options.host:
            raise SourceError(f"queue_log: {reason} - give its path, and read rights to this user")

    async def _rebuild(self, place: Place) -> None:
        """The join learns the visits of the last hours up to `place`; what it passes on was appended before."""
        path, seen = Path(self._options.queue_log or ""), None
        since_ms = max(0, place.read_ms - FORGET_MS)
        while seen is None or (seen.first, seen.offset) != (place.first, place.offset):
            try:
                chunk = await asyncio.to_thread(read_on, path, seen, since_ms)
            except OSError:
                return  # `_follow` says it
            if chunk is None:
                return
            for raw in lines_before(place, chunk, seen):
                self._events_of(raw)
            if chunk.place.first == place.first and chunk.place.offset >= place.offset:
                return
            seen = chunk.place

    # AMI

    async def _listen(self, held: "asyncio.Queue[Item]") -> None:
        await self._caught_up.wait()
        await self._ami.run(held.put)

    def _day_started_ms(self) -> int:
        return business_day(self._around.clock_ms(), self._site.zone, self._site.day_starts).started_ms


def _place(position: str | None) -> Place | None:
    if position is None:
        return None
    try:
        return msgspec.json.decode(position, type=Place)
    except msgspec.DecodeError:
        return None
