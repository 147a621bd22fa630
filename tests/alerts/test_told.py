"""Who is told what: from the alerts as they stand, so that a restart changes nothing."""

from typing import Any

import pytest

from tests.alerts.dues import BOSS, CHAIN, LEADS, MINUTE, NOON, OLENA, dues, row, settings, told
from wallboard.alerts import hearing
from wallboard.alerts.hearing import is_unheard
from wallboard.alerts.sayings import MISSED_MS
from wallboard.core.hours import parse_openings
from wallboard.core.settings import Settings


def test_what_is_raised_is_told_to_all_and_what_is_over_to_whom_it_was_told() -> None:
    assert told(row(), NOON) == [("leads", "a+"), ("boss", "a+")]
    over = row(over_ms=NOON + MINUTE, over="cleared")
    assert told(over, NOON + MINUTE, None, LEADS) == [("leads", "a+"), ("leads", "a-")]


def test_what_came_and_went_long_ago_is_not_raised_any_more() -> None:
    over = row(over_ms=NOON, over="cleared")
    assert told(over, NOON + MISSED_MS, None, LEADS) == []
    known = [("leads", "a+")]
    assert told(over, NOON + MISSED_MS, None, LEADS, known=known) == [("leads", "a-")]
    assert told(over, NOON + 86_400_000, None, LEADS, known=known) == []


def test_below_what_a_receiver_asks_for_nothing_is_told() -> None:
    assert told(row(severity="warning"), NOON) == [("leads", "a+")]


def test_the_chain_goes_on_until_somebody_acknowledges_or_takes_it() -> None:
    held = settings(escalate="10m")
    assert told(row(), NOON + 9 * MINUTE, held) == [("leads", "a+")]
    assert told(row(), NOON + 10 * MINUTE, held) == [("leads", "a+"), ("boss", "a+")]
    seen = row(acknowledged_by="Olena", acknowledged_ms=NOON + 9 * MINUTE)
    assert told(seen, NOON + 60 * MINUTE, held) == [("leads", "a+")]
    assert told(row(owner="Olena"), NOON + 60 * MINUTE, held) == [("leads", "a+")]


def test_what_comes_by_time_alone_waits_while_there_is_more_to_read() -> None:
    """In which somebody may have acknowledged it: the next one was called, and a repeat went, all the same."""
    held = settings(escalate="10m", repeat="5m")
    later = NOON + 10 * MINUTE
    assert told(row(), later, held) == [("leads", "a+"), ("leads", "a*2"), ("boss", "a+")]
    behind = dues(row(), later, held, is_behind=True)
    assert [(one.receiver, one.told) for one in behind] == [("leads", "a+")]
    over = row(over_ms=NOON + MINUTE, over="cleared")
    assert [one.told for one in dues(over, later, held, LEADS, is_behind=True)] == ["a+", "a-"]


def test_whoever_hears_of_it_for_the_first_time_is_told_no_repeat_of_before() -> None:
    """The next of the chain was told in one message that it is 3 now and still 3."""
    held = settings(escalate="10m", repeat="5m")
    for at_ms, said in ((10, ["a+"]), (14, ["a+"]), (15, ["a+", "a*3"])):
        found = told(row(), NOON + at_ms * MINUTE, held)
        assert [each for receiver, each in found if receiver == "boss"] == said
    found = dues(row(), NOON + 14 * MINUTE, held, LEADS, since={"leads": NOON + 14 * MINUTE})
    assert [each.told for each in found] == ["a+"]


def test_a_message_is_made_once_for_all_who_are_told_the_same() -> None:
    """Of a thousand that are over and a hundred receivers all were made, for seconds in which nothing else went on."""
    over = row(over_ms=NOON + MINUTE, over="cleared")
    assert len({id(one.message) for one in dues(over, NOON + MINUTE) if one.told == "a-"}) == 1
    others = [OLENA._replace(name=f"olena-{number}") for number in range(9)]
    found = dues(row(), NOON, settings(**CHAIN), *others, on_duty=["Olena"])
    assert (len(found), len({id(one.message) for one in found})) == (9, 1)


