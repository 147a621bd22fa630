"""In a real browser: a link signs in and leaves no trace in the address, and /sources keeps itself fresh."""

import os
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

BROWSER = os.environ.get("WALLBOARD_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = "<img src=x onerror=window.broken=1>"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    if BROWSER is None:
        pytest.skip("no Chromium here: apt install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        found = await browser.new_page()
        complaints: list[str] = []
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.on(
            "console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None
        )
        yield found
        await browser.close()
        assert complaints == []


async def link(served: Any, wanted: str = "%2Fsources") -> str:
    code = await served.code()
    return f"{served.origin}/signin?next={wanted}#{code}"


async def test_a_stranger_is_sent_to_sign_in_and_the_link_leads_back(served: Any, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{served.origin}/sources")
    assert page.url == f"{served.origin}/signin?next=%2Fsources"
    address = await link(served)
    await page.goto(address)
    await page.wait_for_url(f"{served.origin}/sources")
    code = address.partition("#")[2]
    assert not [url for url in asked if code in url.partition("#")[0]]
    await page.go_back()
    assert code not in page.url


async def test_a_used_link_says_what_to_do_and_a_pasted_one_works(served: Any, page: Page) -> None:
    await page.goto(f"{served.origin}/signin?next=https%3A%2F%2Fevil.example#used-before")
    await expect(page.get_by_role("status")).to_contain_text("Ask for a new one")
    await page.get_by_label("Sign-in link or code").fill(await link(served))
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{served.origin}/")


async def test_a_page_leads_to_signing_out_and_then_nothing_opens_any_more(served: Any, page: Page) -> None:
    await page.goto(await link(served))
    await page.wait_for_url(f"{served.origin}/sources")
    await page.get_by_role("link", name="Sign out").click()
    await page.get_by_role("button", name="Sign out of this browser").click()
    await expect(page.get_by_role("status")).to_contain_text("Signed out")
    await expect(page.get_by_role("link", name="Sign out")).to_have_count(0)
    await page.goto(f"{served.origin}/sources")
    assert "/signin" in page.url


async def test_sources_shows_what_arrives_as_the_text_that_it_is(served: Any, page: Page) -> None:
    await page.goto(await link(served))
    await page.wait_for_url(f"{served.origin}/sources")
    event = {"type": "kpi.reported", "kpi": HOSTILE, "value": 1, "source": HOSTILE}
    await served.http.post("/api/v1/events", json=event)
    await expect(page.get_by_role("link", name=HOSTILE)).to_be_visible(timeout=15_000)
    await page.get_by_role("link", name=HOSTILE).click()
    await expect(page.locator("#events")).to_contain_text("kpi.reported")
    await served.http.post("/api/v1/events", json=event | {"kpi": "second"})
    await expect(page.locator("#events")).to_contain_text("second", timeout=15_000)
    assert await page.evaluate("[window.broken, document.querySelectorAll('img').length]") == [None, 0]
