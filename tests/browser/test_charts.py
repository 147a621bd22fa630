"""Charts on the wall: one a task, drawn anew only when their lines change, and safe whatever notices are called."""

from typing import Any

import gallery
import pytest
from hostile import NAMES
from playwright.async_api import Page, expect

from wallboard.record.boards import Board, Tile

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAWN = """
  window.drawn = [];
  const turn = () => performance.now();
  addEventListener("load", () => {
    let library;
    Object.defineProperty(window, "Plotly", {
      get: () => library,
      set: (made) => {
        library = made;
        const draw = made.newPlot;
        made.newPlot = (...given) => {
          window.drawn.push([given[0].closest(".tile").id, window.task]);
          setTimeout(() => (window.task = turn()), 0);
          return draw(...given);
        };
      },
    });
  });
  window.task = turn();
"""
TOUCHING = """() => {
  const boxes = (name) => Array.from(document.querySelectorAll(name), (one) => one.getBoundingClientRect());
  const beside = (one, other) => one.left < other.right && other.left < one.right;
  const meet = (one, other) => beside(one, other) && one.top < other.bottom && other.top < one.bottom;
  const [hours, values] = [boxes(".xtick text"), boxes(".ytick text")];
  return [hours.length, values.length, values.filter((one) => hours.some((other) => meet(one, other))).length];
}"""


def board(*metrics: str) -> Board:
    tiles = [
        Tile(kind="trend", at=(1 + 6 * place, 1), size=(6, 4), metrics=[metric]) for place, metric in enumerate(metrics)
    ]
    return Board(id="charts", columns=6 * len(metrics), rows=4, tiles=tiles)


def percentages() -> Any:
    told = gallery.series("trend")
    for row in [*told["rows"], *told["before"]]:
        row["service_level"] = row["offered"]
    return told


async def lines(page: Page, count: int) -> None:
    await expect(page.locator(".scatterlayer")).to_have_count(count, timeout=60_000)


async def test_charts_are_drawn_one_a_task_and_anew_only_when_their_lines_change(open_board: Any, server: Any) -> None:
    server.boards["charts"] = board("offered", "answered", "offered")
    server.series = {"trend": gallery.series("trend")}
    page = await open_board("overview")
    await page.add_init_script(DRAWN)
    await page.goto(f"{server.url}/board/charts")
    await lines(page, 3)
    drawn = await page.evaluate("drawn")
    assert sorted(tile for tile, _ in drawn) == ["tile-0", "tile-1", "tile-2"]
    assert len({task for _, task in drawn}) == 3


async def test_an_answer_that_brings_no_new_line_draws_nothing(open_board: Any, server: Any) -> None:
    server.boards["charts"] = board("offered")
    server.series = {"trend": gallery.series("trend")}
    page = await open_board("overview", clock=True)
    await page.add_init_script(DRAWN)
    await page.goto(f"{server.url}/board/charts")
    await page.clock.run_for(3_000)
    await lines(page, 1)
    told = server.series["trend"]
    for more, count in (([], 1), ([{"at": told["rows"][-1]["at"] + 900_000, "offered": 50}], 2)):
        told["rows"] += more
        told["now"] += 900_000
        async with page.expect_response("**/series*"):
            await page.clock.run_for(40_000)
        await page.clock.run_for(3_000)
        assert len(await page.evaluate("drawn")) == count


async def test_notices_of_any_text_are_marks_on_a_chart_and_nothing_else(open_board: Any, server: Any) -> None:
    server.boards["charts"] = board("offered")
    server.series = {"trend": gallery.series("trend")}
    at = server.hub.clock_ms() - 3_600_000
    server.hub.state["notices"] = {
        f"n{place}": {"text": name, "level": "info", "posted_at": at + place * 60_000, "mark": True}
        for place, name in enumerate(NAMES)
    }
    page = await open_board("charts")
    await lines(page, 1)
    said = "".join(await page.locator(".annotation-text").all_text_contents())
    assert "<img src=x onerror=pwn" in said
    assert await page.evaluate("typeof window.pwned") == "undefined"
    assert await page.locator("img, iframe, svg a, [onload], [onerror]").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_service_level_has_the_band_that_it_is_to_reach(open_board: Any, server: Any) -> None:
    server.boards["charts"] = board("service_level", "answered")
    server.series = {"trend": percentages()}
    server.hub.state["groups"]["all"]["target"] = {"seconds": 20, "percent": 80}
    page = await open_board("charts")
    await lines(page, 2)
    shapes = "one => one.layout.shapes.map((shape) => [shape.type, shape.y0])"
    found = [await page.locator(f"#tile-{place} .chart").evaluate(shapes) for place in (0, 1)]
    assert found == [[["rect", 80]], []]


async def test_a_percentage_of_nought_does_not_touch_the_first_hour(open_board: Any, server: Any) -> None:
    server.boards["charts"] = board("service_level")
    server.series = {"trend": percentages()}
    for size in ((1920, 1080), (1080, 1920), (390, 844)):
        page = await open_board("charts", viewport={"width": size[0], "height": size[1]})
        await lines(page, 1)
        hours, values, touching = await page.evaluate(TOUCHING)
        assert hours > 1
        assert values > 1
        assert touching == 0, size


async def test_a_new_day_without_lines_has_not_those_of_yesterday(open_board: Any, server: Any) -> None:
    server.boards["charts"] = board("offered")
    server.series = {"trend": gallery.series("trend")}
    page = await open_board("charts", clock=True)
    await page.clock.run_for(3_000)
    await lines(page, 1)
    server.series = {"trend": gallery.series("trend") | {"rows": [], "before": []}}
    await page.clock.run_for(40_000)
    await expect(page.locator(".scatterlayer")).to_have_count(0, timeout=60_000)
    await expect(page.locator(".tile .none")).to_have_text("Nothing is recorded of today yet")
