"""Who waits in a queue now? Its waiting contacts, the longest wait first."""

from heapq import nsmallest
from typing import NamedTuple

from wallboard.core.hours import Hours
from wallboard.core.settings import SPOKEN
from wallboard.core.state import Floor
from wallboard.core.still import closed_since
from wallboard.core.visits import Visit

MOST = 50


class Waiting(NamedTuple):
    """`total`: also of those that are not shown."""

    total: int
    shown: list[dict[str, object]]


def waiting(floor: Floor, queue: str) -> Waiting:
    """The first 50 as contact, source, channel, since (ms UTC) and, where it is so, priority, doubtful, and `to`.

    Looks at open contacts alone. Text waits in opening hours: `since` is now less the open time, counted `to` the
    closing while the queue is closed. `doubtful` as the number of that name: longer than the queue's `max_wait_s`.
    """
    floor.settle()
    found = [
        (visit.begun_ms, contact.key, visit)
        for source in floor.contacts.open
        for contact in floor.contacts.of_source(source)
        for visit in contact.story.visits
        if visit.queue == queue and visit.ended_ms is None
    ]
    longest_ms = round(floor.settings.for_queue(queue).longest_wait_s * 1000)
    first = nsmallest(MOST, found, key=lambda one: one[:2])
    hours = floor.settings.hours_of(queue)
    return Waiting(len(found), [_row(key, visit, hours, floor.now_ms, longest_ms) for _, key, visit in first])


def _row(key: tuple[str, str], visit: Visit, hours: Hours | None, now_ms: int, longest_ms: int) -> dict[str, object]:
    row: dict[str, object] = {
        "contact": key[1], "source": key[0], "channel": visit.channel, "since": visit.begun_ms,
    }  # fmt: skip
    waited_ms = now_ms - visit.begun_ms
    if hours and visit.channel not in SPOKEN:
        waited_ms = hours.open_ms(visit.begun_ms, now_ms)
        row["since"] = since_ms = hours.frozen_since_ms(visit.begun_ms, now_ms)
        if (closed_ms := closed_since(hours, now_ms)) is not None:
            row["to"] = max(closed_ms, since_ms)
    if visit.priority is not None:
        row["priority"] = visit.priority
    if waited_ms > longest_ms:
        row["doubtful"] = True
    return row
