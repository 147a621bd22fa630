"""A screen does what it is told, shows what its board becomes, and says how it goes."""

from typing import Any

import pytest
from msgspec.structs import replace
from onwall import value
from playwright.async_api import expect

from wallboard.record.boards import Board, Rotation

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them


async def test_the_ribbon_says_simulated_only_where_it_is(open_board: Any, server: Any) -> None:
    page = await open_board()
    await expect(page.locator(".ribbon")).to_be_visible()
    server.hub.simulated = False
    await server.tell(server.hello(server.boards["overview"]))
    await expect(page.locator(".ribbon")).to_be_hidden()


async def test_a_board_that_was_edited_is_laid_anew_without_a_reload(open_board: Any, server: Any) -> None:
    page = await open_board()
    await page.evaluate("window.same = true")
    server.boards["overview"] = Board(
        id="overview", title="Changed", tiles=server.boards["agents"].tiles[:2], columns=12, rows=9
    )
    await server.tell(server.hello(server.boards["overview"]))
    await expect(page.locator(".board-title")).to_have_text("Changed")
    await expect(page.locator(".tile")).to_have_count(2)
    await expect(page.locator("#tile-1")).to_have_css("grid-column-start", "4")
    assert await page.evaluate("window.same")


async def test_a_logo_comes_and_goes_with_the_boards_file(open_board: Any, server: Any) -> None:
    page = await open_board()
    for logo, count in (("ours.png", 1), (None, 0)):
        server.boards["overview"] = replace(server.boards["overview"], logo=logo)
        await server.tell({"t": "board", "board": server.hello(server.boards["overview"])["board"]})
        await expect(page.locator('.logo[src="/board-image/ours.png"]')).to_have_count(count)


async def test_a_screen_reports_every_half_minute(open_board: Any, server: Any) -> None:
    page = await open_board(clock=True)
    for step in range(22):  # no longer at once: the screen would think that the server fell silent
        await page.clock.run_for(3_000)
        await server.patch({"groups": {"all": {"now": {"idle": 20 + step}}}})
        await expect(value(page, 2)).to_have_text(str(20 + step))
    report = await server.report()
    assert report["t"] == "report"
    assert {"seq", "lag_ms", "build"} <= report.keys()


async def test_identify_shows_the_boards_name_large(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.tell({"t": "command", "do": "identify"})
    await expect(page.locator("#identify")).to_contain_text("Overview")


async def test_show_opens_the_other_board(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.tell({"t": "command", "do": "show", "board": "agents"})
    await expect(page).to_have_url(f"{server.url}/board/agents")


async def test_show_of_a_foreign_address_is_not_followed(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.tell({"t": "command", "do": "show", "board": "../../evil"})
    await server.patch({"groups": {"all": {"now": {"waiting": 77}}}})
    await expect(value(page, 0)).to_have_text("77")
    assert page.url == f"{server.url}/board/overview"


async def test_a_rotation_goes_on_to_its_next_board(open_board: Any, server: Any) -> None:
    server.boards["turn"] = Board(id="turn", rotation=Rotation(boards=["overview", "agents"], seconds=5))
    server.boards["turn"] = replace(server.boards["turn"], mistake="rotation.boards[2]: there is no board 'gone'")
    page = await open_board("turn", clock=True)
    await expect(page.locator(".board-title")).to_have_text("Overview")
    await expect(page.locator(".mistake")).to_contain_text("there is no board 'gone'")
    await page.clock.run_for(6_000)
    await expect(page.locator(".board-title")).to_have_text("Agents")
