"""In a real browser: a link signs in and leaves no trace in the address, and /sources keeps itself fresh."""

import asyncio
import os
import re
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
    """Of somebody who has a password already: nobody is asked to choose one."""
    olena, people = await served.person(), served.parts.people
    await asyncio.to_thread(lambda: people.change(olena, by="tests", now_ms=1, password="$argon2id$"))
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
    await page.locator("#signin").get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{served.origin}/")


async def test_a_page_leads_to_signing_out_and_then_nothing_opens_any_more(served: Any, page: Page) -> None:
    await page.goto(await link(served))
    await page.wait_for_url(f"{served.origin}/sources")
    await page.get_by_role("link", name="Sign out").click()
    leaving = page.get_by_role("button", name="Sign out of this browser")
    await expect(page.get_by_text("You are still signed in here")).to_be_visible()
    assert await page.get_by_role("button").first.inner_text() == await leaving.inner_text()
    await leaving.click()
    await expect(page.get_by_text("You are still signed in here")).to_be_hidden()
    await expect(page.get_by_role("status")).to_contain_text("Signed out")
    await expect(page.get_by_role("link", name="Sign out")).to_have_count(0)
    await page.goto(f"{served.origin}/sources")
    assert "/signin" in page.url


async def test_sources_shows_what_arrives_as_the_text_that_it_is(served: Any, page: Page) -> None:
    await page.goto(await link(served))
    await page.wait_for_url(f"{served.origin}/sources")
    event = {"type": "kpi.reported", "kpi": HOSTILE, "value": 1, "source": HOSTILE}
    await served.http.post("/api/v1/events", json=event)
    await expect(page.get_by_role("link", name=HOSTILE)).to_be_visible(timeout=60_000)
    await page.get_by_role("link", name=HOSTILE).click()
    await expect(page.locator("#events")).to_contain_text("kpi.reported")
    await served.http.post("/api/v1/events", json=event | {"kpi": "second"})
    await expect(page.locator("#events")).to_contain_text("second", timeout=60_000)
    assert await page.evaluate("[window.broken, document.querySelectorAll('img').length]") == [None, 0]


async def test_the_first_link_leads_to_an_account_whose_password_signs_in_and_a_person_can_be_added(
    served: Any, page: Page
) -> None:
    first = await asyncio.to_thread(served.parts.people.first, 1)
    code = await served.parts.sessions.signin.issue(first.id)
    await page.goto(f"{served.origin}/signin?next=%2Fpeople#{code}")
    await page.wait_for_url(f"{served.origin}/account?next=%2Fpeople")
    await page.get_by_label("Name").fill("Ганна")
    await page.get_by_label("New password").fill("short")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("10 to 256")
    await page.get_by_label("New password").fill("correct horse battery staple")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url(f"{served.origin}/people")
    await expect(page.get_by_role("note")).to_contain_text("Not encrypted")
    await page.locator("#add").get_by_label("Name").fill(HOSTILE)
    await page.locator("#add").get_by_label("Role").select_option("lead")
    await page.locator("#add").get_by_label("Teams").fill("first-line, second")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator("#link code")).to_contain_text("/signin#")
    await expect(page.locator("#people")).to_contain_text("Teams: first-line, second")
    await expect(page.locator("#audit")).to_contain_text("added a person")
    await page.goto(f"{served.origin}/signin")
    await page.get_by_role("button", name="Sign out of this browser").click()
    await expect(page.get_by_role("status")).to_contain_text("Signed out")
    await page.get_by_label("Name").fill("ганна")
    await page.get_by_label("Password").fill("correct horse battery staple")
    await page.locator("#named").get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{served.origin}/")
    assert await page.evaluate("window.broken") is None


async def test_an_administrator_changes_signs_out_and_removes_somebody_and_is_asked_first(
    served: Any, page: Page
) -> None:
    await served.sign_in("Piotr", "lead", teams=("one",), boards=())
    await page.goto(await link(served, "%2Fpeople"))
    await page.wait_for_url(f"{served.origin}/people")
    row, own = (page.locator("#people tr", has_text=name) for name in ("Piotr", "Olena"))
    await expect(own.get_by_role("button")).to_have_text(["Change", "New link"])
    await row.get_by_role("button", name="Change").click()
    change = page.locator("#change")
    await expect(change.get_by_label("Boards")).to_have_attribute("placeholder", "none")
    await change.get_by_label("Name").fill("olena")
    await change.get_by_role("button", name="Save").click()
    await expect(change.get_by_role("alert")).to_contain_text("choose another name")
    await change.get_by_label("Name").fill("Petro")
    await change.get_by_label("Teams").fill("")
    await change.get_by_label("Works as").fill("101, 102")
    await change.get_by_role("button", name="Save").click()
    row = page.locator("#people tr", has_text="Petro")
    await expect(row).to_contain_text("Boards: none · Works as: 101, 102")
    person = await served.person("Petro")
    await row.get_by_role("button", name="Sign out everywhere").click()
    await expect(row.get_by_role("button", name="Sign out everywhere")).to_have_count(0)
    await row.get_by_role("button", name="Remove").click()
    await page.locator("#remove").get_by_role("button", name="Cancel").click()
    await expect(row).to_be_visible()
    await row.get_by_role("button", name="Remove").click()
    await expect(page.locator("#remove")).to_contain_text("Remove Petro for good?")
    await page.locator("#remove").get_by_role("button", name="Remove").click()
    await expect(row).to_have_count(0)
    assert await asyncio.to_thread(served.parts.people.of, [person]) == {}
    await page.goto(f"{served.origin}/account")
    await expect(page.locator("#sessions")).to_contain_text("Chrome, Linux")
    await expect(page.locator("#sessions span").first).to_have_attribute("title", re.compile("Mozilla/5.0 .*"))
