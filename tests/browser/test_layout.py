"""All of a board fits each screen, in every language, upright and on a phone."""

from typing import Any

import pytest
from believable import floor
from msgspec.structs import replace
from onwall import OVERFLOWING, still, texts
from playwright.async_api import expect

from wallboard.web import pages
from wallboard.web.words import Words, words

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them

SIZES = {
    "laptop": (1366, 768), "full hd": (1920, 1080), "4k": (3840, 2160), "upright": (1080, 1920), "tablet": (768, 1024),
}  # fmt: skip


@pytest.mark.parametrize("language", ["uk", "ru", "pl"])
@pytest.mark.parametrize("board", ["overview", "agents"])
async def test_in_every_language_script_and_server_say_the_same_and_everything_fits(
    open_board: Any, server: Any, language: str, board: str
) -> None:
    server.hub.state = still()
    shown = {"viewport": {"width": 1366, "height": 768}, "locale": language}
    painted = await open_board(board, live=False, java_script_enabled=False, **shown)
    living = await open_board(board, **shown)
    assert await living.evaluate("document.documentElement.lang") == language
    assert sorted(await texts(painted)) == sorted(await texts(living))
    assert await living.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("board", ["overview", "agents"])
async def test_texts_that_are_longer_by_two_fifths_break_nothing(
    open_board: Any, monkeypatch: pytest.MonkeyPatch, board: str, size: tuple[int, int]
) -> None:
    english = words("en").catalog
    longer = Words({key: text + "ä" * round(0.4 * len(text)) for key, text in english.items()})
    monkeypatch.setattr(pages, "words", lambda language: longer)
    page = await open_board(board, viewport={"width": size[0], "height": size[1]})
    assert "Waitingäää" in await page.locator("#tile-0 .title").inner_text()
    assert await page.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("agents", [12, 40])
async def test_nothing_scrolls_or_is_cut_on_a_wall(open_board: Any, server: Any, size: str, agents: int) -> None:
    server.hub.state = floor(agents)
    wide, high = SIZES[size]
    for board in ("overview", "agents"):
        page = await open_board(board, viewport={"width": wide, "height": high})
        assert await page.evaluate(OVERFLOWING) == []


async def test_on_an_upright_screen_a_wide_board_stands_one_half_above_the_other(open_board: Any) -> None:
    """Queues above agents; before, its text was as small as on a screen half as high."""
    page = await open_board(viewport={"width": 1080, "height": 1920})
    boxes = [await page.locator(f"#tile-{place}").bounding_box() for place in range(10)]
    queues, agents = boxes[5], boxes[6]
    assert queues["y"] + queues["height"] < agents["y"]
    assert queues["width"] == pytest.approx(agents["width"])
    assert agents["width"] > 1040
    assert boxes[9]["y"] + boxes[9]["height"] == pytest.approx(1920 - 13, abs=2)
    font = "one => parseFloat(getComputedStyle(one).fontSize)"
    assert await page.locator("#tile-0 .figure").evaluate(font) > 80
    assert await page.locator("#tile-5 .row").first.evaluate(font) > 20


async def test_on_a_phone_two_numbers_stand_beside_each_other_and_nothing_scrolls_sideways(open_board: Any) -> None:
    """Five numbers under each other filled the whole of it, and no queue was to be seen."""
    page = await open_board(viewport={"width": 390, "height": 844})
    boxes = [await page.locator(f"#tile-{place}").bounding_box() for place in range(10)]
    wide = [round(box["width"]) for box in boxes]
    assert [boxes[place]["y"] for place in (0, 2)] == [boxes[place]["y"] for place in (1, 3)]
    assert len(set(wide[:4])) == 1
    assert wide[4:] == [370] * 6, "a number that is left alone has the line"
    assert boxes[5]["y"] < 844 * 3 / 4
    closed = await page.locator('#tile-5 .row[data-key="billing"]').bounding_box()
    assert closed["height"] < 100, "the chip that says when it opens is a line, and not as high as it is wide elsewhere"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await expect(page.locator("#tile-5 .headings .cell:visible")).to_have_text(["Waiting", "Longest", "Answered"])


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (1080, 1920)], ids=str)
async def test_a_long_mistake_takes_nothing_from_the_title_and_the_line_s_state(
    open_board: Any, server: Any, size: tuple[int, int]
) -> None:
    """A part of a pixel was enough for "Live t…" and "Live…"."""
    wide = "all => all.map((one) => one.getBoundingClientRect().width)"
    named = replace(server.boards["overview"], title="Live two")
    found = []
    for mistake in ("", "tile[0].metric: unknown number 'waitin': did you mean 'waiting'? docs/boards.md lists them"):
        server.boards["overview"] = replace(named, mistake=mistake)
        page = await open_board(viewport={"width": size[0], "height": size[1]})
        await expect(page.locator(".mistake")).to_be_visible(visible=bool(mistake))
        found.append(await page.locator(".board-title, .connection").evaluate_all(wide))
    assert found[0] == found[1]


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (1080, 1920)], ids=str)
async def test_however_long_a_title_is_the_line_says_the_whole_of_what_is_late(
    open_board: Any, server: Any, size: tuple[int, int]
) -> None:
    long = "Support and technical help, second floor. " * 3
    server.boards["overview"] = replace(server.boards["overview"], title=long)
    server.source_lives = False
    at = server.hub.clock_ms() - 30_000
    server.hub.state["sources"]["pbx-1"] |= {"state": "late", "last_event_at": at}
    page = await open_board("overview?lang=uk", live=False, viewport={"width": size[0], "height": size[1]})
    line = page.locator('.connection[data-level="alarm"]')
    await expect(line).to_be_visible()
    assert await line.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert await page.locator(".top").evaluate("one => one.scrollHeight <= one.clientHeight")
