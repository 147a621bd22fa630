"""Whatever queues, people and reasons are called: nothing of it runs, no policy is broken, and the layout holds."""

import asyncio
import json
import time
import urllib.request
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from chromium import chromium, executable
from family import TOKEN, Family, family, wait_until
from hostile import MARKUP, NAMES
from playwright.async_api import BrowserContext, Page

pytestmark = [
    pytest.mark.skipif(executable() is None, reason="no Chromium on this machine"),
    pytest.mark.asyncio(loop_scope="module"),
]
LIST = {"queues": (1, 1), "agents": (7, 1), "notices": (13, 1), "sources": (19, 1)}
MORE = {"leaders": "metric = 'tags.thanks'", "reasons": "", "alerts": ""}
TURNS_S = 90  # pages turn every ten seconds
OVERFLOWING = """() => {
  const page = document.documentElement;
  const found = page.scrollWidth > innerWidth ? ["the page scrolls sideways"] : [];
  const wall = document.querySelector(".wall") && innerWidth > 640;
  if (wall && page.scrollHeight > innerHeight) found.push("the wall scrolls");
  for (const body of document.querySelectorAll(".tile .body, .totals, .cards"))
    if (body.scrollHeight > body.clientHeight + 2 || body.scrollWidth > body.clientWidth + 2)
      found.push(body.className + " of " + body.closest(".tile").id + " overflows");
  for (const tile of document.querySelectorAll(".tile")) {
    const box = tile.getBoundingClientRect();
    for (const part of tile.querySelectorAll(".card, .row, .source, .tile-head, .tile-foot")) {
      const inner = part.getBoundingClientRect();
      if (inner.right > box.right + 1 || inner.left < box.left - 1 || inner.bottom > box.bottom + 1)
        found.push(part.className + " leaves " + tile.id);
    }
  }
  return found;
}"""
PRESS = """(name) => Array.from(document.querySelectorAll(".row"))
  .find((row) => row.dataset.key === name).querySelector(".why").click()"""
OUTSIDE = """() => {
  const dialog = document.querySelector("dialog").getBoundingClientRect();
  return Array.from(document.querySelectorAll("dialog *"))
    .filter((part) => !part.closest(".scrolls") && part.getBoundingClientRect().right > dialog.right + 1)
    .map((part) => part.className);
}"""
SHOWN = "(names) => names.some((name) => document.querySelector('main').textContent.includes(name))"
WATCH = """window.broken = [];
addEventListener("securitypolicyviolation", (event) => broken.push(event.violatedDirective));"""


def boards() -> dict[str, str]:
    """One with every list, one that has hostile titles, texts and figures of its own."""
    lists = "".join(
        f'[[tile]]\nkind = "{kind}"\nat = [{at[0]}, {at[1]}]\nsize = [6, 12]\n' for kind, at in LIST.items()
    )
    own = "".join(_own(place, name) for place, name in enumerate(NAMES))
    alone = {
        kind: f'audience = "lead"\ncolumns = 4\nrows = 4\n[[tile]]\nkind = "{kind}"\nat = [1, 1]\nsize = [4, 4]\n'
        for kind in ("queues", "agents")
    }
    over_time = "".join(_over_time(place, name) for place, name in enumerate(MARKUP[:12]))
    more = "".join(
        f'[[tile]]\nkind = "{kind}"\nat = [{1 + 8 * place}, 1]\nsize = [8, 12]\n{said}\n'
        for place, (kind, said) in enumerate(MORE.items())
    )
    return alone | {
        "more": f"audience = 'lead'\ncolumns = 24\nrows = 12\n{more}",
        "time": f"audience = 'lead'\ncolumns = 24\nrows = 16\n{over_time}",
        "lists": f"title = {_toml(NAMES[0])}\naudience = 'lead'\ncolumns = 24\nrows = 12\n{lists}",
        "own": f"title = {_toml(NAMES[1])}\ncolumns = 40\nrows = 18\n{own}",
    }


