"""Who is on duty: until the end that was said, by team, over restarts; of an alert, who was when somebody acted."""

from typing import Any

import pytest

from wallboard.core import duty, kpis, snapshot
from wallboard.core import events as ev
from wallboard.core.alerts import OWNER_BY
from wallboard.core.deeds import Did
from wallboard.core.settings import Queue, Settings
from wallboard.core.state import Floor

NOON = 1_795_348_800_000
HOUR = 3_600_000


@pytest.fixture
def floor() -> Floor:
    made = Floor(Settings(queue={"support": Queue(team="first")}))
    made.advance(NOON)
    return made


def on(floor: Floor, who: str, at_ms: int, until_ms: int, teams: list[str] | None = None) -> Did:
    return floor.apply(ev.DutyTaken(who=who, until=until_ms, teams=teams, source=ev.SERVER), at_ms)[-1].code


def raised(floor: Floor, at_ms: int, kind: str = "queues", of: str = "support") -> None:
    said = {"kind": kind, "of": of, "metric": "waiting", "limit": "> 2"}
    floor.apply(ev.AlertRaised(alert="a", rule="wait", attributes=said, source=ev.SERVER), at_ms)


def test_it_ends_by_itself_at_the_instant_that_was_said(floor: Floor) -> None:
    on(floor, "Olena", NOON, NOON + HOUR)
    floor.advance(NOON + HOUR - 1)
    assert list(floor.duty.on) == ["Olena"]
    assert floor.next_due_ms() is not None
    floor.advance(NOON + HOUR)
    assert floor.duty.on == {}


def test_what_is_said_again_counts_and_it_can_be_left_before(floor: Floor) -> None:
    on(floor, "Olena", NOON, NOON + HOUR)
    on(floor, "Olena", NOON + 1000, NOON + 2 * HOUR)
    floor.advance(NOON + HOUR)
    assert floor.duty.on["Olena"] == duty.DutyRow(NOON, NOON + 2 * HOUR)
    floor.apply(ev.DutyLeft(who="Olena", source=ev.SERVER), NOON + HOUR + 1)
    assert floor.duty.on == {}
    assert floor.apply(ev.DutyLeft(who="Olena", source=ev.SERVER), NOON + HOUR + 2)[-1].code is Did.NOTHING


