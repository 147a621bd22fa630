"""Whom somebody else gives an alert to is told on channels of their own, and hears its end."""

from typing import Any

import msgspec
import pytest

from tests.alerts.dues import IVAN, LEADS, MINUTE, NOON, OLENA, dues, row, settings, told
from wallboard.alerts.told import due_on
from wallboard.core import events as ev
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful


def test_whom_somebody_else_gives_it_to_is_told_on_their_channels_and_hears_the_end() -> None:
    """On duty or not, and however grave; another one who was told of nothing hears no end."""
    phone = OLENA._replace(least="critical")
    mine = row(severity="warning", owner="Olena", given_by="Ivan", given_ms=NOON + 5, given=[("Olena", NOON + 5)])
    held = settings(notify=["leads"])
    found = dues(mine, NOON + MINUTE, held, phone, IVAN, LEADS)
    assert [(one.receiver, one.told) for one in found] == [("leads", "a+"), ("olena-phone", f"a>{NOON + 5}")]
    message = found[1].message
    assert message.title == "support: for you, longest wait 2:14 (limit > 2:00)"
    assert "Ivan has given it to you." in message.text.splitlines()
    assert "taken" not in message.text
    over = msgspec.structs.replace(mine, over_ms=NOON + 2 * MINUTE, over="cleared")
    known = [("olena-phone", f"a>{NOON + 5}")]
    renamed = phone._replace(person="Olena K.")
    for hers in (phone, renamed):
        ends = told(over, NOON + 2 * MINUTE, held, hers, IVAN, LEADS, known=known)
        assert ("olena-phone", "a-") in ends
        assert ("ivan-mail", "a-") not in ends, "it was never given to Ivan"


@pytest.mark.parametrize("now", [{"owner": "Olena"}, {"owner": "Vira", "given_by": "Olena", "given_ms": NOON + 9}])
def test_whom_it_was_given_to_hears_the_end_although_they_took_it_then_or_gave_it_on(now: dict[str, Any]) -> None:
    over = row(given=[("Olena", NOON + 5), ("Vira", NOON + 9)], over_ms=NOON + MINUTE, over="cleared", **now)
    held, given = settings(notify=["leads"]), ("olena-phone", f"a>{NOON + 5}")
    assert told(over, NOON + MINUTE, held, OLENA, IVAN, known=[given]) == [("olena-phone", "a-")]
    assert told(over, NOON + MINUTE, held, OLENA, IVAN, known=[("ivan-mail", "a+")]) == [("ivan-mail", "a-")]
    assert told(over, NOON + MINUTE, held, OLENA, IVAN) == [], "as it was told to nobody"


def test_who_takes_it_themselves_is_told_nothing_and_in_quiet_hours_it_waits() -> None:
    held = settings(notify=["leads"])
    assert told(row(owner="Olena"), NOON, held, OLENA) == []
    given = row(severity="warning", owner="Olena", given_by="Ivan", given_ms=NOON)
    asleep = OLENA._replace(quiet="11:00-13:00")
    assert told(given, NOON + MINUTE, held, asleep) == []
    assert told(given, NOON + 60 * MINUTE, held, asleep) == [("olena-phone", f"a>{NOON}")]


def test_what_is_about_a_person_is_told_only_to_who_is_on_duty_for_it() -> None:
    given = row(kind="agents", of="anna", metric="stretch_s", owner="Olena", given_by="Ivan", given_ms=NOON)
    assert told(given, NOON, settings(notify=["leads"]), OLENA) == []
    assert told(given, NOON, settings(notify=["leads"]), OLENA, on_duty=["Olena"]) == [("olena-phone", f"a>{NOON}")]


def test_what_is_about_a_person_is_told_to_who_came_on_duty_after_somebody_acted_on_it() -> None:
    """Given at a change of shift: who was on duty when somebody acted first is not whom it is given to."""
    floor = watchful(Floor(settings(notify=["leads"])))

    def tell(event: ev.Event, at_ms: int) -> None:
        floor.apply(msgspec.structs.replace(event, source=ev.SERVER, time=at_ms), at_ms)

    tell(ev.DutyTaken(who="Ivan", until=NOON + 60 * MINUTE), NOON)
    said = {"kind": "agents", "of": "anna", "metric": "stretch_s", "limit": "> 60"}
    tell(ev.AlertRaised(alert="a", rule="wait", attributes=said), NOON)
    tell(ev.AlertAcknowledged(alert="a", who="Ivan"), NOON + 1)
    tell(ev.AlertAssigned(alert="a", who="Ivan", attributes={"to": "Olena"}), NOON + MINUTE)
    mine = {OLENA.name: OLENA}
    assert list(due_on(floor, mine, NOON + MINUTE, "")) == [[]]
    tell(ev.DutyTaken(who="Olena", until=NOON + 60 * MINUTE), NOON + 2 * MINUTE)
    assert [one.told for [one] in due_on(floor, mine, NOON + 2 * MINUTE, "")] == [f"a>{NOON + MINUTE}"]


def test_whom_it_is_given_to_is_told_each_note_with_who_wrote_it() -> None:
    """One that was sent alone was missing, one that came with a press had nobody's name."""
    floor = watchful(Floor(settings(notify=["leads"])))

    def tell(event: ev.Event, at_ms: int) -> None:
        floor.apply(msgspec.structs.replace(event, source=ev.SERVER, time=at_ms), at_ms)

    said = {"kind": "queues", "of": "support", "metric": "oldest_wait_s", "limit": "> 60"}
    tell(ev.AlertRaised(alert="a", rule="wait", attributes=said), NOON)
    tell(ev.AlertAcknowledged(alert="a", who="Vira", note="seen it"), NOON + 1)
    tell(ev.AlertAssigned(alert="a", who="Ivan", attributes={"to": "Ivan"}, note="called the line"), NOON + 2)
    tell(ev.AlertActed(alert="a", who="Ivan", attributes={"result": "note"}, note="they come at two"), NOON + 3)
    tell(ev.AlertAssigned(alert="a", who="Ivan", attributes={"to": "Olena"}, note="please look"), NOON + 4)
    [[one]] = due_on(floor, {OLENA.name: OLENA}, NOON + 5, "")
    lines = one.message.text.splitlines()
    assert lines[-3:] == ["Ivan: called the line", "Ivan: they come at two", "Ivan: please look"], "the last three"
    results = floor.alerts.open["a"].results
    assert [(one.result, one.who, one.note) for one in results[:2]] == [
        ("note", "Vira", "seen it"), ("note", "Ivan", "called the line")
    ]  # fmt: skip
