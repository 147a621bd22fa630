"""A wall that took three thousand patches holds no more than one that took a few; scripts/bench-wall takes more."""

import busy
import pytest
from fake_server import FakeServer
from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them

STEP, STEPS = 500, 6


async def test_memory_elements_and_listeners_stay_flat(browser: Browser) -> None:
    async with FakeServer(busy.large(200, 30), {"large": busy.board()}) as server:
        context = await browser.new_context(viewport={"width": 1920, "height": 1080})
        page = await context.new_page()
        await page.add_init_script(busy.WIRE)
        await page.goto(f"{server.url}/board/large")
        await page.wait_for_selector('.connection[data-level="good"]')
        server.beats_s = None
        cdp = await context.new_cdp_session(page)
        await cdp.send("Performance.enable")
        texts = busy.patches(server.hub.state, server.hub.clock_ms(), STEP)
        counts = []
        for step in range(STEPS):
            await busy.feed(page, texts, server.seq + step * STEP)
            counts.append(await busy.left(cdp))
        assert await page.evaluate("window.wire.readyState") == 1
        await context.close()
    first, last = counts[STEPS // 2 - 1], counts[-1]  # by then the charts are drawn, also on a busy machine
    assert last["heap_mb"] < first["heap_mb"] * 1.1 + 0.5
    assert last["nodes"] < first["nodes"] * 1.1
    assert last["listeners"] <= first["listeners"] * 1.1
