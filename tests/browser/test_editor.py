"""A board is edited in a real browser: tiles are added, dragged, moved by keys, undone, saved; conflicts are shown."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from boarded import with_boards
from playwright.async_api import Page, expect

from tests.web.conftest import FIRST, Served, serving  # type: ignore[import-not-found]
from wallboard.config import Config, Redis

pytestmark = pytest.mark.asyncio(loop_scope="module")
DESK = {"viewport": {"width": 1440, "height": 900}, "has_touch": False}

TEXT = """\
# ours
title = "Night"

# who waits
[[tile]]
kind = "number"
at = [1, 1]
size = [3, 2]
metric = "waiting"
"""
BOARD = "/api/v1/boards/night"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    data: Path = tmp_path_factory.mktemp("editor")
    async with serving(Config(redis=Redis(url=redis_url, namespace="test-editor"), data=data)) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def night(house: Served) -> AsyncIterator[httpx.AsyncClient]:
    """A board of one tile, made anew for each test, and somebody who writes it too."""
    headers = {"cookie": await house.sign_in(FIRST), "origin": house.origin, "accept": "application/toml"}
    async with httpx.AsyncClient(base_url=house.origin, headers=headers, timeout=60) as http:
        there = (await http.get(BOARD)).headers.get("etag")
        kind = {"content-type": "application/toml"}
        condition = {"if-match": there} if there else {"if-none-match": "*"}
        answer = await http.put(BOARD, content=TEXT, headers=kind | condition)
        assert answer.status_code in (200, 201), answer.text
        yield http


@pytest_asyncio.fixture(loop_scope="module")
async def edit(house: Served, open_page: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the editor with its picture drawn."""
    context = (await open_page(house, "", FIRST, screen=DESK)).context

    async def opened(path: str = "/board/night/edit") -> Page:
        page: Page = await context.new_page()
        await page.goto(house.origin + path)
        await page.wait_for_selector(".edit-tile[style*='width']")
        return page

    return opened


async def drag(page: Page, place: int, across: int, down: int, *, by_corner: bool = False) -> None:
    """By so many cells of the grid of 12 × 6."""
    box = await page.locator(".edit-tile").nth(place).bounding_box()
    board = await page.locator(".edit-cells").bounding_box()
    assert box
    assert board
    x, y = box["x"] + box["width"] - 6, box["y"] + box["height"] - 6
    if not by_corner:
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + across * board["width"] / 12, y + down * board["height"] / 6, steps=4)
    await page.mouse.up()


async def saved(page: Page, http: httpx.AsyncClient) -> str:
    await page.click("#save")
    await expect(page.locator("#standing")).to_have_text("Saved")
    return (await http.get(BOARD)).text


async def test_a_number_is_added_in_three_clicks_and_saved_with_the_comments_that_were_there(
    edit: Callable[..., Any], night: httpx.AsyncClient
) -> None:
    page = await edit()
    await page.get_by_role("button", name="Number").first.click()
    await page.get_by_label("Which number").select_option("idle")
    frame = page.frame_locator("iframe")
    await expect(frame.locator("#tile-1 .title")).to_have_text("Free")
    text = await saved(page, night)
    assert text == TEXT + '\n[[tile]]\nkind = "number"\nat = [4, 1]\nsize = [3, 2]\nmetric = "idle"\n'


async def test_a_tile_is_dragged_resized_and_put_back_by_undo(
    edit: Callable[..., Any], night: httpx.AsyncClient
) -> None:
    page = await edit()
    await drag(page, 0, 5, 2)
    await drag(page, 0, 2, 1, by_corner=True)
    handle = page.locator(".edit-tile").first
    await expect(handle).to_have_accessible_name("Number: Waiting, column 6, row 3, 5 by 3")
    await page.keyboard.press("Control+z")
    await expect(handle).to_have_accessible_name("Number: Waiting, column 6, row 3, 3 by 2")
    await page.keyboard.press("Control+z")
    await page.keyboard.press("Control+Shift+z")
    assert await saved(page, night) == TEXT.replace("[1, 1]", "[6, 3]")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#standing")).to_have_text("Not saved yet")


async def test_the_picture_is_drawn_with_live_numbers(edit: Callable[..., Any], night: httpx.AsyncClient) -> None:
    page = await edit()
    figure = page.frame_locator("iframe").locator("#tile-0 .figure")
    await expect(figure).to_have_text(re.compile("[–0]"))
    headers = {"accept": "application/json"}
    event = {"type": "contact.queued", "contact": "c-1", "queue": "night", "source": "pbx-1"}
    answer = await night.post("/api/v1/events", json=event, headers=headers)
    assert answer.status_code == 202, answer.text
    await expect(figure).to_have_text("1")
    await night.post("/api/v1/events", json={**event, "type": "contact.abandoned"}, headers=headers)
    await expect(figure).to_have_text("0")


