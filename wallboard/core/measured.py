"""Which value does a condition look at, and when will it pass a limit by time alone?

oldest_wait_s > 120 of queues/support, now.oldest_at 12:00:00      87 s at 12:01:27; passes 120 s at 12:02:01
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from wallboard.core.askable import SINCE
from wallboard.core.condition import Condition
from wallboard.core.limits import Limit
from wallboard.core.numbers import TO, counted_since, number_in, number_named

Document = dict[str, Any]

LEAST = 5  # of how many a percentage must be, where neither rule nor queue says
SECOND_MS = 1_000
# Of an agent or a source: the instant from which its seconds count.
_INSTANTS = {
    "wrapup_over_s": "wrapup_over_at", "pause_over_s": "pause_over_at", "stretch_s": "stretch_since",
    "silent_s": "last_event_at",
}  # fmt: skip


# What is absent while there is none of it → what stands beside it where that is known, and it is 0.
_NONE_OF_IT = {
    "paused_by": ("staffed",), "unanswered": ("waiting",), "open_cases": ("waiting",),
    "missing": ("can_release", "service_level_in_30m"), "can_release": ("missing", "service_level_in_30m"),
}  # fmt: skip


class Measured(NamedTuple):
    """`value` None: not known, or of too few. `since_ms`: it is the seconds since then, and grows by itself.
    `forgets_ms`: when what it is measured from does not count any more."""

    value: float | None
    since_ms: int | None = None
    forgets_ms: int | None = None

    def passes_ms(self, limit: Limit) -> int | None:
        """The first whole second at which its value by time alone is on the other side of the limit, if it is ahead."""
        if self.since_ms is None:
            return None
        at_ms = self.since_ms + round(limit.number * 1000)
        strict = limit.sign in (">", "<=")
        return (at_ms // SECOND_MS + 1) * SECOND_MS if strict else -(-at_ms // SECOND_MS) * SECOND_MS


Reader = Callable[[Document, int], Measured]


def measured(condition: Condition, row: Document, now_ms: int) -> Measured:
    """Of a row of the state document (core/kpis.py)."""
    return reader_of(condition)(row, now_ms)


def reader_of(condition: Condition) -> Reader:
    """What reads its number, worked out once; it takes the row and the time (ms)."""
    metric = condition.metric
    if metric.startswith("kpi."):
        return lambda row, _: Measured(row.get("value"))
    if metric in _INSTANTS:
        return _reader_since(metric, _INSTANTS[metric])
    if metric in SINCE:
        instant = SINCE[metric]
        return lambda row, now_ms: _since_now(row.get("now", {}), instant, now_ms)
    if metric == "missed_in_row":
        return lambda row, _: Measured(row.get(metric, 0))
    return _reader_of_number(condition)


def _reader_since(metric: str, instant: str) -> Reader:
    def read(row: Document, now_ms: int) -> Measured:
        if metric == "silent_s" and row.get("state") == "quiet":
            return Measured(None)  # it sends no heartbeats: silence says nothing
        found = _since(row.get(instant), now_ms)
        return found._replace(forgets_ms=row.get("stretch_turns_at")) if metric == "stretch_s" else found

    return read


def _reader_of_number(condition: Condition) -> Reader:
    metric, number = condition.metric, number_named(condition.metric)
    of = condition.window or ("now" if number and number.now else "day")
    beside = _NONE_OF_IT.get(metric.partition(".")[0], ())

    def read(row: Document, _: int) -> Measured:
        window = row.get(of, {})
        found = number_in(window, metric)
        if found is None and any(one in window for one in beside):
            return Measured(None if _of_few(condition, row, window) else 0)
        if not isinstance(found, int | float) or _of_few(condition, row, window):
            return Measured(None)
        return Measured(found)

    return read


def _since_now(now: Document, instant: str, now_ms: int) -> Measured:
    """A wait that stands still passes no limit by time alone."""
    found = _since(counted_since(now, instant, now_ms), now_ms)
    return found._replace(since_ms=None) if TO.get(instant) in now else found


def _since(since_ms: int | None, now_ms: int) -> Measured:
    """Nobody waits: 0 s, which is known."""
    return Measured(0) if since_ms is None else Measured(max(0, now_ms - since_ms) / 1000, since_ms)


def _of_few(condition: Condition, row: Document, window: Document) -> bool:
    n = window.get("n", {}).get(condition.metric)
    least = row.get("min_n", LEAST) if condition.min_n is None else condition.min_n
    if n is None:  # no percentage: of so many contacts, where the rule asks for it
        return condition.min_n is not None and window.get("offered", 0) < least
    return bool(n < least)
