"""Tests of the simulated centre: is it deterministic, well-formed and believable?"""

import unicodedata
from collections import Counter
from itertools import islice, pairwise, takewhile

import pytest

from collectors.simulator.centre import lines, people, settings
from collectors.simulator.simulation import simulate
from wallboard.core.events import (
    Abandoned,
    Answered,
    Ended,
    Event,
    Held,
    KpiReported,
    Left,
    Message,
    PresenceSet,
    Queued,
    Rated,
    Ringing,
    SignedIn,
    SignedOut,
    Tagged,
    Transferred,
    Wrapped,
    decode,
    encode,
    type_of,
)
from wallboard.core.settings import settings_from

HOUR_MS = 3_600_000
START_MS = 1_790_000_000_000 // HOUR_MS * HOUR_MS
TARGET_S = {line.id: line.target[1] for line in lines(5)}


def told(hours: float, **options: int) -> list[Event]:
    end_ms = START_MS + hours * HOUR_MS
    return list(takewhile(lambda event: (event.time or 0) < end_ms, simulate(start_ms=START_MS, **options)))


@pytest.fixture(scope="module")
def day() -> list[Event]:
    return told(24)


def test_the_same_seed_and_start_tell_the_same_day_and_others_another(day: list[Event]) -> None:
    assert told(2) == day[: len(told(2))]
    assert told(1, seed=2) != told(1)
    first = next(simulate(start_ms=START_MS + HOUR_MS))
    assert first.time != day[0].time


def test_events_come_in_order_of_time_and_no_id_twice(day: list[Event]) -> None:
    assert all((a.time or 0) <= (b.time or 0) for a, b in pairwise(day))
    assert len({event.id for event in day}) == len(day)


def test_every_event_passes_the_check_for_events_from_outside(day: list[Event]) -> None:
    assert [decode(encode(event)) for event in day] == day


def test_a_day_has_everything_that_a_wall_can_show(day: list[Event]) -> None:
    assert {type_of(event) for event in day} >= {
        "contact.queued", "contact.ringing", "contact.missed", "contact.answered", "contact.held",
        "contact.resumed", "contact.message", "contact.abandoned", "contact.left", "contact.transferred",
        "contact.ended", "contact.wrapped", "contact.outcome", "contact.rated", "contact.tagged",
        "agent.signed_in", "agent.signed_out", "agent.presence", "kpi.reported", "notice.posted",
    }  # fmt: skip
    queued = [event for event in day if isinstance(event, Queued)]
    assert {event.channel for event in queued} == {"voice", "chat", "email", "messenger", "callback"}
    assert {event.via for event in queued} == {None, "whatsapp", "telegram", "viber"}
    assert {event.by for event in day if isinstance(event, Message)} == {"customer", "agent", "bot"}
    reasons = {event.reason for event in day if isinstance(event, PresenceSet)}
    assert reasons == {None, "break", "lunch", "training", "coaching", "missed"}
    assert {event.tag for event in day if isinstance(event, Tagged)} == {"hostile", "thanks"}
    assert {event.kpi for event in day if isinstance(event, KpiReported)} == {"sales", "backlog"}
    assert {event.score for event in day if isinstance(event, Rated)} == {1, 2, 3, 4, 5}


def test_some_customers_come_again_and_most_do_not(day: list[Event]) -> None:
    contacts = {event.contact: event.customer for event in day if isinstance(event, Queued)}
    times = Counter(contacts.values())
    assert None not in times
    again = sum(count - 1 for count in times.values())
    assert 0.05 < again / len(contacts) < 0.3


def waits_of(events: list[Event]) -> list[tuple[str, float, Event | None]]:
    """Each visit: its queue, how long it waited in seconds, and what ended the waiting (None: still waits)."""
    waiting: dict[tuple[str, str], int] = {}
    visits: list[tuple[str, float, Event | None]] = []
    for event in events:
        now_ms = event.time or 0
        if isinstance(event, Queued):
            assert (event.contact, event.queue) not in waiting
            waiting[event.contact, event.queue] = now_ms
        elif isinstance(event, Answered | Abandoned | Left) and event.queue:
            began_ms = waiting.pop((event.contact, event.queue), None)
            assert began_ms is not None or (isinstance(event, Left) and event.reason == "full")
            if began_ms is not None:
                visits.append((event.queue, (now_ms - began_ms) / 1000, event))
    end_ms = events[-1].time or 0
    return visits + [(queue, (end_ms - began_ms) / 1000, None) for (_, queue), began_ms in waiting.items()]


