"""Never blank: what a screen shows when its page comes up and no server answers, or its engine is too old."""

import asyncio
import re
import time
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them

KEPT_S = 60
SILENT = re.compile(r"^No data since \d\d:\d\d:\d\d . the server does not answer$")
FILED = """async () => {
  const names = await caches.keys();
  const found = names.length ? await (await caches.open(names[0])).match(location.href) : null;
  const keeper = await navigator.serviceWorker.getRegistration("/board/");
  return Boolean(found && keeper && keeper.active && localStorage.length);
}"""


HOME = "Boolean(((await navigator.serviceWorker.getRegistration('/pair')) || {}).active)"


async def kept(page: Page) -> None:
    """Waits until the screen has kept its state and its page."""
    await eventually(page, FILED)


async def eventually(page: Page, asked: str) -> None:
    """Waits until an async function of the page gives what is true."""
    async with asyncio.timeout(KEPT_S):
        while not await page.evaluate(asked):
            await asyncio.sleep(0.1)


async def test_a_page_that_comes_up_without_a_server_shows_the_last_state_as_old(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.patch({"groups": {"all": {"now": {"waiting": 37}}}})
    await kept(page)
    await server.patch({"groups": {"all": {"now": {"waiting": 38}}}})
    await expect(page.locator("#tile-0 .figure")).to_have_text("38")
    await server.__aexit__()
    await expect(page.locator(".connection")).not_to_have_attribute("data-level", "good", timeout=60_000)
    await eventually(page, """async () => localStorage.getItem("wallboard.kept.overview").includes('"waiting":38')""")
    await page.reload()
    await expect(page.locator("#tile-0 .figure")).to_have_text("38")
    await expect(page.locator("#tile-5 .row")).to_have_count(6)
    await expect(page.locator(".connection .word")).to_have_text(
        re.compile("No data since .* server does not answer"), timeout=60_000
    )
    await expect(page.locator("#tile-0 .age")).to_have_text(re.compile(r"no data since \d\d:\d\d:\d\d"))
    await expect(page.locator("#tile-0")).to_have_attribute("data-stale", "yes")
    assert await page.evaluate("getComputedStyle(document.querySelector('.board')).display") == "grid"


async def test_once_the_server_answers_its_page_is_shown_and_never_the_kept_one(open_board: Any, server: Any) -> None:
    page = await open_board()
    await kept(page)
    server.hub.build = "0.2.0"
    await page.reload()
    assert '"build":"0.2.0"' in (await page.locator("#first").text_content() or "")
    assert not await page.evaluate("document.documentElement.hasAttribute('data-kept')")
    assert await page.evaluate("(async () => (await fetch('/readyz')).status)()") == 200
    await eventually(page, "async () => String(await caches.keys()) === 'wallboard.0.2.0'")


async def test_what_was_kept_is_gone_when_the_screen_may_not_see_it_any_more(open_board: Any, server: Any) -> None:
    page = await open_board()
    await kept(page)
    server.refusal = (4403, "no such board, or not for you")
    await server.cut(1012)
    await expect(page.locator(".connection .word")).to_have_text(re.compile("Stopped"), timeout=60_000)
    await eventually(page, "async () => localStorage.length + (await caches.keys()).length === 0")


async def test_a_server_that_has_no_numbers_yet_does_not_empty_the_wall(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.patch({"groups": {"all": {"now": {"waiting": 21}}}})
    await kept(page)
    server.hub.pipeline.ready = False
    server.refusal = (1013, "the state is being loaded: come back")
    await server.cut(1012)
    await page.reload()
    await expect(page.locator("#tile-0 .figure")).to_have_text("21")
    server.hub.pipeline.ready, server.refusal = True, None
    await server.patch({"groups": {"all": {"now": {"waiting": 22}}}})
    await expect(page.locator("#tile-0 .figure")).to_have_text("22", timeout=60_000)


async def test_an_order_to_reload_waits_for_a_server_that_has_its_numbers(open_board: Any, server: Any) -> None:
    page = await open_board()
    await page.evaluate("window.same = true")
    server.hub.pipeline.ready = False
    asked = asyncio.ensure_future(page.wait_for_event("response", lambda one: one.url.endswith("/readyz")))
    await asyncio.sleep(0)
    await server.tell({"t": "command", "do": "reload"})
    await asked
    assert await page.evaluate("window.same")
    async with page.expect_navigation(timeout=60_000):
        server.hub.pipeline.ready = True


async def test_without_scripts_the_page_shows_its_numbers_and_loads_itself_anew(open_board: Any, server: Any) -> None:
    page = await open_board(live=False, java_script_enabled=False)
    assert await page.locator("meta[http-equiv=refresh]").get_attribute("content") == "15"  # docs/reliability.md
    await expect(page.locator(".connection:visible")).to_have_text(re.compile(r"As of \d\d:\d\d:\d\d"))
    await expect(page.locator(".tile.number .age").first).to_have_text(re.compile(r"\d+ s ago"))
    server.hub.state["groups"]["all"]["now"]["waiting"] = 3
    await expect(page.locator("#tile-0 .figure")).to_have_text("3", timeout=60_000)


async def test_an_engine_without_modules_does_the_same_and_waits_for_the_server(open_board: Any, server: Any) -> None:
    page = await old_engine(open_board)
    await expect(page.locator(".connection .word")).to_have_text(re.compile(r"As of \d\d:\d\d:\d\d"))
    server.hub.state["groups"]["all"]["now"]["waiting"] = 3
    await page.clock.run_for(16_000)
    await expect(page.locator("#tile-0 .figure")).to_have_text("3")
    await page.route("**/board/overview", lambda route: route.abort())
    await page.clock.run_for(40_000)
    await expect(page.locator("#tile-0 .figure")).to_have_text("3")
    await expect(page.locator(".connection .word")).to_have_text(SILENT)
    await expect(page.locator("#tile-0")).to_have_attribute("data-stale", "yes")
    server.hub.state["groups"]["all"]["now"]["waiting"] = 4
    await page.unroute("**/board/overview")
    await page.clock.run_for(10_000)
    await expect(page.locator("#tile-0 .figure")).to_have_text("4")
    await expect(page.locator(".connection .word")).to_have_text(re.compile(r"As of \d\d:\d\d:\d\d"))


async def test_a_server_that_stops_right_after_its_page_is_called_late_within_15_seconds(
    open_board: Any, server: Any
) -> None:
    """All that the page asks for comes too late: styles and scripts are not there, and what says so is in the page."""
    page = await open_board(live=False)

    async def gone(route: Route) -> None:
        await server.__aexit__()
        await route.continue_()

    server.hub.state["groups"]["all"]["now"]["waiting"] = 5
    await page.route("**/main.js", gone)
    began = time.monotonic()
    await page.goto(f"{server.url}/board/overview", wait_until="commit")
    await expect(page.locator(".connection .word")).to_have_text(SILENT, timeout=15_000)
    assert time.monotonic() - began < 15
    await expect(page.locator("#tile-0 .figure")).to_have_text("5")
    await expect(page.locator("#tile-0")).to_have_attribute("data-stale", "yes")
    await expect(page.locator("#tile-0")).to_have_attribute("data-level", "")
    await expect(page.locator("#tile-0 .age")).to_have_text(re.compile(r"^no data since \d\d:\d\d:\d\d$"))


@pytest.mark.parametrize("lost", ["**/static/**", "**/main.js", "**/socket.js"])
async def test_whatever_the_page_waits_for_in_vain_it_says_so_in_time_and_comes_back(
    open_board: Any, server: Any, lost: str
) -> None:
    """A server that took a request and is silent, or is gone: then it answers again."""
    page = await open_board(live=False, clock=True)
    for answers in (lambda route: route.abort(), lambda _: None):
        gone = [lost, "**/board/overview"]
        await page.route(lost, answers)
        await page.goto(f"{server.url}/board/overview", wait_until="commit")
        await page.route("**/board/overview", answers)
        await page.wait_for_selector("#tile-0 .figure")
        await page.clock.run_for(15_000)
        await expect(page.locator(".connection .word")).to_have_text(SILENT)
        await expect(page.locator("#tile-0")).to_have_attribute("data-stale", "yes")
        for one in gone:
            await page.unroute(one)
        await page.clock.run_for(10_000)
        await expect(page.locator("html")).to_have_attribute("data-living", "yes", timeout=60_000)
        await expect(page.locator("#tile-0")).to_have_attribute("data-stale", "no", timeout=60_000)


async def test_an_engine_that_takes_too_long_over_its_scripts_says_that_it_is_the_screen(
    open_board: Any, server: Any
) -> None:
    page = await open_board(live=False, clock=True)
    await page.route("**/main.js", lambda _: None)
    await page.goto(f"{server.url}/board/overview", wait_until="commit")
    await page.wait_for_selector("#tile-0 .figure")
    await page.clock.run_for(13_000)
    await expect(page.locator(".connection .word")).to_have_text(re.compile("this screen is still loading$"))
    await expect(page.locator("#tile-0")).to_have_attribute("data-stale", "yes")


async def old_engine(open_board: Any) -> Page:
    """A page whose main.js never runs."""
    page = await open_board(live=False, clock=True)
    await page.add_init_script("delete HTMLScriptElement.prototype.noModule")
    await page.route("**/main.js", lambda route: route.abort())
    await page.reload()
    return page


async def test_a_paired_screen_that_is_switched_on_without_a_server_goes_on_with_its_last_board(
    open_board: Any, server: Any
) -> None:
    """It begins at /pair (examples/kiosk): the browser's error page stood there until somebody came."""
    server.paired = True
    page = await open_board("agents")
    await kept(page)
    await page.goto(f"{server.url}/board/overview?kiosk")
    await kept(page)
    await eventually(page, "async () => " + HOME)
    await server.__aexit__()
    await page.goto(f"{server.url}/pair?lang=pl")
    await expect(page).to_have_url(f"{server.url}/board/overview?kiosk")
    await expect(page.locator("#tile-0 .figure")).to_have_text("14")
    await expect(page.locator(".connection .word")).to_have_text(SILENT, timeout=60_000)


async def test_a_browser_that_is_no_screen_keeps_boards_only(open_board: Any, server: Any) -> None:
    page = await open_board()
    await kept(page)
    found = "async () => (await navigator.serviceWorker.getRegistrations()).map((one) => new URL(one.scope).pathname)"
    assert await page.evaluate(found) == ["/board/"]
