"""Which numbers may an alert rule ask for, and how are they read? Those of the boards, and some of its own."""

from math import inf

from wallboard.core.events import TOLD_TYPES
from wallboard.core.numbers import NUMBERS, Reads, number_named

KPI = "kpi."
OF_SOURCES = frozenset({"silent_s"})
# Of a person; times in seconds since it began, or by which a limit is passed.
OF_AGENTS = frozenset({"missed_in_row", "wrapup_over_s", "pause_over_s", "stretch_s"})
# Seconds since an instant of the state document's window `now`.
SINCE = {
    "oldest_wait_s": "oldest_at", "oldest_unanswered_s": "oldest_unanswered_at", "oldest_case_s": "oldest_case_at",
    "quiet_s": "as_of",
}  # fmt: skip
NO_EVENT = "no_event_s"  # since an event of a kind was told (core/heard.py)
EVENTS = tuple(sorted({*TOLD_TYPES, *(one.partition(".")[0] + ".*" for one in TOLD_TYPES)}))
METRICS = (*SINCE, *sorted(OF_AGENTS), *sorted(OF_SOURCES), NO_EVENT, *NUMBERS)


def reads_of(metric: str) -> Reads:
    """How a rule's number is read."""
    number = number_named(metric)
    return number.reads if number else "count" if metric == "missed_in_row" else "seconds"


def range_of(metric: str) -> tuple[float, float]:
    """Between what the number lies whatever happens."""
    reads = reads_of(metric)
    if reads == "percent":
        return (-100, 100) if metric == "nps" else (0, 100)
    is_any = reads == "decimal" or metric in ("wrapup_over_s", "pause_over_s")
    return (-inf if is_any else 0, inf)
