"""Whose owner went off duty is nobody's: who is on duty then is told once."""

from typing import Any

import pytest

from tests.alerts.dues import BOSS, CHAIN, IVAN, LEADS, MINUTE, NOON, OLENA, dues, row, settings, told
from wallboard.core.rows import ResultRow

THEN = NOON + 30 * MINUTE
LEFT: dict[str, Any] = {"owner": "Ivan", "owned_ms": NOON + MINUTE, "left_ms": THEN}
SAYS = "Ivan had taken it, and is off duty now: so you are told."
AGAIN = f"a*{THEN}"


def test_who_is_on_duty_when_its_owner_goes_is_told_once_that_it_still_is_so() -> None:
    """It reached nobody: he had snoozed and taken it, and went home."""
    held, known = settings(**CHAIN), [("olena-phone", "a+")]
    for at_ms in (THEN, THEN + 60 * MINUTE):
        [one] = dues(row(**LEFT), at_ms, held, OLENA, IVAN, LEADS, on_duty=["Olena"], known=known)
        assert (one.receiver, one.told, one.message.type) == ("olena-phone", AGAIN, "again")
        assert SAYS in one.message.text.splitlines()
        assert "Ivan has taken it" not in one.message.text
    known.append(("olena-phone", AGAIN))
    assert told(row(**LEFT), THEN, held, OLENA, IVAN, LEADS, on_duty=["Olena"], known=known) == []


def test_whoever_had_not_heard_of_it_is_told_that_it_is_raised() -> None:
    """The chain had not come to her before he took it."""
    held = settings(notify=["leads", "on-duty"], escalate="10m")
    first, one = dues(row(**LEFT), THEN, held, OLENA, IVAN, LEADS, on_duty=["Olena"])
    assert (first.receiver, one.receiver, one.told) == ("leads", "olena-phone", "a+")
    assert SAYS in one.message.text.splitlines()


def test_while_nobody_is_on_duty_the_next_is_told() -> None:
    held = settings(**CHAIN)
    assert told(row(**LEFT), THEN, held, OLENA, IVAN, LEADS, BOSS) == [("leads", "a+"), ("leads", AGAIN)]


LATER = THEN + MINUTE


@pytest.mark.parametrize(
    "changed",
    [
        {"left_ms": None}, {"acknowledged_by": "Olena", "acknowledged_ms": LATER}, {"snoozed_until_ms": LATER},
        {"results": [ResultRow("called_back", "Olena", LATER)]}, {"over_ms": LATER, "over": "cleared"},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_nobody_is_told_where_somebody_acted_since_or_it_sleeps_or_is_over(changed: dict[str, Any]) -> None:
    found = told(row(**LEFT | changed), LATER + MINUTE, settings(**CHAIN), OLENA, LEADS, on_duty=["Olena"])
    assert ("olena-phone", AGAIN) not in found


def test_a_rule_that_tells_nobody_on_duty_and_what_is_still_to_be_read_say_nothing() -> None:
    assert told(row(**LEFT), THEN, settings(), OLENA, LEADS, on_duty=["Olena"]) == [("leads", "a+")]
    behind = dues(row(**LEFT), THEN, settings(**CHAIN), OLENA, LEADS, on_duty=["Olena"], is_behind=True)
    assert [one.told for one in behind] == ["a+"]