def test_the_chain_goes_on_from_when_somebody_took_it() -> None:
    held = settings(escalate="10m")
    late = row(owner="Olena", owned_ms=NOON + 12 * MINUTE)
    assert told(late, NOON + 60 * MINUTE, held) == [("leads", "a+"), ("boss", "a+")]
    soon = row(owner="Olena", owned_ms=NOON + 9 * MINUTE)
    assert told(soon, NOON + 60 * MINUTE, held) == [("leads", "a+")]


@pytest.mark.parametrize("held", [Settings(), settings(notify=["boss"])])
def test_whoever_was_told_hears_the_end_although_the_rule_is_gone_or_names_them_no_more(held: Settings) -> None:
    over = row(over_ms=NOON + MINUTE, over="rule")
    [end] = dues(over, NOON + MINUTE, held, LEADS, known=[("leads", "a+")])
    assert end.told == "a-"
    assert "its rule was taken out" in end.message.title
    assert dues(row(), NOON + MINUTE, Settings(), LEADS) == []


def test_whoever_hears_of_one_only_when_it_is_over_hears_its_end_too() -> None:
    over = row(over_ms=NOON + MINUTE, over="cleared")
    known = told(over, NOON + MINUTE, None, BOSS)
    assert known == [("boss", "a+"), ("boss", "a-")]
    assert told(over, NOON + MINUTE, None, BOSS, known=known) == []


def test_whoever_comes_new_is_told_only_of_what_is_open_and_nobody_acknowledged_or_took() -> None:
    """A channel that a lead added was told of what had been over for two minutes, begin and end."""

    def new(changed: dict[str, Any]) -> list[str]:
        found = dues(row(**changed), NOON + 3 * MINUTE, since={"leads": 0, "boss": NOON + 2 * MINUTE})
        assert next(each.told for each in found if each.receiver == "leads") == "a+"
        return [each.told for each in found if each.receiver == "boss"]

    before, later = NOON + MINUTE, NOON + 2 * MINUTE
    assert new({}) == new({"acknowledged_by": "Olena", "acknowledged_ms": later}) == ["a+"]
    assert new({"acknowledged_by": "Olena", "acknowledged_ms": before}) == []
    assert new({"owner": "Olena", "owned_ms": before}) == new({"owner": "Olena"}) == []
    assert new({"over_ms": before, "over": "cleared"}) == [], "an end goes where its begin went"
    assert new({"over_ms": later, "over": "cleared"}) == ["a+", "a-"]


def test_it_is_repeated_until_somebody_sees_to_it() -> None:
    held = settings(repeat="30m")
    assert told(row(), NOON + 29 * MINUTE, held, LEADS) == [("leads", "a+")]
    assert told(row(), NOON + 61 * MINUTE, held, LEADS) == [("leads", "a+"), ("leads", "a*2")]
    for seen in ({"acknowledged_by": "Olena"}, {"owner": "Olena"}):
        assert told(row(**seen), NOON + 61 * MINUTE, held, LEADS) == [("leads", "a+")]


def test_quiet_hours_are_worked_out_once_a_minute_however_many_alerts_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two hundred alerts at night and fifteen channels `/alerts` took a fifth of a second, and nobody was served."""
    asked = list[str]()

    def counted(text: str) -> Any:
        asked.append(text)
        return parse_openings(text)

    monkeypatch.setattr(hearing, "parse_openings", counted)
    asleep, one = OLENA._replace(quiet="11:07-12:01"), row(severity="warning")
    nobody = [is_unheard(one, settings(**CHAIN), {"o": asleep}, ["Olena"], NOON + ms) for ms in (0, 1, 59_999, MINUTE)]
    assert nobody == [True, True, True, False]
    assert asked == ["11:07-12:01"] * 2
