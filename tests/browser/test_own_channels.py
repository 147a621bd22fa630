"""A lead on a phone adds where they are told: mail by its code, a chat by the bot, a webhook whose secret is shown
once; they try it, set its quiet hours and remove it. In a real browser."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from chromium import TWICE
from playwright.async_api import expect

from tests.alerts.there import HERE, leading
from tests.telegram import NAME, telegram
from tests.web.conftest import serving  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.receivers import Kind, Receiver

pytestmark = pytest.mark.asyncio(loop_scope="module")
MAIL = Receiver("house", "mail", "smtp://mail.example/?from=wall@example.com&to=boss@example.com")


async def test_a_lead_adds_tries_and_removes_own_channels(config: Config, open_page: Callable[..., Any]) -> None:
    async with telegram() as bot:
        own: dict[Kind, Receiver] = {
            "mail": MAIL, "telegram": Receiver("bot", "telegram", bot.url, allow=HERE),
            "webhook": Receiver("own:", "webhook", ""),
        }  # fmt: skip
        async with serving(replace(config, own_channels=own)) as served:
            page = await open_page(served, "/alerts", "Olena", "lead")
            await page.get_by_role("button", name="2 h", exact=True).tap()
            hint = page.locator("#unreached")
            await expect(hint).to_be_visible(timeout=60_000)
            await hint.get_by_role("link", name="Add a channel").tap()
            rows = page.locator(".channels-list > li")

            none = page.get_by_text("You have none yet")
            await expect(none).to_be_visible()
            await page.locator("form[data-kind=webhook] input").fill("https://hook.example/first")
            await page.locator("form[data-kind=webhook] button").tap()
            await expect(page.locator("#once pre")).to_contain_text("whsec_")
            await expect(none).to_have_count(0)
            await page.get_by_role("button", name="Done").tap()
            asked = await rows.get_by_role("button", name="Remove").evaluate(TWICE)
            assert asked == "Press again to remove it"
            await expect(none).to_be_visible()

            await page.get_by_label("Address").first.fill("olena@example.com")
            await page.get_by_role("button", name="Send me a code").tap()
            await expect(rows).to_have_count(1)
            code = await _code(served)
            await page.get_by_label("Code from the message").fill("AAAAA-AAAAA")
            await page.get_by_role("button", name="Confirm").tap()
            await expect(page.locator("#said")).to_contain_text("This is not its code")
            await page.get_by_label("Code from the message").fill(code.lower())
            await page.get_by_role("button", name="Confirm").tap()
            await expect(rows.first).to_contain_text("Told here; nothing was sent yet")

            await page.get_by_role("button", name="Link my chat").tap()
            link = page.get_by_role("link", name="Open the bot and press Start")
            plain = str(await link.get_attribute("href")).partition(f"https://t.me/{NAME}?start=")[2]
            channels = served.parts.own_channels
            done = await asyncio.to_thread(
                lambda: channels.link(plain, "987", by="Olena", now_ms=served.parts.clock_ms())
            )
            assert done
            await expect(page.locator("#once")).to_be_hidden(timeout=30_000)
            await expect(rows.nth(1)).to_contain_text("Told here")

            await page.locator("form[data-kind=webhook] input").fill("https://hook.example/x")
            await page.locator("form[data-kind=webhook] button").tap()
            secret = await page.locator("#once pre").text_content()
            assert str(secret).startswith("whsec_")
            await page.get_by_role("button", name="Done").tap()
            await expect(rows).to_have_count(3)
            assert str(secret) not in await page.content()

            hook = rows.nth(2)
            await hook.locator("summary").tap()
            await hook.get_by_label("from").fill("22:00")
            await hook.get_by_role("button", name="Save").tap()
            assert [one.quiet for one in await asyncio.to_thread(channels.all)] == [None] * 3, "both times, or none"
            await hook.get_by_label("until").fill("06:00")
            await hook.get_by_label("Tell me of").select_option("critical")
            await hook.get_by_role("button", name="Save").tap()
            await expect(hook.locator("summary")).to_have_text("Tell me of: what is critical alone; quiet 22:00-06:00")
            await hook.get_by_role("button", name="Send a test").tap()
            told = hook.locator(".channels-tested")
            await expect(told).to_have_text("A test message is on its way.")
            outbox, receiver = served.parts.outbox, f"own:{await hook.get_attribute('data-id')}"
            token = await leading(outbox)
            await outbox.failed(token, receiver, "it answers 500", 7)
            await expect(hook).to_contain_text("it answers 500", timeout=30_000)
            await hook.get_by_role("button", name="Send a test").tap()
            await expect(told).to_have_text("A test message waits there already.")
            await outbox.bury(token, receiver, await outbox.waiting(receiver, 10), "it answers 500")
            await hook.get_by_role("button", name="Send a test").tap()
            await expect(told).to_have_text("A test message is on its way.")
            await outbox.failed(token, receiver, "it answers 410", 8)
            await outbox.bury(token, receiver, await outbox.waiting(receiver, 10), "it answers 410")
            await expect(hook.locator(".channels-why")).to_contain_text("it answers 410", timeout=30_000)

            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            await hook.get_by_role("button", name="Remove").evaluate(TWICE)
            await expect(rows).to_have_count(2)
            await page.goto(f"{served.origin}/alerts")
            await expect(page.locator("#duty")).to_contain_text("You are on duty")
            await expect(hint).to_have_count(0)
            await page.context.close()


async def _code(served: Any) -> str:
    """That was mailed."""
    [channel] = await asyncio.to_thread(served.parts.own_channels.all)
    [waiting] = await served.parts.outbox.waiting(channel.receiver, 10)
    return str(msgspec.json.decode(waiting.message)["title"].split()[0])
