"""Which alerts does a board show, and how much of each? What is about one person reaches leads only."""

from typing import Any

import pytest

from wallboard.core.settings import Settings
from wallboard.live.view import View
from wallboard.record.board import Board, Tile

ALL: dict[str, Any] = {
    "rule": "r", "severity": "warning", "raised_at": 0, "results": ["Olena knows"], "owners": ["Olena"],
}  # fmt: skip
ROWS = {
    "wait": ALL | {"kind": "queues", "of": "support", "team": "first"},
    "sales": ALL | {"kind": "queues", "of": "sales"},
    "missed": ALL | {"kind": "agents", "of": "anna"},
    "quiet": ALL | {"kind": "sources", "of": "pbx"},
}


def shown(audience: str, **tile: Any) -> set[str]:
    tiles = [Tile(at=(1, 1), size=(4, 4), **{"kind": "alerts", **tile})]
    view = View(Board(id="b", tiles=tiles, audience=audience), Settings)
    return set(view.select({"alerts": ROWS})["alerts"])


@pytest.mark.parametrize(
    ("audience", "tile", "wanted"),
    [
        ("wall", {}, {"wait", "sales", "quiet"}),
        ("wall", {"queues": ["*"]}, {"wait", "sales", "quiet"}),
        ("wall", {"queues": ["supp*"]}, {"wait"}),
        ("wall", {"teams": ["first"]}, {"wait"}),
        ("agent", {}, {"wait", "sales", "quiet"}),
        ("lead", {}, {"wait", "sales", "missed", "quiet"}),
        ("lead", {"kind": "clock"}, set()),
    ],
)
def test_a_board_shows_the_alerts_of_its_tiles_and_of_persons_to_leads_only(
    audience: str, tile: dict[str, Any], wanted: set[str]
) -> None:
    assert shown(audience, **tile) == wanted


def test_what_people_note_of_an_alert_stays_among_leads() -> None:
    tiles, notes = [Tile(at=(1, 1), size=(4, 4), kind="alerts")], {}
    for audience in ("wall", "agent", "lead"):
        view = View(Board(id="b", tiles=tiles, audience=audience), Settings)
        row = view.project("alerts", "wait", ROWS["wait"])
        notes[audience] = row.get("results"), row.get("owners")
    nothing = (None, None)
    assert notes == {"wall": nothing, "agent": nothing, "lead": (["Olena knows"], ["Olena"])}


def test_an_alert_tells_no_number_that_its_audience_may_not_see() -> None:
    tiles = [Tile(at=(1, 1), size=(4, 4), kind="alerts")]
    metrics = ("oldest_wait_s", "waiting", "paused", "abandon_rate")
    rows = {metric: ALL | {"kind": "queues", "of": "support", "metric": metric} for metric in metrics}
    told = {}
    for audience in ("wall", "agent", "lead"):
        view = View(Board(id="b", tiles=tiles, audience=audience, pressure=audience != "agent"), Settings)
        told[audience] = set(view.select({"alerts": rows})["alerts"])
    assert told["lead"] == {*metrics}
    assert told["wall"] == {*metrics} - {"paused"}
    assert told["agent"] == {"abandon_rate"}
