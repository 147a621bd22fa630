"""The wall in a real Chromium: what stands on it, what moves, and what it says when a part is cut."""

import re
import time
from typing import Any

import pytest
from believable import floor
from msgspec.structs import replace
from playwright.async_api import Page, expect

from wallboard.live.view import crowd_id
from wallboard.record.boards import Board, Rotation, Tile
from wallboard.web import pages
from wallboard.web.words import Words, words

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them

SIZES = {
    "laptop": (1366, 768), "full hd": (1920, 1080), "4k": (3840, 2160), "upright": (1080, 1920), "tablet": (768, 1024),
}  # fmt: skip
OVERFLOWING = """() => {
  const page = document.documentElement;
  const found = page.scrollHeight > innerHeight || page.scrollWidth > innerWidth ? ["the page scrolls"] : [];
  for (const body of document.querySelectorAll(".body, .totals, .cards"))
    if (body.scrollHeight > body.clientHeight + 2 || body.scrollWidth > body.clientWidth + 2)
      found.push(body.className + " of " + body.closest(".tile").id + " overflows");
  for (const value of document.querySelectorAll(".value"))
    if (value.scrollWidth > value.clientWidth + 2) found.push("number of " + value.closest(".tile").id + " is cut");
  return found;
}"""


def value(page: Page, place: int) -> Any:
    return page.locator(f"#tile-{place} .figure")


async def texts(page: Page) -> list[str]:
    """What every tile shows, without the ages and times that go on by themselves."""
    found: list[str] = await page.locator(
        ".title, .window, .figure, .row, .card .name, .total, .text"
    ).all_inner_texts()
    return [re.sub(r"\s+", " ", re.sub(r"\d+:\d\d(:\d\d)?", "T", text)) for text in found]


def still() -> dict[str, Any]:
    """A floor of which no list turns pages."""
    state = floor(12)
    del state["notices"]["n-2"]
    return state


async def test_the_numbers_are_there_without_any_script(open_board: Any) -> None:
    page = await open_board(live=False, java_script_enabled=False)
    await expect(value(page, 0)).to_have_text("14")
    await expect(page.locator("#tile-5 .row")).to_have_count(6)
    await expect(page.locator("#tile-6 .card").first).to_be_visible()


async def test_the_script_takes_over_what_the_server_painted_without_changing_a_word(
    open_board: Any, server: Any
) -> None:
    server.hub.state = still()
    painted = await open_board("agents", live=False, java_script_enabled=False)
    living = await open_board("agents")
    assert sorted(await texts(painted)) == sorted(await texts(living))
    painted, living = await open_board(live=False, java_script_enabled=False), await open_board()
    assert sorted(await texts(painted)) == sorted(await texts(living))


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


async def test_a_board_has_the_language_that_the_address_or_its_file_asks_for(open_board: Any, server: Any) -> None:
    page = await open_board("overview?lang=pl", locale="uk")
    assert await page.locator(".board-title").inner_text() == "Przegląd"
    server.boards["overview"] = replace(server.boards["overview"], language="ru")
    page = await open_board(locale="uk")
    assert await page.locator(".board-title").inner_text() == "Обзор"


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


async def test_the_elements_of_the_first_paint_stay_the_same_elements(open_board: Any, server: Any) -> None:
    script = """new MutationObserver((all) => { window.removed = (window.removed || 0) + all.reduce((n, one) =>
        n + [...one.removedNodes].filter((node) => node.nodeType === 1 && node.closest === Element.prototype.closest
        && !node.isConnected).length, 0) }).observe(document, { childList: true, subtree: true })"""
    del server.hub.state["notices"]["n-2"]
    page = await open_board(live=False)
    await page.add_init_script(script)
    await page.reload()
    await page.wait_for_selector('.connection[data-level="good"]')
    assert not await page.evaluate("window.removed")


