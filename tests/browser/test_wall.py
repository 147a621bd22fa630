"""The wall in a real Chromium: the server paints what the script goes on with; what moves; how old each tile is."""

import re
import time
from typing import Any

import pytest
from believable import floor
from msgspec.structs import replace
from onwall import still, texts, value
from playwright.async_api import expect

from wallboard.record.boards import Board, Tile

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them


async def test_the_numbers_are_there_without_any_script(open_board: Any) -> None:
    page = await open_board(live=False, java_script_enabled=False)
    await expect(value(page, 0)).to_have_text("14")
    await expect(page.locator("#tile-5 .row")).to_have_count(6)
    await expect(page.locator("#tile-6 .card").first).to_be_visible()


async def test_the_script_takes_over_what_the_server_painted_without_changing_a_word(
    open_board: Any, server: Any
) -> None:
    server.hub.state = still()
    painted = await open_board("agents", live=False, java_script_enabled=False)
    living = await open_board("agents")
    assert sorted(await texts(painted)) == sorted(await texts(living))
    painted, living = await open_board(live=False, java_script_enabled=False), await open_board()
    assert sorted(await texts(painted)) == sorted(await texts(living))


async def test_a_board_has_the_language_that_the_address_or_its_file_asks_for(open_board: Any, server: Any) -> None:
    page = await open_board("overview?lang=pl", locale="uk")
    assert await page.locator(".board-title").inner_text() == "Przegląd"
    server.boards["overview"] = replace(server.boards["overview"], language="ru")
    page = await open_board(locale="uk")
    assert await page.locator(".board-title").inner_text() == "Обзор"


async def test_the_elements_of_the_first_paint_stay_the_same_elements(open_board: Any, server: Any) -> None:
    script = """new MutationObserver((all) => { window.removed = (window.removed || 0) + all.reduce((n, one) =>
        n + [...one.removedNodes].filter((node) => node.nodeType === 1 && node.closest === Element.prototype.closest
        && !node.isConnected).length, 0) }).observe(document, { childList: true, subtree: true })"""
    del server.hub.state["notices"]["n-2"]
    page = await open_board(live=False)
    await page.add_init_script(script)
    await page.reload()
    await page.wait_for_selector('.connection[data-level="good"]')
    assert not await page.evaluate("window.removed")


