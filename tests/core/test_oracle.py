"""The core against an independent recomputation by definition (oracle.py), on made-up days at random instants.

Duplicates, any order within 15 minutes, contacts that come back, ends that are missing, several contacts an
agent, restarts, midnight and both nights on which clocks change, in five zones. `WALLBOARD_LOGS` says how many.
"""

import os
from dataclasses import replace
from typing import Any

import oracle_agents
import oracle_hours
import oracle_queues
import oracle_standing
import oracle_windows
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_days import ZONES, in_queue, instant, logs, rule, soon
from msgspec import to_builtins
from oracle import without_repeats
from oracle_clock import on_our_clock
from oracle_contacts import LATE, contacts
from oracle_parts import Rule
from oracle_truth import Follows, with_what_follows

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.parts import STATES
from wallboard.core.settings import Queue, Settings, Site, Target
from wallboard.core.state import Floor

LOGS = int(os.environ.get("WALLBOARD_LOGS", "300"))
MINUTE, SECOND = 60_000, 1000
WINDOWS = ("m15", "m30", "m60", "shift", "day")
NEED = {"agents_needed", "missing", "can_release", "need_until", "need_queues", "service_level_in_30m",
        "service_level_in_60m"}  # fmt: skip
# Of what comes very late, or is dated later, an agent's seconds are not worked out again (docs/kpis.md, section 4).
OF_TIME = {"occupancy", "utilisation", "per_hour", "longest_stretch_s", "signed_in_s", "paused",
           "n.occupancy", "n.utilisation", *(f"{state}_s" for state in STATES)}  # fmt: skip


@given(
    logs(late=True, ahead=True), st.dictionaries(in_queue, rule),
    st.lists(st.sampled_from(ZONES), min_size=2, max_size=2),
    st.lists(st.integers(0, 5 * 3600 * SECOND) | soon, min_size=1, max_size=6), st.booleans(),
)  # fmt: skip
@settings(max_examples=LOGS, suppress_health_check=list(HealthCheck))
def test_every_number_at_random_instants_is_what_the_definition_gives(
    log: tuple[int, list[tuple[int, ev.Event]]],
    rules: dict[str, Rule],
    zones: list[str],
    looks: list[int | tuple[int, int]],
    over_a_restart: bool,
) -> None:
    _, arrivals = log
    floor, given_events, seen = Floor(_settings(rules, zones)), list(arrivals), list[ev.Event]()
    for look_ms in sorted(instant(look, arrivals) for look in looks):
        while given_events and given_events[0][0] <= look_ms:
            arrival_ms, event = given_events.pop(0)
            if not _is_repeat(event, seen):
                floor.apply(event, arrival_ms)
            seen.append(event)
        floor.advance(look_ms)
        if over_a_restart:
            floor = snapshot.load(snapshot.dump(floor))
        _compare(floor, seen, {id(event): at_ms for at_ms, event in arrivals}, rules, zones, look_ms)


