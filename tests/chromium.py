"""The system's Chromium for tests and benchmarks, signed in with a Bearer token or not at all."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import BrowserContext, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-quic")

# What cannot be taken back asks for a second press within seconds, too few on a busy machine. Gives the question.
TWICE = "(button) => { button.click(); const asked = button.textContent; button.click(); return asked; }"


def executable() -> str | None:
    """Where the browser is; WALLBOARD_CHROMIUM wins."""
    return os.environ.get("WALLBOARD_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def chromium(house: Any, token: str, **options: Any) -> AsyncIterator[BrowserContext]:
    """A browser context that is signed in at `house` by a single-use link, as a person would be."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            context = await browser.new_context(**options)
            page = await context.new_page()
            await page.goto(sign_in_link(house))
            await page.wait_for_url(lambda url: "/signin" not in url)
            await page.close()
            yield context
        finally:
            await browser.close()


def sign_in_link(house: Any) -> str:
    """A new link for the first person, as `wallboard person link` prints it."""
    done = house.run("person", "link", "Admin")
    link = next((word for word in done.stdout.split() if "/signin#" in word), None)
    assert link, done.stdout + done.stderr
    return link
