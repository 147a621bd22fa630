"""A chart on a board, in a real Chromium on the real server: after the numbers, without a jump, within the policy."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from boarded import with_boards
from dayserver import running
from playwright.async_api import Request
from shifts import MOVED, SHIFTS

from tests.web.conftest import FIRST  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.core.windows import business_day
from wallboard.record.database import open_record
from wallboard.record.history import History, SeenDay

pytestmark = pytest.mark.asyncio(loop_scope="module")
WALL = {"viewport": {"width": 1920, "height": 1080}, "has_touch": False}

BOARD = """
[[tile]]
kind = "number"
at = [1, 1]
size = [4, 2]
metric = "waiting"
[[tile]]
kind = "trend"
at = [1, 3]
size = [12, 4]
metrics = ["offered", "answered"]
"""
NOT_BEFORE = """
[[tile]]
kind = "trend"
at = [1, 1]
size = [12, 6]
metrics = ["service_level", "answer_rate"]
"""
HEAT = """
rows = 12
[[tile]]
kind = "heat"
at = [1, 1]
size = [12, 9]
metric = "offered"
alarm = ">= 20"
"""


def recorded(config: Config) -> list[int]:
    """What the first quarters of today and of the same weekday offered."""
    now_ms = time.time_ns() // 1_000_000
    offered, told, days = [3, 9, 4, 7], dict[Interval, dict[str, int]](), []
    for back in (0, 7):
        day = business_day(now_ms - back * 86_400_000, "UTC", "00:00")
        for nth, amount in enumerate(offered):
            at_ms = day.started_ms + nth * QUARTER_MS
            if at_ms + QUARTER_MS <= now_ms:
                told[Interval("groups", "all", at_ms, "event")] = {"offered": amount + back, "answered": amount - 1}
        until_ms = min(day.ends_ms, now_ms)
        days.append(SeenDay("main", day.label, day.started_ms, day.ends_ms, day.started_ms, until_ms, "live"))
    History(open_record(config.data)).fill(told, days)
    whole = (now_ms - business_day(now_ms, "UTC", "00:00").started_ms) // QUARTER_MS
    return [*offered, *([0] * max(0, whole - 4))][:whole]


async def test_the_chart_comes_after_the_numbers_and_moves_nothing(
    config: Config, open_page: Callable[..., Any]
) -> None:
    config = with_boards(config, day=BOARD)
    async with running(config) as served:
        offered = recorded(config)
        if not offered:
            pytest.skip("the first quarter of an hour of the day is not over yet")
        page = await open_page(served, "", FIRST, screen=WALL)
        await page.add_init_script(SHIFTS)
        asked: list[str] = []

        def note(request: Request) -> None:
            asked.append(request.url)

        page.on("request", note)
        await page.goto(f"{served.origin}/board/day")
        await page.wait_for_selector('.connection[data-level="good"]')
        assert await page.locator("#tile-0 .figure").inner_text()
        words = await page.wait_for_selector('#tile-1 .none:has-text(":")')
        assert words
        assert "Offered" in await words.inner_text(), "until there is a chart, the last quarter in words"
        await page.evaluate(MOVED)  # "Connecting…" on top has become "Live"
        assert not any("plotly" in one for one in asked), "its script is not in the way of the numbers"
        await page.wait_for_selector("#tile-1 .scatterlayer .js-line", state="attached", timeout=60_000)
        drawn = json.loads(
            await page.evaluate(
                "JSON.stringify(document.querySelector('#tile-1 .drawing').data.map((one) => [one.name, one.y]))"
            )
        )
        assert [name for name, _ in drawn] == ["Offered, a week before", "Offered", "Answered"]
        assert drawn[1][1][: len(offered)] == offered  # one more where a quarter ended meanwhile
        before = drawn[0][1][: min(4, len(offered))]
        assert before == [10, 16, 11, 14][: len(before)]
        assert await page.locator("#tile-1 .none").count() == 0
        assert await page.evaluate(MOVED) == [], "nothing moves"
        await asyncio.sleep(1.2)  # ticks go on over it
        await page.context.close()


async def test_a_week_before_of_which_nothing_is_known_of_that_number_is_not_in_the_legend(
    config: Config, open_page: Callable[..., Any]
) -> None:
    config = with_boards(config, day=NOT_BEFORE)
    async with running(config) as served:
        if not recorded(config):
            pytest.skip("the first quarter of an hour of the day is not over yet")
        page = await open_page(served, "/board/day", FIRST, screen=WALL)
        await page.wait_for_selector("#tile-0 .line-name", timeout=60_000)
        names = await page.locator("#tile-0 .line-name").all_inner_texts()
        assert names == ["Service level", "Answer rate"]
        await page.context.close()


async def test_a_heat_map_shows_each_queue_and_hour_and_opens(config: Config, open_page: Callable[..., Any]) -> None:
    config = with_boards(config, heat=HEAT)
    now_ms = time.time_ns() // 1_000_000
    day = business_day(now_ms, "UTC", "00:00")
    amounts = {"sales": 3, "support": 24}
    async with running(config) as served:
        events = [{"type": "contact.queued", "contact": queue, "queue": queue} for queue in amounts]
        assert (await served.http.post("/api/v1/events", json=events)).status_code == 202
        told = {Interval("queues", queue, day.started_ms, "event"): {"offered": n} for queue, n in amounts.items()}
        seen = SeenDay("main", day.label, day.started_ms, day.ends_ms, day.started_ms, now_ms, "live")
        History(open_record(config.data)).fill(told, [seen])
        page = await open_page(served, "/board/heat", FIRST, screen=WALL)
        await page.wait_for_selector("#tile-0 .heat-cell", state="attached")
        found = await page.eval_on_selector_all(
            ".heat-row",
            "(all) => all.map((row) => [row.dataset.key, row.querySelector('.heat-figure').textContent,"
            " row.querySelector('.heat-cell').dataset.level, row.querySelectorAll('.heat-mark').length])",
        )
        assert found == [["sales", "3", "good", 0], ["support", "24", "alarm", 1]]
        place = await page.locator(".heat-row[data-key=support] .heat-cell").first.bounding_box()
        assert place
        await page.mouse.click(place["x"] + 5, place["y"] + 5)
        await page.wait_for_selector("dialog[open] .explain-of")
        assert (await page.locator(".explain-of").inner_text()).startswith("support")
        await page.context.close()
