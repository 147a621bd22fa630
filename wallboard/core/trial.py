"""When would a rule have spoken? Recorded events through the same core as live, with this rule alone.

What was in force on that day is passed over: the queues, hours and targets are those of today, as the rule would meet
them tomorrow.
"""

from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.measured import SECOND_MS
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful

DAY_MS = 86_400_000
MINUTE_MS, MANY_MS = 60_000, 600_000  # floods are counted in ten minutes (EEMUA 191)


class Spoke(Struct):
    """Once: of what, when, with which value; until when (ms UTC; None: it was still so at the end) and why it ended."""

    kind: str
    of: str
    raised_ms: int
    value: float | None
    over_ms: int | None = None
    over: str = ""


class Trial:
    """Takes events in their order; arrival is the greatest event time so far, as in `compute`."""

    def __init__(self, settings: Settings, name: str, rule: Rule, from_ms: int) -> None:
        """What is raised before `from_ms` only warms up: it is not among what is found."""
        self._floor = watchful(Floor(replace(settings, alert={name: rule})))
        self._from_ms, self._now_ms = from_ms, 0
        self._open: dict[str, Spoke] = {}
        self._found: list[Spoke] = []

    def take(self, event: ev.Event) -> None:
        if isinstance(event, ev.ConfigApplied | ev.AlertEvent):
            return
        now_ms = max(self._now_ms, event.time or 0)
        self._go_on(now_ms)
        self._now_ms = now_ms
        self._floor.apply(event, now_ms)
        self._hear()

    def end(self, at_ms: int) -> list[Spoke]:
        """All that was found, in order."""
        at_ms = max(at_ms, self._now_ms)
        self._go_on(at_ms)
        self._floor.advance(at_ms)
        self._hear()
        return self._found

    def _go_on(self, now_ms: int) -> None:
        """To shortly before it. What changed is looked at when its second is over, as live, and not in each second
        until the next event: that is the second after the last one, and those after each minute's turn."""
        at_ms = (self._now_ms // SECOND_MS + 1) * SECOND_MS
        while self._now_ms and at_ms < now_ms:
            self._floor.advance(at_ms)
            self._floor.take_touched()
            at_ms = (at_ms // MINUTE_MS + 1) * MINUTE_MS + SECOND_MS

    def _hear(self) -> None:
        alerting = self._floor.alerting
        for event in list(alerting.untold.values()) if alerting else ():
            assert alerting
            alerting.told(event)
            if isinstance(event, ev.AlertRaised):
                self._raised(event)
            elif spoke := self._open.pop(event.alert, None):
                spoke.over_ms, spoke.over = event.time, event.note or "cleared"

    def _raised(self, event: ev.AlertRaised) -> None:
        said, raised_ms = event.attributes or {}, event.time or self._now_ms
        spoke = Spoke(said["kind"], said["of"], raised_ms, event.value)
        if raised_ms >= self._from_ms:
            self._open[event.alert] = spoke
            self._found.append(spoke)


def run(
    trials: Sequence[Trial], events: Iterable[ev.Event], from_ms: int, until_ms: int | None
) -> tuple[int, list[list[Spoke]]]:
    """How many days were seen, without what came before `from_ms`; and what each trial found."""
    begin_ms = now_ms = 0
    for event in events:
        time_ms = event.time or now_ms
        if until_ms is not None and time_ms >= until_ms:
            continue
        begin_ms, now_ms = begin_ms or time_ms, max(now_ms, time_ms)
        for trial in trials:
            trial.take(event)
    seen_ms = now_ms - max(begin_ms, from_ms)
    return max(1, round(seen_ms / DAY_MS)), [trial.end(now_ms) for trial in trials]


class Summary(NamedTuple):
    """`most`: in any ten minutes. Lengths in seconds, of those that ended; None: none did. `shifts`: how many in it."""

    times: int
    a_day: float
    most: int
    median_s: float | None
    longest_s: float | None
    open: int
    shifts: dict[str, int]


def summary(found: Sequence[Spoke], settings: Settings, days: int) -> Summary:
    lengths = [(one.over_ms - one.raised_ms) / 1000 for one in found if one.over_ms is not None]
    return Summary(
        len(found), len(found) / max(1, days), _most([one.raised_ms for one in found]),
        median(lengths) if lengths else None, max(lengths, default=None),
        sum(one.over_ms is None for one in found), _by_shift(found, settings),
    )  # fmt: skip


def _most(at_ms: Sequence[int]) -> int:
    first = most = 0
    for last, now_ms in enumerate(at_ms):
        while at_ms[first] <= now_ms - MANY_MS:
            first += 1
        most = max(most, last - first + 1)
    return most


def _by_shift(found: Sequence[Spoke], settings: Settings) -> dict[str, int]:
    """Of the site of what it spoke of; of the first site where it is no queue."""
    counts = {shift: 0 for shifts in settings.shifts.values() for shift in shifts}
    for one in found:
        site = settings.site_of(one.of) if one.kind == "queues" else next(iter(settings.sites))
        for shift, hours in settings.shifts.get(site, {}).items():
            counts[shift] += hours.is_open(one.raised_ms)
    return counts