async def test_everything_can_be_done_by_keys(edit: Callable[..., Any], night: httpx.AsyncClient) -> None:
    page = await edit()
    await page.get_by_role("button", name="Time").first.click()
    await page.locator(".edit-tile").first.focus()
    for key in ("ArrowDown", "ArrowRight", "Shift+ArrowRight", "Tab"):
        await page.keyboard.press(key)
    await expect(page.locator(".edit-tile").nth(1)).to_be_focused()
    await page.keyboard.press("Delete")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#standing")).to_have_text("Saved")
    text = (await night.get(BOARD)).text
    assert text == TEXT.replace("[1, 1]", "[2, 2]").replace("[3, 2]", "[4, 2]")


async def test_keys_go_to_the_tile_that_one_sees_selected(edit: Callable[..., Any], night: httpx.AsyncClient) -> None:
    page = await edit()
    tiles, focused = page.locator(".edit-tile"), page.locator(".edit-tile:focus")
    await tiles.first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Which number")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(tiles.first).to_be_focused()
    await page.keyboard.press("Control+d")
    await expect(tiles).to_have_count(2)
    await expect(tiles.nth(1)).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.get_by_label("Title", exact=True).fill("Second")
    await page.keyboard.press("Control+d")  # also out of a field
    await expect(tiles).to_have_count(3)
    await expect(tiles.nth(2)).to_be_focused()
    await page.keyboard.press("Delete")
    await page.keyboard.press("Delete")  # nothing is selected now: nothing more goes
    await expect(tiles).to_have_count(2)
    await expect(focused).to_have_count(0)
    await page.get_by_role("button", name="Time").first.click()
    await page.keyboard.press("Delete")  # what was just added
    await expect(tiles).to_have_count(2)
    await page.keyboard.press("Control+z")
    await expect(tiles).to_have_count(3)
    await expect(tiles.nth(2)).to_be_focused()
    await page.keyboard.press("Delete")
    second = '\n[[tile]]\nkind = "number"\nat = [4, 2]\nsize = [3, 2]\nmetric = "waiting"\ntitle = "Second"\n'
    assert await saved(page, night) == TEXT + second


async def test_a_ranking_says_in_words_where_it_may_stand_and_leads_there(
    edit: Callable[..., Any], night: httpx.AsyncClient
) -> None:
    page = await edit()
    await page.get_by_role("button", name="Leaders").first.click()
    notes = page.locator(".edit-notes")
    await expect(notes).to_contain_text("A ranking of people stands on a board for leads only")
    assert "audience =" not in await notes.inner_text()
    await expect(page.locator(".edit-sign").last).to_contain_text("A ranking of people stands on")
    await notes.get_by_role("button", name="What it says of people").click()
    await expect(page.get_by_label("Who looks at it")).to_be_focused()
    await page.get_by_label("Who looks at it").select_option("lead")
    await expect(page.locator("#wrong")).to_have_text("")
    assert 'audience = "lead"' in await saved(page, night)


async def test_what_is_wrong_is_called_as_its_field_is(edit: Callable[..., Any], night: httpx.AsyncClient) -> None:
    page = await edit()
    await page.click("#as-text")
    await page.fill("#toml", 'accent = "red"\n' + TEXT + 'warn = "5"\n')
    notes = page.locator(".edit-notes p")
    await expect(notes).to_have_count(2)
    told = await notes.all_inner_texts()
    assert any("Colour of bars and lines: not a colour: 'red'" in one for one in told), told
    assert any("Number: Waiting: Warning from: not a limit: '5'" in one for one in told), told


async def test_a_new_picture_says_what_is_to_be_chosen(edit: Callable[..., Any], night: httpx.AsyncClient) -> None:
    page = await edit()
    await page.get_by_role("button", name="Picture").first.click()
    await expect(page.locator(".edit-notes p")).to_have_text(
        [re.compile("Picture: nothing is chosen yet"), re.compile("What it shows: nothing is chosen yet")]
    )
    await expect(page.locator(".edit-sign").last).to_contain_text("Picture: nothing is chosen yet")


