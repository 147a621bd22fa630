"""A new alert calls with sound and notification where that was switched on."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page
from ruledhouse import queued

from tests.web.conftest import FIRST, Served  # type: ignore[import-not-found]

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTIFICATIONS = """async () => {
  const worker = await navigator.serviceWorker.getRegistration("/static/js/");
  return (await worker.getNotifications()).map((one) => one.body);
}"""


async def notified(page: Page, wanted: list[str]) -> None:
    """Until these notifications stand."""
    async with asyncio.timeout(60):
        while await page.evaluate(NOTIFICATIONS) != wanted:
            await asyncio.sleep(0.1)


async def test_a_new_alert_calls_as_it_was_switched_on_and_the_browser_s_permission_is_to_be_seen(
    ruled: Served, open_page: Callable[..., Any]
) -> None:
    phone = await open_page(ruled, "", FIRST)
    await phone.context.grant_permissions(["notifications"], origin=ruled.origin)
    await phone.goto(f"{ruled.origin}/alerts")
    await phone.get_by_text("No open alerts.").wait_for()
    await phone.get_by_role("button", name="Sound: off").tap()
    await phone.get_by_role("button", name="Sound: on", pressed=True).wait_for()
    await phone.get_by_role("button", name="Notifications: off").tap()
    await phone.get_by_role("button", name="Notifications: on", pressed=True).wait_for()
    assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await phone.reload()
    await phone.get_by_role("button", name="Notifications: on", pressed=True).wait_for()
    await phone.get_by_text("No open alerts.").wait_for()
    await ruled.parts.stream.append([queued("c1", "support")])
    card = phone.locator("#open .alert")
    await card.get_by_role("button", name="Acknowledge").wait_for()
    await notified(phone, ["Open overflow"])
    await card.get_by_role("button", name="Acknowledge").tap()
    await notified(phone, [])

    await phone.context.clear_permissions()
    blocked = phone.get_by_role("button", name="Notifications are blocked in this browser’s settings")
    await blocked.or_(phone.get_by_role("button", name="Notifications: off")).wait_for()