async def test_a_patch_changes_the_number(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.patch({"groups": {"all": {"now": {"waiting": 3}}}})
    await expect(value(page, 0)).to_have_text("3")
    await expect(page.locator("#tile-0")).to_have_attribute("data-level", "good")
    await server.patch({"groups": {"all": {"now": {"waiting": 99}}}})
    await expect(page.locator("#tile-0")).to_have_attribute("data-level", "alarm")
    await expect(page.locator("#tile-0 .tile-foot .level .word")).to_have_text("alarm")


async def test_a_service_level_says_that_its_formula_ignores_many_who_left(open_board: Any, server: Any) -> None:
    page = await open_board("overview?lang=pl")
    note = page.locator("#tile-3 .hint")
    await expect(note).to_have_text("≤\u00a020 s")  # its formula, as all its queues have it
    await expect(note.locator(".icon")).to_have_count(0)
    await server.patch({"groups": {"all": {"day": {"ignored_flow_outs": 12.4}}}})
    await expect(note).to_have_text("12 % gdzie indziej")
    window = page.locator("#tile-3 .window")
    await expect(window).to_contain_text("· ≤\u00a020 s")
    await expect(note.locator(".icon")).to_be_visible()
    await server.patch({"groups": {"all": {"day": {"ignored_flow_outs": None}}}})
    await expect(note).to_have_text("≤\u00a020 s")
    await expect(window).not_to_contain_text("≤")
    await server.patch({"queues": {"sales": {"target": {"seconds": 40}}}})
    await expect(note).to_be_hidden()
    server.hub.state["groups"]["all"]["day"]["ignored_flow_outs"] = 7.6
    painted = await open_board("overview?lang=en", live=False, java_script_enabled=False)
    await expect(painted.locator("#tile-3 .hint")).to_have_text("8 % elsewhere")


async def test_what_is_not_known_any_more_is_a_dash(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.patch({"groups": {"all": {"now": {"oldest_at": None}}}})
    await expect(value(page, 1)).to_have_text("–")
    await expect(page.locator("#tile-1")).to_have_attribute("data-level", "")


async def test_a_wait_goes_on_by_the_servers_clock_and_is_never_negative(open_board: Any, server: Any) -> None:
    server.hub.ahead_ms = 3_600_000
    page = await open_board()
    now = server.hub.clock_ms()
    await server.patch({"groups": {"all": {"now": {"oldest_at": now - 65_000}}}})
    await expect(value(page, 1)).to_have_text(re.compile(r"1:0[5-9]"))
    seen = await value(page, 1).inner_text()
    await expect(value(page, 1)).not_to_have_text(seen)
    await server.patch({"groups": {"all": {"now": {"oldest_at": now + 60_000}}}})
    await expect(value(page, 1)).to_have_text("0:00")


async def test_every_tile_shows_its_age(open_board: Any) -> None:
    page = await open_board()
    ages = await page.locator(".tile .age").all_inner_texts()
    assert len(ages) == 10
    assert all(re.fullmatch(r"\d+ (s|min|h) ago", age) for age in ages), ages


async def test_a_clock_has_no_age_while_the_server_is_heard(open_board: Any, server: Any) -> None:
    painted, living = await open_board("agents", live=False, java_script_enabled=False), await open_board("agents")
    for page in (painted, living):
        await expect(page.locator(".tile.clock .age")).to_have_text("")
        await expect(page.locator(".tile.agents .age")).to_have_text(re.compile("ago"))


async def test_a_quiet_source_does_not_age_a_tile_that_a_living_one_feeds(open_board: Any, server: Any) -> None:
    server.hub.state["groups"]["all"]["sources"] = ["crm", "pbx-1"]  # crm is quiet for 21 minutes
    painted, living = await open_board(live=False, java_script_enabled=False), await open_board()
    for page in (painted, living):
        await expect(page.locator("#tile-0 .age")).to_have_text(re.compile(r"^\d+ s ago$"))
    await server.patch({"sources": {"crm": {"state": "down"}}})
    await expect(living.locator("#tile-0 .age")).to_have_text(re.compile("^no data since"))


async def test_a_table_says_the_windows_of_its_columns(open_board: Any, server: Any) -> None:
    tiles = [Tile(kind="queues", at=(1 + 6 * place, 1), size=(size, 6)) for place, size in enumerate((6, 2))]
    server.boards["tables"] = Board(id="tables", tiles=tiles)
    painted, living = await open_board("tables", live=False, java_script_enabled=False), await open_board("tables")
    for page in (painted, living):
        await expect(page.locator(".window")).to_have_text(["now · today", "now"])
        assert await page.locator("#tile-1 .headings .cell").count() < 4


async def test_the_worst_queue_stands_first_and_says_what_is_wrong(open_board: Any, server: Any) -> None:
    page = await open_board()
    await expect(page.locator("#tile-5 .row").first).to_have_attribute("data-key", "service")
    await server.patch({"queues": {"sales": {"now": {"waiting": 9, "over_target": 8}}}})
    await expect(page.locator("#tile-5 .row").first).to_have_attribute("data-key", "sales")
    await expect(page.locator("#tile-5 .row").first.locator(".chip .word")).to_have_text("8 over target")


async def test_names_are_text(open_board: Any, server: Any) -> None:
    page = await open_board()
    evil = "<img src=x onerror=alert(1)>"
    await server.patch(
        {"agents": {"100": {"name": evil}}, "queues": {"__proto__": server.hub.state["queues"]["sales"]}}
    )
    await expect(page.locator('#tile-6 [data-key="100"] .name')).to_have_text(evil)
    await expect(page.locator('#tile-5 [data-key="__proto__"]')).to_have_count(1)
    assert await page.locator("img").count() == 0


async def test_the_believable_floor_is_as_old_as_it_says() -> None:
    assert abs(floor()["sources"]["pbx-1"]["last_event_at"] - time.time() * 1000) < 60_000
