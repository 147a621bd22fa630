"""What is a condition of an alert rule? A number and its limits as a value, and what is wrong with one."""

from collections.abc import Iterator
from functools import cached_property
from math import inf
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct, field

from wallboard.core.askable import EVENTS, METRICS, NO_EVENT, OF_AGENTS, OF_SOURCES, SINCE, range_of
from wallboard.core.fields import Text
from wallboard.core.limits import EXPECTED_DURATION, EXPECTED_LIMIT, Limit, Reach, duration_ms, limit_of
from wallboard.core.numbers import number_named
from wallboard.core.words import meant

Window = Literal["now", "m15", "m30", "m60", "shift", "day"]
LEAST_WITHIN_MS, MOST_WITHIN_MS = 60_000, 3_600_000
_NEVER = Limit(">", inf)


class Fault(NamedTuple):
    """`at`: the rule's key, such as `clear` or `and[0].raise`."""

    at: str
    reason: str


class Named(NamedTuple):
    """What an alert says of the condition that raised it."""

    metric: str
    window: str | None
    limit: str
    within: str | None
    event: str | None

    @property
    def number(self) -> tuple[str, str | None, str | None]:
        return self.metric, self.window, self.within


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """A number and its limits. `raises`, `clears` stand as `raise` and `clear` in the file. `event`: of `no_event_s`,
    the type of which none is told, or its family (`contact.*`); left out, any but heartbeats."""

    metric: Text
    window: Window | None = None
    raises: Text = field(name="raise")
    clears: Text | None = field(default=None, name="clear")
    min_n: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    within: Text | None = None
    event: Text | None = None

    @cached_property
    def within_ms(self) -> int | None:
        """Not the number itself: by how much it rose (`> 5`) or fell (`< -5`) within so long (core/moving.py)."""
        return duration_ms(self.within) if self.within else None

    @cached_property
    def raise_limit(self) -> Limit:
        return limit_of(self.raises) or _NEVER

    @cached_property
    def clear_limit(self) -> Limit | None:
        """None: it is over as soon as it is not raised any more."""
        return limit_of(self.clears) if self.clears else None

    @property
    def named(self) -> Named:
        return Named(self.metric, self.window, self.raises, self.within, self.event)

    def faults(self, at: str = "") -> Iterator[Fault]:
        if reason := _no_number(self.metric, self.window):
            yield Fault(f"{at}{reason[0]}", reason[1])
        for key, text in (("raise", self.raises), ("clear", self.clears)):
            if text is not None and limit_of(text) is None:
                yield Fault(at + key, EXPECTED_LIMIT)
        if self.within is not None:
            yield from self._faults_of_change(at)
        if self.event is not None:
            yield from self._faults_of_event(at)
        if self.clear_limit and _overlap(self.raise_limit, self.clear_limit):
            yield Fault(at + "clear", f"'{self.clears}' holds while '{self.raises}' does: it would clear as it raises")

    def beyond(self, at: str = "") -> Iterator[tuple[str, Reach]]:
        """Limits that the number passes never or always: the rule's key, and which. No faults, but slips of the pen."""
        low, high = range_of(self.metric)
        if self.within:
            low, high = low - high, high - low
        for key, limit in (("raise", limit_of(self.raises)), ("clear", self.clear_limit)):
            if limit and (found := limit.reach(low, high)):
                yield at + key, found

    def _faults_of_change(self, at: str) -> Iterator[Fault]:
        if not LEAST_WITHIN_MS <= (self.within_ms or 0) <= MOST_WITHIN_MS:
            yield Fault(at + "within", f"{EXPECTED_DURATION}, from 1m to 1h")
        if self.metric in (*SINCE, *OF_SOURCES, *OF_AGENTS, NO_EVENT):
            yield Fault(at + "within", f"'{self.metric}' is no number whose change is watched: give it a limit alone")
        limit = limit_of(self.raises)
        if limit and not _is_change(limit):
            yield Fault(
                at + "raise",
                f"with `within` it is the change: '> 5' for a rise, '< -5' for a fall, not '{self.raises}'",
            )

    def _faults_of_event(self, at: str) -> Iterator[Fault]:
        if self.metric != NO_EVENT:
            yield Fault(at + "event", f"belongs to '{NO_EVENT}', and this is '{self.metric}'")
        elif self.event not in EVENTS:
            yield Fault(
                at + "event",
                f"no event '{self.event}', expected one of docs/events.md{meant(self.event or '', EVENTS)}",
            )


def _no_number(metric: str, window: str | None) -> Fault | None:
    own = metric in METRICS
    number = number_named(metric)
    if not own and number is None:
        return Fault("metric", f"no number '{metric}', expected one of docs/kpis.md{meant(metric, METRICS)}")
    if number and number.reads == "instant":
        instead = next(name for name, instant in SINCE.items() if instant == metric)
        return Fault("metric", f"'{metric}' is an instant: take '{instead}', the seconds since then")
    counted_now = number is None or number.now
    if window is not None and counted_now != (window == "now"):
        expected = "no window, it is counted now" if counted_now else "m15, m30, m60, shift or day"
        return Fault("window", f"'{metric}' expects {expected}")
    return None


def _is_change(limit: Limit) -> bool:
    """Standing still must not pass it."""
    return not limit.passed_by(0) and (limit.number >= 0) == (limit.sign[0] == ">")


def _overlap(raises: Limit, clears: Limit) -> bool:
    """Whether some value passes both."""
    if raises.sign[0] == clears.sign[0]:
        return True
    low, high = (raises, clears) if raises.sign[0] == ">" else (clears, raises)
    return low.number < high.number or (low.number == high.number and "=" in low.sign and "=" in high.sign)