async def test_a_patch_changes_the_number(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.patch({"groups": {"all": {"now": {"waiting": 3}}}})
    await expect(value(page, 0)).to_have_text("3")
    await expect(page.locator("#tile-0")).to_have_attribute("data-level", "good")
    await server.patch({"groups": {"all": {"now": {"waiting": 99}}}})
    await expect(page.locator("#tile-0")).to_have_attribute("data-level", "alarm")
    await expect(page.locator("#tile-0 .tile-foot .level .word")).to_have_text("alarm")


async def test_a_service_level_says_that_its_formula_ignores_many_who_left(open_board: Any, server: Any) -> None:
    page = await open_board("overview?lang=pl")
    note = page.locator("#tile-3 .hint")
    await expect(note).to_have_text("≤\u00a020 s")  # its formula, as all its queues have it
    await expect(note.locator(".icon")).to_have_count(0)
    await server.patch({"groups": {"all": {"day": {"ignored_flow_outs": 12.4}}}})
    await expect(note).to_have_text("12 % wyszło")
    await expect(note.locator(".icon")).to_be_visible()
    await server.patch({"groups": {"all": {"day": {"ignored_flow_outs": None}}}})
    await expect(note).to_have_text("≤\u00a020 s")
    await server.patch({"queues": {"sales": {"target": {"seconds": 40}}}})
    await expect(note).to_be_hidden()
    server.hub.state["groups"]["all"]["day"]["ignored_flow_outs"] = 7.6
    painted = await open_board("overview?lang=en", live=False, java_script_enabled=False)
    await expect(painted.locator("#tile-3 .hint")).to_have_text("8 % left")


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


async def test_what_is_not_known_any_more_is_a_dash(open_board: Any, server: Any) -> None:
    page = await open_board()
    await server.patch({"groups": {"all": {"now": {"oldest_at": None}}}})
    await expect(value(page, 1)).to_have_text("–")
    await expect(page.locator("#tile-1")).to_have_attribute("data-level", "")


async def test_a_wait_goes_on_by_the_servers_clock_and_is_never_negative(open_board: Any, server: Any) -> None:
    server.hub.ahead_ms = 3_600_000
    page = await open_board()
    now = server.hub.clock_ms()
    await server.patch({"groups": {"all": {"now": {"oldest_at": now - 65_000}}}})
    await expect(value(page, 1)).to_have_text(re.compile(r"1:0[5-9]"))
    seen = await value(page, 1).inner_text()
    await expect(value(page, 1)).not_to_have_text(seen)
    await server.patch({"groups": {"all": {"now": {"oldest_at": now + 60_000}}}})
    await expect(value(page, 1)).to_have_text("0:00")


async def test_every_tile_shows_its_age(open_board: Any) -> None:
    page = await open_board()
    ages = await page.locator(".tile .age").all_inner_texts()
    assert len(ages) == 10
    assert all(re.fullmatch(r"\d+ (s|min|h) ago", age) for age in ages), ages


async def test_a_clock_has_no_age_while_the_server_is_heard(open_board: Any, server: Any) -> None:
    painted, living = await open_board("agents", live=False, java_script_enabled=False), await open_board("agents")
    for page in (painted, living):
        await expect(page.locator(".tile.clock .age")).to_have_text("")
        await expect(page.locator(".tile.agents .age")).to_have_text(re.compile("ago"))


async def test_a_quiet_source_does_not_age_a_tile_that_a_living_one_feeds(open_board: Any, server: Any) -> None:
    server.hub.state["groups"]["all"]["sources"] = ["crm", "pbx-1"]  # crm is quiet for 21 minutes
    painted, living = await open_board(live=False, java_script_enabled=False), await open_board()
    for page in (painted, living):
        await expect(page.locator("#tile-0 .age")).to_have_text(re.compile(r"^\d+ s ago$"))
    await server.patch({"sources": {"crm": {"state": "down"}}})
    await expect(living.locator("#tile-0 .age")).to_have_text(re.compile("^no data since"))


async def test_who_was_never_told_to_be_there_is_not_headed_free(open_board: Any, server: Any) -> None:
    for agent in server.hub.state["agents"].values():
        agent["activity"] = "idle"
        agent.pop("presence", None)
    painted, living = await open_board(live=False, java_script_enabled=False), await open_board()
    for page in (painted, living):
        await expect(page.locator("#tile-6 .total .word")).to_have_text(["maybe there"])


async def test_a_table_says_the_windows_of_its_columns(open_board: Any, server: Any) -> None:
    tiles = [Tile(kind="queues", at=(1 + 6 * place, 1), size=(size, 6)) for place, size in enumerate((6, 2))]
    server.boards["tables"] = Board(id="tables", tiles=tiles)
    painted, living = await open_board("tables", live=False, java_script_enabled=False), await open_board("tables")
    for page in (painted, living):
        await expect(page.locator(".window")).to_have_text(["now · today", "now"])
        assert await page.locator("#tile-1 .headings .cell").count() < 4


async def test_the_worst_queue_stands_first_and_says_what_is_wrong(open_board: Any, server: Any) -> None:
    page = await open_board()
    await expect(page.locator("#tile-5 .row").first).to_have_attribute("data-key", "service")
    await server.patch({"queues": {"sales": {"now": {"waiting": 9, "over_target": 8}}}})
    await expect(page.locator("#tile-5 .row").first).to_have_attribute("data-key", "sales")
    await expect(page.locator("#tile-5 .row").first.locator(".chip .word")).to_have_text("8 over target")


async def test_a_wall_that_names_nobody_counts_people_by_state(open_board: Any, server: Any) -> None:
    server.boards["overview"] = replace(server.boards["overview"], names=None)
    tile = server.boards["overview"].tiles[6]
    row = {"there": 9, "doing": {"idle": 2, "engaged": 6, "paused": 1, "offline": 3}, "sources": ["pbx-1"]}
    server.hub.state = {**server.hub.state, "agents": {}, "counts": {crowd_id(tile): row}}
    painted, living = await open_board(live=False, java_script_enabled=False), await open_board()
    for page in (painted, living):
        said = await page.locator("#tile-6 .total").all_inner_texts()
        assert [re.sub(r"\s+", " ", one).strip() for one in said] == [
            "2 no contact", "0 ringing", "6 talking", "0 on hold", "0 wrap-up", "1 paused", "3 offline",
        ]  # fmt: skip
        widths = await page.eval_on_selector_all("#tile-6 .share", "all => all.map(one => one.getAttribute('width'))")
        assert [float(width) for width in widths] == [22.22, 66.67, 11.11]
    assert await living.evaluate(OVERFLOWING) == []
    await server.patch({"counts": {crowd_id(tile): {"there": 3, "doing": dict.fromkeys(row["doing"])}}})
    await expect(living.locator("#tile-6 .total .word")).to_have_text(["signed in"])
    await expect(living.locator("#tile-6 .count")).to_have_text("3")
    await expect(living.locator("#tile-6 .hint")).to_have_text("fewer than 5 people")


async def test_leaders_are_the_first_five_and_a_mean_of_few_marks_leads_nobody(open_board: Any, server: Any) -> None:
    tiles = [
        Tile(kind="leaders", at=(1, 1), size=(6, 4), metric="rating_avg"),
        Tile(kind="leaders", at=(7, 1), size=(6, 4), metric="tags.thanks"),
    ]
    server.boards["best"] = Board(id="best", audience="lead", tiles=tiles)
    agents = list(server.hub.state["agents"].values())
    for place, agent in enumerate(agents):
        agent["day"] = {"rating_avg": 3 + place / 10, "rated": 20 if place < 7 else 4}
        agent["tags"] = {"thanks": 2} if place < 2 else {}
    painted, living = await open_board("best", live=False, java_script_enabled=False), await open_board("best")
    for page in (painted, living):
        rows = [re.sub(r"\s+", " ", row) for row in await page.locator("#tile-0 .leader").all_inner_texts()]
        assert rows == [f"{n + 1} {agents[6 - n]['name']} {3.6 - n / 10:g}".strip() for n in range(5)]
        assert await page.locator("#tile-1 .place").all_inner_texts() == ["1", "1"]
        await expect(page.locator("#tile-1 .title")).to_have_text("Leaders: Thanks")
    assert await living.evaluate(OVERFLOWING) == []


async def test_leads_see_for_whom_it_is_time_for_a_break_and_who_was_thanked(open_board: Any, server: Any) -> None:
    long_ago = server.hub.clock_ms() - 3 * 3_600_000
    server.hub.state["agents"]["100"] |= {"stretch_since": long_ago, "tags": {"thanks": 3}}
    server.hub.state["agents"]["101"] |= {"stretch_since": server.hub.clock_ms() - 60_000}
    painted, living = await open_board("agents", live=False, java_script_enabled=False), await open_board("agents")
    for page in (painted, living):
        card = page.locator('.card[data-key="100"]')
        await expect(card.locator(".rest .unseen")).to_have_text("time for a break")
        await expect(card.locator(".thanks .count")).to_have_text("3")
        await expect(page.locator(".card .rest")).to_have_count(1)
        await expect(page.locator(".tile.agents .hint")).to_have_text("1 person has worked long without a break")


async def test_a_card_says_what_somebody_does_since_when_why_and_of_how_many_slots(
    open_board: Any, server: Any
) -> None:
    now = server.hub.clock_ms()
    server.hub.state["agents"] = dict(list(server.hub.state["agents"].items())[:3])
    talks, away, writes = server.hub.state["agents"].values()
    talks |= {"activity": "engaged", "presence": "ready", "since": now - 65_000, "slots": {"used": 2, "allowed": 3}}
    away |= {"activity": "idle", "presence": "paused", "reason": "Lunch", "presence_since": now - 600_000}
    away |= {"since": now - 3_000, "pause_over_at": now - 1_000, "slots": {"used": 0, "allowed": 1}}
    writes |= {"activity": "wrapup", "presence": "ready", "since": now - 30_000, "wrapup_over_at": now + 60_000}
    painted, living = await open_board("agents", live=False, java_script_enabled=False), await open_board("agents")
    wanted = [r"talking 2/3 1:\d\d", r"Lunch, too long 10:\d\d", r"wrap-up 0:\d\d"]
    for page in (painted, living):
        keys = await page.eval_on_selector_all(".card", "all => all.map((one) => one.dataset.key)")
        cards = [page.locator(f'.card[data-key="{key}"]') for key in sorted(keys)]
        for card, text, overdue in zip(cards, wanted, ("no", "yes", "no"), strict=True):
            said = re.sub(r"\s+", " ", await card.locator(".state").inner_text()).strip()
            assert re.fullmatch(text, said), said
            await expect(card).to_have_attribute("data-overdue", overdue)


async def test_agents_that_do_not_fit_are_on_further_pages_and_the_totals_count_all(
    open_board: Any, server: Any
) -> None:
    server.hub.state = floor(200)
    page = await open_board()
    await expect(page.locator("#tile-6 .page")).to_have_text(re.compile(r"\d/\d"))
    counts = [int(text) for text in await page.locator("#tile-6 .count").all_inner_texts()]
    assert sum(counts) == 200
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


async def test_a_phone_has_one_column_and_no_sideways_scrolling(open_board: Any) -> None:
    page = await open_board(viewport={"width": 390, "height": 844})
    lefts = await page.eval_on_selector_all(".tile", "tiles => tiles.map((tile) => tile.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await expect(page.locator("#tile-5 .headings .cell:visible")).to_have_text(["Waiting", "Longest", "Answered"])


async def test_nobody_stands_twice_while_others_take_their_places(open_board: Any, server: Any) -> None:
    page = await open_board()
    await page.evaluate(
        """() => {
            window.twice = [];
            const tile = document.querySelector("#tile-6");
            const look = () => {
                const keys = Array.from(tile.querySelectorAll(".card"), card => card.dataset.key);
                window.twice.push(...keys.filter((key, place) => keys.indexOf(key) !== place));
            };
            new MutationObserver(look).observe(tile, { subtree: true, childList: true, attributes: true });
        }"""
    )
    await server.patch({"agents": {"100": {"name": "Aaron, who comes first"}}})
    await expect(page.locator("#tile-6 .card .name").first).to_have_text("Aaron, who comes first")
    assert await page.evaluate("window.twice") == []


async def test_names_are_text(open_board: Any, server: Any) -> None:
    page = await open_board()
    evil = "<img src=x onerror=alert(1)>"
    await server.patch(
        {"agents": {"100": {"name": evil}}, "queues": {"__proto__": server.hub.state["queues"]["sales"]}}
    )
    await expect(page.locator('#tile-6 [data-key="100"] .name')).to_have_text(evil)
    await expect(page.locator('#tile-5 [data-key="__proto__"]')).to_have_count(1)
    assert await page.locator("img").count() == 0


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


async def test_the_believable_floor_is_as_old_as_it_says() -> None:
    assert abs(floor()["sources"]["pbx-1"]["last_event_at"] - time.time() * 1000) < 60_000
