"""A fresh person's path in a real browser: from the first link to a screen on the wall, and off it again."""

import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import ARGUMENTS, TWICE, executable
from family import Family, family, wait_until
from playwright.async_api import Browser, async_playwright, expect

LINK = re.compile(r"http://\S+/signin#\S+")
SALES = """
title = "Sales"
[[tile]]
kind = "number"
at = [1, 1]
size = [6, 4]
metric = "kpi.sales"
[[tile]]
kind = "notices"
at = [7, 1]
size = [6, 4]
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Family]:
    """As after `wallboard up` in an empty folder, with one board of one's own."""
    with family(tmp_path, boards={"sales": SALES}) as started:
        yield started


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if executable() is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        yield running
        await running.close()


def first_link(house: Family) -> str:
    """What `wallboard up` printed."""
    wait_until(lambda: LINK.search(house.log()) is not None, 60, house.log)
    found = LINK.search(house.log())
    assert found
    return found[0]


def curl(house: Family, token: str, event: str) -> str:
    """One line, as the pages show it."""
    line = [
        shutil.which("curl") or "curl", "--silent", "--show-error", "--write-out", "%{http_code}",
        "-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/json",
        "-d", event, f"{house.url}/api/v1/events",
    ]  # fmt: skip
    return subprocess.run(line, capture_output=True, text=True, timeout=30, check=True).stdout


def as_it_stands(line: str) -> str:
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=30, check=True).stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
async def test_from_the_first_link_to_a_screen_on_the_wall_and_off_it_again(fresh: Family, browser: Browser) -> None:
    wrong: list[str] = []

    async def window(**options: Any) -> Any:
        page = await (await browser.new_context(**options)).new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        return page

    # The first link leads to an account of one's own.
    person = await window(viewport={"width": 1280, "height": 900})
    await person.goto(first_link(fresh))
    await person.wait_for_url("**/account*")
    await person.fill("#name", "Olena")
    await person.fill("#password", "four words of mine alone")
    await person.click("#choose button")
    await person.wait_for_url(lambda url: "/account" not in url)
    await expect(person.locator(".boards")).to_contain_text("Sales")

    # A token, shown this once, and an event with it.
    await person.goto(f"{fresh.url}/tokens")
    await person.fill('#new [name="name"]', "shop")
    await person.click("#new button:not([type])")
    await expect(person.locator("#token")).to_have_text(re.compile(r"^wb_[0-9a-f]+_\S+$"))
    await expect(person.locator("#none")).to_have_count(0)
    token = await person.locator("#token").inner_text()

    # The line beside it works as it stands, and its link leads to where that is seen.
    assert '"accepted":1' in as_it_stands(await person.locator("#try").inner_text())
    await person.click("#look a")
    await expect(person.locator("#tile-1")).to_contain_text("Hello!")
    assert curl(fresh, token, '{"type":"kpi.reported","kpi":"sales","value":123}').endswith("202")
    await person.goto(f"{fresh.url}/board/sales")
    await expect(person.locator("#tile-0")).to_contain_text("123")

    # A second browser, without a keyboard, becomes a screen.
    screen = await window(viewport={"width": 1920, "height": 1080})
    await screen.goto(f"{fresh.url}/")
    await screen.click('a[href="/pair"]')
    code = await screen.locator("#code").inner_text()
    await person.goto(f"{fresh.url}/pair/claim?code={code}")
    await person.fill("#claim-name", "Hall")
    await person.select_option("#claim-board", "sales")
    await person.click("#claim button")
    await screen.wait_for_url("**/board/sales?kiosk")
    await expect(screen.locator("#tile-0")).to_contain_text("123")
    assert curl(fresh, token, '{"type":"kpi.reported","kpi":"sales","value":456}').endswith("202")
    await expect(screen.locator("#tile-0")).to_contain_text("456")

    # It is looked after, and sent away.
    await person.goto(f"{fresh.url}/screens")
    card = person.locator(".screen", has_text="Hall")
    await expect(card).to_have_attribute("data-connected", "yes")
    await card.get_by_role("button", name="Identify").click()
    await expect(screen.locator("#identify")).to_contain_text("Hall")
    assert "Press again" in await card.get_by_role("button", name="Revoke").evaluate(TWICE)
    await expect(card).to_have_count(0)
    await expect(person.locator("#done")).to_contain_text("Revoked: “Hall”")
    await screen.wait_for_url("**/pair")
    await expect(screen.locator("#revoked")).to_contain_text("revoked")
    await expect(screen.locator("#code")).not_to_have_text(code)
    assert wrong == []
