"""What was it like, step by step? Rows of a past time: recorded intervals added up, and what follows from them.

Steps are counted from the beginning of the site's business day, so that an hour begins on the hour in a zone of
half hours too; a step of a day is the business day itself, of 23 or 25 hours twice a year.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from wallboard.core.attendance import STAFFED, STAFFED_AFTER
from wallboard.core.figures import figures, own_figures
from wallboard.core.quarters import QUARTER_MS, Amounts, counts_of
from wallboard.core.settings import Site
from wallboard.core.windows import Day, business_day
from wallboard.record.history import SeenDay

STEPS = {"15m": QUARTER_MS, "30m": 2 * QUARTER_MS, "1h": 4 * QUARTER_MS, "1d": 0}
MOST_ROWS = 3_000  # a month of quarters
TOLD_MS = 90_000  # so long it may take until the record has what happened
FIRST_YEAR, LAST_YEAR = 2000, 2199  # nothing can be recorded of others

Row = dict[str, Any]


class Step(NamedTuple):
    """[begins, ends) in ms UTC, within one business day."""

    begins_ms: int
    ends_ms: int


def steps(from_ms: int, to_ms: int, step: str, site: Site) -> Iterator[Step]:
    """Those that begin in [from, to), in order."""
    at_ms = business_day(from_ms, site.zone, site.day_starts).started_ms
    while at_ms < to_ms:
        day = business_day(at_ms, site.zone, site.day_starts)
        length_ms = STEPS[step] or day.ends_ms - day.started_ms
        while at_ms < min(day.ends_ms, to_ms):
            ends_ms = min(at_ms + length_ms, day.ends_ms)
            if at_ms >= from_ms:
                yield Step(at_ms, ends_ms)
            at_ms = ends_ms


def rows(
    wanted: Iterable[Step],
    recorded: Mapping[int, Amounts],
    spent: Mapping[int, Amounts],
    seen: Sequence[tuple[int, int]],
    now_ms: int,
    kind: str,
) -> Iterator[Row]:
    """One a step: `at`, `until`, `provisional` while something in it may still be revised, and its numbers.

    `recorded` and `spent`: quarter → counts, and → ms of time (core/attendance.py); `seen`: `spans` of
    the days.
    """
    for step in wanted:
        amounts, times = _added(recorded, step), _added(spent, step)
        row: Row = {"at": step.begins_ms, "until": step.ends_ms}
        if amounts.pop("open", 0) or step.begins_ms <= now_ms < step.ends_ms:
            row["provisional"] = True
        counts = counts_of(amounts)
        yield (
            row
            | figures(counts, 0)
            | (_of_agent(counts.sums, times) if kind == "agents" else _staffed(spent, step, seen, now_ms))
        )


def spans(days: Iterable[SeenDay]) -> list[tuple[int, int]]:
    """From when to when somebody looked, in order and apart. A day's last word just before its end holds up to it."""
    found: list[tuple[int, int]] = []
    for since_ms, until_ms in sorted(
        (day.since_ms, day.ends_ms if day.until_ms + TOLD_MS >= day.ends_ms else day.until_ms) for day in days
    ):
        if found and since_ms <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until_ms))
        else:
            found.append((since_ms, until_ms))
    return found


def known_then(row: Row, recorded: Container[int], seen: Sequence[tuple[int, int]]) -> bool:
    """Whether anybody looked: of what nobody saw nothing is said, which is not the same as zero."""
    at_ms, until_ms = row["at"], row["until"]
    if any(started_ms in recorded for started_ms in quarters(Step(at_ms, until_ms))):
        return True
    return any(since_ms < until_ms and at_ms < ends_ms + TOLD_MS for since_ms, ends_ms in seen)


def quarters(step: Step) -> range:
    """Those that begin in it: where a day begins within a quarter, that quarter belongs to the day before."""
    return range(-(-step.begins_ms // QUARTER_MS) * QUARTER_MS, step.ends_ms, QUARTER_MS)


def _added(recorded: Mapping[int, Amounts], step: Step) -> Amounts:
    found: Amounts = {}
    for started_ms in quarters(step):
        for name, amount in recorded.get(started_ms, {}).items():
            found[name] = found.get(name, 0) + amount
    return found


def _of_agent(sums: dict[str, int], times: Amounts) -> Row:
    found = own_figures(sums, times, 0)
    found.pop("longest_stretch_s", None)  # of a whole day only
    found.pop("n", None)  # which `figures` has of all percentages
    return found


def _staffed(spent: Mapping[int, Amounts], step: Step, seen: Sequence[tuple[int, int]], now_ms: int) -> Row:
    """How many agents were signed in on average over what is known of a step that is over."""
    if step.ends_ms + TOLD_MS > now_ms:  # agents' time is looked at after each quarter
        return {}
    staffed = {at_ms: spent[at_ms] for at_ms in quarters(step) if STAFFED in spent.get(at_ms, {})}
    known_ms = sum(_known_ms(at_ms, staffed.get(at_ms), seen) for at_ms in quarters(step))
    return {"staffed": sum(one[STAFFED] for one in staffed.values()) / known_ms} if staffed and known_ms > 0 else {}


def _known_ms(at_ms: int, staffed: Amounts | None, seen: Sequence[tuple[int, int]]) -> int:
    """How much of this quarter somebody saw, or was told of it: of agents before the house was up."""
    ends_ms = at_ms + QUARTER_MS
    here = [(max(at_ms, since), min(ends_ms, until)) for since, until in seen if since < ends_ms and at_ms < until]
    seen_ms = sum(until_ms - since_ms for since_ms, until_ms in here)
    if staffed is None:
        return seen_ms
    until_ms = max((until_ms for _, until_ms in here), default=ends_ms)
    return max(seen_ms, until_ms - at_ms - staffed.get(STAFFED_AFTER, 0))


def day_named(label: str, site: Site) -> Day:
    """The business day of that date. Raises ValueError, also for years of which nothing can be recorded."""
    hour, minute = map(int, site.day_starts.split(":"))
    day = date.fromisoformat(label)
    if day.isoformat() != label or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"expected a date from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31")
    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(site.zone))
    found = business_day(round(wall.timestamp() * 1000), site.zone, site.day_starts)
    if found.label != label:  # the clock skips that time: the day begins as much later
        found = business_day(found.ends_ms, site.zone, site.day_starts)
    return found
