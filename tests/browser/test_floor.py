"""A lead at a desk and with a phone, on the real line: who waits, whom to help, a ghost closed, a notice written."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.web.conftest import Served, serving  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.core.events import ConfigApplied

pytestmark = pytest.mark.asyncio(loop_scope="module")
DESK = {"viewport": {"width": 1280, "height": 720}, "has_touch": False}
SETTINGS = {
    "queue": {"support": {"name": "Підтримка", "max_wait_s": 60}},
    "reason": {"lunch": {"name": "Обід", "minutes": 30}},
    "notice": {"line-down": {"text": "Line 2 is down", "level": "warning", "until": "1h"}},
}


@pytest_asyncio.fixture(loop_scope="module")
async def house(config: Config) -> AsyncIterator[Served]:
    async with serving(config) as served:
        await served.parts.stream.append([ConfigApplied(settings=SETTINGS, source="wallboard", id="1")])
        await tell(served)
        yield served


async def tell(served: Served, *events: dict[str, Any]) -> None:
    now_ms = time.time_ns() // 1_000_000
    floor = events or (
        {"type": "contact.queued", "contact": "ghost.1", "queue": "support", "time": now_ms - 90_000},
        {"type": "contact.queued", "contact": "c.2", "queue": "support", "channel": "chat", "priority": 7},
        signed_in("anna", "Anna N."), signed_in("boris", "Борис К."), signed_in("chen", "Chen L."),
        {"type": "agent.presence", "agent": "boris", "presence": "paused", "reason": "lunch", "queue": "support"},
        {"type": "contact.queued", "contact": "c.3", "queue": "support", "time": now_ms - 60_000},
        {"type": "contact.answered", "contact": "c.3", "agent": "chen", "time": now_ms - 50_000},
        {"type": "source.beat"},
    )  # fmt: skip
    answer = await served.http.post("/api/v1/events", json=[{"source": "pbx", **event} for event in floor])
    assert answer.json()["rejected"] == []


def signed_in(agent: str, name: str) -> dict[str, Any]:
    since_ms = time.time_ns() // 1_000_000 - 100_000
    return {"type": "agent.signed_in", "agent": agent, "name": name, "queues": ["support"], "time": since_ms}


async def crowd(page: Page, title: str) -> list[str]:
    section = page.locator(".queue .crowd").filter(has=page.locator(".word", has_text=title))
    await section.wait_for()
    return await section.locator(".person-name").all_text_contents()


async def test_what_is_old_is_grey_above_the_queues_too(house: Served, open_page: Callable[..., Any]) -> None:
    """All queues together looked fresh above queues of which nothing was heard any more."""
    page = await open_page(house, "/floor", screen=DESK)
    await expect(page.locator('.queue[data-stale="yes"]')).to_have_count(1, timeout=60_000)
    await expect(page.locator("#whole")).to_have_attribute("data-stale", "yes")
    await tell(house, {"type": "source.beat"})
    await expect(page.locator("#whole")).to_have_attribute("data-stale", "no")


async def test_a_queue_opens_to_who_waits_and_who_is_there_and_a_ghost_is_closed(
    house: Served, open_page: Callable[..., Any]
) -> None:
    page = await open_page(house, "/floor", screen=DESK)
    head = page.locator(".queue-head")
    await head.get_by_text("doubtful: 1").wait_for()
    await head.click()
    assert await crowd(page, "Free") == ["Anna N."]
    assert await crowd(page, "In contact") == ["Chen L."]
    assert await page.locator(".person", has_text="Chen L.").locator(".person-note").inner_text() == "talking"
    assert await crowd(page, "Away: Обід") == ["Борис К."]
    waits = page.locator(".wait")
    await waits.nth(1).wait_for()
    assert await waits.locator(".contact-id").all_text_contents() == ["ghost.1", "c.2"]
    assert "doubtful" in await waits.nth(0).inner_text()
    assert "chat · priority 7" in await waits.nth(1).inner_text()

    await waits.nth(0).get_by_role("button", name="Close").click()
    await page.get_by_role("heading", name="Close ghost.1?").wait_for()
    await page.locator("#ghost").get_by_role("button", name="Close").click()
    await page.get_by_text("Waiting: 1").wait_for()
    await expect(waits).to_have_count(1)

    await page.locator(".person-head", has_text="Chen L.").click()
    await page.get_by_role("button", name="Not there any more").click()
    await page.get_by_text("Contacts that only this person talks to end as lost.").wait_for()
    await page.locator("#ghost").get_by_role("button", name="Close").click()
    await page.get_by_text("People: 2").wait_for()

    await tell(house, {"type": "contact.ringing", "contact": "c.2", "agent": "anna"})
    await page.locator(".person-note", has_text="ringing").wait_for()
    await page.locator(".person-head", has_text="Anna N.").click()
    await page.get_by_role("button", name="Not there any more").click()
    what = page.locator("#ghost .what")
    await expect(what).not_to_be_empty()
    await expect(what).not_to_contain_text("end as lost")


async def test_on_a_phone_a_person_is_found_and_a_notice_is_written_from_a_ready_text_and_removed(
    house: Served, open_page: Callable[..., Any]
) -> None:
    page = await open_page(house, "/floor")
    await page.locator(".queue-head").wait_for()
    await page.fill("#find", "БОРИ\u0301С")  # with a stress mark, as dictionaries have it
    await page.locator("#found .person-name", has_text="Борис К.").wait_for()
    assert await page.locator(".queue").count() == 0
    await page.fill("#find", "")
    await page.get_by_role("button", name="Write a notice").tap()
    await page.get_by_role("button", name="line-down").tap()
    assert await page.locator("[name=until]:checked").get_attribute("value") == "1h"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Post").tap()
    notice = page.locator(".floor-notice[data-level=warning]")
    await notice.get_by_text("Line 2 is down").wait_for()
    stands = (await house.http.get("/api/v1/notices")).json()
    assert [row["who"] for row in stands.values()] == ["Olena"]
    await notice.get_by_role("button", name="Remove").tap()
    await expect(notice).to_have_count(0)


async def test_a_lead_of_one_team_is_offered_to_remove_only_what_the_server_would_let_go(
    house: Served, open_page: Callable[..., Any]
) -> None:
    page = await open_page(house, "/floor", "Lena", "lead", teams=("one",), screen=DESK)
    for text, more in (("for one", {"teams": ["one"]}), ("for all", {})):
        answer = await house.http.post("/api/v1/notices", json={"text": text, **more})
        assert answer.status_code == 202
    own = page.locator(".floor-notice", has_text="for one")
    other = page.locator(".floor-notice", has_text="for all")
    await own.get_by_role("button", name="Remove").wait_for()
    await other.wait_for()
    assert await other.get_by_role("button").count() == 0
    await own.get_by_role("button", name="Remove").click()
    await expect(own).to_have_count(0)
    await expect(other).to_have_count(1)


async def test_a_lead_of_one_team_reads_where_a_notice_without_a_place_goes(
    house: Served, open_page: Callable[..., Any]
) -> None:
    page = await open_page(house, "/floor", screen=DESK, role="lead", teams=["first"])
    await page.get_by_role("button", name="Write a notice").click()
    await expect(page.get_by_text("only where your team is shown: first")).to_be_visible()


async def test_who_talks_in_a_queue_is_shown_in_it_although_nobody_told_whom_it_has(
    house: Served, open_page: Callable[..., Any]
) -> None:
    now_ms = time.time_ns() // 1_000_000
    queued = {"type": "contact.queued", "contact": "c.9", "queue": "sales", "time": now_ms - 9_000}
    await tell(house, queued, {"type": "contact.answered", "contact": "c.9", "agent": "dina", "time": now_ms - 5_000})
    page = await open_page(house, "/floor", screen=DESK)
    await page.locator(".queue-head", has_text="sales").click()
    await page.get_by_text("People: 1").wait_for()
    assert await crowd(page, "In contact") == ["dina"]


async def test_what_stands_there_stays_where_it_is_while_it_is_open(
    house: Served, open_page: Callable[..., Any]
) -> None:
    page = await open_page(house, "/floor", screen=DESK)
    await page.locator(".queue-head").click()
    told = [{"type": "contact.queued", "contact": f"n{n}", "queue": "a-worse-one"} for n in range(30)]
    await tell(house, *told)
    await page.locator(".queue").nth(1).wait_for()
    names = await page.locator(".queue-name").all_text_contents()
    assert names == ["Підтримка", "a-worse-one"]


async def test_who_had_two_hostile_contacts_within_the_hour_is_hinted_at_until_they_are_on_a_break(
    house: Served, open_page: Callable[..., Any]
) -> None:
    page = await open_page(house, "/floor", screen=DESK)
    await page.locator(".queue-head").wait_for()
    hints, hour_ms = page.locator("#hints li"), 3_600_000

    async def hostile(agent: str, contact: str, ago_ms: int) -> None:
        at_ms = time.time_ns() // 1_000_000 - ago_ms
        told = [
            {"type": "contact.answered", "contact": contact, "agent": agent, "queue": "support", "time": at_ms},
            {"type": "contact.ended", "contact": contact, "agent": agent, "time": at_ms + 1},
            {"type": "contact.tagged", "contact": contact, "tag": "hostile", "agent": agent, "time": at_ms + 2},
        ]
        await tell(house, *told)

    for agent, contact, ago_ms in (
        ("chen", "h.1", 2 * hour_ms), ("chen", "h.2", 1_000),
        ("anna", "h.3", hour_ms // 2), ("anna", "h.4", 1_000),
    ):  # fmt: skip
        await hostile(agent, contact, ago_ms)
    await expect(hints).to_have_text(["Anna N.: two hostile contacts within the hour. Offer a break."])
    await tell(house, {"type": "agent.presence", "agent": "anna", "presence": "paused", "reason": "lunch"})
    await expect(hints).to_have_count(0)
