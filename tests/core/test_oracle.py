"""The core against an independent recomputation by definition (oracle.py), on made-up days at random instants.

Duplicates, any order within 15 minutes, contacts that come back, ends that are missing, several contacts an
agent, restarts, midnight and both nights on which clocks change, in five zones. `WALLBOARD_LOGS` says how many.
"""

import os
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import oracle
import oracle_agents
import oracle_hours
import oracle_queues
import oracle_standing
import oracle_windows
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import to_builtins

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.parts import STATES
from wallboard.core.settings import Queue, Settings, Site, Target
from wallboard.core.state import Floor

LOGS = int(os.environ.get("WALLBOARD_LOGS", "300"))
SECOND, MINUTE = 1000, 60_000
LATE = 15 * MINUTE
WINDOWS = ("m15", "m30", "m60", "shift", "day")
ZONES = ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"]
NIGHTS = [  # local midnights, an ordinary one and those on which the clock changes somewhere
    "2026-11-21", "2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-09-06",
]  # fmt: skip
NEED = {"agents_needed", "missing", "can_release", "need_until", "need_queues", "service_level_in_30m",
        "service_level_in_60m"}  # fmt: skip
FORMULAS = ["answered", "negative", "offered", "positive", "removed", "ignore", "short"]

_contact, _queue, _agent = (st.sampled_from(names) for names in (["c1", "c2", "c3", "c4"], ["q1", "q2"], ["a1", "a2"]))
_case = st.sampled_from(["t1", "t2"])
_seconds = st.none() | st.integers(0, 90) | st.sampled_from([4.9, 5.0, 5.001, 20.0, 20.001])


