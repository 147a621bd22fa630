"""Agents' time in the intervals of the history: it adds up to the day's, whatever is late, killed or asked often."""

from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_days import ZONES, logs
from test_oracle import LOGS, _is_repeat, _settings

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.agenttime import quarters_before
from wallboard.core.attendance import TIME, gather
from wallboard.core.contactrow import ARRIVALS
from wallboard.core.past import Past
from wallboard.core.quarters import QUARTER_MS, Amounts, Interval
from wallboard.core.settings import Agent, Settings
from wallboard.core.state import Floor

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
NINE = 1_795_420_800_000 + HOUR  # 2026-11-23 09:00 UTC
STATES = ("handling", "ringing", "unreachable", "paused", "busy", "idle", "unknown")


def take(past: Past) -> dict[Interval, Amounts]:
    for _ in past.look(at_once=True):
        pass
    return {one: amounts for one, amounts in past.take_changed(1 << 30).items() if one.basis == TIME}


def told(*events: ev.Event, until_ms: int, config: Settings | None = None) -> dict[tuple[str, int], Amounts]:
    """(queue, group or agent; minutes after nine) → what the intervals of its time hold."""
    floor = Floor(config)
    floor.advance(NINE - HOUR)
    past = Past(floor, 0)
    for event in sorted(events, key=lambda one: one.time or 0):
        floor.apply(event, event.time or 0)
    floor.advance(until_ms)
    return {(one.id, (one.started_ms - NINE) // MINUTE): amounts for one, amounts in take(past).items() if amounts}


def at(minute: int) -> dict[str, Any]:
    return {"source": "pbx", "time": NINE + minute * MINUTE}


def test_each_second_stands_in_its_quarter_by_state_and_by_the_queues_that_were_served() -> None:
    """Ready in two queues from 09:05, paused from 09:20, signed out of everything at 09:40."""
    found = told(
        ev.SignedIn(agent="anna", queues=["support", "sales"], **at(5)),
        ev.PresenceSet(agent="anna", presence="paused", reason="lunch", **at(20)),
        ev.QueuesSet(agent="anna", queues=["sales"], **at(25)),
        ev.SignedOut(agent="anna", **at(40)),
        until_ms=NINE + HOUR,
    )
    ten, five = 10 * MINUTE, 5 * MINUTE
    assert {minute: found["anna", minute] for minute in (0, 15, 30)} == {
        0: {"idle": ten},
        15: {"idle": five, "paused": ten, "paused.lunch": ten},
        30: {"paused": ten, "paused.lunch": ten},
    }
    assert [found["support", minute]["staffed_ms"] for minute in (0, 15)] == [ten, ten]
    assert ("support", 30) not in found
    assert [found["sales", minute]["staffed_ms"] for minute in (0, 15, 30)] == [ten, 3 * five, ten]
    assert [found["all", minute]["staffed_ms"] for minute in (0, 15, 30)] == [ten, 3 * five, ten]


def test_who_serves_no_queue_is_in_all_and_in_the_team() -> None:
    config = Settings(agent={"anna": Agent(team="first")})
    found = told(ev.SignedIn(agent="anna", **at(0)), until_ms=NINE + 15 * MINUTE, config=config)
    assert found["all", 0]["staffed_ms"] == found["team:first", 0]["staffed_ms"] >= 14 * MINUTE


def test_what_is_told_late_takes_back_what_was_written() -> None:
    floor = Floor()
    floor.advance(NINE)
    past = Past(floor, 0)
    floor.apply(ev.SignedIn(agent="anna", queues=["support"], **at(0)), NINE)
    floor.advance(NINE + 25 * MINUTE)
    written = take(past)
    assert written[Interval("queues", "support", NINE, TIME)] == {"staffed_ms": 15 * MINUTE}
    floor.apply(ev.SignedOut(agent="anna", **at(12)), NINE + 25 * MINUTE)
    written |= take(past)
    assert written[Interval("queues", "support", NINE, TIME)] == {"staffed_ms": 12 * MINUTE}
    assert written[Interval("queues", "support", NINE + QUARTER_MS, TIME)] == {}
    assert written[Interval("agents", "anna", NINE + QUARTER_MS, TIME)] == {}


def test_a_shift_of_ten_hours_without_an_event_is_whole_and_survives_new_starts() -> None:
    """Looked at once an hour; after each look the worker dies and goes on from its checkpoint."""
    floor = Floor()
    floor.apply(ev.SignedIn(agent="anna", queues=["support"], **at(0)), NINE)
    written: dict[Interval, Amounts] = {}
    for hour in range(1, 11):
        floor = snapshot.load(snapshot.dump(floor))
        past = Past(floor, NINE + (hour - 1) * HOUR)
        floor.advance(NINE + hour * HOUR)
        written |= take(past)
    whole = [amounts["staffed_ms"] for one, amounts in sorted(written.items()) if one.id == "support"]
    assert whole[:-1] == [QUARTER_MS] * 39
    assert 14 * MINUTE <= whole[-1] <= QUARTER_MS


def test_a_quarter_that_was_emptied_after_the_last_writing_is_written_empty_after_a_new_start() -> None:
    """Signed in at 09:10 for a minute, as is written; that it was never so is told right before the worker dies."""
    floor = Floor()
    floor.advance(NINE)
    past = Past(floor, 0)
    floor.apply(ev.SignedIn(agent="anna", queues=["support"], **at(10)), NINE + 10 * MINUTE)
    floor.apply(ev.SignedOut(agent="anna", **at(11)), NINE + 11 * MINUTE)
    written, written_ms = take(past), floor.now_ms
    assert written[Interval("agents", "anna", NINE, TIME)] == {"idle": MINUTE}
    floor.apply(ev.PresenceSet(agent="anna", presence="offline", source="pbx", time=NINE + 10 * MINUTE), floor.now_ms)
    floor = snapshot.load(snapshot.dump(floor))
    written |= take(Past(floor, written_ms))
    assert {one: amounts for one, amounts in written.items() if amounts} == {}


def test_after_a_new_start_only_what_an_agent_was_told_last_is_looked_at_again() -> None:
    floor = Floor()
    floor.advance(NINE)
    for second in range(300):
        at_ms, presence = NINE + second * SECOND, "paused" if second % 2 else "ready"
        floor.apply(ev.PresenceSet(agent="anna", presence=presence, source="pbx", time=at_ms), at_ms)
    row = floor.people.agents["anna"]
    assert len(row.events) == 300
    assert len(list(quarters_before(row, floor.ground))) == ARRIVALS


@given(logs(), st.lists(st.sampled_from(ZONES), min_size=2, max_size=2), st.lists(st.integers(0, 200), max_size=4))
@settings(max_examples=LOGS // 3, suppress_health_check=list(HealthCheck))
def test_the_quarters_of_a_day_add_up_to_it(
    log: tuple[int, list[tuple[int, ev.Event]]], zones: list[str], deaths: list[int]
) -> None:
    """Written after each event of some, with deaths in between; what is in the record then is the agent's day."""
    _, arrivals = log
    config = _settings({}, zones)
    floor, seen, written = Floor(config), list[ev.Event](), dict[Interval, Amounts]()
    floor.advance(arrivals[0][0])
    past, written_ms, looked_ms = Past(floor, 0), 0, arrivals[0][0]
    for number, (arrival_ms, event) in enumerate(arrivals):
        while looked_ms + HOUR < arrival_ms:  # a sheet keeps three
            looked_ms += HOUR
            floor.advance(looked_ms)
            written |= take(past)
            written_ms = looked_ms
        if not _is_repeat(event, seen):
            floor.apply(event, arrival_ms)
        seen.append(event)
        if number % 7 == 0:
            written |= take(past)
            written_ms = looked_ms = floor.now_ms
        if number in deaths:
            floor = snapshot.load(snapshot.dump(floor))
            past = Past(floor, written_ms)
    written |= take(past)
    day = next(iter(floor.ground.calendar.days.values()))
    for own in floor.people.agents.values():
        own.seen_ms = floor.now_ms  # as if each had just been told anew
    for name, row in kpis.document(floor)["agents"].items():
        quarters = [
            amounts for one, amounts in written.items() if (one.kind, one.id) == ("agents", name)
            and one.started_ms >= day.started_ms
        ]  # fmt: skip
        for state in STATES:
            assert _sum(quarters, state) == round(row["day"].get(f"{state}_s", 0) * 1000), (name, state)
    everybody = [amounts for one, amounts in written.items() if one.kind == "agents"]
    together = [amounts for one, amounts in written.items() if (one.kind, one.id) == ("groups", "all")]
    assert _sum(together, "staffed_ms") == sum(_sum(everybody, state) for state in STATES)


def test_a_quarter_that_ended_is_counted_up_to_its_end_by_the_first_look_after_it() -> None:
    """Anna is told anew once a minute, not on the full one."""
    floor = Floor()
    floor.apply(ev.SignedIn(agent="anna", queues=["support"], **at(0)), NINE)
    past = Past(floor, 0)
    floor.advance(NINE + 15 * MINUTE + SECOND)
    for _ in past.look():
        pass
    assert past.take_changed(100)[Interval("queues", "support", NINE, TIME)] == {"staffed_ms": QUARTER_MS}


def test_a_queue_s_quarter_says_when_the_first_of_its_agents_was_there_whoever_is_taken_back() -> None:
    floor = Floor()
    floor.advance(NINE)
    past = Past(floor, 0)
    for name, minute in (("anna", 5), ("bob", 10)):
        floor.apply(ev.SignedIn(agent=name, queues=["support"], **at(minute)), NINE + 10 * MINUTE)
    floor.advance(NINE + 12 * MINUTE)
    assert take(past)[Interval("queues", "support", NINE, TIME)] == {
        "staffed_ms": 9 * MINUTE, "staffed_after_ms": 5 * MINUTE,
    }  # fmt: skip
    floor.apply(ev.SignedOut(agent="anna", **at(5)), NINE + 12 * MINUTE)
    assert take(past)[Interval("queues", "support", NINE, TIME)] == {
        "staffed_ms": 2 * MINUTE, "staffed_after_ms": 10 * MINUTE,
    }  # fmt: skip


def test_of_several_queues_the_first_agent_of_any_counts() -> None:
    found: Amounts = {}
    gather(found, {"staffed_ms": 300, "staffed_after_ms": 600})
    gather(found, {})
    gather(found, {"staffed_ms": 400, "staffed_after_ms": 500})
    assert found == {"staffed_ms": 700, "staffed_after_ms": 500}


def _sum(found: Iterable[Amounts], name: str) -> int:
    return sum(amounts.get(name, 0) for amounts in found)
