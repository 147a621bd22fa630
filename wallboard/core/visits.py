"""Of what is a contact's story made? Visits to queues, legs of agents, and what else was told of it."""

from typing import NamedTuple

from msgspec import Struct

from wallboard.core import events as ev

REPLACE_LOST_MS = 15 * 60_000  # a log may correct "left, reason unknown" for so long
WRAPUP_MOST_MS = 60 * 60_000  # a wrap-up whose end is to be told and never is goes on for so long


class SightedWaiting(ev.Queued, frozen=True, kw_only=True, tag="floor.waiting"):
    """A listed caller: opens a visit only where none is open (made by the state from `floor.observed`)."""


class SightedGone(ev.Left, frozen=True, kw_only=True, tag="floor.gone"):
    """A caller that a whole listing left out: ends the visit as lost."""


class SignedOff(ev.Wrapped, frozen=True, kw_only=True, tag="floor.off"):
    """Its agent went offline: ends a wrap-up whose end was not told (made where `agent.*` says so)."""


class Visit(Struct, array_like=True, gc=False):
    """One stay of the contact in one queue; waiting while `ended_ms` is None."""

    queue: str
    number: int
    channel: str
    begun_ms: int
    direction: str | None = None
    via: str | None = None
    priority: int | None = None
    customer: str | None = None
    ended_ms: int | None = None
    outcome: str | None = None
    reason: str | None = None
    stated_wait_ms: int | None = None
    agent: str | None = None
    rings: dict[str, int] = {}

    @property
    def wait_ms(self) -> int:
        """The wait of a visit that ended: as the source states it, else the difference of times."""
        if self.stated_wait_ms is not None:
            return self.stated_wait_ms
        return max(0, (self.ended_ms or self.begun_ms) - self.begun_ms)


class Leg(Struct, array_like=True, gc=False):
    """One agent's part: talk until `ended_ms`, wrap-up until `closed_ms` (may lie ahead).

    `untold`: its end is still to be told; `wrapup_ms` and `closed_ms` are what counts where it never is."""

    agent: str
    queue: str | None
    channel: str
    begun_ms: int
    waited: bool
    state: str = "engaged"
    since_ms: int = 0
    ended_ms: int | None = None
    closed_ms: int | None = None
    talk_ms: int = 0
    hold_ms: int = 0
    wrapup_ms: int = 0
    transferred: bool = False
    lost: bool = False
    untold: bool = False

    def awaits_end(self, at_ms: int) -> bool:
        """It is wrapped up then, until somebody says that it is done."""
        return self.untold and (self.ended_ms or 0) <= at_ms < (self.closed_ms or 0)


def wrap_up(leg: Leg, at_ms: int) -> None:
    """Its wrap-up, after its end, is over then."""
    leg.wrapup_ms = at_ms - (leg.ended_ms or at_ms)
    leg.closed_ms = at_ms
    leg.untold = False


def give_up_wrap_up(leg: Leg, at_ms: int) -> None:
    """Nobody told its end until then: it was as long as where nobody does."""
    wrap_up(leg, min(at_ms, (leg.ended_ms or at_ms) + leg.wrapup_ms))


class Miss(NamedTuple):
    at_ms: int
    agent: str
    queue: str | None


class Ring(Struct, frozen=True, array_like=True, gc=False):
    """It rang at an agent in [begin, end)."""

    agent: str
    begin_ms: int
    end_ms: int


class Result(NamedTuple):
    """What came of it, told by another system: late, and revised as a whole contact."""

    at_ms: int
    queue: str | None
    agent: str | None
    outcome: str | None
    code: str | None
    value: float | None


class Mark(NamedTuple):
    """What the customer gave, out of `best`."""

    at_ms: int
    queue: str | None
    agent: str | None
    score: float
    best: float


class Tag(NamedTuple):
    at_ms: int
    queue: str | None
    agent: str | None


class Reply(NamedTuple):
    """A human answer to what the customer wrote at `since_ms`; `first`: nobody had answered before."""

    at_ms: int
    since_ms: int
    queue: str
    first: bool
