"""Alert rules by hand: raise, for, clear, keep_for, too few, closed, silent; on whole seconds, over restarts."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.alerting import Instance
from wallboard.core.rows import AlertRow
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Reason, Settings, Site
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC, a Sunday
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000


def floor_with(rule: dict[str, Any], known: dict[str, Queue] | None = None, site: Site | None = None) -> Floor:
    made = msgspec.convert({"metric": "waiting", "raise": "> 2", "queues": ["support"], "when": "always"} | rule, Rule)
    assert not list(made.faults())
    sites = {"main": site} if site else {}
    floor = watchful(Floor(Settings(alert={"r": made}, queue=known or {}, site=sites)))
    floor.advance(NOON)
    return floor


def waits(floor: Floor, contact: str, after_ms: int, queue: str = "support") -> None:
    event = ev.Queued(contact=contact, queue=queue, source="pbx", time=NOON + after_ms)
    floor.apply(event, NOON + after_ms)


def gone(floor: Floor, contact: str, after_ms: int) -> None:
    floor.apply(ev.Abandoned(contact=contact, source="pbx", time=NOON + after_ms), NOON + after_ms)


def said(floor: Floor) -> list[tuple[str, float]]:
    """What is to be told, and how many seconds after noon it is said to have been."""
    assert floor.alerting
    told = floor.alerting.untold.values()
    return [(ev.type_of(one).partition(".")[2], ((one.time or 0) - NOON) / SECOND) for one in told]


def three_wait(floor: Floor) -> None:
    for number in range(3):
        waits(floor, f"c{number}", 500)


def test_it_is_raised_on_the_whole_second_after_and_cleared_on_one():
    floor = floor_with({})
    three_wait(floor)
    assert said(floor) == []
    floor.advance(NOON + 5 * SECOND)
    assert said(floor) == [("raised", 1.0)]
    gone(floor, "c0", 7_300)
    floor.advance(NOON + 9 * SECOND)
    assert said(floor) == [("raised", 1.0), ("cleared", 8.0)]


def test_for_so_long_it_must_last():
    floor = floor_with({"for": "30s"})
    three_wait(floor)
    floor.advance(NOON + 20 * SECOND)
    gone(floor, "c0", 20_500)
    floor.advance(NOON + 60 * SECOND)
    assert said(floor) == [], "it did not last"
    waits(floor, "c9", 60_500)
    floor.advance(NOON + 90 * SECOND)
    assert said(floor) == []
    floor.advance(NOON + 91 * SECOND)
    assert said(floor) == [("raised", 91.0)]


def test_what_holds_and_has_not_lasted_yet_is_pending_until_it_is_raised_or_does_not_last():
    floor = floor_with({"for": "30s"})
    assert floor.alerting
    three_wait(floor)
    floor.advance(NOON + 5 * SECOND)
    found = [(key, NOON + SECOND, NOON + 31 * SECOND) for key in [("r", "queues", "support")]]
    assert list(floor.alerting.pending()) == found
    gone(floor, "c0", 6_000)
    floor.advance(NOON + 8 * SECOND)
    assert list(floor.alerting.pending()) == []
    waits(floor, "c9", 9_500)
    floor.advance(NOON + 39 * SECOND)
    assert [raised for _, _, raised in floor.alerting.pending()] == [NOON + 40 * SECOND]
    floor.advance(NOON + 40 * SECOND)
    assert (list(floor.alerting.pending()), said(floor)) == ([], [("raised", 40.0)])


def test_between_the_limits_it_stays_as_it_is_and_what_comes_back_soon_never_left():
    floor = floor_with({"clear": "< 1", "keep_for": "10s"})
    three_wait(floor)
    floor.advance(NOON + 5 * SECOND)
    for number in range(2):
        gone(floor, f"c{number}", 6_000)
    floor.advance(NOON + 20 * SECOND)
    assert said(floor) == [("raised", 1.0)], "one still waits: neither limit is passed"
    gone(floor, "c2", 20_000)
    floor.advance(NOON + 25 * SECOND)
    for number in range(3, 6):
        waits(floor, f"c{number}", 25_500)
    floor.advance(NOON + 60 * SECOND)
    assert said(floor) == [("raised", 1.0)], "recovering, and back within ten seconds"
    for number in range(3, 6):
        gone(floor, f"c{number}", 60_500)
    floor.advance(NOON + 80 * SECOND)
    assert said(floor) == [("raised", 1.0), ("cleared", 71.0)]


def test_a_wait_passes_its_limit_by_time_alone():
    floor = floor_with({"metric": "oldest_wait_s", "raise": "> 120"})
    waits(floor, "c1", 500)  # 120 s are over at 120.5: more than 120 s from the whole second 121 on
    floor.advance(NOON + 120 * SECOND)
    assert said(floor) == []
    floor.advance(NOON + 300 * SECOND)
    assert said(floor) == [("raised", 121.0)]
    assert floor.alerting
    (event,) = floor.alerting.untold.values()
    assert event.value == 120.5
    assert event.attributes == {
        "kind": "queues", "of": "support", "metric": "oldest_wait_s", "limit": "> 120", "since": str(NOON + 121_000)
    }  # fmt: skip


def test_a_time_that_always_moves_on_is_waited_for_once():
    """Each event moves the instant at which nothing was told for an hour: an hour of events is not 3,600 instants."""
    floor = floor_with({"metric": "quiet_s", "raise": "> 3600"})
    for second in range(1, 300):
        waits(floor, f"c{second}", second * SECOND)
        gone(floor, f"c{second}", second * SECOND + 500)
    dues = floor.ground.calendar._due
    assert sum(due.kind == "alert" for due in dues) <= 3
    floor.advance(NOON + 299 * SECOND + 3600 * SECOND)
    assert said(floor) == []
    floor.advance(NOON + 299 * SECOND + 3602 * SECOND)
    assert [verb for verb, _ in said(floor)] == ["raised"]


def test_a_percentage_of_too_few_says_nothing():
    """Three lost calls at nine in the morning are no alarm: service level 0 % of 3."""
    floor = floor_with({"metric": "service_level", "window": "m15", "raise": "< 80"})
    for number in range(4):
        waits(floor, f"c{number}", 500)
        gone(floor, f"c{number}", 40_000)
    floor.advance(NOON + 60 * SECOND)
    assert said(floor) == [], "of 4, and the queue's min_n is 5"
    waits(floor, "c9", 60_500)
    gone(floor, "c9", 90_500)
    floor.advance(NOON + 120 * SECOND)
    assert [verb for verb, _ in said(floor)] == ["raised"]


def test_a_closed_queue_is_no_incident_and_its_alert_ends_when_it_closes():
    queue = Queue(open="Sun 08:00-12:10")
    floor = floor_with({"metric": "oldest_wait_s", "raise": "> 60", "when": "open"}, known={"support": queue})
    waits(floor, "c1", 0)
    floor.advance(NOON + 9 * MINUTE)
    assert said(floor) == [("raised", 61.0)]
    floor.advance(NOON + HOUR)
    assert said(floor)[1:] == [("cleared", 600.0)]
    waits(floor, "c2", HOUR)
    floor.advance(NOON + 2 * HOUR)
    assert len(said(floor)) == 2


def test_hours_of_a_rule_s_own_by_the_clock_of_the_site():
    site = Site(zone="Europe/Kyiv")  # noon UTC is 14:00
    floor = floor_with({"when": "Mon-Sun 14:05-15:00"}, site=site)
    three_wait(floor)
    floor.advance(NOON + 10 * MINUTE)
    assert said(floor) == [("raised", 300.0)]


def test_of_all_queues_together_it_counts_while_one_of_them_is_open():
    """12:00 UTC on a Sunday. One opens at 13:00; hidden ones and those of other teams do not count for a team."""
    known = {
        "support": Queue(open="13:00-14:00", team="first"), "sales": Queue(open="15:00-16:00", team="second"),
        "test": Queue(hidden=True, team="first"),
    }  # fmt: skip

    def raised(**rule: Any) -> list[tuple[str, float]]:
        floor = floor_with({"queues": [], **rule}, known)
        three_wait(floor)
        floor.advance(NOON + 5 * HOUR)
        return said(floor)

    first, second = [("raised", 3600.0), ("cleared", 7200.0)], [("raised", 10800.0), ("cleared", 14400.0)]
    assert raised(when="open") == first + second
    assert raised(when="open", teams=["first"]) == first
    assert raised(when="always") == [("raised", 1.0)]
    del known["sales"]
    known["mail"] = Queue()
    assert raised(when="open") == [("raised", 1.0)], "one is always open"


def test_a_day_with_hours_of_its_own():
    floor = floor_with({"when": "Mon-Fri 09:00-17:00, 2026-11-22 12:30-12:45"})
    three_wait(floor)
    floor.advance(NOON + 5 * HOUR)
    assert said(floor) == [("raised", 1800.0), ("cleared", 2700.0)]


def test_what_a_silent_source_said_is_held_back_and_the_silence_is_told():
    quiet = msgspec.convert({"metric": "silent_s", "raise": "> 30", "when": "always"}, Rule)
    wait = msgspec.convert({"metric": "oldest_wait_s", "queues": ["*"], "raise": "> 60", "when": "always"}, Rule)
    floor = watchful(Floor(Settings(alert={"quiet": quiet, "wait": wait})))
    floor.advance(NOON)
    floor.apply(ev.SourceBeat(source="pbx", time=NOON), NOON)
    waits(floor, "c1", 0)
    floor.advance(NOON + 5 * MINUTE)
    assert floor.alerting
    assert [one.rule for one in floor.alerting.untold.values()] == ["quiet"]
    floor.apply(ev.SourceBeat(source="pbx", time=NOON + 5 * MINUTE), NOON + 5 * MINUTE)
    floor.apply(ev.Queued(contact="c2", queue="support", source="pbx", time=NOON + 301_000), NOON + 301_000)
    floor.advance(NOON + 303 * SECOND)
    assert [(one.rule, ev.type_of(one)) for one in floor.alerting.untold.values()] == [
        ("quiet", "alert.raised"), ("quiet", "alert.cleared"), ("wait", "alert.raised"),
    ]  # fmt: skip


@pytest.mark.parametrize("lives", [ev.SourceBeat(source="pbx"), ev.Abandoned(contact="c0", source="pbx")])
@pytest.mark.parametrize("restarts", [False, True])
def test_what_is_still_wrong_when_a_source_is_heard_again_is_raised_though_nothing_new_is_told_of_it(
    lives: ev.Event, restarts: bool
):
    wait = {"metric": "oldest_wait_s", "queues": ["*"], "raise": "> 60", "when": "always"}
    rules = {"wait": wait, "all": wait | {"queues": []}, "pause": wait | {"metric": "pause_over_s", "queues": []}}
    reasons = {"lunch": Reason(minutes=1)}
    floor = watchful(Floor(Settings(alert=msgspec.convert(rules, dict[str, Rule]), reason=reasons)))
    floor.advance(NOON)
    floor.apply(ev.SourceBeat(source="pbx", time=NOON), NOON)
    floor.apply(ev.PresenceSet(agent="anna", presence="paused", reason="lunch", source="pbx", time=NOON), NOON)
    waits(floor, "c1", 0)
    for after_s in range(1, 320):
        floor.advance(NOON + after_s * SECOND)
        floor.take_touched()
    assert floor.alerting
    assert not floor.alerting.untold
    if restarts:
        floor = snapshot.load(snapshot.dump(floor))
    heard_ms = NOON + 319_500
    floor.apply(msgspec.structs.replace(lives, time=heard_ms), heard_ms)
    floor.take_touched()
    floor.advance(heard_ms + SECOND)
    assert floor.alerting
    assert sorted(one.rule for one in floor.alerting.untold.values()) == ["all", "pause", "wait"]
    assert {one.time for one in floor.alerting.untold.values()} == {NOON + 320_000}


def test_of_a_source_without_heartbeats_silence_says_nothing():
    rule = msgspec.convert({"metric": "silent_s", "raise": "> 30", "clear": "< 10", "when": "always"}, Rule)
    floor = watchful(Floor(Settings(alert={"silent": rule})))
    floor.advance(NOON)
    waits(floor, "c1", 0)
    floor.advance(NOON + 5 * MINUTE)
    assert said(floor) == []
    floor.apply(ev.SourceBeat(source="pbx", time=NOON + 5 * MINUTE), NOON + 5 * MINUTE)
    floor.advance(NOON + 6 * MINUTE)
    assert said(floor) == [("raised", 331.0)], "since its first heartbeat it does"


def test_an_alarm_of_before_about_a_source_without_heartbeats_ends():
    rule = msgspec.convert({"metric": "silent_s", "raise": "> 30", "clear": "< 10", "when": "always"}, Rule)
    floor = watchful(Floor(Settings(alert={"silent": rule})))
    floor.advance(NOON)
    assert floor.alerting
    floor.alerting.instances["silent", "sources", "pbx"] = Instance("raised", NOON, "a1")
    waits(floor, "c1", 500)
    floor.advance(NOON + 2 * SECOND)
    assert said(floor) == [("cleared", 1.0)]


def test_conditions_joined_by_and_and_or():
    floor = floor_with({"raise": "> 0", "and": [{"metric": "oldest_wait_s", "raise": "> 30"}],
        "or": [{"metric": "abandoned", "raise": "> 1"}],
    })  # fmt: skip
    waits(floor, "c1", 0)
    floor.advance(NOON + 20 * SECOND)
    assert said(floor) == [], "one waits, but not for long"
    floor.advance(NOON + 40 * SECOND)
    assert said(floor) == [("raised", 31.0)]
    gone(floor, "c1", 41_000)
    floor.advance(NOON + 50 * SECOND)
    assert said(floor)[1:] == [("cleared", 42.0)]
    waits(floor, "c2", 50_000)
    gone(floor, "c2", 51_000)
    floor.advance(NOON + 60 * SECOND)
    assert said(floor)[2:] == [("raised", 52.0)], "two gave up"


def test_a_rise_within_some_minutes_is_told_and_over_when_the_low_value_is_long_ago():
    floor = floor_with({"raise": "> 2", "within": "5m"})
    waits(floor, "c0", 0)
    floor.advance(NOON + 10 * MINUTE)
    waits(floor, "c1", 10 * MINUTE)
    waits(floor, "c2", 12 * MINUTE)
    floor.advance(NOON + 14 * MINUTE)
    assert said(floor) == [], "from one to three is a rise by two"
    waits(floor, "c3", 14 * MINUTE + 500)
    floor.advance(NOON + 14 * MINUTE + 30 * SECOND)
    assert said(floor) == [("raised", 841.0)], "from one to four, all within five minutes"
    assert floor.alerting
    (event,) = floor.alerting.untold.values()
    assert (event.value, (event.attributes or {})["within"]) == (3, "5m")
    floor.advance(NOON + 30 * MINUTE)  # one waited until 10:01; five minutes later that is forgotten
    assert said(floor)[1:] == [("cleared", 901.0)]


def test_a_fall_is_told_too_and_what_was_there_before_the_rule_is_no_rise():
    floor = floor_with({"raise": "> 100"})
    for number in range(6):
        waits(floor, f"c{number}", 500)
    floor.advance(NOON + MINUTE)
    rules = {"up": {"raise": "> 2"}, "down": {"raise": "<= -3"}}
    same = {"metric": "waiting", "queues": ["support"], "when": "always", "within": "10m"}
    told = ev.ConfigApplied(settings={"alert": {name: same | one for name, one in rules.items()}}, source="wallboard")
    floor.apply(told, NOON + MINUTE)
    floor.advance(NOON + 2 * MINUTE)
    assert said(floor) == []
    for number in range(3):
        gone(floor, f"c{number}", 3 * MINUTE + number * SECOND)
    floor.advance(NOON + 4 * MINUTE)
    assert said(floor) == [("raised", 183.0)]
    assert floor.alerting
    assert [(one.rule, one.value) for one in floor.alerting.untold.values()] == [("down", -3)]


def test_a_person_s_alert_is_of_that_person_s_team():
    rule = msgspec.convert({"metric": "missed_in_row", "raise": ">= 3", "teams": ["first"], "when": "always"}, Rule)
    floor = watchful(Floor(Settings(alert={"r": rule})))
    floor.advance(NOON)
    for agent, team in (("anna", "first"), ("boris", "second")):
        floor.apply(ev.SignedIn(agent=agent, team=team, queues=["support"], source="pbx", time=NOON), NOON)
    for number in range(3):
        waits(floor, f"c{number}", 1_000)
        for agent in ("anna", "boris"):
            at_ms = NOON + 2_000 + number
            floor.apply(ev.Missed(contact=f"c{number}", agent=agent, queue="support", source="pbx", time=at_ms), at_ms)
    floor.advance(NOON + 5 * SECOND)
    assert floor.alerting
    assert [(one.attributes or {})["of"] for one in floor.alerting.untold.values()] == ["anna"]


def test_a_rule_that_is_taken_away_ends_its_alert_and_other_rules_do_not_recount_the_day():
    floor = floor_with({})
    three_wait(floor)
    floor.advance(NOON + 5 * SECOND)
    counted = floor.tallies.queues["support"].ledger
    floor.apply(ev.ConfigApplied(settings={}, source="wallboard"), NOON + 6 * SECOND)
    assert floor.alerting
    assert [(ev.type_of(one), one.note) for one in floor.alerting.untold.values()] == [
        ("alert.raised", None), ("alert.cleared", "rule"),
    ]  # fmt: skip
    assert floor.tallies.queues["support"].ledger is counted


def test_what_came_back_through_the_stream_is_open_until_it_is_cleared():
    floor = floor_with({"severity": "critical", "action": "act"})
    three_wait(floor)
    floor.advance(NOON + 5 * SECOND)
    told(floor, NOON + 5 * SECOND)
    assert floor.alerting
    assert floor.alerting.untold == {}
    (alert,) = floor.alerts.open
    row = kpis.document(floor)["alerts"][alert]
    assert row == {
        "rule": "r", "severity": "critical", "kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2",
        "value": 3, "value_now": 3, "action": "act", "since": NOON + SECOND, "raised_at": NOON + SECOND,
        "reads": "count", "name": "support",
    }  # fmt: skip
    who = {"alert": alert, "who": "olena", "source": "wallboard"}
    floor.apply(ev.AlertAcknowledged(time=NOON + 6_000, **who), NOON + 6_000)
    floor.apply(ev.AlertAssigned(time=NOON + 6_500, attributes={"to": "ivan"}, **who), NOON + 6_500)
    floor.apply(ev.AlertSnoozed(time=NOON + 7_000, until=NOON + 60_000, note="they know", **who), NOON + 7_000)
    row = kpis.document(snapshot.load(snapshot.dump(floor)))["alerts"][alert]
    assert (row["acknowledged_by"], row["acknowledged_at"], row["owner"]) == ("olena", NOON + 6_000, "ivan")
    assert (row["snoozed_by"], row["snoozed_until"], row["note"]) == ("olena", NOON + 60_000, "they know")
    again = snapshot.load(snapshot.dump(floor))
    again.advance(NOON + 60_000)
    assert "snoozed_until" not in kpis.document(again)["alerts"][alert], "a snooze ends by itself"
    gone(floor, "c0", 61_000)
    floor.advance(NOON + 63 * SECOND)
    told(floor, NOON + 63 * SECOND)
    assert floor.alerts.open == {}


def told(floor: Floor, at_ms: int) -> None:
    """As the leading worker does: what is untold goes into the stream and comes back."""
    assert floor.alerting
    for event in list(floor.alerting.untold.values()):
        floor.apply(event, at_ms)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40_000), st.integers(0, 6)), min_size=1, max_size=12),
    st.sampled_from(["> 2", "< -2", ">= 1"]),
)
def test_a_change_is_told_the_same_whether_it_was_restarted_at_every_step_or_never(
    steps: list[tuple[int, int]], limit: str
) -> None:
    floor, whole = floor_with({"raise": limit, "within": "1m"}), floor_with({"raise": limit, "within": "1m"})
    waiting: list[str] = []
    at_ms = 0
    for number, (later_ms, wanted) in enumerate(steps):
        at_ms += later_ms
        come = [f"c{number}.{n}" for n in range(wanted - len(waiting))]
        leave, waiting = waiting[: max(0, len(waiting) - wanted)], waiting[max(0, len(waiting) - wanted) :] + come
        for one in (floor, whole):
            for name in come:
                waits(one, name, at_ms)
            for name in leave:
                gone(one, name, at_ms)
        floor = snapshot.load(snapshot.dump(floor))
        assert floor.alerting
        assert whole.alerting
        assert floor.alerting.untold == whole.alerting.untold
    for one in (floor, whole):
        one.advance(NOON + at_ms + 3 * MINUTE)
    assert said(floor) == said(whole)


FAULTS = {
    "raise": ({"raise": "120"}, "expected a sign"),
    "clear": ({"clear": "> 1"}, "would clear as it raises"),
    "for": ({"for": "soon"}, "30s"),
    "metric": ({"metric": "waitng"}, "did you mean 'waiting'"),
    "when": ({"when": "on Sundays"}, "'open', 'always'"),
    "window": ({"window": "m15"}, "it is counted now"),
    "and[0].raise": ({"and": [{"metric": "waiting", "raise": "x"}]}, "expected a sign"),
    "sources": ({"sources": ["pbx"]}, "no number of sources"),
    "within": ({"within": "2h"}, "from 1m to 1h"),
    "or[0].within": ({"or": [{"metric": "oldest_wait_s", "raise": "> 60", "within": "5m"}]}, "give it a limit alone"),
    "and[0].raise ": ({"and": [{"metric": "waiting", "raise": "< 5", "within": "5m"}]}, "'< -5' for a fall"),
}


@pytest.mark.parametrize("at", FAULTS)
def test_what_is_wrong_with_a_rule_is_named(at: str):
    written, words = FAULTS[at]
    rule = msgspec.convert({"metric": "waiting", "raise": "> 2"} | written, Rule)
    ((found, reason),) = rule.faults()
    assert found == at.strip()
    assert words in reason


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"metric": "abandon_rate", "raise": "> 800"}, [("raise", "never")]),
        ({"metric": "abandon_rate", "raise": "> 100"}, [("raise", "never")]),
        ({"metric": "abandon_rate", "raise": ">= 100", "clear": "< 0"}, [("clear", "never")]),
        ({"metric": "abandon_rate", "raise": "< 101"}, [("raise", "always")]),
        ({"metric": "abandon_rate", "raise": "< -5", "within": "5m"}, []),
        ({"metric": "abandon_rate", "raise": "> 120", "within": "5m"}, [("raise", "never")]),
        ({"metric": "nps", "raise": "< -20"}, []),
        ({"metric": "waiting", "raise": "< 0"}, [("raise", "never")]),
        (
            {"metric": "waiting", "raise": "> 0", "or": [{"metric": "asa_s", "raise": ">= 0"}]},
            [("or[0].raise", "always")],
        ),
        ({"metric": "wrapup_over_s", "raise": "> 60", "clear": "<= 0"}, []),
        ({"metric": "kpi.sales", "raise": "< -5"}, []),
    ],
)
def test_a_limit_that_its_number_never_or_always_passes_is_found(
    said: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    rule = msgspec.convert(said, Rule)
    assert list(rule.faults()) == []
    assert list(rule.beyond()) == found


def test_a_snooze_lasts_to_the_end_of_the_shift_of_its_site_and_ends_by_itself():
    rule = {"metric": "waiting", "raise": "> 2", "queues": ["*"], "when": "always"}
    sites = {
        "kyiv": Site(shifts={"day": "06:00-14:00"}), "lviv": Site(shifts={"late": "11:00-13:00"}), "odesa": Site(),
    }  # fmt: skip
    queues = {name: Queue(site=name) for name in sites}
    floor = watchful(Floor(Settings(alert={"r": msgspec.convert(rule, Rule)}, queue=queues, site=sites)))
    floor.advance(NOON)

    def ends(kind: str, of: str) -> float:
        row = AlertRow("r", "info", kind, of, "waiting", None, "> 2", 3, NOON, NOON)
        return (floor.alerts.shift_ends_ms(row) - NOON) / HOUR

    assert [ends("queues", name) for name in sites] == [2, 1, 12]
    assert ends("groups", "all") == 12, "the last to end: the day of odesa"
    base: dict[str, Any] = {"alert": "a1", "rule": "r", "source": "wallboard"}
    said_of = {"kind": "queues", "of": "lviv", "metric": "waiting", "limit": "> 2"}
    floor.apply(ev.AlertRaised(time=NOON, attributes=said_of, severity="info", id="1", **base), NOON)
    until_ms = floor.alerts.shift_ends_ms(floor.alerts.open["a1"])
    floor.apply(ev.AlertSnoozed(time=NOON, until=until_ms, who="Olena", id="2", **base), NOON)
    floor.advance(NOON + HOUR - SECOND)
    assert floor.alerts.open["a1"].snoozed_by == "Olena"
    floor.advance(NOON + HOUR)
    assert floor.alerts.open["a1"].snoozed_by is None
    assert floor.alerts.open["a1"].woken_ms == NOON + HOUR
    floor.apply(ev.AlertSnoozed(time=NOON + HOUR, until=NOON + 2 * HOUR, who="Olena", id="3", **base), NOON + HOUR)
    assert floor.alerts.open["a1"].woken_ms is None, "it sleeps again"


def takes(floor: Floor, event: ev.AlertRaised | ev.AlertCleared, after_ms: int) -> None:
    floor.apply(event, NOON + after_ms)


def raised_elsewhere(alert: str, at_s: int, of: str = "support") -> ev.AlertRaised:
    """As a process says it that saw it at another second."""
    about = {"kind": "queues", "of": of, "metric": "waiting", "limit": "> 2"}
    return ev.AlertRaised(
        time=NOON + at_s * SECOND, source=ev.SERVER, id=f"{alert}+", alert=alert, rule="r", severity="info", value=3,
        attributes=about,
    )  # fmt: skip


def ended_elsewhere(alert: str, at_s: int) -> ev.AlertCleared:
    return ev.AlertCleared(time=NOON + at_s * SECOND, source=ev.SERVER, id=f"{alert}-", alert=alert, rule="r")


def test_what_another_process_raised_at_another_second_is_the_alert_here_too():
    """Else it would be raised once more when this one comes to lead, and what that one raised would never end."""
    floor = floor_with({})
    three_wait(floor)
    floor.advance(NOON + 2 * SECOND)
    assert said(floor) == [("raised", 1.0)]
    takes(floor, raised_elsewhere("other", 2), 2_500)
    floor.advance(NOON + 5 * SECOND)
    assert said(floor) == []
    gone(floor, "c0", 7_300)
    floor.advance(NOON + 9 * SECOND)
    assert said(floor) == [("cleared", 8.0)]
    assert floor.alerting
    [end] = floor.alerting.untold.values()
    assert (end.id, end.alert) == ("other-", "other")


def test_what_is_told_of_an_alert_that_is_over_here_but_not_told_yet_opens_nothing():
    floor = floor_with({})
    three_wait(floor)
    floor.advance(NOON + 2 * SECOND)
    gone(floor, "c0", 2_100)
    floor.advance(NOON + 3 * SECOND)
    assert floor.alerting
    begin, end = floor.alerting.untold.values()
    assert isinstance(begin, ev.AlertRaised)
    takes(floor, begin, 3_500)
    floor.advance(NOON + 5 * SECOND)
    assert list(floor.alerting.untold.values()) == [end]


def test_what_another_process_ended_is_over_here_too_and_raised_anew_where_it_still_holds():
    floor = floor_with({"for": "5s"})
    three_wait(floor)
    floor.advance(NOON + 6 * SECOND)
    assert floor.alerting
    [begin] = floor.alerting.untold.values()
    takes(floor, begin, 6_500)  # type: ignore[arg-type]
    takes(floor, ended_elsewhere(begin.alert, 7), 7_200)
    assert floor.alerts.open == {}
    floor.advance(NOON + 20 * SECOND)
    assert said(floor) == [("raised", 13.0)], "looked at on the next second, and held for five"


def test_what_was_raised_elsewhere_and_does_not_hold_here_ends():
    """Of a stream that is read from its begin not all is there of which it was raised."""
    floor = floor_with({"keep_for": "3s"})
    waits(floor, "c1", 100)
    takes(floor, raised_elsewhere("other", 0), 500)
    floor.advance(NOON + 9 * SECOND)
    assert said(floor) == [("cleared", 4.0)]
    floor = floor_with({})
    takes(floor, raised_elsewhere("other", 0), 500)
    floor.advance(NOON + 9 * SECOND)
    assert said(floor) == [("cleared", 1.0)], "there is no such queue"


def test_what_is_open_when_the_rules_come_has_its_end():
    """The stream is read from its begin, and told of alerts before it told of rules."""
    floor = watchful(Floor())
    floor.advance(NOON)
    for alert, of in (("a", "support"), ("b", "billing")):
        takes(floor, raised_elsewhere(alert, 0, of), 500)
    three_wait(floor)
    rules = {"r": {"metric": "waiting", "raise": "> 2", "queues": ["support"], "when": "always", "action": "Look"}}
    floor.apply(ev.ConfigApplied(settings={"alert": rules}, source=ev.SERVER, time=NOON + SECOND), NOON + SECOND)
    floor.advance(NOON + 5 * SECOND)
    assert floor.alerting
    assert [(one.alert, one.note) for one in floor.alerting.untold.values()] == [("b", "rule")]
    gone(floor, "c0", 6_300)
    floor.advance(NOON + 9 * SECOND)
    assert [one.alert for one in floor.alerting.untold.values()] == ["b", "a"]


def test_what_was_raised_elsewhere_by_a_rule_that_is_gone_here_ends():
    """Whoever raised it died before it told that the rule was taken out; it stayed open for all."""
    floor = floor_with({})
    rules = {"r": {"metric": "waiting", "raise": "> 2", "queues": ["sales"], "when": "always", "action": "Look"}}
    floor.apply(ev.ConfigApplied(settings={"alert": rules}, source=ev.SERVER), NOON + SECOND)
    takes(floor, raised_elsewhere("other", 0), 1_500)
    unknown = msgspec.structs.replace(raised_elsewhere("more", 0), rule="old")
    takes(floor, unknown, 1_600)
    floor.advance(NOON + 5 * SECOND)
    assert floor.alerting
    assert [(one.id, one.note) for one in floor.alerting.untold.values()] == [("other-", "rule"), ("more-", "rule")]


def test_what_was_raised_elsewhere_about_somebody_who_came_into_another_team_meanwhile_ends():
    rule = msgspec.convert({"metric": "missed_in_row", "raise": ">= 3", "teams": ["first"], "when": "always"}, Rule)
    floor = watchful(Floor(Settings(alert={"r": rule})))
    floor.advance(NOON)
    for team in ("first", "second"):
        floor.apply(ev.SignedIn(agent="anna", team=team, queues=["support"], source="pbx", time=NOON), NOON)
        floor.advance(floor.now_ms + 2 * SECOND)
    about = {"kind": "agents", "of": "anna", "metric": "missed_in_row", "limit": ">= 3"}
    takes(floor, msgspec.structs.replace(raised_elsewhere("other", 1), attributes=about), 4_500)
    floor.advance(NOON + 8 * SECOND)
    assert floor.alerting
    assert [(one.id, one.note) for one in floor.alerting.untold.values()] == [("other-", "gone")]
    assert said(floor) == [("cleared", 5.0)]


def test_of_one_rule_and_entity_one_alert_is_open_whoever_says_so():
    floor = floor_with({})
    three_wait(floor)
    for alert in ("a", "b"):
        takes(floor, raised_elsewhere(alert, 1), 1_500)
    assert list(floor.alerts.open) == ["a"]
    floor = snapshot.load(snapshot.dump(floor))
    takes(floor, raised_elsewhere("c", 2), 2_500)
    assert list(floor.alerts.open) == ["a"], "nor after a restart"
    takes(floor, ended_elsewhere("a", 3), 3_200)
    takes(floor, raised_elsewhere("d", 4), 4_200)
    assert list(floor.alerts.open) == ["d"]


def test_an_open_alert_has_its_number_now_or_since_when_it_grows():
    floor = floor_with({})
    three_wait(floor)
    floor.advance(NOON + 2 * SECOND)
    assert floor.alerting
    for event in list(floor.alerting.untold.values()):
        takes(floor, event, 2_500)
    [alert] = floor.alerts.open
    floor.take_touched()
    waits(floor, "c3", 3_200)
    floor.advance(NOON + 5 * SECOND)
    assert ("alerts", alert) in floor.take_touched()
    row = kpis.entity(floor, "alerts", alert)
    assert row
    assert (row["value"], row["value_now"]) == (3, 4)
    floor = floor_with({"metric": "oldest_wait_s", "raise": "> 10"})
    waits(floor, "c0", 500)
    floor.advance(NOON + 12 * SECOND)
    assert floor.alerting
    for event in list(floor.alerting.untold.values()):
        takes(floor, event, 12_500)
    row = kpis.entity(floor, "alerts", next(iter(floor.alerts.open)))
    assert row
    assert (row["grows_since"], "value_now" in row) == (NOON + 500, False)
