"""What is pressed before a page's script has come is not lost, and no secret goes into an address: in Chromium."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.alerts.there import HERE
from tests.telegram import telegram
from tests.web.conftest import serving  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.receivers import Receiver

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def without_script(page: Page, url: str, name: str) -> AsyncIterator[None]:
    """The page as it stands while this script is on its way, which comes at the end."""
    comes = asyncio.Event()

    async def held(route: Route) -> None:
        await comes.wait()
        await route.continue_()

    await page.route(f"**/static/js/{name}", held)
    await page.goto(url, wait_until="commit")
    try:
        yield
    finally:
        comes.set()


async def test_a_press_waits_for_the_script_of_own_channels(config: Config, open_page: Callable[..., Any]) -> None:
    async with telegram() as bot:
        config = replace(config, own_channels={"telegram": Receiver("bot", "telegram", bot.url, allow=HERE)})
        async with serving(config) as served:
            page = await open_page(served, "", "Olena", "lead")
            link = page.get_by_role("button", name="Link my chat")
            async with without_script(page, f"{served.origin}/alerts/channels", "channels.js"):
                await expect(link).to_be_disabled()
            await link.tap()
            await expect(page.get_by_role("link", name="Open the bot and press Start")).to_be_visible()


@pytest.mark.parametrize("path", ["signin", "account"])
async def test_a_password_that_is_entered_early_stays_out_of_the_address(
    config: Config, open_page: Callable[..., Any], path: str
) -> None:
    async with serving(config) as served:
        page = await open_page(served, "", "Olena", "lead")
        if path == "signin":
            await page.context.clear_cookies()
        async with without_script(page, f"{served.origin}/{path}", f"{path}.js"):
            secret = page.locator("#password")
            await secret.fill("correct horse battery")
            await secret.press("Enter")
            await expect(secret).to_have_value("correct horse battery")
        await expect(page.locator("#choose button, #named button").first).to_be_enabled()
        assert page.url == f"{served.origin}/{path}"