@given(
    logs(), st.dictionaries(in_queue, rule), st.dictionaries(in_queue, rule),
    st.lists(st.sampled_from(ZONES), min_size=2, max_size=2), st.integers(0, 30),
    st.integers(0, 5 * 3600 * SECOND) | soon,
)  # fmt: skip
@settings(max_examples=LOGS // 3, suppress_health_check=list(HealthCheck))
def test_after_a_change_of_rules_and_hours_the_whole_day_is_as_if_they_had_always_been_so(
    log: tuple[int, list[tuple[int, ev.Event]]],
    before: dict[str, Rule],
    rules: dict[str, Rule],
    zones: list[str],
    changed_after: int,
    look: int | tuple[int, int],
) -> None:
    """But for what is of the story itself: the channel, and how long a wrap-up was."""
    _, arrivals = log
    both = {name: (before.get(name, Rule()), rules.get(name, Rule())) for name in ("q1", "q2")}
    was = {
        name: replace(old, channel=new.channel, wrapup_s=new.wrapup_s, wrapup_told=new.wrapup_told)
        for name, (old, new) in both.items()
    }
    floor, seen = Floor(_settings(was, zones)), list[ev.Event]()
    look_ms = instant(look, arrivals)
    for nth, (arrival_ms, event) in enumerate(one for one in arrivals if one[0] <= look_ms):
        if nth == changed_after:
            floor.apply(ev.ConfigApplied(settings=to_builtins(_settings(rules, zones))), arrival_ms)
        if not _is_repeat(event, seen):
            floor.apply(event, arrival_ms)
        seen.append(event)
    floor.advance(look_ms)
    if len(seen) <= changed_after:
        floor.apply(ev.ConfigApplied(settings=to_builtins(_settings(rules, zones))), look_ms)
    _compare(floor, seen, {id(event): at_ms for at_ms, event in arrivals}, rules, zones, look_ms)


@given(
    logs(), st.dictionaries(in_queue, rule), st.lists(st.sampled_from(ZONES), min_size=2, max_size=2),
    st.lists(st.sampled_from(["q1", "q2", "q*", "!q2", "team:none"]), min_size=1, max_size=2, unique=True),
    st.integers(0, 30), st.booleans(),
)  # fmt: skip
@settings(max_examples=LOGS // 3, suppress_health_check=list(HealthCheck))
def test_a_set_that_is_watched_later_counts_what_it_would_had_it_been_watched_from_the_beginning(
    log: tuple[int, list[tuple[int, ev.Event]]],
    rules: dict[str, Rule],
    zones: list[str],
    patterns: list[str],
    watched_after: int,
    over_a_restart: bool,
) -> None:
    floor, other = Floor(_settings(rules, zones)), Floor(_settings(rules, zones))
    other.watch(patterns)
    for nth, (arrival_ms, event) in enumerate(log[1]):
        if nth == watched_after:
            floor.watch(patterns)
        floor.apply(event, arrival_ms)
        other.apply(event, arrival_ms)
    if over_a_restart:
        floor = snapshot.load(snapshot.dump(floor))
    group = floor.watch(patterns)
    for later_ms in (0, 90 * SECOND, 40 * MINUTE, 24 * 60 * MINUTE):
        for one in (floor, other):
            one.advance(log[1][-1][0] + later_ms)
        assert kpis.entity(floor, "groups", group) == kpis.entity(other, "groups", group)
    assert kpis.document(floor)["groups"] == kpis.document(other)["groups"]


def _is_repeat(event: ev.Event, seen: list[ev.Event]) -> bool:
    """Deduplication is the stream's: the core gets each (source, id) once."""
    return event.id is not None and any((one.source, one.id) == (event.source, event.id) for one in seen)


def _settings(rules: dict[str, Rule], zones: list[str]) -> Settings:
    queues = {
        name: Queue(
            site=f"s{name[1]}", short_abandon_s=rule.short_s, wrapup_s=rule.wrapup_s,
            wrapup_told=rule.wrapup_told,
            target=Target(seconds=rule.target_s, formula=rule.formula, count_waiting=rule.count_waiting),  # type: ignore[arg-type]
            channel=rule.channel, open=oracle_hours.OPEN if rule.at_night else None,  # type: ignore[arg-type]
        )
        for name, rule in {"q1": Rule(), "q2": Rule(), **rules}.items()
    }  # fmt: skip
    sites = {
        f"s{number}": Site(zone=zone, day_starts="05:30", shifts=dict(oracle_windows.SHIFTS))
        for number, zone in enumerate(zones, 1)
    }
    return Settings(site=sites, queue=queues)


def _compare(
    floor: Floor,
    seen: list[Any],
    arrived: dict[int, int],
    rules: dict[str, Rule],
    zones: list[str],
    now: int,
) -> None:
    rules = {name: replace(rules.get(name, Rule()), zone=zone) for name, zone in zip(("q1", "q2"), zones, strict=True)}

    def arrival(event: Any) -> int:
        return event.arrived if isinstance(event, Follows) else arrived[id(event)]

    is_late = any(not 0 <= arrival(event) - event.time <= LATE for event in seen)
    forgets = oracle_windows.forgets(min(arrived.values()), now, zones, "05:30")

    seen, arrived = on_our_clock(without_repeats(seen), arrived)
    seen = with_what_follows(seen, rules, arrival)
    told = contacts(seen, rules, arrival, forgets)
    named = {event.queue for event in seen if getattr(event, "queue", None)}
    zone_of = dict(zip(("q1", "q2"), zones, strict=True))
    everything = [({name}, kpis.entity(floor, "queues", name)) for name in sorted(named)]
    everything += [({name}, kpis.entity(floor, "groups", f"site:s{name[1]}")) for name in sorted(named)]
    if named:
        everything.append(({"q1", "q2"}, kpis.entity(floor, "groups", "all")))
    for queues, row in everything:
        assert row is not None
        lately: set[str] = set()
        for window in WINDOWS:
            begins = {queue: oracle_windows.begin_of(window, now, zone_of[queue], "05:30") for queue in queues}
            expected = oracle_queues.queue_numbers(told, queues, rules, begins, now)
            of_cases, cases_now = oracle_queues.case_numbers(seen, queues, begins, now)
            if window == "shift" and not any(oracle_windows.shift_began(now, zone_of[queue]) for queue in queues):
                assert row["shift"] == {}, "there is none, and what was there is emptied"
                continue
            expected |= of_cases
            lately |= expected.keys() if window in ("day", "m60") else set()
            found = dict(row[window])
            found |= {f"n.{metric}": count for metric, count in found.pop("n").items()}
            for family in ("codes", "tags"):
                assert found.pop(family) == expected.pop(family), (sorted(queues), window)
            assert found == pytest.approx(expected), (sorted(queues), window)
            if None not in (oracle_windows.shift_began(now, zone_of[queue]) for queue in queues) or window != "shift":
                _identity(row, window, oracle_queues.waited_then(told, begins))
        expected = oracle_queues.now_numbers(told, queues, rules, now) | cases_now
        for name, told_by in (("unanswered", "reply_p90_s"), ("open_cases", "resolution_s")):
            if told_by in lately:
                expected.setdefault(name, 0)
        expected |= oracle_standing.standing_numbers(told, seen, queues, now)
        found = {name: value for name, value in row["now"].items() if name not in NEED | {"as_of"}}
        wait_s = oracle_queues.expected_wait(expected, row["m60"].get("aht_s"))
        assert found.pop("est_wait_s", None) == (wait_s if wait_s is None else pytest.approx(wait_s)), sorted(queues)
        assert found == expected, sorted(queues)
        if "channel" in row:
            assert row.get("closed", False) == oracle_queues.is_closed(rules[next(iter(queues))], now)
    for agent in ("a1", "a2"):
        if (agent_row := kpis.entity(floor, "agents", agent)) is not None:
            as_of = agent_row["as_of"] if oracle_agents.is_signed_in(seen, agent, now) else now  # else nothing moves
            assert now - as_of <= MINUTE
            _compare_agent_now(agent_row, oracle_standing.now_of(told, seen, agent, now))
            for window in ("day", "shift"):
                if window == "shift" and oracle_windows.shift_began(now, zones[0]) is None:
                    assert agent_row["shift"] == {}
                    continue
                begun, found = oracle_windows.begin_of(window, now, zones[0], "05:30"), dict(agent_row[window])
                numbers = oracle_agents.agent_numbers(told, agent, begun, now)
                found |= {f"n.{metric}": count for metric, count in found.pop("n").items()}
                numbers |= oracle_agents.time_numbers(told, seen, agent, begun, as_of)
                if numbers.get("signed_in_s", 0) >= 15 * 60:
                    numbers["per_hour"] = numbers["handled"] * 3600 / numbers["signed_in_s"]
                if not is_late:
                    assert found["paused"] == pytest.approx(numbers["paused"]), (agent, window)
                kept = {*numbers, *found} - ({*OF_TIME} if is_late else {"paused"})
                counted = {name: value for name, value in found.items() if name in kept}
                expected = {name: value for name, value in numbers.items() if name in kept}
                assert counted == pytest.approx(expected), (agent, window)
                states = sum(found.get(f"{state}_s", 0) for state in STATES)
                assert states == pytest.approx(found.get("signed_in_s", 0)), (
                    "and its seconds make up the signed-in ones"
                )


def _compare_agent_now(row: dict[str, Any], expected: dict[str, Any]) -> None:
    """What the person set, what they do, and with what in hand."""
    in_hand = sorted((one["state"], one["since"]) for one in row["contacts"])
    assert {name: row.get(name) for name in expected} | {"in_hand": in_hand} == expected


def _identity(row: dict[str, Any], window: str, waited_then: int) -> None:
    """KPIS section 1: who waited when the window began and who came since went out or waits."""
    went = sum(row[window][name] for name in ("answered", "abandoned", "flowed_out", "callbacks", "lost"))
    assert waited_then + row[window]["offered"] == went + row["now"]["waiting"], window
