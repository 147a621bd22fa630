"""What rules see of a floor is what its document says; and they look only at what they ask for."""

from typing import Any

import msgspec
import pytest

from wallboard.core import events as ev
from wallboard.core import kpis
from wallboard.core.compiled import BRIEFLY
from wallboard.core.condition import Condition
from wallboard.core.measured import measured
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Reason, Settings
from wallboard.core.state import Floor
from wallboard.core.watchful import Sight, watchful

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC
SECOND = 1_000


def busy_floor(rules: dict[str, dict[str, Any]] | None = None) -> Floor:
    """Anna missed two, Boris wraps up, Vira is on a pause; a source is silent, another one is not."""
    made = {name: msgspec.convert({"when": "always"} | rule, Rule) for name, rule in (rules or {}).items()}
    settings = Settings(alert=made, queue={"support": Queue(wrapup_s=30)}, reason={"lunch": Reason(minutes=5)})
    floor = watchful(Floor(settings))
    floor.advance(NOON)
    for agent in ("anna", "boris", "vira"):
        told(floor, 0, ev.SignedIn(agent=agent, team="first", queues=["support"]))
    told(floor, 0, ev.SourceBeat(), "chat")
    for number in range(2):
        told(floor, 1 + number, ev.Queued(contact=f"c{number}", queue="support"))
        told(floor, 2 + number, ev.Missed(contact=f"c{number}", agent="anna", queue="support"))
    told(floor, 5, ev.Answered(contact="c0", agent="boris", queue="support"))
    told(floor, 9, ev.Ended(contact="c0", agent="boris", queue="support"))
    told(floor, 10, ev.PresenceSet(agent="vira", presence="paused", reason="lunch"))
    told(floor, 11, ev.KpiReported(kpi="sales", value=7))
    told(floor, 30, ev.Queued(contact="c9", queue="support"))
    return floor


def told(floor: Floor, second: int, event: ev.Event, source: str = "pbx") -> None:
    at_ms = NOON + second * SECOND
    floor.apply(msgspec.structs.replace(event, source=source, time=at_ms), at_ms)


def test_what_is_seen_of_people_in_brief_stands_in_their_rows_too() -> None:
    floor = busy_floor()
    sight, of = Sight(floor), dict[str, list[str]]()
    for agent in floor.people.agents:
        brief, row = sight.brief(agent), sight.row("agents", agent)
        assert brief is not None
        assert row is not None
        assert row | brief == row
        of[agent] = sorted(brief)
        for metric in BRIEFLY:
            condition = Condition(metric=metric, raises="> 0")
            assert measured(condition, brief, floor.now_ms) == measured(condition, row, floor.now_ms)
    always = ["sources", "team"]
    assert of == {
        "anna": ["missed_in_row", *always], "boris": [*always, "wrapup_over_at"], "vira": ["pause_over_at", *always],
    }  # fmt: skip


def test_its_team_its_sources_and_their_silence_are_those_of_the_document() -> None:
    floor = busy_floor()
    sight, known = Sight(floor), kpis.document(floor)
    assert {name: sight.is_late(name) for name in known["sources"]} == {"chat": True, "pbx": False}
    assert {name: sight.team_of(name) for name in known["agents"]} == dict.fromkeys(("anna", "boris", "vira"), "first")
    for kind in ("queues", "groups", "agents"):
        for name, row in known[kind].items():
            assert sorted(sight.sources_of(kind, name)) == row["sources"] == ["pbx"]
    assert list(sight.sources_of("kpis", "sales")) == ["pbx"]


@pytest.mark.parametrize("kind", ["queues", "groups", "agents", "kpis"])
def test_of_what_is_gone_nothing_is_seen(kind: str) -> None:
    sight = Sight(busy_floor())
    assert (sight.row(kind, "nobody"), list(sight.sources_of(kind, "nobody"))) == (None, [])
    assert (sight.brief("nobody"), sight.team_of("nobody"), sight.is_late("nobody")) == (None, None, False)


WAITS = {"metric": "waiting", "raise": "> 9"}
MISSED = {"metric": "missed_in_row", "raise": "> 9"}


@pytest.mark.parametrize(
    ("rules", "rows"),
    [
        ({"r": WAITS | {"queues": ["support"]}}, {("queues", "support")}),
        ({"r": WAITS | {"queues": ["sales"]}}, set()),
        ({"r": WAITS}, {("groups", "all")}),
        ({"r": MISSED}, set()),  # they are seen in brief
        ({"r": MISSED | {"and": [{"metric": "stretch_s", "raise": "> 9"}]}}, {("agents", "anna")}),
        ({"r": {"metric": "silent_s", "raise": "> 99"}}, {("sources", "pbx")}),
        ({"r": {"metric": "kpi.sales", "raise": "> 9"}}, set()),
    ],
)
def test_a_row_is_made_only_of_what_changed_and_only_if_a_rule_asks_for_it(
    rules: dict[str, dict[str, Any]], rows: set[tuple[str, str]]
) -> None:
    floor, made = busy_floor(rules), list[tuple[str, str]]()
    assert floor.alerting
    settle(floor, 54)
    sight: Any = floor.alerting._sight
    row = sight.row
    sight.row = lambda kind, name: (made.append((kind, name)), row(kind, name))[1]
    told(floor, 55, ev.Missed(contact="c9", agent="anna", queue="support"))
    settle(floor, 58)
    assert set(made) == rows
    assert len(made) == len(rows), "once, however many rules"


def settle(floor: Floor, second: int) -> None:
    """What was touched so far is looked at."""
    floor.take_touched()
    floor.advance(NOON + (second - 1) * SECOND)
    floor.take_touched()
    floor.advance(NOON + second * SECOND)
    floor.take_touched()