async def test_a_shipped_board_that_was_changed_says_so_and_goes_back(
    edit: Callable[..., Any], night: httpx.AsyncClient
) -> None:
    path = "/api/v1/boards/day"
    before = (await night.get(path)).text
    page = await edit("/board/day/edit")
    await expect(page.locator(".edit-over-note")).to_have_count(0)
    await page.get_by_label("Title of the board").fill("Ours")
    await page.click("#save")
    await expect(page.locator("#standing")).to_have_text("Saved")
    await expect(page.locator(".edit-over-note")).to_contain_text("changed here; the file day.toml does not count")
    again = await edit("/board/day/edit")
    await again.get_by_role("button", name="Undo all changes").click()
    async with again.expect_navigation():
        await again.get_by_role("dialog").get_by_role("button", name="Undo all changes").click()
    await expect(again.locator("#standing")).to_have_text("Saved")
    await expect(again.locator(".edit-over-note")).to_have_count(0)
    assert (await night.get(path)).text == before


async def test_a_logo_that_cannot_be_seen_is_doubtful_of_whatever_kind_it_is(
    config: Config, open_page: Callable[..., Any]
) -> None:
    """One pixel of #0a1e50, as a GIF, which no board shows yet."""
    images = config.data / "boards" / "images"
    images.mkdir(parents=True)
    pixel = "474946383961010001008000000a1e500000002c00000000010001000002024401003b"
    (images / "logo.gif").write_bytes(bytes.fromhex(pixel))
    async with serving(with_boards(config)) as served:
        headers = {"content-type": "application/toml", "if-none-match": "*"}
        assert (await served.http.put(BOARD, content=TEXT, headers=headers)).status_code == 201
        page = await open_page(served, "/board/night/edit", screen=DESK)
        await page.get_by_text("More", exact=True).click()
        await page.get_by_label("Logo").select_option("logo.gif")
        notes = page.locator(".edit-notes")
        await expect(notes).to_contain_text("Logo: hard to see on this theme: 0 % of it stands out")
        logo = page.frame_locator("iframe").locator(".logo")
        assert await logo.evaluate("(logo) => logo.decode().then(() => logo.naturalWidth)") == 1
        await page.get_by_label("Theme").select_option("light")
        await expect(notes).not_to_contain_text("hard to see")
        await page.context.close()


async def height(of: Any) -> float:
    """In pixels of the page; 0 while it is hidden."""
    return (await of.bounding_box() or {"height": 0})["height"]


async def test_a_board_for_an_upright_screen_is_shown_so(edit: Callable[..., Any], night: httpx.AsyncClient) -> None:
    page = await edit()
    picture, frame = page.locator("iframe"), page.frame_locator("iframe")
    await expect(picture).to_have_css("width", "1920px")
    await page.get_by_label("the screen stands upright").check()
    await expect(picture).to_have_css("width", "1080px")
    await expect(page.locator("#screen")).to_have_value("portrait")
    await expect(page.locator(".edit-tile")).to_have_count(1)
    handle, tile = page.locator(".edit-tile"), frame.locator("#tile-0")
    await expect(tile).to_be_visible()
    async with asyncio.timeout(10):  # the handle lies on its tile, once the picture is laid out anew
        while abs(await height(handle) - await height(tile)) > 2:
            await asyncio.sleep(0.05)
    assert await saved(page, night) == TEXT.replace('"Night"\n', '"Night"\nportrait = true\n')
    again = await edit()
    await expect(again.locator("iframe")).to_have_css("width", "1080px")
    await again.locator("#screen").select_option("phone")
    await expect(again.locator("iframe")).to_have_css("width", "390px")
    await again.get_by_label("the screen stands upright").uncheck()
    await expect(again.locator("iframe")).to_have_css("width", "1920px")
    assert await saved(again, night) == TEXT


async def test_the_picture_is_as_small_as_the_wall_looks_from_there(
    edit: Callable[..., Any], night: httpx.AsyncClient
) -> None:
    """55 inches are 1217.6 mm wide: from 5 m as wide as 146.1 mm from 60 cm, 552 px of 96 an inch."""
    page = await edit()
    screen = page.locator(".edit-screen")
    await page.get_by_label("as it looks from 5 m").check()
    await expect(screen).to_have_css("width", re.compile(r"^552\.\d+px$"))
    await page.get_by_label("Read from, metres").fill("10")
    await expect(page.get_by_label("as it looks from 10 m")).to_be_checked()
    await expect(screen).to_have_css("width", re.compile(r"^276\.\d+px$"))
    await page.get_by_label("Screen, inches").fill("110")
    await expect(screen).to_have_css("width", re.compile(r"^552\.\d+px$"))
    await page.locator(".edit-tile").focus()
    await page.keyboard.press("ArrowRight")
    assert "\nat = [2, 1]\n" in await saved(page, night)
    await page.get_by_label("as it looks from 10 m").uncheck()
    assert (await screen.bounding_box())["width"] > 600


