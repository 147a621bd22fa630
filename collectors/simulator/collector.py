"""The simulated centre as a source: the last hour and a bit at once, then each event when it happens."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from collectors.simulator.centre import settings
from collectors.simulator.simulation import AGENTS, QUEUES, simulate
from wallboard.core.events import Event, SourceRestarted
from wallboard.core.options import read_options
from wallboard.core.sources import Batch, Surroundings

MINUTE_MS = 60_000
BATCH_MAX = 500
SLEEP_MAX_S = 1  # the clock may be set meanwhile
RESUME_MAX = 300_000  # events that are simulated again to go on where it was: a few seconds
RESUME_WITHIN_MS = 24 * 60 * MINUTE_MS  # after a longer pause nobody would take what was missed


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rate`: contacts an hour, by default what suits the agents. `past_minutes`: told at the first start."""

    kind: str = "simulator"
    seed: int = 1
    agents: Annotated[int, Meta(ge=1, le=10_000)] = AGENTS
    queues: Annotated[int, Meta(ge=1, le=1000)] = QUEUES
    rate: Annotated[float, Meta(gt=0)] | None = None
    past_minutes: Annotated[int, Meta(ge=0, le=90)] = 75

    def centre(self) -> str:
        """A digest of what decides the course of events."""
        what = msgspec.json.encode([self.seed, self.agents, self.queues, self.rate])
        return hashlib.blake2b(what, digest_size=6).hexdigest()


class Position(msgspec.Struct, frozen=True):
    """How many events of which centre, begun when, were sent, and the time of the last."""

    centre: str
    start_ms: int
    sent: int
    time_ms: int


class SimulatorCollector:
    """`SETTINGS` and `simulate` are the centre's configuration and its events, for the demo and the shell."""

    SETTINGS: ClassVar[dict[str, Any]] = settings()
    settings: ClassVar[Callable[[int, int], dict[str, Any]]] = staticmethod(settings)
    simulate: ClassVar[Callable[..., Iterator[Event]]] = staticmethod(simulate)

    def __init__(self, name: str, options: Mapping[str, object], around: Surroundings) -> None:
        self.name = name
        self.connected = False
        self.note: str | None = "simulated: no real customers"
        self.lag_ms: int | None = None
        self._clock_ms = around.clock_ms
        self._options = read_options(options, Options)

    async def events(self, position: str | None) -> AsyncGenerator[Batch, None]:
        place, anew = self._place(position)
        centre = self._simulated(place.start_ms)
        await asyncio.to_thread(_skip, centre, place.sent)
        self.connected = True
        if anew:
            yield Batch([SourceRestarted(time=place.start_ms, id=f"restart-{place.start_ms}")])
        async for events in self._in_time(centre):
            place = Position(place.centre, place.start_ms, place.sent + len(events), events[-1].time or 0)
            yield Batch(events, msgspec.json.encode(place).decode())

    async def examine(self) -> list[str]:
        options = self._options
        return [f"ok: simulates {options.agents} agents and {options.queues} queues from seed {options.seed}"]

    def _place(self, position: str | None) -> tuple[Position, bool]:
        """Where to begin, and whether the centre that was told so far must be closed before."""
        now_ms = self._clock_ms()
        past_ms = self._options.past_minutes * MINUTE_MS
        first_ms = (now_ms - past_ms) // MINUTE_MS * MINUTE_MS
        if position is None:
            return Position(self._options.centre(), first_ms, 0, first_ms), False
        last = msgspec.json.decode(position, type=Position)
        same = last.centre == self._options.centre() and last.sent <= RESUME_MAX
        if same and now_ms - last.time_ms <= RESUME_WITHIN_MS:
            return last, False
        start_ms = max(last.time_ms + 1, first_ms)
        return Position(self._options.centre(), start_ms, 0, start_ms), True

    def _simulated(self, start_ms: int) -> Iterator[Event]:
        options = self._options
        return simulate(options.seed, options.agents, options.queues, options.rate, start_ms)

    async def _in_time(self, centre: Iterator[Event]) -> AsyncIterator[list[Event]]:
        """What is due, together; then nothing until the next is."""
        due: list[Event] = []
        for event in centre:
            if due and (len(due) >= BATCH_MAX or self._wait_ms(event) > 0):
                yield due
                due = []
            await self._until(event)
            due.append(event)

    async def _until(self, event: Event) -> None:
        wait_ms = self._wait_ms(event)
        while wait_ms > 0:
            await asyncio.sleep(min(wait_ms / 1000, SLEEP_MAX_S))
            wait_ms = self._wait_ms(event)

    def _wait_ms(self, event: Event) -> int:
        return (event.time or 0) - self._clock_ms()


def _skip(centre: Iterator[Event], count: int) -> None:
    next(islice(centre, count, count), None)
