"""A recording as a source: files of a recorded format, sent at their own pace, faster, or moved to now."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from wallboard.core.errors import Mistake, Refused, SourceError
from wallboard.core.events import Event
from wallboard.core.options import read_options
from wallboard.core.replaying import shift_to_now, shifted, too_fast
from wallboard.core.sources import Batch, Surroundings
from wallboard.stream.found import format_of

BATCH_MAX = 500


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`speed` 0: as fast as it goes."""

    files: Annotated[list[str], msgspec.Meta(min_length=1)]
    kind: str = "replay"
    format: str = "events"
    speed: Annotated[float, msgspec.Meta(ge=0)] = 1
    shift_to_now: bool = False

    def recording(self) -> str:
        """A digest of what is sent, whatever the speed."""
        what = msgspec.json.encode([self.format, self.files, self.shift_to_now])
        return hashlib.blake2b(what, digest_size=6).hexdigest()


class Position(msgspec.Struct, frozen=True):
    """How many events of which recording were sent, and how far moved: a restart keeps the shift."""

    of: str = ""
    sent: int = 0
    shift_ms: int | None = None


class Span(NamedTuple):
    first_ms: int
    last_ms: int


class ReplayCollector:
    """Reads the files twice: once for the span of their times, once to send them."""

    def __init__(self, name: str, options: Mapping[str, object], around: Surroundings) -> None:
        self.name = name
        self.connected = False
        self.note: str | None = None
        self.lag_ms: int | None = None
        self._clock_ms = around.clock_ms
        self._options = read_options(options, Options)

    async def events(self, position: str | None) -> AsyncGenerator[Batch, None]:
        try:
            place = self._place(position)
            span = await asyncio.to_thread(self._span)
            if span is None:
                return
            self._refuse_too_fast(span)
            shift_ms = self._shift_ms(span) if place.shift_ms is None else place.shift_ms
            self.connected = True
            async for batch in self._paced(place.sent, shift_ms):
                yield batch
        except Mistake as mistake:
            raise SourceError(str(mistake), fatal=True) from None

    async def examine(self) -> list[str]:
        try:
            span = await asyncio.to_thread(self._span)
        except (Mistake, SourceError) as error:
            return [f"problem: {error} - correct the file or its `format`"]
        return ["ok: the recording can be read" if span else "problem: the recording is empty - name other files"]

    def _place(self, position: str | None) -> Position:
        """Where to go on; at the beginning when the options name another recording than last time."""
        place = msgspec.json.decode(position or "{}", type=Position)
        return place if place.of == self._options.recording() else Position()

    async def _paced(self, sent: int, shift_ms: int) -> AsyncIterator[Batch]:
        left = islice(shifted(self._recording(), shift_ms), sent, None)
        pace = _Pace(self._options.speed)
        held: list[Event] = []
        for event in left:
            wait_s = pace.wait_s(event.time or 0)
            if held and (wait_s > 0 or len(held) >= BATCH_MAX):
                yield self._batch(held, sent, shift_ms)
                held = []
                await asyncio.sleep(pace.wait_s(event.time or 0))
            elif wait_s > 0:
                await asyncio.sleep(wait_s)
            held.append(event)
            sent += 1
        if held:
            yield self._batch(held, sent, shift_ms)

    def _batch(self, events: Sequence[Event], sent: int, shift_ms: int) -> Batch:
        place = Position(self._options.recording(), sent, shift_ms)
        return Batch(events, msgspec.json.encode(place).decode())

    def _recording(self) -> Iterator[Event]:
        try:
            recorded = format_of(self._options.format)
        except Refused as refused:
            raise SourceError(refused.reason, fatal=True) from None
        return recorded.read([Path(file) for file in self._options.files])

    def _span(self) -> Span | None:
        span: Span | None = None
        for event in self._recording():
            time = event.time or 0
            span = Span(min(span.first_ms, time), max(span.last_ms, time)) if span else Span(time, time)
        return span

    def _refuse_too_fast(self, span: Span) -> None:
        if not self._options.shift_to_now:
            return
        if reason := too_fast(span.first_ms, span.last_ms, self._options.speed):
            raise SourceError(reason, fatal=True)

    def _shift_ms(self, span: Span) -> int:
        """So that the last event is sent when it says that it happened."""
        if not self._options.shift_to_now:
            return 0
        speed = self._options.speed
        takes_ms = (span.last_ms - span.first_ms) / speed if speed else 0
        return shift_to_now(span.last_ms, self._clock_ms() + round(takes_ms))


class _Pace:
    """When an event is due: at its distance from the first one that this run sends, divided by the speed."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._started_s = asyncio.get_running_loop().time()
        self._first_ms: int | None = None

    def wait_s(self, time_ms: int) -> float:
        if self._first_ms is None:
            self._first_ms = time_ms
        if not self._speed:
            return 0
        due_s = self._started_s + (time_ms - self._first_ms) / 1000 / self._speed
        return max(0.0, due_s - asyncio.get_running_loop().time())
