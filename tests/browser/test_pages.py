"""On a phone, in a language with long words: no page goes sideways, and all that is tapped is there for a finger."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Page

from tests.web.conftest import serving  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.configfile import as_written

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = """
[notify.leads]
url = "https://example.com/hook"
secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
[alert.long]
metric = "oldest_wait_s"
queues = ["*"]
raise = "> 120"
notify = ["leads"]
action = "Open the overflow queue"
"""
PAGES = {  # what is there when the page's script has painted
    "/": ".boards li", "/floor": ".queue", "/names": ".named", "/alerts": "#duty button",
    "/alerts/rules": ".rule button", "/alerts/report": ".report-ask", "/alerts/delivery": ".delivery tbody tr",
    "/alerts/channels": ".channels-add button", "/alerts/day": ".report-ask",
    "/shift": ".shift tfoot",
    "/history": "#rows", "/screens": ".screens-new", "/sources": "#rows tr", "/people": "#people tbody tr",
    "/tokens": ".tokens-new", "/account": "form",
}  # fmt: skip
LOOK = """() => {
  const wrong = [];
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("goes sideways");
  for (const one of document.querySelectorAll("main section:not(.history) div"))
    if (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === "auto")
      wrong.push("scrolls sideways: " + one.className);
  for (const one of document.querySelectorAll("a, button, summary, input:not([type=checkbox]), select, textarea")) {
    const high = one.getBoundingClientRect().height;
    if (high && high < 40 && one.checkVisibility()) wrong.push("too low to be tapped: " + one.outerHTML.slice(0, 80));
  }
  return wrong;
}"""


async def wrong_on(page: Page, path: str, ready: str) -> list[str]:
    await page.goto(path)
    await page.wait_for_selector(ready, state="attached")
    return [f"{path}: {one}" for one in await page.evaluate(LOOK)]


async def test_on_a_phone_each_page_fits_and_all_can_be_tapped(config: Config, open_page: Callable[..., Any]) -> None:
    file = config.data / "wallboard.toml"
    file.write_text(TEXT, encoding="utf-8")
    written = as_written(file, {})
    given = replace(written, redis=config.redis, admin_token=config.admin_token, data=config.data)
    async with serving(given) as served:
        await served.apply(written.settings)
        await served.two_teams()
        page = await open_page(served, "/account")
        wrong = [
            one
            for path, ready in PAGES.items()
            for one in await wrong_on(page, f"{served.origin}{path}?lang=pl", ready)
        ]
        await page.context.close()
    assert wrong == []
