"""Rules about no event, by hand: of a queue, a source, a figure; what begins the time anew; over restarts."""

from typing import Any

import msgspec
import pytest
from ruled import HOUR, MINUTE, NOON, SECOND, floor_with, gone, said, waits

from wallboard.core import events as ev
from wallboard.core import snapshot
from wallboard.core.heard import is_meant
from wallboard.core.maintenance import Maintenance
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue
from wallboard.core.state import Floor

ANSWERS = {"metric": "no_event_s", "event": "contact.answered", "raise": "> 60"}


def answered(floor: Floor, contact: str, after_ms: int) -> None:
    """It does not say in which queue."""
    floor.apply(ev.Answered(contact=contact, agent="anna", source="pbx", time=NOON + after_ms), NOON + after_ms)


def test_it_is_raised_when_nobody_answered_for_so_long_and_over_when_somebody_does():
    floor = floor_with(ANSWERS)
    waits(floor, "c1", 500)
    answered(floor, "c1", 10_300)
    waits(floor, "c2", 30_000)
    floor.advance(NOON + 70 * SECOND)
    assert said(floor) == [], "60 s are over at 70.3"
    floor.advance(NOON + 90 * SECOND)
    assert said(floor) == [("raised", 71.0)]
    waits(floor, "c3", 90_500)
    floor.advance(NOON + 95 * SECOND)
    assert len(said(floor)) == 1, "a new contact is no answer"
    answered(floor, "c2", 95_200)
    floor.advance(NOON + 100 * SECOND)
    assert said(floor)[1:] == [("cleared", 96.0)]
    assert floor.alerting
    raised = next(iter(floor.alerting.untold.values()))
    assert raised.value == 60.7
    assert (raised.attributes or {})["event"] == "contact.answered"


def test_an_answer_in_another_queue_does_not_count_but_for_all_queues_together_it_does():
    floor, both = floor_with(ANSWERS), floor_with(ANSWERS | {"queues": []})
    for each in (floor, both):
        waits(each, "c1", 500)
        waits(each, "c2", 500, queue="sales")
        answered(each, "c2", 50_000)
        each.advance(NOON + 100 * SECOND)
    assert said(floor) == [("raised", 62.0)], "first looked at when a second was over"
    assert said(both) == []
    both.advance(NOON + 111 * SECOND)
    assert said(both) == [("raised", 111.0)]


@pytest.mark.parametrize(
    "before", [[], [ev.Queued(contact="c1", queue="sales"), ev.Left(contact="c1", queue="sales", reason="transfer")]]
)
def test_an_end_that_names_no_queue_counts_where_the_contact_was(before: list[ev.Event]):
    """An outbound one counted nowhere, one that had waited elsewhere counted there."""
    floor = floor_with({"metric": "no_event_s", "event": "contact.ended", "raise": "> 60"})
    talk = ev.Answered(contact="c1", agent="anna", queue="support", direction="out")
    for second, event in enumerate([*before, talk]):
        told = msgspec.structs.replace(event, source="pbx", time=NOON + second * SECOND)
        floor.apply(told, NOON + second * SECOND)
    floor.apply(ev.Ended(contact="c1", source="pbx", time=NOON + 40 * SECOND), NOON + 40 * SECOND)
    floor.advance(NOON + 99 * SECOND)
    assert said(floor) == []
    floor.advance(NOON + 102 * SECOND)
    assert said(floor) == [("raised", 101.0)]


def test_an_opening_raises_nothing_because_the_night_was_quiet():
    queue = Queue(open="Sun 08:00-12:10, Sun 13:00-20:00")
    floor = floor_with(ANSWERS | {"when": "open", "raise": "> 900"}, known={"support": queue})
    waits(floor, "c1", 500)
    answered(floor, "c1", 1_000)
    floor.advance(NOON + HOUR + 14 * MINUTE)
    assert said(floor) == []
    floor.advance(NOON + HOUR + 16 * MINUTE)
    assert said(floor) == [("raised", (HOUR + 15 * MINUTE) / SECOND + 1)]


def test_planned_work_begins_the_time_anew():
    floor = floor_with(ANSWERS)
    work = msgspec.convert({"when": "Sun 12:00-12:30"}, Maintenance)
    settings = msgspec.structs.replace(floor.settings, maintenance={"upgrade": work})
    told = msgspec.to_builtins(settings)
    floor.apply(ev.ConfigApplied(settings=told, source="wallboard", time=NOON), NOON)
    waits(floor, "c1", 500)
    floor.advance(NOON + 31 * MINUTE)
    assert said(floor) == []
    floor.advance(NOON + 32 * MINUTE)
    assert said(floor) == [("raised", (31 * MINUTE) / SECOND + 1)]


