"""Repeat contacts and cases, by hand: the arithmetic stands beside each number."""

from typing import Any

import pytest

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.explain import explain
from wallboard.core.settings import Queue, Settings
from wallboard.core.state import Floor

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC
HOUR = 3_600_000


def floor_of(*events: ev.Event, settings: Settings | None = None) -> Floor:
    floor = Floor(settings)
    for event in events:
        floor.apply(event, event.time or NOON)
    return floor


def call(contact: str, at_ms: int, customer: str | None, queue: str = "support") -> ev.Queued:
    return ev.Queued(contact=contact, queue=queue, customer=customer, source="pbx", time=at_ms)


def case(name: str, at_ms: int, *, resolved: bool = False, **more: Any) -> ev.Event:
    kind = ev.CaseResolved if resolved else ev.CaseOpened
    return kind(**{"case": name, "queue": "support", "source": "desk", "time": at_ms, **more})


def day(floor: Floor, queue: str = "support") -> dict[str, Any]:
    found = kpis.entity(floor, "queues", queue)
    assert found
    return found["day"]


def now(floor: Floor) -> dict[str, Any]:
    found = kpis.entity(floor, "queues", "support")
    assert found
    return found["now"]


def test_who_called_within_a_day_comes_back():
    calls = [
        call("1", NOON, "k1"),
        call("2", NOON + HOUR, "k2"),
        call("3", NOON + 2 * HOUR, "k1"),
        call("4", NOON + 3 * HOUR, None),
    ]
    assert day(floor_of(*calls))["repeat_rate"] == pytest.approx(100 / 3)  # of three with a customer, one came back


def test_a_rate_of_who_came_back_says_that_it_is_so_far():
    said = explain(floor_of(call("1", NOON, "k1")), "queues", "support", "repeat_rate", "day", people=False)
    assert said
    assert {"code": "so_far_repeats"} in said["notes"]


def test_without_a_known_customer_there_is_no_rate():
    assert "repeat_rate" not in day(floor_of(call("1", NOON, None)))


def test_the_day_before_still_counts_after_midnight_and_over_a_restart():
    floor = floor_of(call("1", NOON, "k1"), ev.Abandoned(contact="1", source="pbx", time=NOON + 60_000))
    for hours in range(1, 24):
        floor.advance(NOON + hours * HOUR)
    floor = snapshot.load(snapshot.dump(floor))
    assert not floor.contacts.contacts, "the day is over: the contact itself is forgotten"
    floor.apply(call("2", NOON + 24 * HOUR, "k1"), NOON + 24 * HOUR)
    assert day(floor)["repeat_rate"] == 100, "to the millisecond a day later"
    floor.apply(call("3", NOON + 48 * HOUR + 1, "k1"), NOON + 48 * HOUR + 1)  # a millisecond more
    assert day(floor)["repeat_rate"] == 0
    assert day(floor)["offered"] == 1


def test_a_call_that_is_told_late_makes_the_later_one_a_repeat():
    floor = floor_of(call("2", NOON + 60_000, "k1"))
    assert day(floor)["repeat_rate"] == 0
    floor.apply(call("1", NOON, "k1"), NOON + 90_000)
    assert day(floor)["repeat_rate"] == 50


def test_a_case_counts_when_it_is_resolved_and_stands_open_until_then():
    floor = floor_of(case("a", NOON), case("b", NOON + HOUR), case("c", NOON + HOUR))
    assert (now(floor)["open_cases"], now(floor)["oldest_case_at"]) == (3, NOON)
    floor.apply(case("a", NOON + 2 * HOUR, resolved=True), NOON + 2 * HOUR)
    floor.apply(case("b", NOON + 2 * HOUR, resolved=True), NOON + 2 * HOUR)
    assert day(floor)["resolution_s"] == 5400  # (2 h + 1 h) / 2
    assert (now(floor)["open_cases"], now(floor)["oldest_case_at"]) == (1, NOON + HOUR)


def test_a_case_that_another_system_opened_long_ago_says_since_when():
    floor = floor_of(case("a", NOON, resolved=True, opened_at=NOON - 72 * HOUR))
    assert day(floor)["resolution_s"] == 72 * 3600
    assert now(floor)["open_cases"] == 0


def test_a_case_that_comes_again_is_open_again_and_its_first_resolution_stays():
    floor = floor_of(case("a", NOON), case("a", NOON + HOUR, resolved=True), case("a", NOON + 2 * HOUR))
    assert (day(floor)["resolution_s"], now(floor)["open_cases"]) == (3600, 1)
    assert now(floor)["oldest_case_at"] == NOON + 2 * HOUR


def test_a_case_that_is_told_as_resolved_twice_was_resolved_once():
    """Solved at one, closed at three; opened again it may be resolved again."""
    opened_at = NOON - HOUR
    solved, closed = (case("a", NOON + hour * HOUR, resolved=True, opened_at=opened_at) for hour in (1, 3))
    other = case("b", NOON + HOUR, resolved=True, opened_at=opened_at - 2 * HOUR)
    floor = floor_of(case("a", opened_at), solved, closed, other)
    assert day(floor)["resolution_s"] == 3 * 3600  # (2 h + 4 h) / 2
    again = (case("a", NOON + 4 * HOUR), case("a", NOON + 7 * HOUR, resolved=True))
    assert day(floor_of(case("a", opened_at), solved, closed, *again))["resolution_s"] == 9000  # (2 h + 3 h) / 2


def test_a_case_belongs_to_the_queue_of_its_contact_where_it_names_none():
    floor = floor_of(call("1", NOON, None), ev.CaseOpened(case="a", contact="1", source="pbx", time=NOON + 1000))
    assert now(floor)["open_cases"] == 1


def test_a_case_of_no_queue_is_noted_and_counts_nowhere():
    floor = floor_of(call("1", NOON, None))
    deeds = floor.apply(ev.CaseOpened(case="a", source="desk", time=NOON), NOON)
    assert deeds[-1].text == "case a is open, but no queue is known of it"
    assert "open_cases" not in now(floor)


def test_open_cases_outlive_the_day_and_a_restart_and_go_with_their_source():
    floor = floor_of(case("a", NOON), case("b", NOON), case("b", NOON + HOUR, resolved=True))
    floor.advance(NOON + 30 * HOUR)
    floor = snapshot.load(snapshot.dump(floor))
    assert now(floor)["open_cases"] == 1
    assert [name for _, name in floor.cases.cases] == ["a"], "what was resolved yesterday is forgotten"
    floor.apply(ev.SourceForgotten(name="desk"), NOON + 30 * HOUR)
    assert not floor.cases.cases
    assert kpis.entity(floor, "queues", "support") is None


def test_a_queue_that_is_renamed_takes_its_cases_along():
    floor = floor_of(case("a", NOON))
    settings = Settings(queue={"help": Queue(also=["desk:support"])})
    floor.apply(ev.ConfigApplied(settings={"queue": {"help": {"also": ["desk:support"]}}}), NOON + 1000)
    assert floor.settings == settings
    found = kpis.entity(floor, "queues", "help")
    assert found
    assert found["now"]["open_cases"] == 1
