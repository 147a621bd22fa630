"""Which numbers can a tile show, and how is each one read: as a count, a percentage, seconds, an instant?

The names are those of the state document (docs/kpis.md). `now` numbers stand in the window `now`, the others in
the windows m15, m30, m60, shift and day.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Reads = Literal["count", "percent", "seconds", "instant", "decimal"]

WINDOWS = ("now", "m15", "m30", "m60", "shift", "day")


class Number(NamedTuple):
    reads: Reads
    now: bool = False


_NOW: dict[Reads, str] = {
    "count": "waiting over_target ringing engaged holding wrapup staffed ready idle paused unanswered "
    "agents_needed missing can_release open_cases",
    "instant": "oldest_at oldest_unanswered_at oldest_case_at",
    "seconds": "est_wait_s",
    "percent": "service_level_in_30m service_level_in_60m",
}
_WINDOWED: dict[Reads, str] = {
    "count": "offered answered abandoned short_abandoned flowed_out callbacks lost answered_in_target "
    "abandoned_in_target missed refused out_of_hours handled transferred rated",
    "percent": "service_level abandon_rate abandon_rate_all answer_rate transfer_rate success_rate csat nps "
    "noted_rate repeat_rate",
    "seconds": "asa_s max_wait_s wait_p50_s wait_p90_s abandon_wait_s talk_s hold_s wrapup_s aht_s talk_avg_s "
    "wrapup_avg_s first_reply_p50_s first_reply_p90_s reply_p90_s resolution_s",
    "decimal": "rating_avg outcome_value",
}
# Until when a time since is counted, where it stands still (core/still.py).
TO = {"oldest_at": "oldest_to", "oldest_unanswered_at": "oldest_unanswered_to"}
# By which people may be ranked, each with its own of `shift` and `day`: what one would like to have more of.
RANKED: dict[str, Reads] = {
    "answered": "count", "handled": "count", "rated": "count", "success_rate": "percent", "rating_avg": "decimal",
    "per_hour": "decimal",
}  # fmt: skip

# Which way is good. Of the others (offered, handled, talk time) nobody can say without knowing why.
_GOOD: dict[str, str] = {
    "up": "idle ready answered_in_target service_level service_level_in_30m service_level_in_60m answer_rate "
    "success_rate csat nps rating_avg noted_rate",
    "down": "waiting over_target oldest_at unanswered oldest_unanswered_at oldest_case_at missing est_wait_s abandoned "
    "lost missed refused abandon_rate abandon_rate_all repeat_rate asa_s max_wait_s wait_p50_s wait_p90_s "
    "first_reply_p50_s first_reply_p90_s reply_p90_s resolution_s",
}
# Families with a name of one's own behind the dot: `tags.thanks`, `codes.moved`, `paused_by.lunch`, `kpi.sales`.
FAMILIES: dict[str, Number] = {
    "paused_by": Number("count", now=True),
    "kpi": Number("decimal", now=True),
    "codes": Number("count"),
    "tags": Number("count"),
}
COUNTED = ("codes", "tags")  # of these only what there is stands in a window: of others there are none
# `missing` is a need for agents (now) and `missed` counts ring attempts; no name is in both.
NUMBERS: dict[str, Number] = {
    **{name: Number(reads, now=True) for reads, names in _NOW.items() for name in names.split()},
    **{name: Number(reads) for reads, names in _WINDOWED.items() for name in names.split()},
}


def ranked_by(metric: str) -> Reads | None:
    """How a number of a person is read by which a tile may rank; None: by this nobody is ranked."""
    family, dot, own = metric.partition(".")
    if dot:
        return "count" if family == "tags" and own else None
    return RANKED.get(metric)


def better(metric: str) -> str | None:
    """`up` or `down`: the way in which the number gets better; None where that is not plain."""
    return next((way for way, names in _GOOD.items() if metric in names.split()), None)


def number_named(metric: str) -> Number | None:
    """How `metric` is read; None where there is no such number."""
    family, dot, own = metric.partition(".")
    if dot:
        return FAMILIES.get(family) if own else None
    return NUMBERS.get(metric)


def number_in(window: Mapping[str, Any], metric: str) -> Any:
    """A number of a window, also one with a name of its own; None where it is not known."""
    family, dot, own = metric.partition(".")
    found = window.get(family)
    if not dot:
        return found
    none = 0 if family in COUNTED and "offered" in window else None
    return found.get(own, none) if isinstance(found, Mapping) else None


def counted_since(now: Mapping[str, Any], instant: str, now_ms: int) -> Any:
    """A time since of the window `now`: of one that stands still an instant as long ago as it has lasted."""
    since_ms, to_ms = now.get(instant), now.get(TO.get(instant, ""))
    return since_ms if since_ms is None or to_ms is None else since_ms + max(0, now_ms - to_ms)
