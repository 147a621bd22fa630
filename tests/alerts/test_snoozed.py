"""While an alert is snoozed, and in quiet hours, nothing is told of it; what comes after says so."""

import pytest

from tests.alerts.dues import IVAN, LEADS, MINUTE, NOON, OLENA, dues, row, settings, told
from wallboard.alerts.hearing import is_held


def test_of_what_is_snoozed_nothing_is_told_and_of_what_somebody_acted_on_no_beginning_when_it_is_over() -> None:
    held = settings(escalate="10m", repeat="30m")
    assert told(row(snoozed_by="Olena", snoozed_until_ms=NOON + 90 * MINUTE), NOON + 61 * MINUTE, held) == []
    for seen in ({"acknowledged_by": "Olena"}, {"owner": "Olena"}, {"snoozed_by": "Olena"}):
        over = row(over_ms=NOON + MINUTE, over="cleared", **seen)
        assert told(over, NOON + 2 * MINUTE, None, LEADS) == []
        assert told(over, NOON + 2 * MINUTE, None, LEADS, known=KNOWN) == [("leads", "a-")]


KNOWN = [("leads", "a+")]
SLEPT = {"last_snoozed_by": "Olena", "snoozed_ms": NOON + 10 * MINUTE, "woken_ms": NOON + 40 * MINUTE}


def test_when_a_snooze_ends_those_whom_it_was_told_before_are_told_once_again() -> None:
    assert told(row(**SLEPT), NOON + 40 * MINUTE, None, LEADS) == [
        ("leads", "a+"),
        ("leads", f"a*{NOON + 40 * MINUTE}"),
    ]
    again = dues(row(**SLEPT), NOON + 80 * MINUTE, None, LEADS)[1]
    assert (again.told, again.message.type) == (f"a*{NOON + 40 * MINUTE}", "again")
    assert again.message.title == "support: longest wait still 2:14 (limit > 2:00)"
    assert "Olena had snoozed it until now." in again.message.text.splitlines()
    over = row(over_ms=NOON + 41 * MINUTE, over="cleared", **SLEPT)
    assert told(over, NOON + 41 * MINUTE, None, LEADS) == [("leads", "a+"), ("leads", "a-")]


def test_the_end_of_a_snooze_takes_the_place_of_repeats_that_were_due_before_it() -> None:
    held, woken = settings(repeat="30m"), ("leads", f"a*{NOON + 40 * MINUTE}")
    assert told(row(**SLEPT), NOON + 59 * MINUTE, held, LEADS) == [("leads", "a+"), woken]
    assert told(row(**SLEPT), NOON + 60 * MINUTE, held, LEADS) == [("leads", "a+"), ("leads", "a*2"), woken]


def test_of_a_snooze_that_ended_whoever_hears_of_it_only_now_is_told_that_it_is_raised() -> None:
    held, both, woken = settings(notify=["on-duty"]), (OLENA, IVAN), f"a*{NOON + 40 * MINUTE}"
    slept = row(snoozed_duty=["Olena"], **SLEPT)
    later = told(slept, NOON + 40 * MINUTE, held, *both, on_duty=["Ivan", "Olena"])
    assert later == [("olena-phone", "a+"), ("ivan-mail", "a+"), ("olena-phone", woken)]
    assert told(slept, NOON + 40 * MINUTE, held, *both, on_duty=["Ivan"]) == [("ivan-mail", "a+")], "Olena went home"
    chain = settings(escalate="30m")
    assert told(row(**SLEPT), NOON + 40 * MINUTE, chain) == [("leads", "a+"), ("boss", "a+"), ("leads", woken)]


@pytest.mark.parametrize("key", ["acknowledged_ms", "owned_ms"])
def test_of_a_snooze_that_ended_nobody_is_told_after_somebody_acted_since(key: str) -> None:
    woken = ("leads", f"a*{NOON + 40 * MINUTE}")
    for at, is_told in ((9, True), (11, False)):
        seen = row(**SLEPT, **{key: NOON + at * MINUTE})
        assert (woken in told(seen, NOON + 40 * MINUTE, None, LEADS)) == is_told


def test_in_quiet_hours_only_what_is_critical_is_told() -> None:
    sleeper = LEADS._replace(quiet="22:00-14:00")
    assert told(row(severity="warning"), NOON, None, sleeper) == []
    assert told(row(severity="warning"), NOON + 3 * 3_600_000, None, sleeper) == [("leads", "a+")]
    assert told(row(), NOON, None, sleeper) == [("leads", "a+")]


def test_in_quiet_hours_the_end_of_what_was_told_before_waits_too() -> None:
    sleeper = LEADS._replace(quiet="22:00-14:00")
    for severity, waits in (("warning", True), ("critical", False)):
        over = row(severity=severity, over_ms=NOON, over="rule")
        [end] = dues(over, NOON + MINUTE, None, sleeper, known=KNOWN)
        assert end.told == "a-", "it is put down at once, before it is forgotten"
        assert is_held(sleeper, end.message, settings(), NOON + MINUTE) is waits
        assert not is_held(sleeper, end.message, settings(), NOON + 3 * 3_600_000)