def _event(told: type[ev.Event], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[ev.Event]:
    source, name = st.sampled_from(["pbx", "crm"]), st.none() | st.sampled_from(["e1", "e2", "e3"])
    if "contact" in fields and issubclass(told, ev.ContactEvent):
        fields = {"customer": st.sampled_from([None, "k1", "k2"]), **fields}
    return st.builds(told, source=source, id=name, **fields)


def _correction(told: type[ev.Event], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[ev.Event]:
    """What a lead closes: told by the server, about something of a source."""
    return st.builds(told, source=st.just(ev.SERVER), who=st.just("Olena"), **fields)


_events = st.one_of(
    _event(ev.Queued, contact=_contact, queue=_queue),
    _event(ev.Queued, contact=_contact, queue=_queue),
    _event(ev.Ringing, contact=_contact, agent=_agent, queue=st.none() | _queue),
    _event(ev.Missed, contact=_contact, agent=_agent, queue=st.none() | _queue),
    _event(ev.Answered, contact=_contact, agent=_agent, queue=st.none() | _queue, wait_s=_seconds),
    _event(ev.Answered, contact=_contact, agent=_agent),
    _event(ev.Held, contact=_contact, agent=_agent),
    _event(ev.Resumed, contact=_contact, agent=_agent),
    _event(ev.Abandoned, contact=_contact, queue=st.none() | _queue, wait_s=_seconds),
    _event(ev.Left, contact=_contact, queue=st.none() | _queue, wait_s=_seconds,
           reason=st.sampled_from(["timeout", "key", "lost", "callback", "withdrawn", "full"])),
    _event(ev.Transferred, contact=_contact, agent=_agent, queue=st.none() | _queue, talk_s=_seconds, hold_s=_seconds,
           wait_s=_seconds),
    _event(ev.Ended, contact=_contact, agent=st.none() | _agent, queue=st.none() | _queue, talk_s=_seconds,
           hold_s=_seconds, wait_s=_seconds),
    _event(ev.Wrapped, contact=_contact, agent=_agent, wrapup_s=_seconds),
    _event(ev.SourceRestarted),
    _correction(ev.ContactCorrected, contact=_contact, contact_source=st.sampled_from(["pbx", "crm"]),
                queue=st.none() | _queue),
    st.builds(ev.Tagged, source=st.just(ev.SERVER), contact=_contact, contact_source=st.sampled_from(["pbx", "crm"]),
              tag=st.sampled_from(["hostile", "thanks"]), agent=_agent),
    _correction(ev.AgentCorrected, agent=_agent, agent_source=st.sampled_from(["pbx", "crm"])),
    _event(ev.Outcome, contact=_contact, outcome=st.sampled_from([None, "success", "failure", "none"]),
           code=st.none() | st.sampled_from(["moved", "price"]), value=st.none() | st.sampled_from([1.5, -20, 300]),
           contact_source=st.sampled_from([None, "pbx"])),
    _event(ev.Rated, contact=st.none() | _contact, contact_source=st.sampled_from([None, "pbx"]),
           score=st.integers(0, 5), kind=st.sampled_from([None, "csat", "nps", "ces"]),
           queue=st.none() | _queue, agent=st.none() | _agent, best=st.sampled_from([None, 5, 10])),
    _event(ev.Rated, contact=st.none() | _contact, contact_source=st.sampled_from([None, "pbx"]),
           score=st.integers(0, 10), kind=st.just("nps"), queue=st.none() | _queue, agent=st.none() | _agent),
    _event(ev.Tagged, contact=_contact, tag=st.sampled_from(["hostile", "thanks"]), agent=st.none() | _agent,
           contact_source=st.sampled_from([None, "pbx"])),
    _event(ev.Message, contact=_contact, by=st.sampled_from(["customer", "customer", "agent", "bot"])),
    _event(ev.CaseOpened, case=_case, queue=st.none() | _queue),
    _event(ev.QueuesSet, agent=_agent, queues=st.lists(_queue, max_size=2)),
    _event(ev.CaseResolved, case=_case, queue=st.none() | _queue),
    _event(ev.CaseResolved, case=_case, queue=st.none() | _queue),
    _event(ev.SignedIn, agent=_agent, queues=st.none() | st.lists(_queue, max_size=2),
           slots=st.sampled_from([None, 1, 2, 3])),
    _event(ev.SignedIn, agent=_agent),
    _event(ev.SignedOut, agent=_agent),
    _event(ev.PresenceSet, agent=_agent, presence=st.sampled_from(["ready", "paused", "offline"]),
           reason=st.none() | st.sampled_from(["lunch", "training"]), queue=st.none() | _queue),
    _event(ev.ActivitySeen, agent=_agent, activity=st.sampled_from(
        ["busy", "unreachable", "idle", "unknown", "ringing", "engaged", "holding", "wrapup"])),
)  # fmt: skip
_rule = st.builds(
    oracle.Rule, target_s=st.sampled_from([0, 5, 20, 60]), short_s=st.sampled_from([0, 5, 30]),
    wrapup_s=st.sampled_from([0, 30, 600]), wrapup_told=st.booleans(), formula=st.sampled_from(FORMULAS),
    count_waiting=st.booleans(),
    channel=st.sampled_from(["voice", "email"]), at_night=st.booleans(),
)  # fmt: skip


_limits = st.sampled_from([0, 4.999, 5, 5.001, 20, 20.001, 30, 60, 60.001, 300])  # about those of the rules


@st.composite
def _call(draw: st.DrawFn) -> list[tuple[float, ev.Event]]:
    """What mostly happens to a contact, with the seconds since it began: events at random seldom make a whole one."""
    of = {"contact": draw(_contact), "source": "pbx"}
    agent, wait_s = draw(_agent), draw(_limits)
    told: list[tuple[float, ev.Event]] = [
        (0, ev.Queued(**of, queue=draw(_queue), customer=draw(st.sampled_from([None, "k1"]))))
    ]
    if draw(st.booleans()):
        told.append((wait_s / 2, ev.Ringing(**of, agent=draw(_agent))))
    if draw(st.booleans()):
        told.append((0, ev.Message(**of, by="customer")))
    stated = {"wait_s": draw(st.none() | st.just(wait_s))}
    match draw(st.sampled_from(["answered", "answered", "abandoned", "left", "waits"])):
        case "answered":
            told.append((wait_s, ev.Answered(**of, agent=agent, **stated)))
            at_s = wait_s + draw(_limits)
            told += [(wait_s + 1, ev.Message(**of, by="agent"))] if draw(st.booleans()) else []
            told += [(wait_s, ev.Held(**of, agent=agent))] if draw(st.booleans()) else []
            ends = draw(st.sampled_from([ev.Ended, ev.Ended, ev.Transferred, None]))
            told += [(at_s, ends(**of, agent=agent, **draw(st.sampled_from([stated, {}]))))] if ends else []
            told += [(at_s + draw(_limits), ev.Wrapped(**of, agent=agent))] if draw(st.booleans()) else []
        case "abandoned":
            told.append((wait_s, ev.Abandoned(**of, **stated)))
        case "left":
            told.append((wait_s, ev.Left(**of, reason=draw(st.sampled_from(["timeout", "key", "callback", "lost"])))))
    return told


@st.composite
def _logs(draw: st.DrawFn) -> tuple[int, list[tuple[int, ev.Event]]]:
    """A middle instant, and events of distinct times around it with the arrival of each, in order of arrival."""
    zone = draw(st.sampled_from(ZONES))
    middle = round(datetime.fromisoformat(draw(st.sampled_from(NIGHTS))).replace(tzinfo=ZoneInfo(zone)).timestamp())
    reach = st.integers(-300, 300) if draw(st.booleans()) else st.integers(-3 * 3600, 3 * 3600)
    alone = [[(0.0, event)] for event in draw(st.lists(_events, min_size=1, max_size=30))]
    arrivals: dict[int, tuple[int, ev.Event]] = {}
    for told in [*alone, *draw(st.lists(_call(), max_size=5))]:
        begun_s = draw(reach)
        for after_s, event in told:
            at_ms = (middle + begun_s) * SECOND + round(after_s * SECOND)
            while at_ms in arrivals:
                at_ms += 1
            arrivals[at_ms] = at_ms + draw(st.integers(0, 899)) * SECOND, _timed(event, at_ms, draw(_back))
    return middle * SECOND, sorted(arrivals.values(), key=lambda one: one[0])


_back = st.sampled_from([None, None, None, 0, 1, 5_000, 300_000, 5 * 3600 * SECOND])  # before it was told


def _timed(event: ev.Event, at_ms: int, back_ms: int | None) -> ev.Event:
    """`back_ms`: so long before it says that it began, where it can."""
    told = {name: getattr(event, name) for name in event.__struct_fields__} | {"time": at_ms}
    if back_ms is not None:
        told |= {name: at_ms - back_ms for name in ("since", "opened_at") if name in told}
    return type(event)(**told)


_soon = st.tuples(st.integers(0, 99), st.sampled_from([0, 1, 5_000, 20_001, 30_000, 60_001, 600_000]))


def _instant(look: int | tuple[int, int], arrivals: list[tuple[int, ev.Event]]) -> int:
    """So long after the first arrival, or so soon after one of them."""
    nth, after_ms = look if isinstance(look, tuple) else (0, look)
    return arrivals[nth % len(arrivals)][0] + after_ms


@given(
    _logs(), st.dictionaries(_queue, _rule), st.lists(st.sampled_from(ZONES), min_size=2, max_size=2),
    st.lists(st.integers(0, 5 * 3600 * SECOND) | _soon, min_size=1, max_size=6), st.booleans(),
)  # fmt: skip
@settings(max_examples=LOGS, suppress_health_check=list(HealthCheck))
def test_every_number_at_random_instants_is_what_the_definition_gives(
    log: tuple[int, list[tuple[int, ev.Event]]],
    rules: dict[str, oracle.Rule],
    zones: list[str],
    looks: list[int | tuple[int, int]],
    over_a_restart: bool,
) -> None:
    _, arrivals = log
    floor, given_events, seen = Floor(_settings(rules, zones)), list(arrivals), list[ev.Event]()
    for look_ms in sorted(_instant(look, arrivals) for look in looks):
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
    _logs(), st.dictionaries(_queue, _rule), st.dictionaries(_queue, _rule),
    st.lists(st.sampled_from(ZONES), min_size=2, max_size=2), st.integers(0, 30),
    st.integers(0, 5 * 3600 * SECOND) | _soon,
)  # fmt: skip
@settings(max_examples=LOGS // 3, suppress_health_check=list(HealthCheck))
def test_after_a_change_of_rules_and_hours_the_whole_day_is_as_if_they_had_always_been_so(
    log: tuple[int, list[tuple[int, ev.Event]]],
    before: dict[str, oracle.Rule],
    rules: dict[str, oracle.Rule],
    zones: list[str],
    changed_after: int,
    look: int | tuple[int, int],
) -> None:
    """But for what is of the story itself: the channel, and how long a wrap-up was."""
    _, arrivals = log
    both = {name: (before.get(name, oracle.Rule()), rules.get(name, oracle.Rule())) for name in ("q1", "q2")}
    was = {
        name: replace(old, channel=new.channel, wrapup_s=new.wrapup_s, wrapup_told=new.wrapup_told)
        for name, (old, new) in both.items()
    }
    floor, seen = Floor(_settings(was, zones)), list[ev.Event]()
    look_ms = _instant(look, arrivals)
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
    _logs(), st.dictionaries(_queue, _rule), st.lists(st.sampled_from(ZONES), min_size=2, max_size=2),
    st.lists(st.sampled_from(["q1", "q2", "q*", "!q2", "team:none"]), min_size=1, max_size=2, unique=True),
    st.integers(0, 30), st.booleans(),
)  # fmt: skip
@settings(max_examples=LOGS // 3, suppress_health_check=list(HealthCheck))
def test_a_set_that_is_watched_later_counts_what_it_would_had_it_been_watched_from_the_beginning(
    log: tuple[int, list[tuple[int, ev.Event]]],
    rules: dict[str, oracle.Rule],
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


def _settings(rules: dict[str, oracle.Rule], zones: list[str]) -> Settings:
    queues = {
        name: Queue(
            site=f"s{name[1]}", short_abandon_s=rule.short_s, wrapup_s=rule.wrapup_s,
            wrapup_told=rule.wrapup_told,
            target=Target(seconds=rule.target_s, formula=rule.formula, count_waiting=rule.count_waiting),  # type: ignore[arg-type]
            channel=rule.channel, open=oracle_hours.OPEN if rule.at_night else None,  # type: ignore[arg-type]
        )
        for name, rule in {"q1": oracle.Rule(), "q2": oracle.Rule(), **rules}.items()
    }  # fmt: skip
    sites = {
        f"s{number}": Site(zone=zone, day_starts="05:30", shifts=dict(oracle_windows.SHIFTS))
        for number, zone in enumerate(zones, 1)
    }
    return Settings(site=sites, queue=queues)


def _compare(
    floor: Floor,
    seen: list[ev.Event],
    arrived: dict[int, int],
    rules: dict[str, oracle.Rule],
    zones: list[str],
    now: int,
) -> None:
    rules = {
        name: replace(rules.get(name, oracle.Rule()), zone=zone) for name, zone in zip(("q1", "q2"), zones, strict=True)
    }
    forgets = oracle_windows.forgets(min(arrived.values()), now, zones, "05:30")
    told = oracle.contacts(seen, rules, forgets, lambda event: arrived[id(event)])
    named = {event.queue for event in oracle.without_repeats(seen) if getattr(event, "queue", None)}
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
                numbers |= oracle_agents.time_numbers(told, seen, agent, begun, as_of)
                if numbers.get("signed_in_s", 0) >= 15 * 60:
                    numbers["per_hour"] = numbers["handled"] * 3600 / numbers["signed_in_s"]
                found |= {f"n.{metric}": count for metric, count in found.pop("n").items()}
                assert found.pop("paused") == pytest.approx(numbers.pop("paused")), (agent, window)
                assert found == pytest.approx(numbers), (agent, window)
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
