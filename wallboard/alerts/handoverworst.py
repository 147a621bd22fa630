"""What was worst in a shift? The longest wait that ended in it, and the hour with the lowest service level."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from wallboard.alerts import handover
from wallboard.alerts.handover import Numbers
from wallboard.core.calendar import Shift
from wallboard.core.quarters import longest_wait_s
from wallboard.core.settings import SPOKEN
from wallboard.core.state import Floor
from wallboard.core.still import channel_of
from wallboard.record.history import History
from wallboard.record.steps import Row


class Line(NamedTuple):
    """A queue: its name, and whether people talk there; else they write."""

    name: str
    is_spoken: bool


class Longest(NamedTuple):
    """It ended in the quarter of an hour that begins `at_ms` (UTC)."""

    line: Line
    wait_s: int
    at_ms: int


class WorstHour(NamedTuple):
    """`group`: None where there is no other."""

    group: str | None
    row: Row


def lines_of(floor: Floor, has_queue: Callable[[str], bool]) -> dict[str, Line]:
    """Queue → what is said of it, of those that are asked about and not hidden."""
    names = floor.settings.for_queue
    return {
        queue: Line(names(queue).name or queue, channel_of(floor, queue) in SPOKEN)
        for queue in {**floor.settings.queue, **floor.tallies.queues}
        if has_queue(queue) and not names(queue).hidden
    }


def longest(history: History, lines: Mapping[str, Line], shift: Shift, now_ms: int) -> Longest | None:
    """Of a call where any waited: who wrote may wait for hours. Blocking. Raises RecordUnavailable."""
    recorded = history.several("queues", [*lines], shift.started_ms, handover.until(shift, now_ms), "event")
    found = [
        Longest(lines[queue], wait_s, at_ms)
        for queue, quarters in recorded.items()
        for at_ms, amounts in quarters.items()
        if (wait_s := longest_wait_s(amounts))
    ]
    return max(found, key=lambda one: (one.line.is_spoken, one.wait_s, -one.at_ms), default=None)


def worst_hour(told: Iterable[Numbers], least: int) -> WorstHour | None:
    """Of hours with so many contacts at least; None where there are not two to tell apart."""
    told = list(told)
    found = [
        WorstHour(one.group if len(told) > 1 else None, row)
        for one in told
        for row in one.hours
        if row.get("n", {}).get("service_level", 0) >= max(1, least)
    ]
    return min(found, key=lambda one: (one.row["service_level"], one.row["at"])) if len(found) > 1 else None
