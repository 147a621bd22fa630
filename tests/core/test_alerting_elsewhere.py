"""What the stream says of an alert holds here too, whoever raised or ended it: of one rule and entity one is open."""

import msgspec
from ruled import NOON, SECOND, floor_with, gone, said, three_wait, waits

from wallboard.core import events as ev
from wallboard.core import kpis, snapshot
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful


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
    assert (row["snoozed_by"], row["snoozed_until"]) == ("olena", NOON + 60_000)
    assert [(one["result"], one["who"], one["note"]) for one in row["results"]] == [("note", "olena", "they know")]
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
