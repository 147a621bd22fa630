"""People on a wall: counted or as cards, who leads, who needs a break, and nobody twice."""

import re
from typing import Any

import pytest
from believable import floor
from msgspec.structs import replace
from onwall import OVERFLOWING
from playwright.async_api import expect

from wallboard.live.view import crowd_id
from wallboard.record.boards import Board, Tile
from wallboard.web.words import LANGUAGES

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one Chromium for all of them


async def test_who_was_never_told_to_be_there_is_not_headed_free(open_board: Any, server: Any) -> None:
    for agent in server.hub.state["agents"].values():
        agent["activity"] = "idle"
        agent.pop("presence", None)
    painted, living = await open_board(live=False, java_script_enabled=False), await open_board()
    for page in (painted, living):
        await expect(page.locator("#tile-6 .total .word")).to_have_text(["maybe there"])


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


async def test_leaders_are_the_first_five_and_nobody_leads_with_a_mean_or_percentage_of_few(
    open_board: Any, server: Any
) -> None:
    tiles = [
        Tile(kind="leaders", at=(1, 1), size=(6, 4), metric="rating_avg"),
        Tile(kind="leaders", at=(7, 1), size=(6, 4), metric="tags.thanks"),
        Tile(kind="leaders", at=(1, 5), size=(6, 4), metric="success_rate"),
    ]
    server.boards["best"] = Board(id="best", audience="lead", tiles=tiles)
    agents = list(server.hub.state["agents"].values())
    for place, agent in enumerate(agents):
        few = 4 if place else 5
        agent["day"] = {"rating_avg": 3 + place / 10, "rating_best": 5, "rated": 20 if place < 7 else 4}
        agent["day"] |= {"success_rate": 50 + place, "n": {"success_rate": few}}
        agent["tags"] = {"thanks": 2} if place < 2 else {}
    painted, living = await open_board("best", live=False, java_script_enabled=False), await open_board("best")
    for page in (painted, living):
        rows = [re.sub(r"\s+", " ", row) for row in await page.locator("#tile-0 .leader").all_inner_texts()]
        assert rows == [f"{n + 1} {agents[6 - n]['name']} {3.6 - n / 10:g}".strip() for n in range(5)]
        assert await page.locator("#tile-1 .place").all_inner_texts() == ["1", "1"]
        await expect(page.locator("#tile-1 .title")).to_have_text("Leaders: Thanks")
        assert await page.locator("#tile-2 .name").all_inner_texts() == [agents[0]["name"]]
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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (390, 844)], ids=str)
async def test_who_has_no_contact_is_told_in_whole_words_however_many_they_may_take(
    open_board: Any, server: Any, language: str, size: tuple[int, int]
) -> None:
    server.hub.state = floor(60)
    since = server.hub.clock_ms() - 4_000_000  # 1:06:40
    for agent in server.hub.state["agents"].values():
        agent |= {"activity": "idle", "presence": "ready", "since": since, "slots": {"used": 0, "allowed": 3}}
    shown = {"viewport": {"width": size[0], "height": size[1]}, "locale": language}
    painted = await open_board("agents", live=False, java_script_enabled=False, **shown)
    for page in (painted, await open_board("agents", **shown)):
        words = page.locator(".card .word")
        assert await words.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth).length") == 0
        assert await words.count() > 20
        await expect(page.locator(".card .slots:visible")).to_have_count(0)


async def test_agents_that_do_not_fit_are_on_further_pages_and_the_totals_count_all(
    open_board: Any, server: Any
) -> None:
    server.hub.state = floor(200)
    page = await open_board()
    await expect(page.locator("#tile-6 .page")).to_have_text(re.compile(r"\d/\d"))
    counts = [int(text) for text in await page.locator("#tile-6 .count").all_inner_texts()]
    assert sum(counts) == 200
    assert await page.evaluate(OVERFLOWING) == []


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
