"""What a trend draws: today by quarters, a week before by the same clock; only what the board's audience may see."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wallboard.config import Config, Server
from wallboard.core.events import ConfigApplied
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.core.windows import business_day
from wallboard.record.history import SeenDay
from wallboard.web.series import _a_week_on

KYIV = ZoneInfo("Europe/Kyiv")
BOARD = """
[[tile]]
kind = "trend"
at = [1, 1]
size = [6, 3]
queues = ["support"]
metrics = ["offered", "service_level"]
[[tile]]
kind = "trend"
at = [7, 1]
size = [6, 3]
queues = ["s*"]
metric = "offered"
[[tile]]
kind = "heat"
at = [3, 4]
size = [6, 3]
metric = "service_level"
[[tile]]
kind = "clock"
at = [1, 4]
size = [2, 2]
"""


@pytest.fixture
async def wall(
    config: Config, tmp_path: Path, served_elsewhere: Callable[..., AbstractAsyncContextManager[Any]]
) -> AsyncIterator[Any]:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "day.toml").write_text(BOARD)
    (tmp_path / "boards" / "of.toml").write_text(BOARD.replace('"support"', '"$queue"'))
    ours = replace(config, server=Server(boards=str(tmp_path / "boards")))
    async with served_elsewhere(ours) as found:
        written = {"site": {"main": {"zone": "Europe/Kyiv"}}, "queue": {"support": {}, "sales": {}}}
        found.parts.pipeline.floor.apply(ConfigApplied(settings=written), found.parts.clock_ms())
        yield found


def recorded(wall: Any) -> tuple[int, int]:
    """Two queues in the first quarters of today and of the same weekday: when each day began."""
    now_ms = wall.parts.clock_ms()
    today = business_day(now_ms, "Europe/Kyiv", "00:00")
    noon = datetime.fromtimestamp(today.started_ms / 1000, KYIV) + timedelta(hours=12) - timedelta(days=7)
    before = business_day(round(noon.timestamp() * 1000), "Europe/Kyiv", "00:00")
    told: dict[Interval, dict[str, int]] = {}
    for day, more in ((today, 0), (before, 10)):
        for queue, amount in (("support", 4), ("sales", 2)):
            at = Interval("queues", queue, day.started_ms, "event")
            base = 8 if queue == "support" else 4
            told[at] = {"offered": amount + more, "sl_good": base - 2, "sl_base": base}
    days = [
        SeenDay("main", day.label, day.started_ms, day.ends_ms, day.started_ms, min(day.ends_ms, now_ms), "live")
        for day in (today, before)
    ]
    wall.parts.history.write(told, days, 1, now_ms)
    return today.started_ms, before.started_ms


async def series(wall: Any, tile: int, board: str = "day") -> Any:
    return await wall.http.get(f"/api/v1/boards/{board}/series", params={"tile": tile})


async def test_a_heat_map_has_the_hours_of_each_queue_and_leaves_out_a_percentage_of_few(wall: Any) -> None:
    started_ms, _ = recorded(wall)
    told = (await series(wall, 2)).json()
    assert told["step"] == 3_600_000
    assert set(told["queues"]) == {"sales", "support"}
    first = told["queues"]["support"][0]
    assert (first["at"], first["value"]) == (started_ms, 75.0)
    assert all("value" not in row for row in told["queues"]["sales"]), "four are few"


async def test_today_and_a_week_before_by_the_same_clock(wall: Any) -> None:
    started_ms, _ = recorded(wall)
    told = (await series(wall, 0)).json()
    first = told["rows"][0]
    assert (first["at"], first["offered"], first["service_level"]) == (started_ms, 4, 75.0)
    assert told["before"][0]["at"] == started_ms
    assert told["before"][0]["offered"] == 14
    assert told["zone"] == "Europe/Kyiv"
    assert told["metrics"] == ["offered", "service_level"]
    assert all(row["at"] + QUARTER_MS > started_ms for row in told["rows"])
    assert all(set(row) <= {"at", "provisional", "offered", "service_level"} for row in told["rows"])
    assert "since" not in told


async def test_a_board_s_own_set_is_the_sum_of_its_queues(wall: Any) -> None:
    recorded(wall)
    assert (await series(wall, 1)).json()["rows"][0]["offered"] == 6


async def test_a_board_that_the_address_fills_in_draws_that_queue(wall: Any) -> None:
    recorded(wall)
    page = (await wall.http.get("/board/of?queue=sales")).text
    assert '"series":"/api/v1/boards/of%3Fqueue%3Dsales/series?tile=0"' in page
    for queue, offered in (("sales", 2), ("support", 4)):
        told = (await series(wall, 0, f"of%3Fqueue%3D{queue}")).json()
        assert told["rows"][0]["offered"] == offered


async def test_a_percentage_of_few_is_no_point_of_a_line(wall: Any) -> None:
    recorded(wall)
    (Path(wall.parts.config.server.boards) / "few.toml").write_text(BOARD.replace('"support"', '"sales"'))
    async with asyncio.timeout(60):
        while (answer := await series(wall, 0, "few")).status_code == 404:
            await asyncio.sleep(0.1)
    first = answer.json()["rows"][0]
    assert first["offered"] == 2
    assert "service_level" not in first, "of 4"


async def test_a_day_that_was_not_seen_whole_says_since_when(wall: Any) -> None:
    now_ms = wall.parts.clock_ms()
    today = business_day(now_ms, "Europe/Kyiv", "00:00")
    since_ms = max(today.started_ms + 1, now_ms - 1_000)
    wall.parts.history.write(
        {}, [SeenDay("main", today.label, today.started_ms, today.ends_ms, since_ms, now_ms, "live")], 1, now_ms
    )
    told = (await series(wall, 0)).json()
    assert told["since"] == since_ms
    assert len(told["rows"]) <= 1


async def test_a_day_that_was_seen_whole_says_nothing_where_that_of_another_site_began_later(wall: Any) -> None:
    started_ms, _ = recorded(wall)
    now_ms = wall.parts.clock_ms()
    later_ms = started_ms + (now_ms - started_ms) // 2
    york = SeenDay("york", "2026-11-22", later_ms, later_ms + 86_400_000, later_ms, now_ms, "live")
    wall.parts.history.write({}, [york], 1, now_ms)
    assert "since" not in (await series(wall, 0)).json()


async def test_many_screens_of_a_board_are_one_look_into_the_record(wall: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(wall)
    looks: list[Any] = []
    read = wall.parts.history.read
    monkeypatch.setattr(wall.parts.history, "read", lambda *asked: looks.append(asked) or read(*asked))
    await asyncio.gather(*(series(wall, 0) for _ in range(30)))
    assert len(looks) == 4, "today and a week before, counts and time"


MISTAKES = {
    "no board": ("nowhere", "0", 404), "no tile": ("day", "7", 404), "no chart": ("day", "3", 404),
    "no number": ("day", "x", 400), "not there": ("day", "", 400), "far too much": ("day", "9" * 99, 400),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
async def test_what_is_wrong_is_said(wall: Any, case: str) -> None:
    board, tile, status = MISTAKES[case]
    answer = await wall.http.get(f"/api/v1/boards/{board}/series", params={"tile": tile} if tile else {})
    assert answer.status_code == status
    assert answer.json()["detail"]


async def test_nobody_asks_without_a_session_or_a_token(wall: Any) -> None:
    assert (await wall.anonymous.get("/api/v1/boards/day/series?tile=0")).status_code == 401


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-10-18T09:00:00+03:00", "2026-10-25T09:00:00+02:00"),  # the clock went back in between
        ("2026-10-18T02:30:00+03:00", "2026-10-25T02:30:00+03:00"),
        ("2026-03-22T09:15:00+02:00", "2026-03-29T09:15:00+03:00"),  # and forward
    ],
)
def test_a_week_on_is_the_same_time_of_day(before: str, after: str) -> None:
    at_ms = round(datetime.fromisoformat(before).timestamp() * 1000)
    assert _a_week_on(at_ms, KYIV) == round(datetime.fromisoformat(after).timestamp() * 1000)
