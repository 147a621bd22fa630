"""Which alerts were raised in a past time, and what became of them? Their events through the same core as live."""

from collections.abc import Iterable

from wallboard.core import events as ev
from wallboard.core.rows import AlertRow
from wallboard.core.state import Floor

DAY_MS = 86_400_000


def raised(events: Iterable[ev.Event], from_ms: int, until_ms: int) -> dict[str, AlertRow]:
    """By id, in the order of their raising. `events`: also those after `until_ms`, in which they ended; read are those
    of a day, and further ones while one is open."""
    floor, found, now_ms = Floor(), dict[str, AlertRow](), 0
    for event in events:
        if (event.time or 0) >= until_ms + DAY_MS and found.keys().isdisjoint(floor.alerts.open):
            break
        if isinstance(event, ev.AlertEvent):
            now_ms = max(now_ms, event.time or 0)
            floor.apply(event, now_ms)
            row = floor.alerts.open.get(event.alert)
            if row and isinstance(event, ev.AlertRaised) and from_ms <= row.raised_ms < until_ms:
                found.setdefault(event.alert, row)
    return found
