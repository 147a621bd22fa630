"""On a phone: a note to the next shift is left and read with a press; the report shows itself when it can."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.happened import happened
from tests.web.conftest import serving  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.core.events import AlertCleared, AlertRaised, Event
from wallboard.record.days import Days

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_a_note_is_left_with_a_press_and_read_with_a_press(config: Config, open_page: Callable[..., Any]) -> None:
    async with serving(config) as served:
        ann = await open_page(served, "/shift", "Ann", "lead")
        assert await fits(ann)
        await ann.fill("#text", "Line 2 comes back at nine.\nAsk Olha.")
        await ann.get_by_role("button", name="Leave it").tap()
        await ann.get_by_text("Nobody has read it yet").wait_for()
        ben = await open_page(served, "/shift", "Ben", "lead")
        await ben.locator(".shift-text", has_text="Line 2 comes back at nine.").wait_for()
        assert await fits(ben)
        await ben.get_by_role("button", name="I have read the note (Ann, ").tap()
        await expect(ben.locator(".shift-note")).to_have_count(0)
        await ann.reload()
        await ann.get_by_text("Your last note was read by Ben.").wait_for()
        await ann.context.close()
        await ben.context.close()


async def test_the_report_shows_itself_when_the_days_were_read(config: Config, open_page: Callable[..., Any]) -> None:
    at_ms = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
    said: dict[str, Any] = {"kind": "groups", "of": "all"}
    told: list[Event] = []
    for n in range(3):
        told += [
            AlertRaised(alert=f"a{n}", rule="long", severity="critical", time=at_ms + n * 9000, attributes=said),
            AlertCleared(alert=f"a{n}", rule="long", time=at_ms + n * 9000 + 3000),
        ]
    Days(config.events).append(happened(told))
    async with serving(config) as served:
        page = await open_page(served, "/alerts/report?from=2026-03-02&to=2026-03-02", "Ann", "lead")
        await page.get_by_text("Alerts raised: 3").wait_for(timeout=300_000)
        measure = page.locator(".report-measure", has_text="Went off and came back within 10 seconds")
        assert "✗ not as it should be" in await measure.inner_text()
        assert await fits(page)
        await page.context.close()
