"""A number's last hour: one value a minute, an arrow only where the change is real."""

import msgspec
import pytest

from tests.live.loaded import NOON, Clock, Loaded, Reader, hub_of
from wallboard.core.events import Answered, KpiReported, Queued
from wallboard.live.trails import FORGOTTEN_MS, KEPT, Trail, Trails, measured, turned
from wallboard.live.view import View
from wallboard.record.boards import Board, Tile

WAITING = Trail("queues", "support", "waiting", "now", "count")
LEVEL = Trail("groups", "all", "service_level", "m30", "percent")
LIVE = {"pbx": {"state": "live"}}


def documents(waiting: int) -> dict:
    return {"sources": LIVE, "queues": {"support": {"sources": ["pbx"], "now": {"waiting": waiting}}}}


def board(**more: object) -> Board:
    tile = Tile(kind="number", at=(1, 1), size=(2, 2), metric="waiting", queues=["support"], trail=True)
    return Board(**{"id": "b", "updates_per_s": 10, "tiles": [tile], **more})  # type: ignore[arg-type]


def test_an_hour_is_kept_by_the_minute_and_looked_at_once_in_each() -> None:
    trails = Trails()
    trails.watch([WAITING], NOON)
    for minute in range(KEPT + 5):
        assert len(trails.sample(documents(minute), NOON + minute * 60_000)) == 1
        assert trails.sample(documents(99), NOON + minute * 60_000 + 30_000) == []
        trails.watch([WAITING], NOON + minute * 60_000)
    assert trails.rows[WAITING.id]["points"] == list(range(5, KEPT + 5))


def test_what_nobody_wants_any_more_is_forgotten_an_hour_later() -> None:
    trails = Trails()
    trails.watch([WAITING], NOON)
    trails.sample(documents(1), NOON + FORGOTTEN_MS)
    assert WAITING.id in trails.rows
    trails.sample(documents(1), NOON + FORGOTTEN_MS + 60_000)
    assert trails.rows == {}


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ({"sources": ["pbx"], "m30": {"service_level": 80.0, "n": {"service_level": 5}}}, 80.0),
        ({"sources": ["pbx"], "m30": {"service_level": 80.0, "n": {"service_level": 4}}}, None),
        ({"sources": ["gone"], "m30": {"service_level": 80.0}}, None),
        ({"sources": ["pbx"], "m30": {}}, None),
    ],
)
def test_what_is_unknown_late_or_of_few_is_a_gap(row: dict, value: float | None) -> None:
    assert measured(LEVEL, {"sources": {**LIVE, "gone": {"state": "late"}}, "groups": {"all": row}}, NOON) == value


@pytest.mark.parametrize(
    ("trail", "before", "now", "turn"),
    [
        (WAITING, 4, 6, "up"),
        (WAITING, 6, 4, "down"),
        (WAITING, 4, 5, ""),  # one more or less is nothing
        (WAITING, 20, 23, ""),  # nor is less than a fifth
        (LEVEL, 80, 82, "up"),
        (LEVEL, 80, 81.5, ""),
        (WAITING._replace(metric="answered", window="day"), 10, 40, ""),  # it only grows
    ],
)
def test_an_arrow_says_what_changed_in_a_quarter_of_an_hour(trail: Trail, before: float, now: float, turn: str) -> None:
    points: list[float | None] = [before] * 6 + [before] * 9 + [now] * 3
    assert turned(trail, points) == turn
    assert turned(trail, points[-17:]) == "", "not seen for so long"
    assert turned(trail, [None, *points[1:-1], None]) == ""


async def test_a_screen_gets_the_hour_so_far_and_each_minute_a_point() -> None:
    clock, pipeline = Clock(), Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"))
    Reader(hub, board())
    for minute in range(1, 4):
        clock.ms = NOON + minute * 60_000
        hub._tell_trails()
    second = Reader(hub, board())
    second.take()
    assert second.state["trails"][WAITING.id]["points"] == [1, 1, 1]
    assert hub.state_of(board()) | {} == hub.state_of(board())
    clock.ms += 60_000
    hub._tell_trails()
    while second.take():
        pass
    assert second.state["trails"] == hub.state_of(board())["trails"]
    assert len(second.state["trails"][WAITING.id]["points"]) == 4


async def test_no_trail_tells_what_the_audience_may_not_see() -> None:
    pipeline = Loaded()
    hub = hub_of(pipeline, clock := Clock())
    tiles = [
        Tile(kind="number", at=(1, n + 1), size=(2, 1), metric=metric, trail=True)
        for n, metric in enumerate(["paused", "kpi.sales:anna", "kpi.calls", "waiting"])
    ]
    boards = {
        name: board(id=name, tiles=tiles, audience=audience, pressure=audience != "agent")
        for name, audience in (("w", "wall"), ("l", "lead"), ("a", "agent"))
    }
    readers = {name: Reader(hub, one) for name, one in boards.items()}
    pipeline.apply(
        KpiReported(kpi="sales", value=3, agent="anna", source="crm"),
        KpiReported(kpi="calls", value=4, source="crm"),
        Queued(contact="c", queue="support", source="pbx"),
        Answered(contact="c", agent="anna", source="pbx"),
    )  # fmt: skip
    clock.ms += 60_000
    hub._tell_trails()
    metrics = {}
    for name, reader in readers.items():
        while reader.take():
            pass
        metrics[name] = {one.split("/")[2] for one, row in reader.state["trails"].items() if row["points"]}
    assert metrics["l"] == {"paused", "kpi.sales:anna", "kpi.calls", "waiting"}
    assert metrics["w"] == {"kpi.calls", "waiting"}
    assert metrics["a"] == {"kpi.calls"}
    shown = View(boards["a"], lambda: pipeline.floor.settings).public()
    assert [("trail" in tile) for tile in shown["tiles"]] == [False, True, True, False]
    assert b"anna" not in msgspec.json.encode(readers["w"].state["trails"])
