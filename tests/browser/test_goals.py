"""Below a number stand its bar, target, arrow and last hour; a goal that is reached is greeted once."""

from typing import Any

import pytest
from onwall import OVERFLOWING
from playwright.async_api import expect

from wallboard.record.boards import Board, Tile

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them


def with_besides() -> Board:
    number = {"kind": "number", "size": (4, 3), "metric": "service_level", "window": "day"}
    tiles = [
        Tile(**number, at=(1, 1), target=">= 80", style="bar", trail=True, warn="< 70"),
        Tile(kind="number", at=(5, 1), size=(4, 3), metric="waiting", trail=True),
        Tile(kind="queues", at=(1, 4), size=(8, 3), style="bar"),
    ]
    return Board(id="besides", tiles=tiles, columns=12, rows=6)


async def test_below_a_number_stand_its_bar_its_target_its_arrow_and_its_last_hour(
    open_board: Any, server: Any
) -> None:
    server.boards["besides"] = with_besides()
    level, waiting = "groups/all/service_level/day", "groups/all/waiting/now"
    server.hub.state["trails"] = {
        level: {"at": 0, "points": [70, 72, None, 75, 76.4], "turn": "up", "good": True},
        waiting: {"at": 0, "points": [1] * 40 + [14] * 20, "turn": "up", "good": False},
    }
    painted, living = await open_board("besides", live=False, java_script_enabled=False), await open_board("besides")
    found = []
    for page in (painted, living):
        await expect(page.locator("#tile-0 .goal")).to_have_text("target ≥ 80 %")
        await expect(page.locator("#tile-1 .turn")).to_have_text("rising")
        await expect(page.locator("#tile-1 .turn")).to_have_attribute("data-good", "no")
        await expect(page.locator("#tile-0 .bar .full")).to_have_attribute("width", "76.4")
        await expect(page.locator("#tile-2 .row .load").nth(1).locator(".full")).to_have_attribute("width", "57.1")
        found.append(await page.eval_on_selector_all(".spark .line", "all => all.map(one => one.getAttribute('d'))"))
    assert found[0] == found[1]
    assert found[0][0].count("M") == 2, "broken where nothing is known"
    assert await living.evaluate(OVERFLOWING) == []
    assert await living.locator('.goal[data-new="yes"]').count() == 0
    await server.patch({"groups": {"all": {"day": {"service_level": 81}}}})
    await expect(living.locator("#tile-0 .goal")).to_have_text("target ≥ 80 % reached")
    await expect(living.locator("#tile-0 .goal")).to_have_attribute("data-new", "yes")
    await expect(living.locator("#tile-0 .goal")).to_have_attribute("data-new", "no", timeout=60_000)
    for level_now in (79, 82):
        await server.patch({"groups": {"all": {"day": {"service_level": level_now}}}})
        await expect(living.locator("#tile-0 .goal")).to_have_attribute(
            "data-reached", "yes" if level_now > 80 else "no"
        )
    await expect(living.locator("#tile-0 .goal")).to_have_attribute("data-new", "no")  # once a day


async def test_a_goal_that_was_reached_while_a_rotation_showed_another_board_is_greeted_once(
    open_board: Any, server: Any
) -> None:
    server.boards["besides"] = with_besides()
    greeting = """new MutationObserver((list) => list.forEach((one) => {
      if (one.target.getAttribute("data-new") === "yes") window.greeted = true;
    })).observe(document, { attributes: true, attributeFilter: ["data-new"], subtree: true })"""
    page = await open_board("besides")
    await page.add_init_script(greeting)
    await expect(page.locator("#tile-0 .goal")).to_have_attribute("data-reached", "no")
    await page.wait_for_function("() => sessionStorage.getItem('wallboard.goals')")  # looked at, and not only painted
    await page.goto(f"{server.url}/board/overview")
    await server.patch({"groups": {"all": {"day": {"service_level": 81}}}})
    await page.goto(f"{server.url}/board/besides")
    await page.wait_for_function("() => window.greeted")
    other = await open_board("overview")  # a screen that comes up with it: no news
    await other.add_init_script(greeting)
    await other.goto(f"{server.url}/board/besides")
    await page.reload()
    for one in (page, other):
        await one.wait_for_selector('.connection[data-level="good"]')
        await expect(one.locator("#tile-0 .goal")).to_have_attribute("data-reached", "yes")
        assert not await one.evaluate("window.greeted")


async def test_a_goal_is_greeted_without_motion_where_people_want_none(open_board: Any, server: Any) -> None:
    server.boards["besides"] = with_besides()
    for motion, animation in (("reduce", "none"), ("no-preference", "reached")):
        page = await open_board("besides", reduced_motion=motion)
        goal = page.locator("#tile-0 .goal")
        await goal.evaluate("one => one.setAttribute('data-new', 'yes')")
        await expect(goal).to_have_css("animation-name", animation)
