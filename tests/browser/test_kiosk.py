"""A screen without a keyboard: it spares its panel, says how its sound stands, and nothing on it jumps."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from believable import ZONE
from msgspec.structs import replace
from playwright.async_api import expect
from shifts import MOVED, SHIFTS

from tests.waiting import until
from wallboard.record.board import Board, Tile

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them

INSIDE = """() => [...document.querySelectorAll(".tile, .top")].every((one) => {
  const box = one.getBoundingClientRect();
  return box.left >= 0 && box.top >= 0 && box.right <= innerWidth + 4 && box.bottom <= innerHeight;
})"""
PLAYED = """
window.played = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.played += 1; return start.call(this, at); };
"""

# It looks at what it needs fifty times a second instead of twice a minute.
MEASURED = """
window.usedMb = 90;
const every = window.setInterval;
window.setInterval = (work, ms) => every(work, ms === 30000 ? 20 : ms);
const told = () => ({ usedJSHeapSize: usedMb * 1048576, jsHeapSizeLimit: 4 * 1024 * 1048576 });
Object.defineProperty(performance, "memory", { get: told });
"""

LATELY = (
    """sessionStorage.setItem("wallboard.played", JSON.stringify({ at: Date.now() + 25000, severity: "critical" }))"""
)


def hours(around: timedelta) -> str:
    """Dimming hours that end or begin two hours beside now, at the site."""
    now = datetime.now(UTC).astimezone(ZoneInfo(ZONE)) + around
    return f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}"


async def test_a_board_that_drifts_is_moved_by_a_few_pixels_and_laid_out_as_before(
    open_board: Any, server: Any
) -> None:
    server.boards["overview"] = replace(server.boards["overview"], drift=True)
    minutes = server.hub.clock_ms() // 60_000
    server.hub.ahead_ms = (3 - minutes % 3 + 3 * (8 - minutes // 3 % 8)) * 60_000  # the second place of the ring
    page = await open_board()
    await expect(page.locator("body")).to_have_css("transform", "matrix(1, 0, 0, 1, 4, 0)")
    assert await page.evaluate(INSIDE)
    server.boards["overview"] = replace(server.boards["overview"], drift=False)
    await server.tell(server.hello(server.boards["overview"]))
    await expect(page.locator("body")).to_have_css("transform", "none")


async def test_at_its_dimming_hours_the_wall_is_darker_and_an_alarm_shows_in_full(open_board: Any, server: Any) -> None:
    board = server.boards["overview"]
    server.boards["overview"] = replace(board, dim=hours(timedelta(hours=5)))
    page = await open_board()
    await expect(page.locator("body")).to_have_attribute("data-dim", "no")
    await server.patch({"groups": {"all": {"now": {"waiting": 1, "oldest_at": None, "idle": 9}}}})
    server.boards["overview"] = replace(board, dim=hours(timedelta()))
    await server.tell(server.hello(server.boards["overview"]))
    await expect(page.locator('.tile[data-level="alarm"]')).to_have_count(0)
    await expect(page.locator("body")).to_have_attribute("data-dim", "yes")
    await server.patch({"groups": {"all": {"now": {"waiting": 99}}}})
    await expect(page.locator('.tile[data-level="alarm"]')).to_have_count(1)
    await expect(page.locator("body")).to_have_attribute("data-dim", "no")


async def test_the_sound_says_that_it_is_blocked_until_somebody_touches_the_screen(
    open_board: Any, server: Any
) -> None:
    server.boards["overview"] = replace(server.boards["overview"], sound=True)
    page = await open_board(live=False)
    await page.add_init_script(PLAYED)
    async with page.expect_websocket():  # to ask the page counts as a touch: not before it has begun
        await page.reload()
    await expect(page.locator(".sound .word")).to_have_text(re.compile("blocked"))
    await page.keyboard.press("Shift")
    await expect(page.locator(".sound .word")).to_have_text("Sound on")
    notice = {"text": "Fire drill", "level": "critical", "posted_at": server.hub.clock_ms()}
    await server.patch({"notices": {"n-8": notice}})
    await page.wait_for_function("() => window.played === 4")  # four notes
    await server.patch({"notices": {"n-9": notice}})
    await server.patch({"groups": {"all": {"now": {"waiting": 4}}}})
    await expect(page.locator("#tile-0 .figure")).to_have_text("4")
    assert await page.evaluate("window.played") == 4


async def test_an_alert_is_heard_by_its_severity_a_graver_one_breaks_in_and_a_board_says_from_which_on(
    open_board: Any, server: Any
) -> None:
    tiles = [Tile(kind="alerts", at=(1, 1), size=(8, 3))]
    server.boards["all"] = Board(id="all", sound=True, tiles=tiles)
    server.boards["grave"] = Board(id="grave", sound="critical", tiles=tiles)
    pages = {}
    for board in ("all", "grave"):
        page = pages[board] = await open_board(board, live=False)
        await page.add_init_script(PLAYED)
        await page.add_init_script("Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'running' })")
        await page.reload()
        await page.wait_for_selector('.connection[data-level="good"]')
    alert = {
        "rule": "r", "kind": "queues", "of": "support", "name": "Support", "metric": "waiting", "reads": "count",
        "limit": "> 9", "raised_at": server.hub.clock_ms() + 1, "value": 12,
    }  # fmt: skip
    heard = (("info", 1, 0), ("warning", 3, 0), ("info", 3, 0), ("critical", 7, 4))  # notes on each board by then
    for number, (severity, notes, at_grave) in enumerate(heard):
        await server.patch({"alerts": {f"a-{number}": {**alert, "severity": severity}}})
        await pages["all"].wait_for_function(f"() => window.played === {notes}")
        await pages["grave"].wait_for_function(f"() => window.played === {at_grave}")
    assert [await page.evaluate("window.played") for page in pages.values()] == [7, 4], "and no note more"


async def test_at_its_dimming_hours_only_what_is_critical_is_heard(open_board: Any, server: Any) -> None:
    tiles = [Tile(kind="notices", at=(1, 1), size=(8, 3))]
    server.boards["night"] = Board(id="night", sound=True, dim=hours(timedelta()), tiles=tiles)
    page = await open_board("night", live=False)
    await page.add_init_script(PLAYED)
    await page.add_init_script("Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'running' })")
    await page.reload()
    await page.wait_for_selector('.connection[data-level="good"]')
    for number, level in enumerate(("warning", "critical")):
        notice = {"text": f"It is {level}", "level": level, "posted_at": server.hub.clock_ms() + 1}
        await server.patch({"notices": {f"n-{number + 7}": notice}})
        await expect(page.locator(".notice .text", has_text=f"It is {level}")).to_be_visible(timeout=60_000)
    await page.wait_for_function("() => window.played >= 4")
    assert await page.evaluate("window.played") == 4  # two more had the warning been heard


async def test_what_came_while_a_rotation_showed_another_board_is_heard_when_its_turn_comes(
    open_board: Any, server: Any
) -> None:
    clock = Tile(kind="clock", at=(1, 1), size=(4, 2))
    notices, alerts = (Tile(kind=kind, at=(1, row), size=(8, 3)) for kind, row in (("notices", 1), ("alerts", 4)))
    server.boards["plain"] = Board(id="plain", sound=True, tiles=[clock])
    server.boards["calls"] = Board(id="calls", sound=True, tiles=[notices, alerts])
    page = await open_board("plain", live=False)
    await page.add_init_script(PLAYED)
    await page.add_init_script("Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'running' })")
    await page.reload()
    await expect(page.locator(".sound .word")).to_have_text("Sound on")
    now = server.hub.clock_ms()
    await server.patch({"notices": {"n-8": {"text": "Fire drill", "level": "critical", "posted_at": now}}})
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.played") == 0  # this board shows none
    await page.goto(f"{server.url}/board/calls")
    await page.wait_for_function("() => window.played === 4")
    await page.goto(f"{server.url}/board/plain")
    alert = {
        "rule": "r", "kind": "queues", "of": "support", "name": "Support", "metric": "waiting", "reads": "count",
        "limit": "> 9", "severity": "critical", "raised_at": now + 1, "value": 12,
    }  # fmt: skip
    await server.patch({"alerts": {"a-1": alert}})
    await page.evaluate(LATELY)  # however slow this is
    await page.goto(f"{server.url}/board/calls")
    await expect(page.locator(".tile.alerts .notice")).to_have_count(1)
    assert await page.evaluate("window.played") == 0  # within 30 s
    await page.evaluate("sessionStorage.removeItem('wallboard.played')")
    await page.reload()
    await expect(page.locator(".tile.alerts .notice")).to_have_count(1)
    await server.patch({"alerts": {"a-2": {**alert, "raised_at": now + 2}}})
    await page.wait_for_function("() => window.played === 4")


@pytest.mark.parametrize(("hour", "anew"), [(12, False), (3, True)])
async def test_a_page_that_needs_ever_more_begins_anew_at_a_quiet_hour_of_the_site_only(
    open_board: Any, server: Any, hour: int, anew: bool
) -> None:
    """static/js/memory.js looks twenty times before it says so."""
    now = datetime.now(UTC).astimezone(ZoneInfo(ZONE))
    server.hub.ahead_ms = round((now.replace(hour=hour, minute=20) - now).total_seconds() * 1000)
    page = await open_board(live=False)
    await page.add_init_script(MEASURED)
    await page.reload()
    await page.wait_for_selector('.connection[data-level="good"]')
    await page.evaluate("window.same = true, window.usedMb = 400")
    if anew:
        await page.wait_for_function("() => !window.same && window.usedMb === 90")
        await expect(page.locator("#tile-0 .figure")).to_have_text("14")
    else:
        before = len(server.reports)
        await until(lambda: len(server.reports) >= before + 60)
        assert await page.evaluate("window.same")


async def test_a_board_that_wants_no_sound_says_nothing_of_it(open_board: Any, server: Any) -> None:
    page = await open_board()
    await expect(page.locator(".sound[data-sound]")).to_have_count(1)  # it was looked at, and not only painted
    await expect(page.locator(".sound")).to_be_hidden()


async def test_nothing_jumps_while_numbers_names_and_orders_change(open_board: Any, server: Any) -> None:
    page = await open_board(live=False)
    await page.add_init_script(SHIFTS)
    await page.reload()
    await page.wait_for_selector('.connection[data-level="good"]')
    await page.evaluate(MOVED)  # when the line opened
    for step in range(12):
        waiting = {"waiting": 3 + step, "over_target": step % 3}
        await server.patch({
            "queues": {name: {"now": waiting} for name in ("support", "sales", "billing")[: step % 4]},
            "agents": {"101": {"activity": ("engaged", "idle")[step % 2]}, "102": {"activity": "wrapup"}},
            "groups": {"all": {"now": {"waiting": 95 + step}}},
        })  # fmt: skip
        await expect(page.locator("#tile-0 .figure")).to_have_text(str(95 + step))
    assert await page.evaluate(MOVED) == []


async def test_another_name_in_a_place_moves_nothing_whatever_script_it_is_written_in(
    open_board: Any, server: Any
) -> None:
    """As when a page turns: a name that is read from the right takes the place of another one of as many letters."""
    lists = [Tile(kind=kind, at=(1 + 4 * place, 1), size=(4, 6)) for place, kind in enumerate(("agents", "queues"))]
    server.boards["names"] = Board(id="names", names="full", tiles=lists)
    server.hub.state["agents"] = {"1": server.hub.state["agents"]["101"]}
    server.hub.state["queues"]["vip"]["now"]["over_target"] = 0
    page = await open_board("names", live=False)
    await page.add_init_script(SHIFTS)
    await page.reload()
    await page.wait_for_selector('.connection[data-level="good"]')
    await page.evaluate(MOVED)  # when the line opened
    for name in (
        "Дмитро Шевченко-Петренко",
        "يوسف عبد الرحمن المنصوري",
        "Ganna Illienko-Illienko!",
        "שרה כהן",
        "ליאת לי",
    ):
        rows = {
            "agents": {"1": {"name": name, "reason": name, "presence": "paused"}},
            "queues": {"vip": {"name": name}},
        }
        await server.patch(rows)
        for place in (".card .name", '.row[data-key="vip"] .line'):
            await expect(page.locator(place)).to_have_text(name)
    assert await page.evaluate(MOVED) == []
