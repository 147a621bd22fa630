"""Alert rules by hand: raise, for, clear, keep_for, too few, conditions, teams; on whole seconds."""

import msgspec
from ruled import NOON, SECOND, floor_with, gone, said, three_wait, waits

from wallboard.core import events as ev
from wallboard.core import snapshot
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful


def test_it_is_raised_on_the_whole_second_after_and_cleared_on_one():
    floor = floor_with({})
    three_wait(floor)
    assert said(floor) == []
    floor.advance(NOON + 5 * SECOND)
    assert said(floor) == [("raised", 1.0)]
    gone(floor, "c0", 7_300)
    floor.advance(NOON + 9 * SECOND)
    assert said(floor) == [("raised", 1.0), ("cleared", 8.0)]


def test_what_there_is_none_of_any_more_is_cleared():
    floor = floor_with({"metric": "tags.hostile", "window": "m15", "raise": "> 0"})
    waits(floor, "c0", 0)
    floor.apply(ev.Tagged(contact="c0", tag="hostile", source="pbx", time=NOON + 500), NOON + 500)
    floor.advance(NOON + 20 * 60 * SECOND)
    assert said(floor) == [("raised", 1.0), ("cleared", 900.0)], "when it left the last 15 minutes"


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
        "kind": "queues", "of": "support", "metric": "oldest_wait_s", "limit": "> 120", "since": str(NOON + 121_000),
        "for": "0s", "keep_for": "0s",
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
    [*_, raised] = floor.alerting.untold.values() if floor.alerting else []
    asked = [(raised.attributes or {}).get(key) for key in ("metric", "limit", "window")]
    assert (raised.value, asked) == (2, ["abandoned", "> 1", None]), "which is what it says"


def test_what_is_over_says_the_number_of_the_condition_that_raised_it():
    """And not of the rule's first one."""
    other = {"metric": "oldest_wait_s", "raise": "> 30"}
    floor = floor_with({"raise": "> 5", "or": [other]})
    waits(floor, "c1", 0)
    floor.advance(NOON + 40 * SECOND)
    waits(floor, "c2", 40_000)
    raised = last(floor)
    assert raised.value == 31
    floor.apply(raised, NOON + 40_500)
    for one in (floor, snapshot.load(snapshot.dump(floor)), said_by_another_process(raised, other)):
        gone(one, "c1", 51_500)
        one.advance(NOON + 52 * SECOND)
        assert (ev.type_of(last(one)), last(one).value) == ("alert.cleared", 12.0), "one waits since 40"


def last(floor: Floor) -> ev.AlertRaised | ev.AlertCleared:
    assert floor.alerting
    return [*floor.alerting.untold.values()][-1]


def said_by_another_process(raised: ev.AlertRaised | ev.AlertCleared, other: dict[str, str]) -> Floor:
    floor = floor_with({"raise": "> 5", "or": [other], "for": "45s"})
    waits(floor, "c1", 0)
    waits(floor, "c2", 40_000)
    floor.apply(raised, NOON + 40_500)
    return floor


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
