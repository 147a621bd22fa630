"""Nothing moves on /alerts under a finger or a pointer, and what is new is named beside it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect
from ruledhouse import looked_at, queued

from tests.waiting import now_ms
from tests.web.conftest import Served, serving  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.core.events import AlertAcknowledged, AlertRaised, DutyTaken

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("pointer", ["finger", "mouse"])
async def test_what_was_pressed_keeps_its_place_until_the_pointer_is_elsewhere(
    ruled: Served, open_page: Callable[..., Any], pointer: str
) -> None:
    page, stream = await looked_at(ruled, open_page, pointer), ruled.parts.stream
    for contact, queue in (("a", "sales"), ("b", "support")):
        await stream.append([queued(contact, queue)])
        await page.locator("#open .alert").get_by_text(f"{'Підтримка' if queue == 'support' else queue}:").wait_for()
    cards = page.locator("#open .alert")
    await expect(cards).to_have_count(2)
    acknowledge, take, more = (
        cards.first.get_by_role("button", name=name) for name in ("Acknowledge", "Take it", "More")
    )
    await (more.tap() if pointer == "finger" else more.click())
    await cards.first.get_by_label("A note").fill("on the way")
    await (acknowledge.tap() if pointer == "finger" else acknowledge.click())
    await page.get_by_text("seen by Admin").wait_for()
    assert "sales" in await cards.first.inner_text(), "what nobody has seen stands first, but not under a finger"
    await cards.first.get_by_label("A note").fill("they come")
    await (take.tap() if pointer == "finger" else take.click())
    await page.get_by_text("yours ·").wait_for()
    assert "yours" in await cards.first.inner_text()
    if pointer == "mouse":
        await page.wait_for_timeout(6_000)
        assert "yours" in await cards.first.inner_text(), "while the pointer rests on it"
        await page.mouse.move(1, 1)
    await page.locator("#own .alert").get_by_text("sales").wait_for()
    await expect(cards).to_have_count(1)
    await expect(page.get_by_role("heading", name="Others")).to_be_visible()
    await stream.append([DutyTaken(who="Olena", until=now_ms() + 3_600_000, source="wallboard", id="duty")])
    give = page.locator("#own .alert").get_by_role("button", name="Olena")
    await (give.tap() if pointer == "finger" else give.click())
    await expect(cards.filter(has_text="sales")).to_contain_text("Olena is on it")  # the pointer rests where it was
    await expect(page.locator("#owned")).to_be_hidden()
    await expect(page.get_by_role("heading", name="Others")).to_be_hidden()


@pytest.mark.parametrize("pointer", ["finger", "mouse"])
async def test_nothing_moves_under_a_pointer_when_another_lead_acts(
    ruled: Served, open_page: Callable[..., Any], pointer: str
) -> None:
    page, stream = await looked_at(ruled, open_page, pointer), ruled.parts.stream
    cards = page.locator("#open .alert")
    for place, queue in enumerate(("sales", "mail")):
        await stream.append([queued(queue, queue)])
        await expect(cards).to_have_count(place + 1)
    take = cards.nth(1).get_by_role("button", name="Take it")
    await take.scroll_into_view_if_needed()
    box = await take.bounding_box()
    assert box
    at = {"x": box["x"] + 5, "y": box["y"] + 5}
    fingers = await page.context.new_cdp_session(page)
    if pointer == "finger":
        await fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    else:
        await page.mouse.move(at["x"], at["y"])
    alert = await cards.first.get_attribute("data-alert") or ""
    await stream.append([AlertAcknowledged(alert=alert, who="Olena", source="wallboard", id="seen")])
    await ruled.until("/api/v1/alerts", lambda told: "Olena" in str(told))
    for _ in range(2):
        async with page.expect_response("**/api/v1/alerts"):
            pass
    await page.wait_for_timeout(300)
    assert "sales:" in await cards.first.inner_text(), "what nobody has seen stands first, but not under a pointer"
    if pointer == "finger":
        assert await take.bounding_box() == box, "it is where the finger is"
        await fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await expect(page.locator("#own .alert")).to_contain_text("mail:")
        await expect(cards).to_contain_text("seen by Olena")
    else:
        await cards.first.get_by_text("seen by Olena").wait_for()
        await page.mouse.move(1, 1)
        await expect(cards.first).to_contain_text("mail:")
        await expect(cards.nth(1)).to_contain_text("seen by Olena")


async def test_a_new_critical_alert_is_named_at_once_while_the_order_is_kept_and_a_press_puts_it_in_order(
    config: Config, open_page: Callable[..., Any]
) -> None:
    said = {"kind": "queues", "metric": "waiting", "limit": "> 2", "since": "1"}
    async with serving(config) as served:

        async def raised(of: str, severity: str) -> None:
            told = AlertRaised(
                alert=of, rule="wait", severity=severity, value=3, attributes=said | {"of": of}, source="wallboard",
                id=of,
            )  # fmt: skip
            await served.parts.stream.append([told])

        for of in ("sales", "mail"):
            await raised(of, "warning")
        page = await open_page(served, "/alerts")
        cards, line = page.locator("#open .alert"), page.locator("#late")
        await expect(cards).to_have_count(2)
        for nth, half in ((0, 1), (1, 0)):  # the pointer rests in one half of the window, the line stands in the other
            take = cards.nth(nth).get_by_role("button", name="Take it")
            await take.evaluate("(it, top) => scrollBy(0, it.getBoundingClientRect().top - top)", 300 if half else 500)
            box = await take.bounding_box()
            assert box
            at = [box["x"] + 5, box["y"] + 5]
            assert (at[1] < 400) == bool(half)
            await page.mouse.move(*at)
            await raised(f"support {nth}", "critical")
            await expect(line).to_have_text(f"New critical alert: support {nth}: Waiting 3 when raised, limit > 2")
            assert await take.bounding_box() == box
            assert await page.evaluate("at => document.elementFromPoint(...at).textContent", at) == "Take it"
            lies = await line.bounding_box()
            assert lies
            assert (lies["y"] > 400) == bool(half)
            assert lies["x"] + lies["width"] <= 390
            await raised(f"chat {nth}", "critical")
            await expect(line).to_have_text("New critical alerts: 2")
            seen = AlertAcknowledged(alert=f"chat {nth}", who="Olena", source="wallboard", id=f"seen {nth}")
            await served.parts.stream.append([seen])
            await expect(line).to_have_text(f"New critical alert: support {nth}: Waiting 3 when raised, limit > 2")
            await expect(cards.nth(-2)).to_contain_text(f"support {nth}")
            await line.click()
            await expect(cards.nth(nth)).to_contain_text(f"support {nth}")
            await expect(cards.nth(nth)).to_be_in_viewport()
            await expect(line).to_be_hidden()
