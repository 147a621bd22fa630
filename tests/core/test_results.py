"""What was done about an alert: said while it is open or over, by whom, and found again the next time."""

from typing import Any

import pytest

from wallboard.alerts.told import due_on
from wallboard.core import alerts, kpis, lasttimes, snapshot
from wallboard.core import events as ev
from wallboard.core.deeds import Did
from wallboard.core.rows import ResultRow
from wallboard.core.state import Floor
from wallboard.receivers import Receiver

NOON = 1_795_348_800_000
MINUTE = 60_000


@pytest.fixture
def floor() -> Floor:
    made = Floor()
    made.advance(NOON)
    return made


def raised(floor: Floor, alert: str, at_ms: int, of: str = "support", kind: str = "queues") -> None:
    said = {"kind": kind, "of": of, "metric": "waiting", "limit": "> 2"}
    floor.apply(ev.AlertRaised(alert=alert, rule="wait", value=3, attributes=said, source=ev.SERVER), at_ms)


def cleared(floor: Floor, alert: str, at_ms: int) -> None:
    floor.apply(ev.AlertCleared(alert=alert, rule="wait", source=ev.SERVER), at_ms)


def done(floor: Floor, alert: str, result: str, at_ms: int, who: str = "Olena", note: str | None = None) -> Did:
    event = ev.AlertActed(alert=alert, who=who, note=note, attributes={"result": result}, source=ev.SERVER)
    return floor.apply(event, at_ms)[-1].code


def before(floor: Floor, of: str = "support") -> list[list[str]]:
    """What was done the last times, the newest first."""
    rows = floor.alerts.last.by_identity(floor.alerts.over).get(("wait", "queues", of), [])
    return [[one.result for one in row.results] for row in rows]


def test_what_was_done_stands_in_the_alert_with_who_and_acknowledges_it(floor: Floor) -> None:
    raised(floor, "a", NOON)
    done(floor, "a", "overflow_opened", NOON + MINUTE, note="until 14:00")
    done(floor, "a", "called_back", NOON + 2 * MINUTE, "Ivan")
    row: dict[str, Any] = kpis.document(floor)["alerts"]["a"]
    assert row["results"] == [
        {"result": "overflow_opened", "who": "Olena", "at": NOON + MINUTE, "note": "until 14:00"},
        {"result": "called_back", "who": "Ivan", "at": NOON + 2 * MINUTE},
    ]
    assert (row["acknowledged_by"], row["acknowledged_at"]) == ("Olena", NOON + MINUTE)
    assert "note" not in row, "it is the result's own"


def test_who_acknowledged_before_stays(floor: Floor) -> None:
    raised(floor, "a", NOON)
    floor.apply(ev.AlertAcknowledged(alert="a", who="Ivan", source=ev.SERVER), NOON + 1)
    done(floor, "a", "called_back", NOON + 2)
    assert floor.alerts.open["a"].acknowledged_by == "Ivan"


def test_a_second_tap_of_the_same_adds_nothing_but_its_note_and_there_is_a_bound(floor: Floor) -> None:
    raised(floor, "a", NOON)
    done(floor, "a", "reported", NOON)
    done(floor, "a", "reported", NOON + 1, note="ticket 7")
    assert floor.alerts.open["a"].results == [ResultRow("reported", "Olena", NOON, "ticket 7")]
    for number in range(alerts.MOST_RESULTS):
        done(floor, "a", f"own words {number}", NOON + 2)
    assert len(floor.alerts.open["a"].results) == alerts.MOST_RESULTS
    assert floor.alerts.open["a"].results[0].result == "own words 0"


def test_it_may_be_said_after_the_end_and_of_what_is_not_there_nothing_is(floor: Floor) -> None:
    raised(floor, "a", NOON)
    cleared(floor, "a", NOON + MINUTE)
    assert done(floor, "a", "false_alarm", NOON + 2 * MINUTE) is Did.NOTED
    assert before(floor) == [["false_alarm"]]
    assert floor.alerts.over["a"].acknowledged_by is None, "nobody did while it was open"
    assert done(floor, "b", "false_alarm", NOON + 2 * MINUTE) is Did.NOTHING
    assert floor.apply(ev.AlertActed(alert="a", who="X", source=ev.SERVER), NOON + 3 * MINUTE)[-1].code is Did.NOTHING


def test_the_last_times_are_those_of_the_same_rule_and_queue_the_newest_first_over_restarts(floor: Floor) -> None:
    for number, of in enumerate(("support", "sales", "support")):
        raised(floor, f"a{number}", NOON + number, of)
        done(floor, f"a{number}", f"did {number}", NOON + number)
        cleared(floor, f"a{number}", NOON + number)
    assert before(floor) == [["did 2"], ["did 0"]]
    assert before(floor, "sales") == [["did 1"]]
    assert before(snapshot.load(snapshot.dump(floor))) == [["did 2"], ["did 0"]]