def _own(place: int, name: str) -> str:
    """Two tiles: a text under its own title, and a figure that is called so."""
    row, column = place // 10 * 3 + 1, place % 10 * 4 + 1
    kpi = _toml(f"kpi.{name}"[:256])
    return (
        f'[[tile]]\nkind = "text"\nat = [{column}, {row}]\nsize = [2, 3]\ntitle = {_toml(name)}\ntext = {_toml(name)}\n'
        f'[[tile]]\nkind = "number"\nat = [{column + 2}, {row}]\nsize = [2, 3]\nmetric = {kpi}\n'
    )


def _over_time(place: int, name: str) -> str:
    """A chart of the queue that is called so, on which the name stands: lines or a heat map, by turns."""
    kind = ("trend", "heat")[place % 2]
    at = [place % 4 * 6 + 1, place // 4 * 5 + 1]
    return (
        f'[[tile]]\nkind = "{kind}"\nat = {at}\nsize = [6, 5]\ntitle = {_toml(name)}\nmetric = "offered"\n'
        f"queues = [{_toml(name)}]\n"
    )


def rules() -> str:
    """One that is open for every queue, and some that are called so."""
    called = ["any", *NAMES[::7]]
    rule = 'metric = "waiting"\nqueues = ["*"]\nraise = "> 0"\nwhen = "always"\naction = '
    return "".join(f"[alert.{_toml(name)}]\n{rule}{_toml(name)}\n" for name in called)


def _toml(text: str) -> str:
    """A basic string; TOML has no surrogates."""
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'


def events() -> list[dict[str, Any]]:
    """Each name as queue, person, reason, notice, figure, unit, team and source."""
    now = int(time.time() * 1000)
    found: list[dict[str, Any]] = []
    for place, name in enumerate(NAMES):
        agent = {"agent": name, "source": "ops", "time": now - 60_000 + place}
        found += [
            {"type": "contact.queued", "contact": f"c{place}", "queue": name, "source": "ops"},
            {"type": "agent.signed_in", "name": name, "team": name, "queues": [name], **agent},
            {"type": "agent.presence", "presence": "paused", "reason": name, **agent},
            {"type": "notice.posted", "notice": name, "text": name, "source": "ops"},
            {"type": "kpi.reported", "kpi": name, "value": 7, "unit": name[:32], "source": "ops"},
            {"type": "contact.queued", "contact": f"{place} {name}"[:256], "queue": name, "source": "ops"},
            {"type": "contact.answered", "contact": f"{place} {name}"[:256], "agent": name, "source": "ops"},
            {"type": "contact.outcome", "contact": f"{place} {name}"[:256], "code": name, "source": "ops"},
            {"type": "contact.tagged", "contact": f"{place} {name}"[:256], "tag": "thanks", "source": "ops"},
            {"type": "source.beat", "source": name, "note": name},
        ]
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hostile(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Family, BrowserContext]]:
    with family(tmp_path_factory.mktemp("hostile"), f'[site.main]\nname = "<b>"\n{rules()}', boards()) as house:
        answer = house.events(events())
        assert answer["rejected"] == [], answer
        wait_until(lambda: len(house.state()["queues"]) >= len(NAMES), 60, house.log)
        async with chromium(house, TOKEN) as browser:
            _called_so(house)
            await browser.add_init_script(WATCH)
            yield house, browser


