"""A screen is let in with a board of one queue, and a board whose file is wrong comes by itself once it is mended."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from boarded import with_boards
from playwright.async_api import Browser, expect

from tests.web.conftest import Served, serving  # type: ignore[import-not-found]
from wallboard.config import Config

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESK = {"viewport": {"width": 1280, "height": 720}, "has_touch": False}
ONE = """
title = "Of $queue"
[[tile]]
kind = "queues"
at = [1, 1]
size = [12, 6]
queues = ["$queue"]
"""


@pytest_asyncio.fixture(loop_scope="module")
async def house(config: Config) -> AsyncIterator[Served]:
    boards = {"one": ONE, "plain": ONE.replace("$queue", "support")}
    async with serving(with_boards(config, **boards)) as served:
        yield served


async def test_a_screen_shows_a_board_of_the_queue_that_was_picked_for_it(
    browser: Browser, house: Served, open_page: Callable[..., Any]
) -> None:
    queued = [
        {"type": "contact.queued", "contact": f"c-{queue}", "queue": queue, "source": "pbx"} for queue in ("b", "a b")
    ]
    assert (await house.http.post("/api/v1/events", json=queued)).status_code == 202
    await house.until("/api/v1/state", lambda state: "a b" in state["queues"])
    rows = {one["id"]: one for one in (await house.http.get("/api/v1/boards")).json()["boards"]}
    assert (rows["one"]["variables"], "variables" in rows["plain"]) == (["$queue"], False)
    screen, lead = await browser.new_page(locale="en"), await open_page(house, "", "Lena", "lead", screen=DESK)
    await screen.goto(house.origin + "/pair")
    code = await screen.locator("#code").inner_text()
    await lead.goto(f"{house.origin}/pair/claim?code={code}")
    await lead.fill("#claim-name", "Hall")
    await lead.click("#claim button")
    await expect(lead.locator("#claim-said")).to_have_text("Choose the board that the screen shall show.")
    await lead.select_option("#claim-board", "plain")
    await expect(lead.get_by_label("Queue")).to_have_count(0)
    await lead.select_option("#claim-board", "one")
    assert await lead.get_by_label("Queue").locator("option").all_inner_texts() == ["all queues", "a b", "b"]
    await lead.get_by_label("Queue").select_option("a b")
    await lead.click("#claim button")
    await expect(lead.locator("#claim-said")).to_contain_text("shows the board “Of …, a b”")
    await screen.wait_for_url("**/board/one?queue=a+b&kiosk")
    await expect(screen.locator(".board-title")).to_have_text("Of a b")
    await lead.goto(house.origin + "/screens")
    card = lead.locator(".screen", has_text="Hall")
    await expect(card.get_by_label("Queue")).to_have_value("a b")
    await card.get_by_label("Queue").select_option("b")
    await screen.wait_for_url("**/board/one?queue=b&kiosk")
    await expect(screen.locator(".board-title")).to_have_text("Of b")
    await card.get_by_label("Board").select_option("plain")
    await screen.wait_for_url("**/board/plain?kiosk")
    await expect(card.get_by_label("Queue")).to_have_count(0)
    await screen.close()


async def test_a_board_that_was_wrong_from_the_start_comes_by_itself_when_it_is_mended(
    house: Served, open_page: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "boards" / "new.toml"
    file.write_text(ONE.replace("[12, 6]", "[13, 6]"))
    async with asyncio.timeout(60):
        while (await house.http.get("/board/new")).status_code == 404:
            await asyncio.sleep(0.1)
    viewer = await open_page(house, "/board/new", "Ihor", "viewer", screen=DESK)
    lead = await open_page(house, "/board/new", "Lena", "lead", screen=DESK)
    await expect(viewer.locator("#unread")).to_contain_text("There is a mistake in its file")
    await expect(viewer.locator(".mistake")).to_be_hidden()
    assert "column 13" not in await viewer.content()
    await expect(lead.locator("#unread li")).to_contain_text("reaches column 13, expected at most 12")
    file.write_text(ONE.replace("[12, 6]", "[14, 6]"))
    await expect(lead.locator("#unread li")).to_contain_text("reaches column 14")
    file.write_text(ONE)
    for page in (viewer, lead):
        await expect(page.locator("#tile-0")).to_be_visible()
        await expect(page.locator("#unread")).to_have_count(0)
    file.write_text(ONE.replace("[12, 6]", "[13, 6]"))
    await expect(viewer.locator(".mistake")).to_contain_text("reaches column 13")
    await expect(viewer.locator("#tile-0")).to_be_visible()
