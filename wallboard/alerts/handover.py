"""What does one shift leave to the next? Its numbers by hour against the target, alerts and who did what, who waits.

The page /shift shows it, and the leading worker mails it when the shift is over (docs/alerts.md).
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from wallboard.core.alerts import MOST_OVER
from wallboard.core.attendance import TIME
from wallboard.core.calendar import Shift
from wallboard.core.kpis import entity
from wallboard.core.numbers import counted_since
from wallboard.core.rows import AlertRow
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.core.windows import business_day
from wallboard.record.history import History
from wallboard.record.steps import Row, Step, known_then, rows, spans

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


class Numbers(NamedTuple):
    """Of a group, by hour and of the whole shift; hours of which nobody knows anything are one row as long as they
    follow each other. `target`: percent; None where its queues have several."""

    group: str
    target: float | None
    hours: list[Row]
    whole: Row

    @property
    def thanks(self) -> int:
        return int(self.whole.get("tags", {}).get("thanks", 0))


class Waits(NamedTuple):
    """Of a queue: who waits now, and since when the longest (ms UTC); the same of who is not answered (texts)."""

    queue: str
    name: str
    waiting: int
    oldest_ms: int | None
    unanswered: int
    unanswered_ms: int | None


def running(floor: Floor, site: str) -> Shift:
    """The shift that runs there, else the business day, which has no name."""
    calendar = floor.ground.calendar
    day = calendar.days[site]
    return calendar.shifts.get(site) or Shift("", day.started_ms, day.ends_ms)


def site_of(settings: Settings, teams: Collection[str] | None) -> str:
    """Of the first configured queue of these teams, else the first of the file. None: all teams."""
    own = (queue for queue, row in settings.queue.items() if teams and row.team in teams)
    return next((settings.site_of(queue) for queue in own), next(iter(settings.sites)))


def ended(settings: Settings, site: str, from_ms: int, until_ms: int) -> list[Shift]:
    """Those that ended in [from, until), the first one first."""
    found = [
        Shift(name, span.begin_ms, span.end_ms)
        for name, hours in settings.shifts.get(site, {}).items()
        for span in {*hours.apart(from_ms), *hours.apart(until_ms)}
        if from_ms <= span.end_ms < until_ms
    ]
    return sorted(found, key=lambda one: (one.ends_ms, one.name))


def before(floor: Floor, site: str, now_ms: int) -> Shift | None:
    """The last one that ended there, within a week; without shifts the business day before."""
    settings = floor.settings
    if not settings.shifts.get(site):
        place, today = settings.sites[site], floor.ground.calendar.days[site]
        day = business_day(today.started_ms - 1, place.zone, place.day_starts)
        return Shift("", day.started_ms, day.ends_ms)
    for days in range(7):
        until_ms = now_ms - days * DAY_MS + 1
        if found := ended(settings, site, until_ms - DAY_MS, until_ms):
            return found[-1]
    return None


def numbers(history: History, group: str, target: float | None, shift: Shift, now_ms: int) -> Numbers:
    """An hour that nobody saw has no numbers. Blocking. Raises RecordUnavailable."""
    until_ms = until(shift, now_ms)
    begins = range(shift.started_ms, until_ms, HOUR_MS)
    hours = [Step(at_ms, min(at_ms + HOUR_MS, shift.ends_ms)) for at_ms in begins]
    recorded = history.read("groups", group, shift.started_ms, until_ms, "event")
    spent = history.read("groups", group, shift.started_ms, until_ms, TIME)
    seen = spans(history.days(shift.started_ms, until_ms))
    told = rows([*hours, Step(shift.started_ms, shift.ends_ms)], recorded, spent, seen, now_ms, "groups")
    *found, whole = [row if known_then(row, recorded, seen) else _unknown(row) for row in told]
    return Numbers(group, target, _folded(found), whole)


def until(shift: Shift, now_ms: int) -> int:
    """How far it has come, in ms UTC."""
    return max(shift.started_ms + 1, min(shift.ends_ms, now_ms))


def _unknown(row: Row) -> Row:
    return {"at": row["at"], "until": row["until"]}


def _folded(hours: list[Row]) -> list[Row]:
    found: list[Row] = []
    for row in hours:
        if found and row == _unknown(row) and found[-1] == _unknown(found[-1]):
            found[-1]["until"] = row["until"]
        else:
            found.append(row)
    return found


def target_of(floor: Floor, group: str) -> float | None:
    """The target of its queues in percent; None where they have several, or there are none."""
    tallies = floor.tallies
    found = {
        floor.settings.for_queue(queue).target.percent for queue in tallies.queues if group in tallies.groups_of(queue)
    }
    return found.pop() if len(found) == 1 else None


def least(floor: Floor) -> int:
    """Of fewer contacts nothing is said of the target: that of a queue that is not configured."""
    return floor.settings.for_queue("").min_n


def alerts_of(floor: Floor, shift: Shift, sees: Callable[[AlertRow], bool]) -> list[tuple[str, AlertRow]]:
    """Those that were open in this shift, the first one first; of past ones the state has the last."""
    known = {**floor.alerts.over, **floor.alerts.open}
    found = [
        (name, row)
        for name, row in known.items()
        if row.raised_ms < shift.ends_ms and (row.over_ms is None or row.over_ms >= shift.started_ms) and sees(row)
    ]
    return sorted(found, key=lambda one: (one[1].raised_ms, one[0]))


def may_lack(floor: Floor, shift: Shift) -> bool:
    """Whether alerts of this shift may be missing: of those that are over the state has only the last."""
    over = floor.alerts.over
    return len(over) >= MOST_OVER and (next(iter(over.values())).over_ms or 0) >= shift.started_ms


def waits(floor: Floor, has_queue: Callable[[str], bool]) -> Iterator[Waits]:
    """The queues in which somebody waits now, the longest wait first; without hidden ones, as on a wall."""
    found = []
    for queue in floor.tallies.queues:
        is_shown = has_queue(queue) and not floor.settings.for_queue(queue).hidden
        row = entity(floor, "queues", queue) if is_shown else None
        now: dict[str, Any] = (row or {}).get("now", {})
        if row and (now.get("waiting") or now.get("unanswered")):
            found.append(
                Waits(
                    queue, row["name"], now.get("waiting", 0), counted_since(now, "oldest_at", floor.now_ms),
                    now.get("unanswered", 0), counted_since(now, "oldest_unanswered_at", floor.now_ms),
                )
            )  # fmt: skip
    yield from sorted(found, key=lambda one: (one.oldest_ms or one.unanswered_ms or floor.now_ms, one.queue))
