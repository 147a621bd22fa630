"""When is it open, and which shift runs? `Mon-Fri 08:00-20:00, Sat 09:00-15:00` by the wall clock of a zone.

Spans are [begin, end) in ms UTC. A span whose end is not after its begin goes into the next day; a holiday has
no span that begins on it. A day with hours of its own (`2026-12-24 09:00-13:00`, `2026-12-31 closed`) has those alone,
holiday or not. A time that the clock skips is as much later as is skipped; of one that comes twice it is the first.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LOOK_DAYS = 400  # so far ahead an opening is looked for, and so far back what was open
DAY_MINUTES = 24 * 60
_PART = re.compile(r"(?:([A-Za-z]+)(?:-([A-Za-z]+))?\s+)?(\d\d):(\d\d)-(\d\d):(\d\d)")
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)\s+(?:closed|(\d\d):(\d\d)-(\d\d):(\d\d))")
EXPECTED = "expected opening hours such as 'Mon-Fri 08:00-20:00, Sat 09:00-15:00'"


class Span(NamedTuple):
    begin_ms: int
    end_ms: int


class Opening(NamedTuple):
    """One rule: on `weekday` (0: Monday) from `begin` to `end` minutes after midnight; `end` may lie beyond it.
    `on`: on that day alone, instead of all others."""

    weekday: int
    begin: int
    end: int
    on: str = ""


class Hours(NamedTuple):
    """Opening hours of one place."""

    openings: tuple[Opening, ...]
    zone: str
    holidays: frozenset[str] = frozenset()

    def is_open(self, at_ms: int) -> bool:
        return any(span.begin_ms <= at_ms < span.end_ms for span in self.around(at_ms))

    def next_change_ms(self, at_ms: int) -> int | None:
        """The first opening or closing after `at_ms`; None where there is none within LOOK_DAYS."""
        span = next(self.spans(at_ms), None)
        if span is None:
            return None
        change_ms = span.begin_ms if span.begin_ms > at_ms else span.end_ms
        return change_ms if change_ms < at_ms + (LOOK_DAYS - 3) * DAY_MINUTES * 60_000 else None

    def opens_ms(self, at_ms: int) -> int | None:
        """When it opens next after `at_ms`."""
        return next((span.begin_ms for span in self.spans(at_ms) if span.begin_ms > at_ms), None)

    def closed_since_ms(self, at_ms: int) -> int | None:
        """When it closed last before `at_ms`, where it is closed then; None: it was not open within LOOK_DAYS."""
        day = _day(at_ms, self.zone)
        for back in (8, LOOK_DAYS):  # mostly it was open within a week
            if ends := [span.end_ms for span in self._of_days(day - back, back + 2) if span.end_ms <= at_ms]:
                return ends[-1]
        return None

    def frozen_since_ms(self, begin_ms: int, now_ms: int) -> int:
        """A virtual begin: `now` minus the open time since `begin`. While it is closed, as it was at the closing."""
        last_ms = now_ms if self.is_open(now_ms) else self.closed_since_ms(now_ms) or begin_ms
        seen_ms = max(begin_ms, last_ms)  # a clock that is ahead lets it begin later than now
        return seen_ms - self.open_ms(begin_ms, seen_ms)

    def open_ms(self, begin_ms: int, end_ms: int) -> int:
        """How long it was open in [begin, end); before LOOK_DAYS nobody looks: a source may tell seconds for ms."""
        begin_ms = max(begin_ms, end_ms - LOOK_DAYS * DAY_MINUTES * 60_000)
        first, last = _day(begin_ms, self.zone) - 1, _day(end_ms, self.zone)
        spans = self._of_days(first, last - first + 1)
        return sum(max(0, min(span.end_ms, end_ms) - max(span.begin_ms, begin_ms)) for span in spans)

    def after_open_ms(self, begin_ms: int, open_ms: int) -> int | None:
        """The instant at which it has been open for `open_ms` since `begin_ms`; None: not within LOOK_DAYS."""
        left_ms = open_ms
        for span in self.spans(begin_ms):
            here_ms = span.end_ms - max(span.begin_ms, begin_ms)
            if here_ms > left_ms:
                return max(span.begin_ms, begin_ms) + left_ms
            left_ms -= max(0, here_ms)
        return None

    def around(self, at_ms: int) -> Iterator[Span]:
        """The spans that may hold `at_ms`."""
        return self._of_days(_day(at_ms, self.zone) - 1, 2)

    def apart(self, at_ms: int) -> Iterator[Span]:
        """As `around`, not joined where one ends as the next begins: a shift of 24 hours is another one each day."""
        day = _day(at_ms, self.zone)
        return (span for ordinal in (day - 1, day) for span in _spans_of(self, ordinal))

    def spans(self, from_ms: int) -> Iterator[Span]:
        """In order, from the one that holds `from_ms` or the next."""
        first = _day(from_ms, self.zone) - 1
        return (span for span in self._of_days(first, LOOK_DAYS) if span.end_ms > from_ms)

    def _of_days(self, first: int, days: int) -> Iterator[Span]:
        """Those that begin on these days (ordinals), in order, overlapping ones joined."""
        held: Span | None = None
        for ordinal in range(first, first + days):
            for span in _spans_of(self, ordinal):
                if held and span.begin_ms <= held.end_ms:
                    held = Span(held.begin_ms, max(held.end_ms, span.end_ms))
                else:
                    if held:
                        yield held
                    held = span
        if held:
            yield held


class AnyOf(NamedTuple):
    """Open while one of them is."""

    places: tuple[Hours, ...]

    def is_open(self, at_ms: int) -> bool:
        return any(one.is_open(at_ms) for one in self.places)

    def next_change_ms(self, at_ms: int) -> int | None:
        """Of one of them: it may be no change of all together."""
        return min((turn for one in self.places if (turn := one.next_change_ms(at_ms)) is not None), default=None)


def parse_openings(text: str) -> tuple[Opening, ...]:
    """Raises ValueError. Days may be left out: then every day."""
    found: list[Opening] = []
    for part in (one.strip() for one in text.split(",")):
        if dated := _DATED.fullmatch(part):
            found.append(Opening(_date(dated[1]).weekday(), *_span(dated, 2), dated[1]))
        elif matched := _PART.fullmatch(part):
            found += [Opening(day, *_span(matched, 3)) for day in _weekdays(matched[1], matched[2])]
        else:
            raise ValueError(f"'{part}' is no opening: {EXPECTED}")
    return tuple(found)


def _span(matched: re.Match[str], first: int) -> tuple[int, int]:
    """Begin and end in minutes; the same twice where it is closed."""
    if matched[first] is None:
        return 0, 0
    begin, end = (_minutes(matched[hour], matched[hour + 1]) for hour in (first, first + 2))
    return begin, end + (DAY_MINUTES if end <= begin else 0)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is no date: {EXPECTED}") from None


def _weekdays(begin: str | None, end: str | None) -> list[int]:
    if begin is None:
        return list(range(7))
    first, last = _weekday(begin), _weekday(end or begin)
    return [day % 7 for day in range(first, last + (7 if last < first else 0) + 1)]


def _weekday(text: str) -> int:
    if text not in DAYS:
        raise ValueError(f"'{text}' is no day: {EXPECTED}")
    return DAYS.index(text)


def _minutes(hour: str, minute: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    if minutes > DAY_MINUTES or int(minute) > 59:
        raise ValueError(f"'{hour}:{minute}' is no time of the day: {EXPECTED}")
    return minutes


def _day(at_ms: int, zone: str) -> int:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).toordinal()


@lru_cache(maxsize=4096)
def _spans_of(hours: Hours, ordinal: int) -> tuple[Span, ...]:
    on = date.fromordinal(ordinal)
    wanted = [opening for opening in hours.openings if opening.on == on.isoformat()]
    if not wanted and on.isoformat() not in hours.holidays:
        wanted = [opening for opening in hours.openings if not opening.on and opening.weekday == on.weekday()]
    spans = (Span(_instant(on, one.begin, hours.zone), _instant(on, one.end, hours.zone)) for one in wanted)
    return tuple(sorted(span for span in spans if span.begin_ms < span.end_ms))


def _instant(on: date, minutes: int, zone: str) -> int:
    day = on + timedelta(days=minutes // DAY_MINUTES)
    minutes %= DAY_MINUTES
    wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=ZoneInfo(zone))
    return round(wall.timestamp() * 1000)