def beat(floor: Floor, after_ms: int, source: str = "pbx") -> None:
    floor.apply(ev.SourceBeat(source=source, time=NOON + after_ms), NOON + after_ms)


def test_while_its_source_is_silent_nothing_is_raised_and_then_the_time_begins_anew():
    """The source tells nothing of the queue after it is back: that nobody answers is found all the same."""
    floor = floor_with(ANSWERS | {"raise": "> 300"})
    beat(floor, 0)
    waits(floor, "c1", 500)
    floor.advance(NOON + 20 * MINUTE)
    assert said(floor) == [], "silent since 12:00"
    for second in range(20 * 60, 27 * 60, 4):
        beat(floor, second * SECOND)
    assert said(floor) == [("raised", 25 * 60 + 1)], "over five minutes from its return"


@pytest.mark.parametrize("cut_s", [100, 133, 140, 154, 156])
def test_a_silence_counts_the_same_for_whoever_loads_a_checkpoint_in_it(cut_s: int):
    """They look at everything then, who runs through does not: two ids of one alert, and the first was never over."""

    def played(cut: bool) -> list[tuple[str, float]]:
        floor = floor_with(ANSWERS | {"raise": "> 600"})
        waits(floor, "c1", 500)
        for second in [*range(1, 121, 4), *range(155, 1000, 4)]:
            if cut and second > cut_s:
                floor.advance(NOON + cut_s * SECOND)
                floor, cut = snapshot.load(snapshot.dump(floor)), False
            beat(floor, second * SECOND)
        return said(floor)

    assert played(cut=True) == played(cut=False) == [("raised", 756.0)]


@pytest.mark.parametrize(("other_s", "raised_s"), [(4, 602.0), (1_000, 758.0)])
def test_the_time_goes_on_while_somebody_else_tells_of_the_queue(other_s: int, raised_s: float):
    floor = floor_with(ANSWERS | {"raise": "> 600"})
    waits(floor, "c1", 500)
    floor.apply(ev.Queued(contact="c2", queue="support", source="crm", time=NOON + 600), NOON + 600)
    for second in range(1, 1000):
        if second % 4 == 1 and not 120 < second < 155:
            beat(floor, second * SECOND)
        if second % other_s == 1:
            beat(floor, second * SECOND, "crm")
    assert said(floor) == [("raised", raised_s)]


@pytest.mark.parametrize(
    ("event", "metric"), [("contact.queued", {}), ("contact.*", {}), ("agent.*", {"queues": [], "sources": ["pbx"]})]
)
def test_a_whole_truth_that_shows_what_is_known_tells_of_no_event(event: str, metric: dict[str, Any]):
    """One old caller who waited kept a queue that nobody called from being found."""
    floor = floor_with(ANSWERS | {"event": event} | metric)

    def shows(*contacts: str, after_s: int) -> None:
        anna = ev.ListedAgent(queues=["support"], presence="ready", activity="idle")
        callers = [ev.ListedContact(contact=one) for one in contacts]
        floor.apply(
            ev.FloorObserved(
                queues={"support": callers}, agents={"anna": anna}, source="pbx", time=NOON + after_s * SECOND
            ),
            NOON + after_s * SECOND,
        )

    for after_s in (1, 30, 50, 80):
        shows("c1", after_s=after_s)
    assert [verb for verb, _ in said(floor)] == ["raised"]
    assert said(floor)[0][1] <= 63
    if event.startswith("contact"):
        shows("c1", "c2", after_s=90)
        floor.advance(NOON + 92 * SECOND)
        assert said(floor)[1:] == [("cleared", 91.0)], "c2 is new"


def test_what_is_open_stays_open_over_a_silence():
    floor = floor_with(ANSWERS)
    waits(floor, "c1", 500)
    for second in [*range(1, 80, 4), *range(120, 200, 4)]:
        beat(floor, second * SECOND)
    assert said(floor) == [("raised", 62.0)]


