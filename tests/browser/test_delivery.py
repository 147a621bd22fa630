"""/alerts/delivery goes on by itself while somebody looks: what stays keeps its button, and its focus. In a browser."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from playwright.async_api import expect

from tests.alerts.there import HELLO, leading
from tests.web.conftest import serving  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.live import vitals
from wallboard.receivers import Receiver
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.redis import connect

pytestmark = pytest.mark.asyncio(loop_scope="module")
DESK = Receiver("desk", "webhook", "https://a.example", b"k" * 32, person="Olena")


async def test_what_is_taken_given_up_or_held_up_stands_there_without_a_reload(
    config: Config, open_page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, "LOOK_S", 0.05)
    receiving = replace(config, receivers={"desk": DESK})
    async with connect(config.redis_url) as redis, serving(receiving) as served:
        page, outbox = await open_page(served, "/alerts/delivery", "Olena", "lead"), served.parts.outbox
        row, dead = page.locator(".delivery tbody tr"), page.locator("#dead li")
        taken = row.locator('td[data-name="Last taken"]')
        await expect(row.locator("th")).to_have_text("desk webhook · Olena’s")
        await expect(taken).to_have_text("–")
        await page.evaluate("window.isSame = true")
        press = row.get_by_role("button", name="Send a test")
        await press.press("Enter")
        waits = row.locator('td[data-name="Waiting"]')
        await expect(waits).to_have_text(re.compile(r"^1 since"), timeout=60_000)
        [letter] = await outbox.waiting("desk", 10)
        token = await leading(outbox)
        await outbox.done(token, "desk", [letter.id], served.parts.clock_ms(), is_alone=True)
        await expect(taken).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"), timeout=60_000)
        await expect(waits).to_have_text("0")
        await expect(press).to_be_focused()

        await expect(page.locator("#dead")).to_contain_text("Nothing was given up.")
        for _ in range(2):
            await outbox.add("desk", msgspec.json.encode(HELLO))
            await outbox.bury(token, "desk", await outbox.waiting("desk", 10), "it answers 410")
        await expect(dead).to_have_count(2, timeout=60_000)
        await dead.nth(1).get_by_role("button", name="Send again").tap()
        await expect(dead).to_have_count(1, timeout=60_000)

        lease = Lease(redis, Keys(config.namespace))
        led = await lease.acquire()
        await expect(page.locator("#workerless")).to_have_text("", timeout=60_000)
        assert led is not None
        await lease.release(led)
        await expect(page.locator("#workerless")).to_contain_text("No worker runs since", timeout=60_000)
        await page.route("**/alerts/delivery", lambda route: route.abort())
        await expect(page.locator("#freshness")).to_contain_text("As it was at", timeout=60_000)
        await page.unroute("**/alerts/delivery")
        await expect(page.locator("#freshness")).to_have_text("", timeout=60_000)
        assert await page.evaluate("window.isSame")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
