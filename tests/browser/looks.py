"""What is wrong with the looks of a page? Text that is cut or leaves its place, and text that cannot be read.

Names, reasons, texts of notices and the like come from outside: they may end in "…". The wall's own words may not.
"""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

OWN_WORDS = (
    ".title, .window, .word, .age, .level, .headings .cell, .figure, .unit, .none, .count, .board-title, .connection"
)
CHECK = (Path(__file__).parent / "looks.js").read_text()


async def wrong_looks(page: Page) -> list[str]:
    """Empty where all is well."""
    found: Any = await page.evaluate(CHECK, OWN_WORDS)
    return [str(one) for one in found]
