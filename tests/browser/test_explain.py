"""A number of the wall is opened in a real Chromium, on the real server, and says the number that stands there."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from boarded import with_boards
from playwright.async_api import Page, expect

from tests.web.conftest import FIRST, Served, serving  # type: ignore[import-not-found]
from wallboard.config import Config

pytestmark = pytest.mark.asyncio(loop_scope="module")
WALL = {"viewport": {"width": 1920, "height": 1080}, "has_touch": False}

BOARD = """
title = "Support"
theme = "%s"
[[tile]]
kind = "number"
at = [1, 1]
size = [4, 3]
queues = ["support"]
metric = "service_level"
window = "day"
[[tile]]
kind = "number"
at = [5, 1]
size = [4, 3]
metric = "waiting"
[[tile]]
kind = "queues"
at = [1, 4]
size = [12, 3]
[[tile]]
kind = "reasons"
at = [9, 1]
size = [4, 3]
"""


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Served]:
    """The real application with a day of one queue."""
    async with serving(config) as served:
        await served.http.post("/api/v1/events", json=_events())
        await served.until("/api/v1/state", _is_whole)
        yield served


def _is_whole(state: dict[str, Any]) -> bool:
    return bool(state.get("queues", {}).get("support", {}).get("day", {}).get("offered") == 40)


def _events() -> list[dict[str, Any]]:
    """40 visits: 30 answered (20 of them within 20 s), 6 abandoned of which 2 short, 3 left by a key, one waits."""
    events: list[dict[str, Any]] = [{"type": "agent.signed_in", "agent": "anna", "queues": ["support"], "slots": 9}]
    for number in range(40):
        about = {"contact": f"c-{number}", "queue": "support"}
        events.append({"type": "contact.queued", **about})
        if number < 30:
            events.append({"type": "contact.answered", "agent": "anna", "wait_s": 5 + number, **about})
            events.append({"type": "contact.ended", "agent": "anna", "talk_s": 60, **about})
        elif number < 36:
            events.append({"type": "contact.abandoned", "wait_s": 2 if number < 32 else 33, **about})
        elif number < 39:
            events.append({"type": "contact.left", "reason": "key", "wait_s": 12, **about})
    return events


@pytest_asyncio.fixture(loop_scope="module")
async def wall(config: Config, open_page: Callable[..., Any]) -> AsyncIterator[Callable[..., Any]]:
    """Opens the board of a real server."""
    boards = {theme: BOARD % theme for theme in ("dark", "light")}
    async with running(with_boards(config, **boards)) as served:

        async def opened(theme: str = "dark", *, clock: bool = False, **options: Any) -> Page:
            page: Page = await open_page(served, "", FIRST, screen=WALL | options)
            if clock:
                await page.clock.install()
            await page.goto(f"{served.origin}/board/{theme}")
            await page.wait_for_selector("#tile-0 .why")
            return page

        yield opened


async def opened_by(page: Page, tile: str = "#tile-0") -> Any:
    await page.locator(f"{tile} > .why").click()
    dialog = page.locator("dialog.explain")
    await expect(dialog.locator(".explain-body")).to_be_visible()
    return dialog


async def test_a_list_of_no_single_number_is_explained_in_words_and_asks_nothing(wall: Any) -> None:
    page, asked = await wall(), []
    page.on("request", lambda request: asked.append(request.url) if "/explain?" in request.url else None)
    await page.locator("#tile-3 > .why").click()
    about = page.locator("dialog.explain .explain-about")
    await expect(about).to_contain_text("in the last 60 minutes")
    await expect(page.locator("dialog.explain .explain-body")).to_be_hidden()
    assert asked == []
    await page.keyboard.press("Escape")
    dialog = await opened_by(page)
    await expect(dialog.locator(".explain-about")).to_be_hidden()


async def test_a_click_on_a_tile_reads_the_same_number_and_its_parts_add_up_to_it(wall: Any) -> None:
    page = await wall()
    dialog = await opened_by(page)
    shown = await page.locator("#tile-0 .figure").inner_text()
    await expect(dialog.locator(".explain-figure .figure")).to_have_text(shown)
    totals = [int(text) for text in await dialog.locator(".side .together .n").all_inner_texts()]
    assert float(shown) == round(100 * totals[0] / totals[1], 1)
    await expect(dialog.locator(".explain-levels .term")).to_have_count(7)
    own = dialog.locator('.explain-levels .term[data-own="yes"]')
    await expect(own).to_contain_text(f"{shown} %")
    await expect(dialog.locator(".explain-visits tbody tr")).to_have_count(20)
    assert "c-1" not in await dialog.inner_text(), "a wall shows no contact"
    await expect(dialog.locator(".note").first).to_contain_text("7.5 %")  # 3 of 40 flowed out


async def test_the_need_of_queues_with_several_targets_names_them_all_and_none_alone(wall: Any) -> None:
    page = await wall()
    targets = [{"percent": 80, "seconds": 20}, {"percent": 75, "seconds": 65}, {"percent": 80, "seconds": 20}]
    need = {
        "formula": "erlang_a", "text": "Erlang A", "queues": ["support", "sales"], "targets": targets, "at": 1,
        "aht_s": 60, "arrivals": 0.1, "load": 6, "waiting": 1, "ready": 5, "until": 2, "backlog_s": 0,
    }  # fmt: skip

    async def with_need(route: Any) -> None:
        said = await (await route.fetch()).json()
        await route.fulfill(json=said | {"need": need})

    await page.route("**/api/v1/explain?*", with_need)
    dialog = await opened_by(page)
    await expect(dialog.locator(".explain-need")).to_contain_text("80 % within 20 s; 75 % within 65 s")
    assert "Target" not in await dialog.locator(".explain-facts dt").all_inner_texts()


async def test_enter_opens_the_focused_tile_tab_stays_inside_and_escape_gives_the_focus_back(wall: Any) -> None:
    page = await wall()
    await page.locator("#tile-1 > .why").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Waiting")
    await expect(dialog).to_be_visible()
    for _ in range(5):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('dialog') !== null")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert await page.evaluate("document.activeElement.parentElement.id") == "tile-1"


async def test_a_cell_of_the_table_opens_its_own_number(wall: Any) -> None:
    page = await wall()
    cell = page.locator('#tile-2 .row .cell[data-key="answered"]').first
    box = await cell.bounding_box()
    assert box
    await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    dialog = page.locator("dialog.explain")
    await expect(dialog.locator(".explain-title")).to_have_text(re.compile("support · Answered"))
    await expect(dialog.locator(".explain-figure .figure")).to_have_text(await cell.inner_text())


async def test_a_long_press_opens_it_on_a_phone_and_it_fills_the_screen(wall: Any) -> None:
    page = await wall(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    box = await page.locator("#tile-0").bounding_box()
    client = await page.context.new_cdp_session(page)
    points = [{"x": box["x"] + 40, "y": box["y"] + 40}]
    await client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    dialog = page.locator("dialog.explain")
    await expect(dialog.locator(".explain-body")).to_be_visible()
    await client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(dialog).to_be_visible()
    wide = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    inside = dialog.locator(".explain-body")
    assert await inside.evaluate("(one) => one.scrollWidth <= one.clientWidth + 1")


async def test_it_closes_by_itself_where_nobody_is_and_says_when_the_server_is_away(wall: Any) -> None:
    page = await wall(clock=True)
    dialog = await opened_by(page)
    await page.route("**/api/v1/explain*", lambda route: route.abort())
    await page.clock.run_for(6_000)
    await expect(dialog.locator(".explain-status")).to_contain_text("The server does not answer")
    await expect(dialog.locator(".explain-figure .figure")).to_have_text(re.compile(r"\d"))
    await page.clock.run_for(60_000)
    await expect(dialog).to_be_hidden()


async def test_what_the_server_refuses_is_said_in_its_words(wall: Any) -> None:
    page = await wall()
    answer = {
        "status": 404,
        "content_type": "application/problem+json",
        "body": json.dumps({"detail": "No <b>such</b>"}),
    }
    await page.route("**/api/v1/explain*", lambda route: route.fulfill(**answer))
    await page.locator("#tile-0 > .why").click()
    await expect(page.locator(".explain-status")).to_have_text("No <b>such</b>")