def _called_so(house: Family) -> None:
    """Accounts, tokens and screens of these names; the one who looks works as the people of these names."""
    made = {"people": 0, "tokens": 0, "screens": 0}
    for name in NAMES:
        asked: dict[str, dict[str, Any]] = {
            "people": {"name": name, "role": "lead", "teams": [name], "agents": [name]},
            "tokens": {
                "name": f"for {name}"[:256],
                "scopes": ["events:write"],
                "source": f"for {name}"[:256],
                "queues": [name],
            },
        }
        if not made["screens"]:
            device = json.loads(house.post("/pair", b"")[1])
            asked["screens"] = {"code": device["code"], "name": name, "board": "own"}
        for kind, body in asked.items():
            status, told = house.post(f"/api/v1/{kind}", json.dumps(body).encode())
            assert status in (201, 422), (kind, name, told)
            made[kind] += status == 201
    assert min(made["people"], made["tokens"]) > len(NAMES) // 2, made
    assert made["screens"] == 1
    known = json.loads(house.get("/api/v1/people")[1])["people"]
    admin = next(one["id"] for one in known if one["role"] == "admin")
    asked_for = urllib.request.Request(
        f"{house.url}/api/v1/people/{admin}", data=json.dumps({"agents": list(NAMES)}).encode(), method="PATCH",
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(asked_for, timeout=60) as answer:
        assert answer.status == 200


async def opened(hostile: tuple[Family, BrowserContext], address: str) -> tuple[Page, list[str]]:
    """The page, and what its console and its policy complain of from then on."""
    house, browser = hostile
    page = await browser.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("console", lambda said: wrong.append(f"{said.text} {said.location}") if _complains(said) else None)
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await page.goto(house.url + address)
    return page, wrong


def _complains(said: Any) -> bool:
    """A page of a refusal has no icon of its own: the browser asks for one that is not there."""
    return said.type == "error" and not said.location["url"].endswith("/favicon.ico")


async def expect_sound(page: Page, wrong: list[str]) -> None:
    assert await page.evaluate("typeof window.pwned") == "undefined"
    assert await page.evaluate("window.broken") == []
    assert wrong == []
    for _ in range(150):  # a list is fitted anew after its size has changed
        if not await page.evaluate(OVERFLOWING):
            break
        await asyncio.sleep(0.1)
    assert await page.evaluate(OVERFLOWING) == []
    assert await page.locator("img, iframe, base, plaintext").count() == 0
    assert await page.locator('a[href^="javascript" i], [onload], [onerror], [ontoggle], [onfocus]').count() == 0
    assert not await page.evaluate("'7*7' in window || ({}).polluted !== undefined")


@pytest.mark.parametrize(("board", "shown"), [("queues", ".row .line"), ("agents", ".card .name")])
async def test_every_page_of_a_list_holds(hostile: Any, board: str, shown: str) -> None:
    page, wrong = await opened(hostile, f"/board/{board}")
    await page.wait_for_selector('.connection[data-level="good"], .connection[data-level="alarm"]')
    seen: set[str] = set()
    async with asyncio.timeout(TURNS_S):
        while not set(NAMES) <= seen:
            seen |= set(await page.locator(shown).all_text_contents())
            await expect_sound(page, wrong)
            await asyncio.sleep(0.5)
    await page.close()


@pytest.mark.parametrize("size", [(1366, 768), (1080, 1920), (390, 844)], ids=str)
async def test_a_board_of_every_list_holds(hostile: Any, size: tuple[int, int]) -> None:
    page, wrong = await opened(hostile, "/board/lists")
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await page.wait_for_selector(".tile.queues .row")
    if size[0] <= 640:  # a phone shows all of every list, and the page scrolls
        await page.wait_for_function("(count) => document.querySelectorAll('.notice').length === count", arg=len(NAMES))
    await expect_sound(page, wrong)
    await page.close()


async def test_every_page_of_leaders_reasons_and_alerts_holds(hostile: Any) -> None:
    page, wrong = await opened(hostile, "/board/more")
    await page.wait_for_selector('.connection[data-level="good"], .connection[data-level="alarm"]')
    seen: dict[str, set[str]] = {kind: set() for kind in MORE}
    async with asyncio.timeout(TURNS_S):
        while len(seen["reasons"]) < 20 or len(seen["alerts"]) < 4 or not seen["leaders"]:
            for kind in MORE:
                parts = page.locator(f".tile.{kind} :is(.name, .text)")
                seen[kind] |= set(await parts.all_text_contents())
            await expect_sound(page, wrong)
            await asyncio.sleep(0.5)
    assert seen["leaders"] | seen["reasons"] <= set(NAMES)
    assert any(text.startswith(name) for text in seen["alerts"] for name in NAMES)
    await page.close()


async def test_titles_texts_and_figures_of_a_board_hold(hostile: Any) -> None:
    page, wrong = await opened(hostile, "/board/own")
    await page.wait_for_selector('.connection[data-level="good"], .connection[data-level="alarm"]')
    titles = set(await page.locator(".tile.text .title").all_text_contents())
    assert titles == set(NAMES)
    await expect_sound(page, wrong)
    await page.close()


async def test_the_first_paint_holds_without_scripts(hostile: Any) -> None:
    house, browser = hostile
    still = await browser.browser.new_context(java_script_enabled=False)
    await still.add_cookies(await browser.cookies())
    for board, count in {"lists": len(LIST), "own": 2 * len(NAMES), "queues": 1, "agents": 1}.items():
        page = await still.new_page()
        await page.goto(f"{house.url}/board/{board}")
        assert await page.locator("img, iframe, plaintext, body script:not([id=first])").count() == 0
        assert await page.locator(".tile").count() == count
    await still.close()


async def test_an_explanation_of_each_name_holds(hostile: Any) -> None:
    page, wrong = await opened(hostile, "/board/queues")
    await page.set_viewport_size({"width": 390, "height": 844})  # a phone has all rows at once
    await page.locator(".row .why").nth(len(NAMES) - 1).wait_for()
    for name in NAMES:
        await page.evaluate(PRESS, name)
        await page.wait_for_selector("dialog[open] .explain-body:not([hidden]) .explain-of")
        assert (await page.locator("#explain-title").text_content() or "").startswith(name)
        assert await page.evaluate(OUTSIDE) == [], ascii(name)
        await page.locator(".explain-close").click()
    await expect_sound(page, wrong)
    await page.close()


async def test_charts_of_queues_hold(hostile: Any) -> None:
    page, wrong = await opened(hostile, "/board/time")
    for kind in ("trend", "heat"):
        drawn = {"trend": ".scatterlayer", "heat": ".heat-cell"}[kind]
        await page.wait_for_selector(f".tile.{kind} :is(.none, {drawn})", state="attached")
    assert set(await page.locator(".tile .title").all_text_contents()) >= set(MARKUP[:12])
    await expect_sound(page, wrong)
    await page.close()


OWN = ("/floor", "/alerts", "/names", "/screens", "/people", "/tokens", "/me")


@pytest.mark.parametrize("address", OWN)
async def test_the_pages_of_who_works_here_hold(hostile: Any, address: str) -> None:
    page, wrong = await opened(hostile, address)
    await page.wait_for_function(SHOWN, arg=list(MARKUP))
    await expect_sound(page, wrong)
    await page.close()


@pytest.mark.parametrize("address", ["/", "/sources", "/sources/ops", "/history", "/docs"])
async def test_the_other_pages_hold(hostile: Any, address: str) -> None:
    page, wrong = await opened(hostile, address)
    await page.wait_for_load_state("networkidle" if address != "/sources" else "load")
    await expect_sound(page, wrong)
    await page.close()


@pytest.mark.parametrize("name", NAMES[::6], ids=lambda name: str(NAMES.index(name)))
async def test_the_history_and_the_source_that_are_called_so_hold(hostile: Any, name: str) -> None:
    house, _ = hostile
    for address in (f"/history?queue={quote(name, safe='')}", f"/sources/{quote(name, safe='')}"):
        status, _body = house.get(address)
        assert status < 500, (address, status)
        page, wrong = await opened(hostile, address)
        await page.wait_for_load_state("load")
        if status >= 400:  # refused, in words; the console says so once
            assert all("Failed to load resource" in one for one in wrong)
            wrong.clear()
        await expect_sound(page, wrong)
        await page.close()


async def test_no_browser_reported_that_a_page_broke_the_policy(hostile: Any) -> None:
    """After the tests above, whose pages the browser would have told of."""
    house, _ = hostile
    _, metrics = house.get("/metrics")
    assert b"\nwallboard_policy_violations_total 0.0\n" in metrics
