"""Which waits stand still? Those of text channels while their queue is closed: they are counted to its closing.

mail, queued 19:50, closed at 20:00      oldest_at 19:50, oldest_to 20:00: ten minutes all night
phone and mail together                  the longest wait of the phone; where nobody waits there, ten minutes
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from wallboard.core.hours import Hours
from wallboard.core.numbers import TO
from wallboard.core.parts import INSTANTS
from wallboard.core.settings import SPOKEN
from wallboard.core.state import Floor
from wallboard.core.tally import Tally

_MINUTE_MS = 60_000


class Oldest(NamedTuple):
    """`instants`: those that count, in order; `to_ms`: until when, None where the longest wait grows."""

    instants: tuple[int, ...]
    to_ms: int | None = None


def oldest(floor: Floor, tallies: Iterable[tuple[str, Tally]], metric: str) -> Oldest | None:
    """Of the open queues among these; where nobody waits in them, of the closed one whose wait is the longest."""
    growing, still = list[int](), list[tuple[int, int, int, Tally]]()
    for name, tally in tallies:
        if waits := tally.waits[INSTANTS[metric]]:
            closed_ms = _closed_ms(floor, name) if metric in TO else None
            if closed_ms is None:
                growing += waits.elements()
            else:
                still.append((max(0, closed_ms - min(waits)), closed_ms, -min(waits), tally))
    if growing or not still:
        return Oldest(tuple(sorted(growing))) if growing else None
    _, closed_ms, _, tally = max(still, key=lambda one: one[:3])
    instants = tuple(sorted(tally.waits[INSTANTS[metric]].elements()))
    return Oldest(instants, max(closed_ms, instants[0]))


def channel_of(floor: Floor, queue: str) -> str:
    """As configured, else as was told of it."""
    settings, tally = floor.settings.for_queue(queue), floor.tallies.queues.get(queue)
    told = None if queue in floor.settings.queue or tally is None else tally.channel
    return told or settings.channel


def _closed_ms(floor: Floor, queue: str) -> int | None:
    """Since when a queue is closed whose waits run in opening hours."""
    hours = None if channel_of(floor, queue) in SPOKEN else floor.settings.hours_of(queue)
    return closed_since(hours, floor.now_ms) if hours else None


def closed_since(hours: Hours, at_ms: int) -> int | None:
    """None: it is open; 0: for longer than anybody looks."""
    return _closed(hours, at_ms // _MINUTE_MS)


@lru_cache(maxsize=4096)
def _closed(hours: Hours, minute: int) -> int | None:
    """Hours begin and end with a minute."""
    at_ms = minute * _MINUTE_MS
    return None if hours.is_open(at_ms) else hours.closed_since_ms(at_ms) or 0