def test_nobody_is_stuck(day: list[Event]) -> None:
    assert max(wait_s for _, wait_s, _ in waits_of(day)) < 3600


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_calls_are_answered_in_time_in_most_but_not_all_cases(seed: int) -> None:
    """The default formula `short`: answered in target / (answered + abandoned - abandoned within 5 s)."""
    calls = [visit for visit in waits_of(told(12, seed=seed)) if visit[0] in ("support", "sales")]
    answered = [(queue, wait_s) for queue, wait_s, end in calls if isinstance(end, Answered)]
    abandoned = [wait_s for _, wait_s, end in calls if isinstance(end, Abandoned) and wait_s > 5]
    in_target = sum(wait_s <= TARGET_S[queue] for queue, wait_s in answered)
    assert 60 <= 100 * in_target / (len(answered) + len(abandoned)) <= 95


def test_an_agent_never_has_more_than_its_hands_can_hold(day: list[Event]) -> None:
    slots: dict[str, int] = {}
    held: dict[str, set[str]] = {}
    for event in day:
        if isinstance(event, SignedIn):
            slots[event.agent] = event.slots or 1
            held[event.agent] = set()
        elif isinstance(event, SignedOut):
            assert not held.pop(event.agent), "nobody goes home in the middle of a talk"
        elif isinstance(event, Answered):
            held[event.agent].add(event.contact)
            assert len(held[event.agent]) <= slots[event.agent]
        elif isinstance(event, Ended | Transferred) and event.agent:
            held[event.agent].remove(event.contact)


def test_only_who_is_ready_and_serves_the_queue_is_asked(day: list[Event]) -> None:
    presence: dict[str, str] = {}
    serves: dict[str, list[str]] = {}
    for event in day:
        if isinstance(event, SignedIn):
            serves[event.agent] = event.queues or []
        elif isinstance(event, PresenceSet):
            presence[event.agent] = event.presence
        elif isinstance(event, SignedOut):
            presence[event.agent] = "offline"
        elif isinstance(event, Ringing):
            assert presence[event.agent] == "ready"
            assert event.queue in serves[event.agent]


def test_a_held_call_is_the_agents_own(day: list[Event]) -> None:
    talks: dict[str, str] = {}
    for event in day:
        if isinstance(event, Answered):
            talks[event.contact] = event.agent
        elif isinstance(event, Held):
            assert talks[event.contact] == event.agent


def test_wrap_up_ends_within_the_limit_that_the_settings_name(day: list[Event]) -> None:
    limits_s = {queue: row.wrapup_s for queue, row in settings_from(settings()).queue.items()}
    ended: dict[tuple[str, str], tuple[int, str]] = {}
    for event in day:
        if isinstance(event, Ended | Transferred) and event.agent and event.queue:
            ended[event.contact, event.agent] = (event.time or 0, event.queue)
        elif isinstance(event, Wrapped):
            since_ms, queue = ended[event.contact, event.agent]
            assert (event.time or 0) - since_ms < limits_s[queue] * 1000


def test_there_are_busier_and_quieter_hours(day: list[Event]) -> None:
    hours = Counter((event.time or 0) // HOUR_MS for event in day if isinstance(event, Queued))
    assert max(hours.values()) > 1.25 * min(hours.values())


def test_names_stand_in_four_scripts() -> None:
    names = [person.name for person in people(12, lines(5))] + [line.name for line in lines(5)]
    scripts = {unicodedata.name(letter).split()[0] for name in names for letter in name if letter.isalpha()}
    assert scripts >= {"LATIN", "CYRILLIC", "GEORGIAN", "CJK", "KATAKANA"}


@pytest.mark.parametrize(("agents", "queues"), [(1, 1), (2, 5), (3, 3), (12, 5), (40, 10), (300, 30)])
def test_the_settings_name_every_queue_and_agent_of_a_centre_of_any_size(agents: int, queues: int) -> None:
    named = settings_from(settings(agents, queues))
    assert (len(named.agent), len(named.queue)) == (agents, queues)
    seen = list(islice(simulate(1, agents, queues, None, START_MS), 3000))
    assert {event.agent for event in seen if isinstance(event, SignedIn)} == set(named.agent)
    assert {event.queue for event in seen if isinstance(event, Queued)} <= set(named.queue)
    assert all(queue.name for queue in named.queue.values())
    assert all(agent.name for agent in named.agent.values())
    assert all(queue.isascii() for queue in named.queue)
