"""A floor after events that all arrive at noon, and one call as its events."""

from collections.abc import Sequence

from wallboard.core import events as ev
from wallboard.core.settings import Settings
from wallboard.core.state import Floor

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC
SECOND, MINUTE = 1000, 60_000


def floor_after(events: Sequence[ev.Event], *, now_ms: int = NOON, config: Settings | None = None) -> Floor:
    """All events arrive at `now_ms`."""
    floor = Floor(config)
    for event in events:
        floor.apply(event, now_ms)
    return floor


def call(contact: str, begin_s: float, *, answer_s: float | None = None, end_s: float | None = None) -> list[ev.Event]:
    """One call in support; without an answer it is abandoned at `end_s`."""
    base = {"contact": contact, "source": "pbx"}
    events: list[ev.Event] = [ev.Queued(queue="support", time=at(begin_s), **base)]
    if answer_s is not None:
        events.append(ev.Answered(agent="anna", time=at(answer_s), **base))
    if end_s is not None:
        kind = ev.Ended if answer_s is not None else ev.Abandoned
        events.append(kind(time=at(end_s), **base))
    return events


def at(seconds: float) -> int:
    return NOON + round(seconds * SECOND)