def test_a_source_that_lives_and_tells_nothing():
    floor = floor_with({"metric": "no_event_s", "queues": [], "sources": ["pbx"], "raise": "> 60"})
    waits(floor, "c1", 500)
    for second in range(4, 68, 4):
        floor.apply(ev.SourceBeat(source="pbx", time=NOON + second * SECOND), NOON + second * SECOND)
    assert said(floor) == [("raised", 62.0)]
    gone(floor, "c1", 64_500)
    floor.advance(NOON + 66 * SECOND)
    assert said(floor)[1:] == [("cleared", 65.0)]


def test_a_figure_that_is_not_reported_any_more():
    floor = floor_with({"metric": "no_event_s", "queues": [], "kpis": ["sa*"], "raise": ">= 60"})
    floor.apply(ev.KpiReported(kpi="sales", value=3, source="crm", time=NOON + 500), NOON + 500)
    floor.apply(ev.KpiReported(kpi="stock", value=3, source="crm", time=NOON + 500), NOON + 500)
    floor.apply(ev.KpiReported(kpi="stock", value=3, source="crm", time=NOON + 30_000), NOON + 30_000)
    floor.advance(NOON + 300 * SECOND)
    assert said(floor) == [("raised", 61.0)], "at 60.5; stock is no sa*"


def test_with_people_waiting_as_a_second_condition():
    floor = floor_with(ANSWERS | {"and": [{"metric": "waiting", "raise": "> 0"}]})
    waits(floor, "c1", 500)
    answered(floor, "c1", 1_000)
    floor.advance(NOON + 5 * MINUTE)
    assert said(floor) == [], "nobody waits"
    waits(floor, "c2", 300_500)
    floor.advance(NOON + 6 * MINUTE)
    assert said(floor) == [("raised", 301.0)]


@pytest.mark.parametrize("cut_s", [5, 40, 61, 80])
def test_over_a_restart_it_is_the_same(cut_s: int):
    def played(cut: bool) -> list[tuple[str, float]]:
        floor = floor_with(ANSWERS)
        waits(floor, "c1", 500)
        answered(floor, "c1", 2_300)
        floor.advance(NOON + cut_s * SECOND)
        if cut:
            floor = snapshot.load(snapshot.dump(floor))
        floor.advance(NOON + 100 * SECOND)
        waits(floor, "c2", 101_000)
        answered(floor, "c2", 102_300)
        floor.advance(NOON + 110 * SECOND)
        return said(floor)

    assert played(cut=True) == played(cut=False) == [("raised", 63.0), ("cleared", 103.0)]


def test_a_rule_that_asks_no_more_keeps_nothing():
    floor = floor_with(ANSWERS)
    waits(floor, "c1", 500)
    floor.advance(NOON + 2 * SECOND)
    assert floor.alerting
    assert floor.alerting.heard.since_ms
    other = msgspec.to_builtins(msgspec.structs.replace(floor.settings, alert={}))
    floor.apply(ev.ConfigApplied(settings=other, source="wallboard", time=NOON + 3_000), NOON + 3_000)
    assert not floor.alerting.heard.since_ms


@pytest.mark.parametrize(
    ("event", "kind", "meant"),
    [
        ("contact.queued", "contact.queued", True),
        ("contact.queued", "contact.ended", False),
        ("contact.*", "contact.ended", True),
        ("contact.*", "case.opened", False),
        ("", "notice.posted", True),
        ("", "source.beat", False),
        ("source.beat", "source.beat", True),
        ("contact.queued", "floor.waiting", True),
    ],
)
def test_which_events_are_meant(event: str, kind: str, meant: bool):
    assert is_meant(event, kind) is meant


@pytest.mark.parametrize(
    ("rule", "at"),
    [
        ({"event": "contact.answred"}, "event"),
        ({"metric": "waiting"}, "event"),
        ({"sources": ["pbx"]}, "queues"),
        ({"agents": ["anna"]}, "agents"),
        ({"within": "10m"}, "within"),
    ],
)
def test_what_is_wrong_with_one_is_named(rule: dict[str, Any], at: str):
    made = msgspec.convert({"queues": ["support"], **ANSWERS, **rule}, Rule)
    assert at in [fault.at for fault in made.faults()]
    if at == "event" and "event" in rule:
        assert any("contact.answered" in fault.reason for fault in made.faults()), "what was meant"


def test_of_people_it_is_no_condition():
    rule = {"metric": "stretch_s", "raise": "> 60", "and": [ANSWERS]}
    assert [fault.reason for fault in msgspec.convert(rule, Rule).faults()] == [
        "'no_event_s' is of queues, sources and kpis, not of people"
    ]
