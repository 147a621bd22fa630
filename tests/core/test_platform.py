"""A platform's own counters: from when to when they are compared, and that they correct nothing."""

from typing import Any

import pytest

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.platform import MOST_QUEUES, Counters, Report, compared, take
from wallboard.core.state import Floor

MORNING = 1_795_392_000_000  # 2026-11-23 00:00 UTC
MINUTE = 60_000


def beat(at_ms: int, completed: object, abandoned: object, queue: str = "support") -> ev.SourceBeat:
    told = {"queue": queue, "completed": str(completed), "abandoned": str(abandoned)}
    return ev.SourceBeat(source="pbx", time=at_ms, attributes=told)


def apply(floor: Floor, *events: ev.Event) -> None:
    for event in events:
        floor.apply(event, max(floor.now_ms, event.time or 0))


def shown(floor: Floor) -> list[Any]:
    stories = (contact.story for contact in floor.contacts.contacts.values())
    return [(one.queue, one.theirs, one.ours) for one in compared(floor.sources["pbx"].platform, stories)]


def call(name: str, at_ms: int, *, answered: bool) -> list[ev.Event]:
    begun = ev.Queued(contact=name, queue="support", source="pbx", time=at_ms)
    if not answered:
        return [begun, ev.Abandoned(contact=name, queue="support", source="pbx", time=at_ms + 5_000)]
    return [
        begun,
        ev.Answered(contact=name, queue="support", agent="a", source="pbx", time=at_ms + 5_000),
        ev.Ended(contact=name, queue="support", agent="a", source="pbx", time=at_ms + 20_000),
    ]


def test_the_first_report_is_the_base_and_ours_is_counted_in_the_same_span() -> None:
    """Before: 1 completed. After the report at 1 min: 2 completed, 1 gone; theirs 41 → 43 and 3 → 4."""
    floor = Floor()
    at_ms = MORNING + 3_600_000
    apply(floor, *call("c0", at_ms, answered=True), beat(at_ms + MINUTE, 41, 3))
    assert shown(floor) == []
    for number in (1, 2):
        apply(floor, *call(f"c{number}", at_ms + (1 + number) * MINUTE, answered=True))
    apply(floor, *call("c3", at_ms + 4 * MINUTE, answered=False), beat(at_ms + 5 * MINUTE, 43, 4))
    assert shown(floor) == [("support", (2, 1), (2, 1))]
    assert kpis.document(floor)["queues"]["support"]["day"]["answered"] == 3


def test_a_counter_that_fell_begins_a_new_span_and_so_do_a_restart_and_a_new_day() -> None:
    floor, at_ms = Floor(), MORNING + 3_600_000
    apply(floor, beat(at_ms, 41, 3), beat(at_ms + MINUTE, 43, 4), beat(at_ms + 2 * MINUTE, 0, 0))
    assert shown(floor) == []
    apply(floor, beat(at_ms + 3 * MINUTE, 7, 0))
    assert shown(floor) == [("support", (7, 0), (0, 0))]
    apply(floor, ev.SourceRestarted(source="pbx", time=at_ms + 4 * MINUTE), beat(at_ms + 5 * MINUTE, 9, 1))
    assert shown(floor) == []
    tomorrow = at_ms + 24 * 3_600_000
    apply(floor, beat(tomorrow, 20, 1))
    assert shown(floor) == []
    apply(floor, beat(tomorrow + MINUTE, 21, 1))
    assert shown(floor) == [("support", (1, 0), (0, 0))]


def test_an_older_report_is_passed_over() -> None:
    known = dict[str, Counters]()
    for report in (Report(1_000, 5, 0), Report(3_000, 9, 1), Report(2_000, 7, 0)):
        take(known, "support", report, 0)
    assert known["support"].last == Report(3_000, 9, 1)


@pytest.mark.parametrize("told", [{"queue": "support"}, {"queue": "support", "completed": "-1", "abandoned": "²"}])
def test_a_beat_that_counts_nothing_readable_is_an_ordinary_beat(told: dict[str, str]) -> None:
    floor = Floor()
    apply(floor, ev.SourceBeat(source="pbx", time=MORNING, attributes=told, lag_ms=3))
    assert (floor.sources["pbx"].platform, floor.sources["pbx"].lag_ms) == ({}, 3)


def test_counters_leave_the_lag_and_the_note_of_the_source_alone() -> None:
    floor = Floor()
    apply(floor, ev.SourceBeat(source="pbx", time=MORNING, lag_ms=3, note="log only"), beat(MORNING + 1_000, 1, 1))
    assert (floor.sources["pbx"].lag_ms, floor.sources["pbx"].note) == (3, "log only")


def test_a_script_cannot_fill_the_memory_with_queues() -> None:
    known = dict[str, Counters]()
    for number in range(MOST_QUEUES + 10):
        take(known, f"q{number}", Report(1_000, 1, 1), 0)
    assert len(known) == MOST_QUEUES


def test_a_checkpoint_keeps_the_span() -> None:
    floor, at_ms = Floor(), MORNING + 3_600_000
    apply(floor, beat(at_ms, 41, 3), *call("c1", at_ms, answered=True), beat(at_ms + MINUTE, 42, 3))
    assert shown(snapshot.load(snapshot.dump(floor))) == shown(floor) == [("support", (1, 0), (1, 0))]
