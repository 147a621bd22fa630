"""A past day in a real Chromium, on the real server: the chart has what the table says, and fits a phone."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from dayserver import running

from tests.web.conftest import FIRST, Served  # type: ignore[import-not-found]
from wallboard.config import Config

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def house(config: Config) -> AsyncIterator[Served]:
    async with running(config) as served:
        yield served


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1280, 900, "dark"), (390, 844, "light"), (1920, 1080, "light")]
)
async def test_the_day_is_drawn_from_the_table(
    house: Served, open_page: Callable[..., Any], width: int, height: int, scheme: str
) -> None:
    screen = {"viewport": {"width": width, "height": height}, "color_scheme": scheme, "has_touch": False}
    page = await open_page(house, "/history?group=all&day=2026-11-22&step=1h", FIRST, screen=screen)
    assert await page.locator(".history-days b").inner_text() == "Sunday 22 November 2026"
    await page.wait_for_selector("#chart .bars .point path", state="attached")
    assert await page.locator("#rows tbody tr").count() == 24
    assert await page.locator('#rows tr:nth-child(10) [data-metric="offered"]').inner_text() == "46"  # 10+11+12+13
    drawn = await page.evaluate(
        "document.getElementById('chart').data.map((trace) => [trace.name, trace.y[9], trace.y[20]])"
    )
    assert drawn[0] == ["Answered", 32, 0]
    assert drawn[4] == ["Service level", 60, None]  # 24 of 40
    assert drawn[5] == ["Signed in", 1.5, None]  # of 4 quarters
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate("getComputedStyle(document.querySelector('#chart .main-svg')).position") == "absolute"
