"""Do the alerts still mean something to whoever gets them? How many, how long, who acted: against the known targets.

Targets: ANSI/ISA-18.2-2016 section 16.4 and EEMUA 191, for one person who watches. An alert is one rule of one entity.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from statistics import median
from typing import NamedTuple

from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.condition import Named

TEN_MIN_MS = 600_000
FLOOD_BEGINS, FLOOD_ENDS = 10, 5  # in ten minutes: above the first, until under the second
FLEETING_MS = 10_000
CHATTER, CHATTER_MS = 5, 300_000  # more changes than that within so long
STANDING_MS = DAY_MS = 86_400_000
NOISIEST = 10
TERMS = ("for", "keep_for", "clear", "min_n", "and", "or")  # of older alerts not all are told
FALSE_ALARM = "false_alarm"  # one of the results that people tap
OFTEN = 5  # alerts of a rule, before what mostly becomes of them can be a pattern
LONG_MS = 6 * TEN_MIN_MS  # before how it is on average can be told
SOME = 20  # alerts, before their severities can be a pattern
ENOUGH = 100  # different alerts, before the ten noisiest can be a small share of all


class Course(Struct):
    """One alert from its raise on (ms UTC). `acted_ms`: when somebody first acknowledged, took or snoozed it, or
    said what was done. `is_false`: somebody said that it was a false alarm. `said`: of its rule, the condition that
    raised it, as it was then, and on which `terms` (as Rule.terms says them); None: it does not say."""

    rule: str
    of: str
    severity: str
    raised_ms: int
    acted_ms: int | None = None
    over_ms: int | None = None
    kind: str = ""
    is_false: bool = False
    said: Named | None = None
    terms: dict[str, str] | None = None

    @property
    def lasted_ms(self) -> int | None:
        return None if self.over_ms is None else self.over_ms - self.raised_ms


class Measure(NamedTuple):
    """`target` in words; `is_met`: None where there is none, or too little to say."""

    name: str
    value: float | None
    unit: str
    target: str
    is_met: bool | None


class Noisy(NamedTuple):
    """A rule: its alerts, their share of all in percent, and how many were of no use."""

    rule: str
    times: int
    share: float
    fleeting: int
    chattering: int
    unheeded: int
    false_alarms: int

    @property
    def is_restless(self) -> bool:
        """Goes off and comes back."""
        return bool(self.fleeting or self.chattering)

    @property
    def is_needless(self) -> bool:
        """Mostly nobody acts on it, or it is a false alarm."""
        return self.times >= OFTEN and 2 * (self.unheeded + self.false_alarms) > self.times


class Report(NamedTuple):
    """`fresh`: how many are so new that nobody can say yet that nobody acts."""

    measures: list[Measure]
    rules: list[Noisy]
    fresh: int


def courses(events: Iterable[ev.Event]) -> list[Course]:
    """What became of each alert, in the order of their raising. Acts on what was raised before are passed over."""
    found: dict[str, Course] = {}
    for event in events:
        if isinstance(event, ev.AlertRaised):
            said, severity = event.attributes or {}, event.severity or "warning"
            new = Course(
                event.rule or "", said.get("of", ""), severity, event.time or 0, kind=said.get("kind", ""),
                said=_said(said),
                terms={key: said[key] for key in TERMS if key in said} if "keep_for" in said else None,
            )  # fmt: skip
            found.setdefault(event.alert, new)
        elif isinstance(event, ev.AlertEvent) and (course := found.get(event.alert)):
            if isinstance(event, ev.AlertCleared):
                course.over_ms = course.over_ms or event.time
            elif not isinstance(event, ev.AlertWoken):
                course.acted_ms = course.acted_ms or event.time
                course.is_false |= (event.attributes or {}).get("result") == FALSE_ALARM
    return list(found.values())


def _said(told: Mapping[str, str]) -> Named | None:
    """None: whoever raised it does not say."""
    if "metric" not in told or "limit" not in told:
        return None
    return Named(told["metric"], told.get("window"), told["limit"], told.get("within"), told.get("event"))


def report(alerts: Sequence[Course], from_ms: int, until_ms: int) -> Report:
    """Of the alerts that were raised within this time; of those open for days, also of what was raised before."""
    these = sorted(
        (one for one in alerts if from_ms <= one.raised_ms < until_ms), key=lambda one: one.raised_ms
    )  # fmt: skip
    chatter = _chattering(these)
    standing = _standing(alerts, from_ms, until_ms)
    measures = list(_measures(these, chatter, standing, from_ms, until_ms))
    return Report(measures, _noisiest(these, chatter, until_ms), sum(_is_fresh(one, until_ms) for one in these))


def _measures(
    these: Sequence[Course], chatter: set[tuple[str, str]], standing: int, from_ms: int, until_ms: int
) -> Iterator[Measure]:
    raised, span_ms = [one.raised_ms for one in these], max(1, until_ms - from_ms)
    counts = _in_ten_minutes(raised)
    average, worst = len(these) / ceil(span_ms / TEN_MIN_MS), max(counts, default=0)  # never above the worst
    is_long = span_ms >= LONG_MS
    yield Measure("in ten minutes, on average", average, "", "at most 1", average <= 1 if is_long else None)
    yield Measure("in the worst ten minutes", worst, "", f"at most {FLOOD_BEGINS}", worst <= FLOOD_BEGINS)
    flood = 100 * _flooded_ms(raised, until_ms) / span_ms
    yield Measure("of the time a flood", flood, "%", "under 1 %", flood < 1 if is_long else None)
    fleeting = sum(map(_is_fleeting, these))
    yield Measure("went off and came back within 10 s", fleeting, "", "none", not fleeting)
    yield Measure("kept going off and coming back", len(chatter), "", "none", not chatter)
    yield Measure("open over a day, on the worst day", standing, "", "under 5", standing < 5)
    share = _share(sum(count for _, count in Counter((one.rule, one.of) for one in these).most_common(NOISIEST)), these)
    many = len({(one.rule, one.of) for one in these}) >= ENOUGH
    yield Measure("of all, from the ten noisiest", share, "%", "at most 5 %", share <= 5 if many and share else None)
    yield Measure("until somebody acted (half of them)", _median_s(these), "s", "", None)
    old = [one for one in these if not _is_fresh(one, until_ms)]
    yield Measure("nobody acted", _share(_unheeded(these, until_ms), old), "%", "", None)
    yield Measure("false alarms", _share(sum(one.is_false for one in these), these), "%", "", None)
    for severity, most in (("critical", 5), ("warning", 15)):
        part = _share(sum(one.severity == severity for one in these), these)
        some = part is not None and len(these) >= SOME
        yield Measure(severity, part, "%", f"about {most} %", part <= 2 * most if some and part is not None else None)


def _standing(alerts: Sequence[Course], from_ms: int, until_ms: int) -> int:
    """The most that were open for more than a day by then and still so, on any day."""
    old = [(one.raised_ms + STANDING_MS, one.over_ms or until_ms) for one in alerts]
    days = range(from_ms, until_ms, DAY_MS)
    return max((sum(begin < day + DAY_MS and end > max(begin, day) for begin, end in old) for day in days), default=0)


def _noisiest(these: Sequence[Course], chatter: set[tuple[str, str]], until_ms: int) -> list[Noisy]:
    by_rule: dict[str, list[Course]] = defaultdict(list)
    for one in these:
        by_rule[one.rule].append(one)
    found = [
        Noisy(
            rule, len(own), 100 * len(own) / len(these), sum(map(_is_fleeting, own)),
            sum(name == rule for name, _ in chatter), _unheeded(own, until_ms),
            sum(one.is_false for one in own),
        )
        for rule, own in by_rule.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.times, one.rule))[:NOISIEST]


def _in_ten_minutes(raised: Sequence[int]) -> list[int]:
    """At each one, how many there were in the ten minutes up to it."""
    counts, first = [], 0
    for last, at_ms in enumerate(raised):
        while raised[first] <= at_ms - TEN_MIN_MS:
            first += 1
        counts.append(last - first + 1)
    return counts


def _flooded_ms(raised: Sequence[int], until_ms: int) -> int:
    """How long there was a flood: the count changes where one is raised, and ten minutes after one was."""
    changes = sorted([*((at, 1) for at in raised), *((at + TEN_MIN_MS, -1) for at in raised)])
    count = flooded = 0
    began_ms: int | None = None
    for at_ms, change in changes:
        count += change
        if began_ms is None and count > FLOOD_BEGINS:
            began_ms = at_ms
        elif began_ms is not None and count < FLOOD_ENDS:
            flooded += min(at_ms, until_ms) - began_ms
            began_ms = None
    return flooded


def _chattering(these: Sequence[Course]) -> set[tuple[str, str]]:
    """Rule and entity that changed more than CHATTER times within CHATTER_MS."""
    changes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in these:
        changes[one.rule, one.of] += [at for at in (one.raised_ms, one.over_ms) if at is not None]
    return {name for name, at_ms in changes.items() if _is_dense(sorted(at_ms))}


def _is_dense(at_ms: Sequence[int]) -> bool:
    return any(last - first < CHATTER_MS for first, last in zip(at_ms, at_ms[CHATTER:], strict=False))


def _is_fleeting(one: Course) -> bool:
    return one.lasted_ms is not None and one.lasted_ms < FLEETING_MS


def _is_fresh(one: Course, until_ms: int) -> bool:
    """Raised a moment ago and open: nobody can say yet that nobody acts."""
    return one.over_ms is None and one.acted_ms is None and until_ms - one.raised_ms <= TEN_MIN_MS


def _unheeded(these: Sequence[Course], until_ms: int) -> int:
    return sum(one.acted_ms is None and not _is_fresh(one, until_ms) for one in these)


def _median_s(these: Sequence[Course]) -> float | None:
    took = [(one.acted_ms - one.raised_ms) / 1000 for one in these if one.acted_ms is not None]
    return median(took) if took else None


def _share(count: int, these: Sequence[Course]) -> float | None:
    return 100 * count / len(these) if these else None
