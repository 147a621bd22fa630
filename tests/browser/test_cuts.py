"""Whatever is cut, the wall says within 15 s since when it has no data, keeps what it shows, and comes back."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them

NO_DATA = re.compile(r"no data since \d\d:\d\d:\d\d", re.I)


async def expect_stale(page: Page, place: int = 0) -> None:
    await expect(page.locator(f"#tile-{place} .age")).to_have_text(NO_DATA)
    await expect(page.locator(f"#tile-{place}")).to_have_attribute("data-stale", "yes")
    await expect(page.locator(f"#tile-{place}")).to_have_attribute("data-level", "")


async def test_a_server_that_falls_silent_is_called_late_within_15_seconds(open_board: Any, server: Any) -> None:
    page = await open_board(clock=True)
    server.beats_s, server.greets = None, False
    await page.clock.run_for(14_000)
    await expect(page.locator(".connection .word")).to_have_text(re.compile("No data since .* server"))
    await expect_stale(page)
    await expect(page.locator("#tile-0 .figure")).to_have_text("14")
    await expect(page.locator("#tile-5 .row")).to_have_count(6)


async def test_a_silent_line_is_left_for_a_new_one(open_board: Any, server: Any) -> None:
    page = await open_board(clock=True)
    server.beats_s, server.greets = None, False
    await page.clock.run_for(14_000)
    await expect(page.locator(".connection")).to_have_attribute("data-level", "alarm")
    await page.clock.run_for(1_000)
    await server.reconnected(1)


async def test_a_late_source_greys_its_own_tiles_only_and_is_named(open_board: Any, server: Any) -> None:
    page = await open_board()
    server.source_lives = False
    at = server.hub.clock_ms() - 30_000
    await server.patch({"sources": {"pbx-1": {"state": "late", "last_event_at": at}}})
    await expect(page.locator(".connection .word")).to_have_text(re.compile(r"^pbx-1: no data since"))
    await expect_stale(page)
    await expect_stale(page, 6)
    await expect(page.locator("#tile-8")).to_have_attribute("data-stale", "no")
    await expect(page.locator("#tile-9 .source").first).to_have_attribute("data-state", "late")


async def test_a_worker_that_is_missed_leaves_the_wall_live_and_says_that_alerts_are_not_raised(
    open_board: Any, server: Any
) -> None:
    """It said of numbers that were live that there was no data."""
    page = await open_board()
    at = server.hub.clock_ms() - 30_000
    word, line = page.locator(".connection .word"), page.locator(".connection")
    await server.patch({"sources": {"worker": {"kind": "wallboard", "state": "down", "last_event_at": at}}})
    said = re.compile(r"^Live, but no alerts are raised: no worker since \d\d:\d\d:\d\d$")
    await expect(word).to_have_text(said)
    await expect(line).to_have_attribute("data-level", "warn")
    await expect(page.locator("#tile-0")).to_have_attribute("data-stale", "no")
    server.source_lives = False
    await server.patch({"sources": {"pbx-1": {"state": "late", "last_event_at": at}}})
    await expect(word).to_have_text(re.compile(r"^pbx-1: no data since"))
    await expect(line).to_have_attribute("data-level", "alarm")


async def test_a_total_of_which_a_part_is_late_says_of_how_many_sources_it_is(open_board: Any, server: Any) -> None:
    page = await open_board()
    server.source_lives = False
    now = server.hub.clock_ms()
    late, fresh = {"state": "late", "last_event_at": now - 30_000}, {"state": "quiet", "last_event_at": now}
    await server.patch(
        {
            "sources": {"pbx-1": late, "pbx-2": fresh, "pbx-3": fresh},
            "groups": {"all": {"sources": ["pbx-1", "pbx-2", "pbx-3"]}},
        }
    )
    await expect_stale(page)
    await expect(page.locator("#tile-0 .hint")).to_have_text("2 of 3 sources")


async def test_the_mark_of_life_goes_on_with_the_servers_words_and_not_with_time(open_board: Any, server: Any) -> None:
    page = await open_board(clock=True)
    mark = page.locator(".connection .steps")
    await expect(mark).to_be_visible()
    server.beats_s, server.greets = None, False
    await server.patch({"groups": {"all": {"now": {"waiting": 15}}}})
    await expect(page.locator("#tile-0 .figure")).to_have_text("15")  # so it has heard the last beat too
    before = await mark.get_attribute("data-step")
    await page.clock.run_for(9_000)
    await expect(mark).to_have_attribute("data-step", before)
    server.hub.ahead_ms, server.greets = 60_000, True
    await server.patch({})
    await page.clock.run_for(1_000)
    await expect(mark).not_to_have_attribute("data-step", before)


async def test_a_screen_that_stood_still_says_so_until_it_hears_again(open_board: Any, server: Any) -> None:
    page = await open_board(clock=True)
    server.beats_s, server.greets = None, False
    server.hub.ahead_ms = 60_000
    await page.clock.fast_forward(60_000)
    await expect(page.locator(".connection .word")).to_have_text(re.compile("This screen stood still for 1 min"))
    await expect_stale(page)
    server.beats_s, server.greets = 0.2, True
    await page.clock.run_for(2_000)
    await expect(page.locator("#tile-0")).to_have_attribute("data-stale", "no")


async def test_a_screen_that_hears_late_says_that_it_is_the_screen(open_board: Any, server: Any) -> None:
    page = await open_board()
    server.beats_s = None
    beat = {"t": "beat", "seq": server.seq, "now": server.hub.clock_ms() - 8_000}
    await server.tell(beat)
    await expect(page.locator(".connection .word")).to_have_text(re.compile(r"^This screen is \d+ s behind$"))
    await expect(page.locator(".connection")).to_have_attribute("data-level", "warn")
    await expect(page.locator("#tile-0")).to_have_attribute("data-stale", "no")


async def test_a_cut_line_comes_back_and_nothing_was_cleared(open_board: Any, server: Any) -> None:
    page = await open_board()
    await page.evaluate("window.same = true")
    for code in (1012, 4008, 1013, 1001, 1011):
        before = server.connections
        await server.cut(code)
        await expect(page.locator("#tile-0 .figure")).to_have_text("14")
        await server.reconnected(before)
        await expect(page.locator(".connection")).to_have_attribute("data-level", "good", timeout=60_000)
    assert await page.evaluate("window.same")


async def test_a_gap_is_closed_by_a_fresh_snapshot(open_board: Any, server: Any) -> None:
    page = await open_board()
    before = server.connections
    server.hub.state["groups"]["all"]["now"]["waiting"] = 41
    await server.patch({}, base=server.seq + 5, seq=server.seq + 6)
    await expect(page.locator("#tile-0 .figure")).to_have_text("41")
    assert server.connections == before + 1


async def test_a_patch_that_is_known_already_is_ignored(open_board: Any, server: Any) -> None:
    page = await open_board()
    old = {"t": "patch", "base": 0, "seq": server.seq, "now": server.hub.clock_ms()}
    await server.tell({**old, "patch": {"groups": {"all": {"now": {"waiting": 55}}}}})
    await server.patch({"groups": {"all": {"now": {"idle": 9}}}})
    await expect(page.locator("#tile-2 .figure")).to_have_text("9")
    await expect(page.locator("#tile-0 .figure")).to_have_text("14")


async def test_junk_on_the_line_harms_nothing(open_board: Any, server: Any) -> None:
    page = await open_board()
    for junk in ("{", "[]", "null", '"x"', '{"t":"weather"}', "[" * 5000, '{"t":"command","do":"dance"}'):
        await server.tell(junk)
    await expect(page.locator(".connection")).to_have_attribute("data-level", "good", timeout=60_000)
    await server.patch({"groups": {"all": {"now": {"waiting": 2}}}})
    await expect(page.locator("#tile-0 .figure")).to_have_text("2")


async def test_a_source_that_was_never_heard_is_named_and_the_wall_goes_on(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.patch({"sources": {"pbx-2": {"state": "down", "note": "collector not running"}}})
    await expect(page.locator(".connection .word")).to_have_text("pbx-2: no data yet")
    await server.patch({"groups": {"all": {"now": {"waiting": 3}}}})
    await expect(page.locator("#tile-0 .figure")).to_have_text("3")


async def test_a_screen_that_is_not_allowed_stops_and_says_why(open_board: Any, server: Any) -> None:
    server.refusal = (4403, "no such board, or not for you")
    page = await open_board(live=False)
    await expect(page.locator(".connection .word")).to_have_text("Stopped: no such board, or not for you")
    await expect(page.locator("#tile-0 .figure")).to_have_text("14")


async def test_a_screen_without_a_session_says_where_to_sign_in_and_comes_back(open_board: Any, server: Any) -> None:
    server.refusal = (4401, "sign in")
    page = await open_board(live=False, clock=True)
    await expect(page.locator(".connection .word")).to_contain_text("/signin")
    server.refusal = None
    server.hub.ahead_ms = 31_000
    await page.clock.run_for(31_000)
    await server.reconnected(1)
    await expect(page.locator(".connection .word")).not_to_contain_text("/signin")


async def test_a_newer_build_reloads_the_page(open_board: Any, server: Any) -> None:
    page = await open_board()
    server.hub.build = "0.2.0"
    async with page.expect_navigation(timeout=60_000):
        await server.cut(1012)
    await page.wait_for_selector('.connection[data-level="good"]')


async def test_a_reload_waits_until_the_server_answers(open_board: Any, server: Any) -> None:
    page = await open_board()
    await page.route("**/board/overview", lambda route: route.abort())
    await server.tell({"t": "command", "do": "reload"})
    await server.patch({"groups": {"all": {"now": {"waiting": 8}}}})
    await expect(page.locator("#tile-0 .figure")).to_have_text("8")
    async with page.expect_navigation(timeout=60_000):
        await page.unroute("**/board/overview")
