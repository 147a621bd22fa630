"""What stands on a wall in a browser."""

import re
from typing import Any

from believable import floor
from playwright.async_api import Page

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
