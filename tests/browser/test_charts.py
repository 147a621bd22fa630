"""Charts on the wall: one at a time, in steps, changed only when their lines do, safe whatever notices are called."""

from typing import Any

import gallery
import pytest
from hostile import NAMES
from playwright.async_api import Page, expect

from wallboard.record.boards import Board, Tile

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Which chart is drawn: [its tile, "begun" or "done", in how many turns of the browser].
DRAWN = """
  window.drawn = [];
  addEventListener("load", () => {
    let library;
    Object.defineProperty(window, "Plotly", {
      get: () => library,
      set: (made) => {
        library = made;
        const draw = made.react;
        made.react = (chart, ...given) => {
          const tile = chart.closest(".tile").id;
          let turns = 0;
          const { port1, port2 } = new MessageChannel(); // a test's own clock does not stop it
          port1.onmessage = () => ((turns += 1), port2.postMessage(0));
          port2.postMessage(0);
          window.drawn.push([tile, "begun", 0]);
          const done = draw(chart, ...given);
          done.then(() => {
            port1.close();
            window.drawn.push([tile, "done", turns]);
          });
          return done;
        };
      },
    });
  });
"""
# What stands in the first chart, without the names that Plotly makes up, and without colours: text is paler while the
# server is silent.
STANDS = """() => {
  const drawn = document.querySelector(".drawing");
  const made = [drawn._fullLayout._uid].concat(drawn._fullData.map((one) => one.uid));
  const bare = (one) => made.reduce((text, uid) => text.split(uid).join(""), one.outerHTML);
  const whole = Array.from(drawn.querySelectorAll(".main-svg"), bare).join("");
  return whole.replace(/rgba?[(][^)]*[)]/g, "").replace(/></g, ">\\n<").split("\\n");
}"""
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
    await expect(page.locator(".drawing:has(.js-line)")).to_have_count(count, timeout=60_000)


async def test_charts_are_drawn_one_after_another_each_in_several_tasks(open_board: Any, server: Any) -> None:
    server.boards["charts"] = board("offered", "answered", "offered")
    server.series = {"trend": gallery.series("trend")}
    page = await open_board("overview")
    await page.add_init_script(DRAWN)
    await page.goto(f"{server.url}/board/charts")
    await lines(page, 3)
    await page.wait_for_function("drawn.length >= 6")
    drawn = await page.evaluate("drawn")
    assert [what for _, what, _ in drawn] == ["begun", "done"] * 3
    assert [tile for tile, _, _ in drawn][::2] == [tile for tile, _, _ in drawn][1::2]
    assert {tile for tile, _, _ in drawn} == {"tile-0", "tile-1", "tile-2"}
    assert all(turns >= 4 for _, what, turns in drawn if what == "done")


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
        assert [what for _, what, _ in await page.evaluate("drawn")].count("begun") == count


async def open_drawn(open_board: Any, server: Any) -> Any:
    """A board with a chart of one line, which stands there."""
    server.boards["charts"] = board("offered")
    server.series = {"trend": gallery.series("trend")}
    page = await open_board("charts", clock=True)
    await page.clock.run_for(3_000)
    await lines(page, 1)
    return page


async def test_a_new_line_leaves_all_else_of_a_chart_where_it_stands(open_board: Any, server: Any) -> None:
    """It is not taken away and drawn anew: names and lines are the elements that they were."""
    page = await open_drawn(open_board, server)
    kept = "Array.from(document.querySelectorAll('.drawing .main-svg, .drawing .trace, .line-name'))"
    await page.evaluate(f"window.before = {kept}")
    line = "document.querySelector('.drawing .trace:last-child .js-line').getAttribute('d')"
    drawn = await page.evaluate(line)
    told = server.series["trend"]
    told["rows"].append({"at": told["rows"][-1]["at"] + 900_000, "offered": 50})
    told["now"] += 900_000
    async with page.expect_response("**/series*"):
        await page.clock.run_for(40_000)
    await page.clock.run_for(3_000)
    assert await page.evaluate(line) != drawn
    assert await page.evaluate("before.length") >= 6
    assert await page.evaluate("before.filter((one) => !one.isConnected).map((one) => one.outerHTML)") == []
    assert await page.evaluate(f"{kept}.length === before.length")


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
    found = [await page.locator(f"#tile-{place} .drawing").evaluate(shapes) for place in (0, 1)]
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
    page = await open_drawn(open_board, server)
    server.series = {"trend": gallery.series("trend") | {"rows": [], "before": []}}
    await page.clock.run_for(40_000)
    await expect(page.locator(".scatterlayer")).to_have_count(0, timeout=60_000)
    await expect(page.locator(".tile .none")).to_have_text("Nothing is recorded of today yet")


async def test_a_chart_that_was_changed_looks_as_one_that_is_drawn_then(open_board: Any, server: Any) -> None:
    """Another day with larger numbers, and a mark that came and one that went."""
    server.boards["charts"] = board("offered", "answered")
    server.series = {"trend": gallery.series("trend")}
    now = server.hub.clock_ms()
    server.hub.state["notices"] = {"a": {"text": "Sale", "level": "info", "posted_at": now - 3_600_000, "mark": True}}
    page = await open_board("charts", clock=True)
    await page.clock.run_for(6_000)
    await lines(page, 2)
    before = await page.evaluate(STANDS)
    told = gallery.series("trend", seed=8)
    server.series = {"trend": told | {"rows": [row | {"offered": 9 * row["offered"]} for row in told["rows"]]}}
    new = {"text": "Outage", "level": "alarm", "posted_at": now - 7_200_000, "mark": True}
    await server.patch({"notices": {"a": None, "b": new}})
    async with page.expect_response("**/series*"):
        await page.clock.run_for(40_000)
    fresh = await open_board("charts")
    await lines(fresh, 2)
    drawn = await fresh.evaluate(STANDS)
    for _ in range(30):  # it is drawn some time after the answer is here
        if await page.evaluate(STANDS) == drawn:
            break
        await page.clock.run_for(1_000)
    assert before != drawn
    assert await page.evaluate(STANDS) == drawn
