"""Who is on duty is told first; where nobody can be reached there, the next at once, and why."""

import pytest

from tests.alerts.dues import BOSS, CHAIN, IVAN, LEADS, MINUTE, NOON, OLENA, dues, row, settings, told
from wallboard.receivers import Receiver


def test_who_is_on_duty_is_told_first_and_the_chain_goes_on_behind_them() -> None:
    held, all_of_them = settings(**CHAIN), (OLENA, IVAN, LEADS, BOSS)
    assert told(row(), NOON, held, *all_of_them, on_duty=["Olena"]) == [("olena-phone", "a+")]
    both = told(row(), NOON, held, *all_of_them, on_duty=["Ivan", "Olena"])
    assert both == [("olena-phone", "a+"), ("ivan-mail", "a+")]
    later = told(row(), NOON + 10 * MINUTE, held, *all_of_them, on_duty=["Olena"])
    assert later == [("olena-phone", "a+"), ("leads", "a+")]


@pytest.mark.parametrize(
    ("on_duty", "says"), [([], "Nobody is on duty for this"), (["Vira"], "On duty is Vira, who has no receiver")]
)
def test_with_nobody_to_be_reached_on_duty_the_next_is_told_at_once_and_why(on_duty: list[str], says: str) -> None:
    held, all_of_them = settings(**CHAIN), (OLENA, IVAN, LEADS, BOSS)
    [one] = dues(row(), NOON, held, *all_of_them, on_duty=on_duty)
    assert (one.receiver, one.told) == ("leads", "a+")
    assert says in one.message.text
    assert says not in one.message.title
    later = told(row(), NOON + 10 * MINUTE, held, *all_of_them, on_duty=on_duty)
    assert later == [("leads", "a+"), ("boss", "a+")]


def test_whoever_comes_on_duty_is_told_what_is_open_and_whoever_was_told_hears_the_end() -> None:
    held = settings(**CHAIN)
    assert told(row(), NOON + MINUTE, held, OLENA, IVAN, LEADS, on_duty=["Ivan"]) == [("ivan-mail", "a+")]
    over = row(over_ms=NOON + 2 * MINUTE, over="cleared")
    known = [("olena-phone", "a+")]
    found = told(over, NOON + 2 * MINUTE, held, OLENA, IVAN, LEADS, on_duty=["Ivan"], known=known)
    assert found == [("ivan-mail", "a+"), ("olena-phone", "a-"), ("ivan-mail", "a-")]


ASLEEP, DEAF = OLENA._replace(quiet="11:00-13:00"), OLENA._replace(least="critical")


@pytest.mark.parametrize("phone", [ASLEEP, DEAF])
def test_whoever_is_on_duty_and_hears_nothing_of_it_now_holds_up_nobody(phone: Receiver) -> None:
    held, warning = settings(**CHAIN), row(severity="warning")
    [one] = dues(warning, NOON, held, phone, LEADS, on_duty=["Olena"])
    assert one.receiver == "leads"
    assert "On duty is Olena, who has no receiver for this now" in one.message.text
    assert told(warning, NOON, held, phone, IVAN, LEADS, on_duty=["Ivan", "Olena"]) == [("ivan-mail", "a+")]
    assert told(row(), NOON, held, phone, LEADS, on_duty=["Olena"]) == [("olena-phone", "a+")]


def test_of_what_they_saw_to_before_they_slept_nobody_else_is_told_while_they_sleep() -> None:
    held, phone = settings(**CHAIN), OLENA._replace(quiet="12:30-14:00")
    seen = row(severity="warning", acknowledged_by="Olena", acknowledged_ms=NOON + MINUTE)
    assert told(seen, NOON + 60 * MINUTE, held, phone, LEADS, on_duty=["Olena"]) == []
    unseen = row(severity="warning")
    assert told(unseen, NOON + 60 * MINUTE, held, phone, LEADS, on_duty=["Olena"]) == [("leads", "a+")]
