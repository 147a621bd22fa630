"""A lead gives a queue its name, and an agent tags a contact with one tap: in a real browser, on the real line."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import expect

from tests.web.conftest import Served, serving, serving_file  # type: ignore[import-not-found]
from wallboard.config import Config

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = """[queue.support]
name = "Support"  # ours
[agent.anna]
name = "Anna Nowak"
"""


async def floor(served: Served) -> None:
    now_ms = time.time_ns() // 1_000_000
    told: list[dict[str, Any]] = [
        {"type": "agent.signed_in", "agent": "anna", "queues": ["support"], "time": now_ms - 90_000},
        {"type": "agent.signed_in", "agent": "ana nowak", "queues": ["support"]},
        {"type": "contact.queued", "contact": "c.1", "queue": "support", "channel": "chat", "time": now_ms - 80_000},
        {"type": "contact.answered", "contact": "c.1", "agent": "anna", "time": now_ms - 70_000},
        {"type": "contact.ended", "contact": "c.1", "agent": "anna", "time": now_ms - 10_000},
    ]
    answer = await served.http.post("/api/v1/events", json=[{"source": "pbx", **event} for event in told])
    assert answer.json()["rejected"] == []


async def test_a_lead_names_a_queue_and_an_agent_tags_a_contact(config: Config, open_page: Callable[..., Any]) -> None:
    async with serving_file(config, TEXT) as served:
        file = served.parts.config.file
        await floor(served)
        names = await open_page(served, "/names", "Lena", "lead")
        await names.get_by_role("button", name="The same as Anna Nowak").tap()
        assert await names.locator("[name=also]").input_value() == "pbx:ana nowak"
        await names.get_by_role("button", name="Save").tap()
        await names.get_by_text("Saved; in force in a moment.").wait_for()
        await names.get_by_role("button", name="Queues").tap()
        await names.get_by_role("button", name="Change").tap()
        await names.fill("[name=name]", "Підтримка")
        file.write_text(file.read_text(encoding="utf-8").replace('"Support"', '"Help"'), encoding="utf-8")
        await names.get_by_role("button", name="Save").tap()
        await names.get_by_text("It was changed meanwhile").wait_for()
        await names.get_by_role("button", name="Save").tap()
        await expect(names.locator("#edit")).to_be_hidden()
        text = file.read_text(encoding="utf-8")
        assert 'name = "Підтримка"  # ours' in text
        assert 'also = ["pbx:ana nowak"]' in text
        assert await names.evaluate("document.documentElement.scrollWidth <= innerWidth")

        mine = await open_page(served, "/me", "Anna", "agent", agents=("anna",))
        thanks = mine.get_by_role("button", name="Said thanks")
        await thanks.tap()
        await expect(thanks).to_be_disabled()
        await expect(mine.locator('.me-figure[data-key="thanks"] .value')).to_have_text("1", timeout=60_000)
        assert await mine.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for page in (names, mine):
            await page.context.close()


async def test_on_a_phone_the_menu_is_one_line_that_opens_without_scripts(
    config: Config, open_page: Callable[..., Any]
) -> None:
    async with serving(replace(config, simulated=True)) as served:
        page = await open_page(served, "/account", screen={"locale": "ru", "java_script_enabled": False})
        head, sources = page.locator(".page-head"), page.get_by_role("link", name="Источники")
        box = await head.bounding_box()
        assert box
        assert box["height"] < 60, "one line"
        await expect(sources).to_have_count(0)
        await page.get_by_text("Меню").tap()
        await expect(sources).to_have_count(1)
        box = await head.bounding_box()
        assert box
        assert box["width"] <= 390
        await sources.tap()
        await page.wait_for_url("**/sources")
        await page.context.close()