def test_of_what_ended_long_ago_the_last_few_stay_on_which_somebody_acted(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "MOST_OVER", 2)
    monkeypatch.setattr(alerts, "TELL_MS", 0)
    for number in range(12):
        raised(floor, f"a{number}", NOON + number)
        if number % 2:
            done(floor, f"a{number}", f"did {number}", NOON + number)
        cleared(floor, f"a{number}", NOON + number)
    assert list(floor.alerts.over) == ["a10", "a11"]
    assert before(floor) == [["did 11"], [], ["did 9"], ["did 7"], ["did 5"], ["did 3"], ["did 1"]]
    raised(floor, "next", NOON + 20)
    cleared(floor, "next", NOON + 20)
    raised(floor, "one more", NOON + 21)
    cleared(floor, "one more", NOON + 21)
    assert before(floor) == [[], [], ["did 11"], ["did 9"], ["did 7"], ["did 5"], ["did 3"]]
    assert before(snapshot.load(snapshot.dump(floor))) == before(floor)


@pytest.mark.parametrize(("many", "kept"), [(2_500, 2_500), (alerts.MOST_ENDING + 5, alerts.MOST_ENDING)])
def test_of_many_that_end_at_once_none_is_lost_before_everybody_is_told(floor: Floor, many: int, kept: int) -> None:
    boss = Receiver("boss", "webhook", "https://b.example")
    for number in range(many):
        raised(floor, f"a{number}", NOON, f"q{number}")
    for number in range(many):
        cleared(floor, f"a{number}", NOON + 1)
    begun = {("boss", f"a{number}+") for number in range(many)}
    dues = [one.message for each in due_on(floor, {"boss": boss}, NOON + 500, "", begun) for one in each]
    ends = [one.alert for one in dues if one.type == "cleared"]
    assert ends == [f"a{number}" for number in range(many - kept, many)]
    raised(floor, "later", NOON + alerts.TELL_MS + 2)
    cleared(floor, "later", NOON + alerts.TELL_MS + 2)
    assert len(floor.alerts.over) == alerts.MOST_OVER


def test_there_is_a_bound_of_all_that_stay(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "MOST_OVER", 0)
    monkeypatch.setattr(alerts, "TELL_MS", 0)
    monkeypatch.setattr(lasttimes, "MOST", 3)
    for number in range(5):
        raised(floor, f"a{number}", NOON + number, f"q{number}")
        done(floor, f"a{number}", "reported", NOON + number)
        cleared(floor, f"a{number}", NOON + number)
    assert list(floor.alerts.last.older) == ["a2", "a3", "a4"]


def test_whoever_is_erased_is_in_no_alert_any_more_and_what_was_done_stays(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "MOST_OVER", 1)
    for number, (kind, of) in enumerate((("queues", "support"), ("agents", "temp"), ("queues", "support"))):
        floor.apply(ev.DutyTaken(who="temp", until=NOON + MINUTE, source=ev.SERVER), NOON)
        raised(floor, f"a{number}", NOON + number, of, kind)
        floor.apply(ev.AlertAssigned(alert=f"a{number}", who="temp", note="mine", source=ev.SERVER), NOON + number)
        done(floor, f"a{number}", "reported", NOON + number, "temp")
        if number < 2:
            cleared(floor, f"a{number}", NOON + number)
    assert b"temp" in snapshot.dump(floor)[snapshot.REST]
    floor.apply(ev.AgentForgotten(name="temp", source=ev.SERVER), NOON + MINUTE)
    assert b"temp" not in snapshot.dump(floor)[snapshot.REST]
    assert before(floor) == [["note", "reported"]]
    assert floor.alerts.open["a2"].owner == alerts.ERASED


def test_what_is_open_about_whoever_is_erased_goes_on_and_ends_without_their_name(floor: Floor) -> None:
    floor.apply(ev.SignedIn(agent="temp", source="pbx"), NOON)
    raised(floor, "a", NOON, "temp", "agents")
    floor.take_touched()
    floor.apply(ev.AgentForgotten(name="temp", source=ev.SERVER), NOON + MINUTE)
    assert ("alerts", "a") in floor.take_touched(), "whoever looks at it does not read the name any more"
    assert floor.alerts.open["a"].of == alerts.ERASED
    cleared(floor, "a", NOON + 2 * MINUTE)
    assert floor.alerts.over["a"].of == alerts.ERASED
    assert b"temp" not in snapshot.dump(floor)[snapshot.REST]