def test_what_is_over_when_it_comes_is_nothing_and_there_is_a_bound(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on(floor, "Olena", NOON, NOON) is Did.NOTHING
    monkeypatch.setattr(duty, "MOST_ON", 1)
    assert on(floor, "Olena", NOON, NOON + HOUR) is Did.NOTED
    assert on(floor, "Ivan", NOON, NOON + HOUR) is Did.OVERFLOW
    assert on(floor, "Olena", NOON, NOON + 2 * HOUR) is Did.NOTED
    assert list(floor.duty.on) == ["Olena"]


def test_after_a_restart_it_goes_on_and_ends_when_it_should(floor: Floor) -> None:
    on(floor, "Olena", NOON, NOON + HOUR, ["first"])
    again = snapshot.load(snapshot.dump(floor))
    assert again.duty.on == floor.duty.on
    again.advance(NOON + HOUR)
    assert again.duty.on == {}


@pytest.mark.parametrize(
    ("kind", "of", "reached"),
    [
        ("queues", "support", ["Ivan", "Olena"]),
        ("groups", "team:first", ["Ivan", "Olena"]),
        ("queues", "sales", ["Ivan", "Olena", "Vira"]),
        ("groups", "team:second", ["Ivan", "Vira"]),
        ("groups", "all", ["Ivan", "Olena", "Vira"]),
        ("sources", "pbx", ["Ivan", "Olena", "Vira"]),
        ("agents", "anna", ["Ivan", "Vira"]),
        ("agents", "temp", ["Ivan"]),
        ("agents", "nobody", ["Ivan"]),
    ],
)
def test_an_alert_is_for_who_is_on_duty_for_its_team(floor: Floor, kind: str, of: str, reached: list[str]) -> None:
    """`sales` is of no team, so it is everybody's; a person of no team is only theirs who lead all."""
    floor.apply(ev.SignedIn(agent="anna", team="second", source="pbx"), NOON)
    floor.apply(ev.SignedIn(agent="temp", source="pbx"), NOON)
    on(floor, "Olena", NOON, NOON + HOUR, ["first"])
    on(floor, "Vira", NOON, NOON + HOUR, ["second"])
    on(floor, "Ivan", NOON, NOON + HOUR)
    raised(floor, NOON, kind, of)
    assert floor.alerts.on_duty(floor.alerts.open["a"]) == reached


ACTS: dict[str, Any] = {
    "acknowledged": ev.AlertAcknowledged(alert="a", who="Olena", source=ev.SERVER),
    "taken": ev.AlertAssigned(alert="a", who="Olena", source=ev.SERVER),
    "over": ev.AlertCleared(alert="a", source=ev.SERVER),
}


@pytest.mark.parametrize("act", ACTS)
def test_of_one_that_somebody_acted_on_it_stays_who_was_on_duty_then(floor: Floor, act: str) -> None:
    """Or else, when a duty ends, the next in the chain would be told of what is seen to."""
    on(floor, "Olena", NOON, NOON + HOUR)
    raised(floor, NOON)
    floor.apply(ACTS[act], NOON + 1000)
    on(floor, "Ivan", NOON + 2000, NOON + HOUR)
    floor.advance(NOON + HOUR)
    again = snapshot.load(snapshot.dump(floor))
    for one in (floor, again):
        row = (one.alerts.open | one.alerts.over)["a"]
        assert one.alerts.on_duty(row) == ["Olena"]


@pytest.mark.parametrize(("to", "account", "is_hers"), [
    ("Olena", None, True), ("Olena (Telegram)", "person:1", True), ("Olena (Telegram)", None, False)
])  # fmt: skip
def test_whoever_took_one_on_duty_is_off_duty_for_it_when_that_ends(
    floor: Floor, to: str, account: str | None, is_hers: bool
) -> None:
    """Also where they took it in Telegram; somebody else there may call themselves so."""
    on(floor, "Olena", NOON, NOON + HOUR)
    raised(floor, NOON)
    said = {"to": to} | ({OWNER_BY: account} if account else {})
    floor.apply(ev.AlertAssigned(alert="a", who=to, attributes=said, source=ev.SERVER), NOON + 1000)
    row = floor.alerts.open["a"]
    assert row.left_ms is None
    floor.advance(NOON + HOUR)
    assert row.left_ms == (NOON + HOUR if is_hers else None)


def test_whoever_has_one_and_goes_off_duty_leaves_it_to_nobody_until_somebody_acts_or_they_come_again(
    floor: Floor,
) -> None:
    """Also where they came after somebody had acknowledged it; what another one has stays theirs."""
    on(floor, "Ivan", NOON, NOON + 3 * HOUR)
    raised(floor, NOON)
    floor.apply(ev.AlertAcknowledged(alert="a", who="Ivan", source=ev.SERVER), NOON + 1)
    on(floor, "Olena", NOON + 2, NOON + HOUR)
    floor.apply(ev.AlertAssigned(alert="a", who="Olena", source=ev.SERVER), NOON + 3)
    floor.apply(ev.DutyLeft(who="Vira", source=ev.SERVER), NOON + 4)
    floor.apply(ev.DutyLeft(who="Ivan", source=ev.SERVER), NOON + 5)
    assert floor.alerts.open["a"].left_ms is None
    floor.advance(NOON + HOUR)
    floor = snapshot.load(snapshot.dump(floor))
    row = floor.alerts.open["a"]
    assert (row.left_ms, row.is_left) == (NOON + HOUR, True)
    acted = ev.AlertActed(alert="a", who="Ivan", attributes={"result": "talked"}, source=ev.SERVER)
    floor.apply(acted, NOON + HOUR + 1)
    assert (row.left_ms, row.is_left) == (NOON + HOUR, False)
    on(floor, "Olena", NOON + 2 * HOUR, NOON + 3 * HOUR)
    assert row.left_ms is None
    floor.apply(ev.DutyLeft(who="Olena", source=ev.SERVER), NOON + 2 * HOUR + 1)
    assert row.is_left
    floor.apply(ev.AlertAssigned(alert="a", who="Ivan", source=ev.SERVER), NOON + 2 * HOUR + 2)
    assert row.left_ms is None


def test_one_about_somebody_who_is_erased_stays_with_whom_it_was_for(floor: Floor) -> None:
    floor.apply(ev.SignedIn(agent="anna", team="second", source="pbx"), NOON)
    on(floor, "Vira", NOON, NOON + HOUR, ["second"])
    on(floor, "Olena", NOON, NOON + HOUR, ["first"])
    raised(floor, NOON, "agents", "anna")
    floor.apply(ev.AgentForgotten(name="anna", source=ev.SERVER), NOON + 1000)
    on(floor, "Ivan", NOON + 2000, NOON + HOUR)
    assert floor.alerts.on_duty(floor.alerts.open["a"]) == ["Vira"]


def test_of_one_that_nobody_acted_on_it_is_who_is_on_duty_now(floor: Floor) -> None:
    on(floor, "Olena", NOON, NOON + HOUR)
    raised(floor, NOON)
    on(floor, "Ivan", NOON + 2000, NOON + 2 * HOUR)
    floor.apply(ev.AlertSnoozed(alert="a", who="Olena", until=NOON + 3 * HOUR, source=ev.SERVER), NOON + 3000)
    floor.advance(NOON + HOUR)
    assert floor.alerts.on_duty(floor.alerts.open["a"]) == ["Ivan"]


def given(floor: Floor, who: str, to: str, at_ms: int) -> None:
    floor.apply(ev.AlertAssigned(alert="a", who=who, attributes={"to": to}, source=ev.SERVER), at_ms)


def test_it_is_kept_to_whom_an_alert_was_handed_over_also_when_they_take_it_until_they_are_erased(floor: Floor) -> None:
    raised(floor, NOON)
    given(floor, "Ivan", "Olena", NOON + 1)
    given(floor, "Olena", "Olena", NOON + 2)
    given(floor, "Olena", "Vira", NOON + 3)
    floor = snapshot.load(snapshot.dump(floor))
    assert floor.alerts.open["a"].given == [("Olena", NOON + 1), ("Vira", NOON + 3)]
    floor.apply(ev.AgentForgotten(name="Olena", source=ev.SERVER), NOON + 4)
    assert floor.alerts.open["a"].given == [("Vira", NOON + 3)]


def test_the_state_document_names_no_owner_who_is_off_duty_and_is_told_anew_when_that_begins(floor: Floor) -> None:
    """The wall said "Petro is on it" of what Petro had left by going off duty."""

    def told() -> tuple[str | None, bool]:
        assert ("alerts", "a") in floor.ground.touched
        floor.ground.touched.clear()
        row = kpis.entity(floor, "alerts", "a") or {}
        return row.get("owner"), row.get("left", False)

    raised(floor, NOON)
    on(floor, "Petro", NOON, NOON + HOUR)
    floor.apply(ev.AlertAssigned(alert="a", who="Petro", source=ev.SERVER), NOON + 1)
    assert told() == ("Petro", False)
    floor.advance(NOON + HOUR)
    assert told() == (None, True)
    floor.apply(ev.AlertAcknowledged(alert="a", who="Olena", source=ev.SERVER), NOON + HOUR + 1)
    assert told() == (None, False)
    on(floor, "Petro", NOON + 2 * HOUR, NOON + 3 * HOUR)
    assert told() == ("Petro", False)