async def test_what_is_wrong_stands_on_its_tile_and_beside_it(
    edit: Callable[..., Any], night: httpx.AsyncClient
) -> None:
    page = await edit()
    await page.click("#as-text")
    await page.fill("#toml", TEXT.replace('"waiting"', '"waitng"'))
    await expect(page.locator("#wrong")).to_have_text("To mend: 1")
    await page.click("#as-text")
    await expect(page.locator(".edit-sign")).to_contain_text("did you mean 'waiting'?")
    await page.locator(".edit-to").click()
    await page.get_by_label("Which number").select_option("waiting")
    await expect(page.locator("#wrong")).to_have_text("")
    await expect(page.locator("#standing")).to_have_text("Saved")


async def test_who_was_slower_sees_both_texts_and_decides(edit: Callable[..., Any], night: httpx.AsyncClient) -> None:
    page = await edit()
    await page.get_by_label("Title of the board").fill("Mine")
    theirs = TEXT.replace("Night", "Theirs")
    now = (await night.get(BOARD)).headers["etag"]
    await night.put(BOARD, content=theirs, headers={"content-type": "application/toml", "if-match": now})
    await page.click("#save")
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator("mark")).to_have_text(['title = "Mine"\n', 'title = "Theirs"\n'])
    assert (await night.get(BOARD)).text == theirs
    await dialog.get_by_role("button", name="Take theirs").click()
    await expect(page.locator("#title")).to_have_text("Theirs")
    await page.keyboard.press("Control+z")
    await expect(page.locator("#title")).to_have_text("Mine")
    assert await saved(page, night) == TEXT.replace("Night", "Mine")
    await page.get_by_role("button", name="Earlier versions").click()
    await page.get_by_role("dialog").locator("li button").nth(0).click()
    await expect(page.locator(".edit-shown pre").first).to_contain_text("Mine")
    await expect(page.get_by_role("button", name="Bring this back")).to_be_disabled()  # it is what is here
    await page.get_by_role("dialog").locator("li button").nth(1).click()
    await page.get_by_role("button", name="Bring this back").click()
    await expect(page.locator("#title")).to_have_text("Theirs")
    await expect(page.locator("#standing")).to_have_text("Saved")
    assert (await night.get(BOARD)).text == theirs
    await page.keyboard.press("Control+z")
    await expect(page.locator("#title")).to_have_text("Mine")
    await expect(page.locator("#standing")).to_have_text("Not saved yet")


async def test_a_board_is_made_duplicated_and_deleted_on_the_front_page(
    house: Served, open_page: Callable[..., Any], night: httpx.AsyncClient
) -> None:
    page = await open_page(house, "/", FIRST, screen=DESK)
    await page.locator('[data-board="night"] .board-copy').click()
    await page.get_by_label("Title").fill("Second")
    await page.get_by_role("button", name="Make it").click()
    await page.wait_for_url("**/board/night-2/edit")
    await expect(page.locator("#title")).to_have_text("Second")
    await page.goto(house.origin)
    await page.locator('[data-board="night-2"] .board-remove').click()
    await page.locator("#sure-do").click()
    await expect(page.locator('[data-board="night-2"]')).to_have_count(0)
    assert (await night.get("/api/v1/boards/night-2")).status_code == 404


async def test_a_new_board_at_an_address_that_is_taken_or_cannot_be_one_is_told_why(
    house: Served, open_page: Callable[..., Any], night: httpx.AsyncClient
) -> None:
    page = await open_page(house, "/", FIRST, screen=DESK)
    await page.click("#new")
    await page.fill("#board-title", "Night")
    await page.fill("#board-id", "Support Line!")
    await expect(page.locator("#board-letters")).to_contain_text("Letters a–z, digits, - and _")
    assert await page.get_attribute("#board-id", "title") == await page.inner_text("#board-letters")
    await page.fill("#board-id", "night")
    await page.click("#making [type=submit]")
    await expect(page.locator("#making-failed")).to_contain_text("The address night is taken")
    assert await page.input_value("#board-id") == "night-2"


async def test_a_kind_of_tile_that_there_is_not_is_called_as_it_is_written(
    night: httpx.AsyncClient, edit: Callable[..., Any]
) -> None:
    page = await edit()
    await page.click("#as-text")
    await page.fill("#toml", TEXT.replace('"number"', '"heet"'))
    await expect(page.locator(".edit-notes")).to_contain_text("unknown 'heet'")
    assert "kind.heet" not in await page.inner_text("body")
    assert "kind.heet" not in await page.content()
