"""A sample of scripts/screenshots: every kind of tile can be read and is cut nowhere, full, late and empty."""

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import gallery
import pytest
from fake_server import FakeServer
from looks import wrong_looks
from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLE = [
    ("numbers-dark", "full", "uk", (1366, 768)), ("past-dark", "full", "ru", (1920, 1080)),
    ("past-light", "late", "ru", (390, 844)), ("overview-light", "late", "uk", (1080, 1920)),
    ("upright-dark", "full", "uk", (1080, 1920)), ("numbers-light", "full", "pl", (390, 844)),
    ("numbers-contrast", "empty", "en", (1920, 1080)),
]  # fmt: skip


@pytest.mark.parametrize(("board", "state", "language", "size"), SAMPLE, ids=lambda one: str(one))
async def test_every_kind_of_tile_can_be_read_and_is_cut_nowhere(
    browser: Browser, tmp_path: Path, board: str, state: str, language: str, size: tuple[int, int]
) -> None:
    async with FakeServer(gallery.state(state), gallery.boards(tmp_path), images=tmp_path) as server:
        server.source_lives = state == "full"
        if state != "empty":
            server.series = {kind: gallery.series(kind) for kind in ("trend", "heat")}
        page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
        await page.goto(f"{server.url}/board/{board}?lang={language}")
        await page.wait_for_selector('.connection[data-level="good"], .connection[data-level="alarm"]')
        if board.startswith("past"):
            await page.wait_for_selector(".heat-cell", state="attached")
        assert await wrong_looks(page) == []
        await page.close()


@pytest.mark.parametrize("language", ["en", "pl", "ru", "uk"])
async def test_three_alerts_stand_together_on_the_overview_and_none_is_cut(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    shown = gallery.state("full")
    first = shown["alerts"]["a-2"] | {"severity": "critical", "name": "Підтримка"}
    shown["alerts"] = {f"b-{n}": first | {"raised_at": first["raised_at"] - n} for n in range(3)}
    async with FakeServer(shown, gallery.boards(tmp_path), images=tmp_path) as server:
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(f"{server.url}/board/overview-dark?lang={language}")
        await page.wait_for_selector('.connection[data-level="good"]')
        assert await page.locator('[data-kind="alerts"] .notice').count() == 3
        assert await wrong_looks(page) == []
        await page.close()


FLOOD = {
    "en": "Flood: 11 in 10 min", "pl": "Zalew: 11 w 10 min", "ru": "Поток: 11 за 10 мин", "uk": "Потік: 11 за 10 хв",
}  # fmt: skip


@pytest.mark.parametrize(("language", "says"), FLOOD.items())
async def test_a_flood_of_alerts_stands_below_them_also_before_any_script(
    browser: Browser, tmp_path: Path, language: str, says: str
) -> None:
    shown = gallery.state("full")
    first, now_ms = shown["alerts"]["a-2"], time.time_ns() // 1_000_000
    for count, told in ((10, ""), (11, says)):
        shown["alerts"] = {f"b-{n}": first | {"raised_at": now_ms - n * 1000} for n in range(count)}
        shown["alerts"]["old"] = first | {"raised_at": now_ms - 601_000}
        async with FakeServer(shown, gallery.boards(tmp_path), images=tmp_path) as server:
            for script in (False, True):
                page = await browser.new_page(viewport={"width": 1366, "height": 768}, java_script_enabled=script)
                await page.goto(f"{server.url}/board/overview-dark?lang={language}")
                if script:
                    await page.wait_for_selector('.connection[data-level="good"]')
                    assert await wrong_looks(page) == []
                assert await page.locator('[data-kind="alerts"] .hint .word').text_content() == told
                await page.close()


LINES = """all => all.map((one) => [".text", ".action", ".when"].map((name) => {
  const box = one.querySelector(name).getBoundingClientRect();
  const below = parseFloat(getComputedStyle(one.querySelector(name)).paddingBottom); // of a "g": there the next begins
  return [box.top, box.bottom - below, box.height / parseFloat(getComputedStyle(one.querySelector(name)).lineHeight)];
}))"""


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)], ids=str)
@pytest.mark.parametrize(("alerts", "says"), [(1, True), (2, True), (3, False)])
async def test_what_to_do_stands_on_one_line_below_an_alert_where_there_is_room(
    browser: Browser, tmp_path: Path, size: tuple[int, int], alerts: int, says: bool
) -> None:
    shown = gallery.state("full")
    first = shown["alerts"]["a-2"] | {"severity": "critical", "name": "Підтримка"}
    shown["alerts"] = {f"b-{n}": first | {"raised_at": first["raised_at"] - n} for n in range(alerts)}
    shown["alerts"]["b-0"]["action"] = "Open the overflow queue, or call people back from their breaks. " * 9
    async with FakeServer(shown, gallery.boards(tmp_path), images=tmp_path) as server:
        page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
        await page.goto(f"{server.url}/board/overview-dark?lang=uk")
        await page.wait_for_selector('.connection[data-level="good"]')
        tile = page.locator('[data-kind="alerts"]')
        told = await tile.locator(".action").all_inner_texts()
        assert [bool(one) for one in told] == [says] * alerts
        box = await tile.bounding_box()
        assert box
        found = await tile.locator(".notice").evaluate_all(LINES)
        edges = [edge for lines in found for top, bottom, _ in lines for edge in (top, bottom)]
        assert all(one < other + 1 for one, other in pairwise(edges)), "none lies over another"
        assert edges[-1] < box["y"] + box["height"]
        assert [round(lines[1][2]) for lines in found] == [int(says)] * alerts
        assert await wrong_looks(page) == []
        await page.close()


async def test_what_cannot_be_read_or_is_cut_is_found(browser: Browser) -> None:
    page: Any = await browser.new_page()
    await page.set_content(
        "<body style='background: #fff'><p class='tile' id='one'><span style='color: #bbb'>pale</span>"
        "<b class='title' style='display: block; width: 20px; overflow: hidden; white-space: nowrap'>far too long</b>"
    )
    found = await wrong_looks(page)
    assert [one.split(":")[0] for one in found] == ["one title is cut", "one SPAN has a contrast of 1.9"]
    await page.close()


async def test_a_name_that_gives_way_to_the_words_beside_it_is_found(browser: Browser) -> None:
    page: Any = await browser.new_page()
    row = (
        "<body style='background: #fff; color: #000'><div class='tile' id='one'><div class='row'>"
        "<span class='name' style='display: flex; width: 200px'>"
        "<bdi class='line' style='flex: 1 1 0; min-width: 0; overflow: hidden; white-space: nowrap'>"
        "Customer support</bdi>"
        "<span class='chip' style='flex: {flex}; height: 20px; line-height: 20px; overflow: hidden'>"
        "5 over\u00a0target\u00a0today</span>"
    )
    await page.set_content(row.format(flex="none"))
    assert await wrong_looks(page) == ["one line gives way to the words beside it"]
    await page.set_content(row.format(flex="0 0 20px"))
    assert await wrong_looks(page) == []
    await page.close()
