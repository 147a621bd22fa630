"""From where people stand every text of the wall can be read, however many alerts there are: measured in Chromium."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import gallery
import pytest
from fake_server import FakeServer
from looks import wrong_looks
from msgspec.structs import replace
from playwright.async_api import Browser, Page, expect

from wallboard.record.boards import Board
from wallboard.record.hardships import board_warnings
from wallboard.record.legible import GOOD_ARC, LEAST_ARC, Sight

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIZES = {"laptop": (1366, 768), "full hd": (1920, 1080), "4k": (3840, 2160)}
UPRIGHT = (1080, 1920)
MEASURE = (Path(__file__).parent / "legible.js").read_text()


def far(board: Board, metres: float) -> Board:
    return replace(board, screen_inches=55, viewing_distance_m=metres)


def floor(alerts: int) -> dict[str, Any]:
    shown = gallery.state("full")
    first = shown["alerts"]["a-1"] | {"owner": "Grzegorz Brzęczyszczykiewicz"}
    shown["alerts"] = {f"b-{n}": first | {"raised_at": first["raised_at"] - n} for n in range(alerts)}
    return shown


async def too_small(page: Page, sight: Sight, *, upright: bool = False) -> list[str]:
    """Texts under 16 minutes of arc, numbers under 22."""
    found: list[tuple[str, str, str, float]] = await page.evaluate(MEASURE, upright)
    assert len(found) > 40
    return sorted({
        f"{tile} {part} {sight.minutes(size):.1f}: {text}"
        for tile, part, text, size in found
        if sight.minutes(size) < (GOOD_ARC if part == "figure" else LEAST_ARC) - 0.05
    })  # fmt: skip


@asynccontextmanager
async def shown(browser: Browser, server: FakeServer, board: Board, language: str) -> AsyncIterator[Page]:
    server.boards[board.id] = board
    page = await browser.new_page(viewport={"width": 1920, "height": 1080})
    await page.goto(f"{server.url}/board/{board.id}?lang={language}")
    await page.wait_for_selector('.connection[data-level="good"]')
    yield page
    await page.close()


async def sized(page: Page, size: tuple[int, int]) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize("metres", [2.0, 3.0])
@pytest.mark.parametrize(("alerts", "language"), [(0, "en"), (1, "uk"), (3, "pl"), (10, "ru"), (10, "en")])
async def test_nothing_on_the_default_board_is_too_small_however_many_alerts_there_are(
    browser: Browser, tmp_path: Path, alerts: int, language: str, metres: float
) -> None:
    async with FakeServer(floor(alerts), gallery.boards(tmp_path)) as server:
        board = far(server.boards["overview"], metres)
        assert [at for at, _ in board_warnings(board) if at != "portrait"] == []
        async with shown(browser, server, board, language) as page:
            for size in SIZES.values():
                await sized(page, size)
                assert await too_small(page, Sight(55, metres)) == []
                assert await wrong_looks(page) == []
            await expect(page.locator("#tile-7 .notice .when")).to_have_count(min(1, alerts))
            assert not alerts or re.search(r"11:0\d.*1:00", await page.locator("#tile-7 .notice .text").inner_text())


@pytest.mark.parametrize("metres", [2.0, 3.0])
async def test_upright_a_board_made_for_it_is_whole_and_of_another_the_check_names_what_is_too_small(
    browser: Browser, tmp_path: Path, metres: float
) -> None:
    async with FakeServer(floor(10), gallery.boards(tmp_path)) as server:
        async with shown(browser, server, far(server.boards["upright-dark"], metres), "uk") as page:
            await sized(page, UPRIGHT)
            assert await too_small(page, Sight(55, metres), upright=True) == []
            assert await wrong_looks(page) == []
        board = far(server.boards["overview"], metres)
        told = " ".join(reason for _, reason in board_warnings(board))
        async with shown(browser, server, board, "uk") as page:
            await sized(page, UPRIGHT)
            found = await too_small(page, Sight(55, metres), upright=True)
            assert {one.split()[0].replace("-", "[") + "]" for one in found} <= set(re.findall(r"tile\[\d+\]", told))
            assert await wrong_looks(page) == []


async def test_where_a_tile_has_no_room_the_check_names_each_that_is_too_small(
    browser: Browser, tmp_path: Path
) -> None:
    async with FakeServer(floor(3), gallery.boards(tmp_path)) as server:
        board = far(server.boards["overview"], 4.0)
        named = {at.partition(".")[0] for at, _ in board_warnings(board)}
        async with shown(browser, server, board, "uk") as page:
            found = await too_small(page, Sight(55, 4.0))
            assert {one.split()[0].replace("-", "[") + "]" for one in found} == named
            assert await wrong_looks(page) == []


async def test_without_a_distance_the_small_line_of_an_alert_is_as_the_style_has_it(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        FakeServer(floor(1), gallery.boards(tmp_path)) as server,
        shown(browser, server, server.boards["overview"], "en") as page,
    ):
        text, when = [
            await page.locator(f"#tile-7 .{name}").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
            for name in ("text", "when")
        ]
        assert when / text == pytest.approx(0.7, abs=0.01)
