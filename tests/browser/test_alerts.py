"""A lead's path on a phone, on the real line: an alert comes, two taps, the wall shows who is on it, it is over."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from tests.web.conftest import FIRST, TOKEN, serving  # type: ignore[import-not-found]
from tests.workers import Workers, now_ms, until
from wallboard.alerter import Alerter
from wallboard.config import Config, Redis, Server
from wallboard.core.events import (
    Abandoned,
    AlertAcknowledged,
    AlertAssigned,
    AlertRaised,
    ConfigApplied,
    DutyLeft,
    DutyTaken,
    Queued,
)
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.live import vitals
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream
from wallboard.web.words import LANGUAGES

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOARD = """
title = "Wall"
[[tile]]
kind = "alerts"
at = [1, 1]
size = [12, 6]
"""
WRITTEN = {
    "metric": "waiting", "queues": ["*"], "raise": "> 0", "severity": "critical", "action": "Open overflow",
    "when": "always", "notify": ["on-duty"],
}  # fmt: skip
NOTIFICATIONS = """async () => {
  const worker = await navigator.serviceWorker.getRegistration("/static/js/");
  return (await worker.getNotifications()).map((one) => one.body);
}"""
CROWD = {"metric": "waiting", "queues": ["*"], "raise": "> 1", "for": "1h", "when": "always"}
RULES = Settings(
    queue={"support": Queue(name="Підтримка")},
    alert={"support-wait": msgspec.convert(WRITTEN, Rule), "crowd": msgspec.convert(CROWD, Rule)},
)


@pytest.fixture
def config(redis_url: str, namespace: str, tmp_path: Path) -> Config:
    return Config(redis=Redis(url=redis_url, namespace=namespace), data=tmp_path / "data")


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[tuple[str, dict[str, str], Stream]]:
    """The real application and a leading worker: address, a session's cookie, and the stream."""
    assert config.redis_url
    workers = Workers(config.redis_url, Keys(config.namespace))
    line = workers.line()
    workers.start(line, lambda: RULES, [Alerter(line.pipeline, line.into)])
    try:
        async with serving(config) as served:
            await until(lambda: line.pipeline.floor.settings.alert)
            name, _, value = (await served.sign_in(FIRST)).partition("=")
            yield served.origin, {"name": name, "value": value, "url": served.origin}, line.into
    finally:
        await workers.stop()


async def test_that_no_worker_runs_stands_on_top_until_one_does(
    browser: Browser, redis_url: str, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, "LOOK_S", 0.05)
    config = Config(redis=Redis(url=redis_url, namespace=namespace), data=tmp_path / "data")
    async with connect(redis_url) as redis, serving(config) as served:
        lease = Lease(redis, Keys(namespace))
        token = await lease.acquire()
        assert token is not None
        name, _, value = (await served.sign_in(FIRST)).partition("=")
        context = await browser.new_context(viewport={"width": 390, "height": 800}, locale="pl")
        context.set_default_timeout(60_000)
        await context.add_cookies([{"name": name, "value": value, "url": served.origin}])
        phone = await context.new_page()
        await phone.goto(f"{served.origin}/alerts")
        await phone.locator("#begin").wait_for()
        line = phone.locator("#workerless")
        assert await line.is_hidden()
        await lease.release(token)
        await expect(line).to_have_text(re.compile(r"^Od \d\d:\d\d nie działa żaden worker"), timeout=60_000)
        box, first = await line.bounding_box(), await phone.locator("#calls").bounding_box()
        assert box
        assert first is None or box["y"] < first["y"]
        assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await lease.acquire() is not None
        await expect(line).to_be_hidden(timeout=60_000)
        await context.close()


async def test_an_alert_comes_is_taken_in_two_taps_and_is_over_on_phone_and_wall(
    browser: Browser, redis_url: str, namespace: str, tmp_path: Path
) -> None:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "wall.toml").write_text(BOARD, encoding="utf-8")
    config = Config(
        redis=Redis(url=redis_url, namespace=namespace), data=tmp_path / "data",
        server=Server(boards=str(tmp_path / "boards")),
    )  # fmt: skip
    wrong: list[str] = []
    async with running(config) as (url, cookie, stream):
        context = await browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, locale="en")
        context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        await context.add_cookies([cookie])  # type: ignore[list-item]
        phone, wall = await context.new_page(), await context.new_page()
        for page in (phone, wall):
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        await wall.goto(f"{url}/board/wall")
        await wall.wait_for_selector('.connection[data-level="good"]')
        await phone.goto(f"{url}/alerts")
        await phone.get_by_text("No open alerts.").wait_for()
        await phone.locator("#duty").get_by_text("Nobody is on duty.").wait_for()
        await phone.get_by_role("button", name="4 h").tap()
        await phone.get_by_text("You are on duty until").wait_for()
        await phone.get_by_role("button", name="End my duty").tap()
        await phone.locator("#duty").get_by_text("Nobody is on duty.").wait_for()
        assert await phone.locator("#unmanned").is_hidden(), "while no alert is open"
        await stream.append([Queued(contact="c1", queue="support", source="pbx", time=now_ms(), id="1")])
        card = phone.locator("#open .alert")
        await card.get_by_text("Підтримка: Waiting 1, limit > 0").wait_for()
        assert await card.get_by_text("Open overflow").count() == 1
        await expect(card.locator(".alert-raised")).to_have_text("")
        await stream.append([Queued(contact="c0", queue="support", source="pbx", time=now_ms(), id="0")])
        await card.get_by_text("Підтримка: Waiting 2, limit > 0").wait_for()
        await expect(card.locator(".alert-raised")).to_have_text(" · 1 when raised")
        await wall.get_by_text("1 when raised").wait_for()
        await stream.append([Abandoned(contact="c0", source="pbx", time=now_ms(), id="0 left")])
        await card.get_by_text("Підтримка: Waiting 1, limit > 0").wait_for()
        await card.get_by_text("nobody is told of it: no lead is on duty for it").wait_for()
        await phone.locator("#unmanned").get_by_text("Nobody is on duty.").wait_for()
        await phone.get_by_role("button", name="4 h").tap()
        await card.get_by_text(
            "nobody on duty has a channel that takes it (there is none, quiet hours, or only what is graver): Admin"
        ).wait_for()
        await phone.get_by_role("button", name="End my duty").tap()
        await card.get_by_text("nobody is told of it: no lead is on duty for it").wait_for()
        assert await phone.locator("#begin").is_hidden()
        assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await wall.get_by_text("Підтримка: Waiting 1").wait_for()

        await card.get_by_role("button", name="Acknowledge").tap()
        await card.get_by_text("seen by Admin").wait_for()
        await expect(card.locator(".alert-unheard")).to_be_hidden()
        await expect(phone.locator("#unmanned")).to_be_hidden()
        await wall.get_by_text("seen by Admin").wait_for()
        await card.get_by_text("Last hour, whom to ask, boards").tap()
        await card.get_by_text("Nobody is free, over a limit or away.").wait_for()
        await card.get_by_role("link", name="Wall").wait_for()
        await card.get_by_role("button", name="Take it").tap()
        card = phone.locator("#own .alert")
        await card.get_by_text("yours").wait_for()
        await wall.get_by_text("Admin is on it").wait_for()
        await card.get_by_role("button", name="More").tap()  # stays open
        await card.get_by_label("A note").fill("until two")
        await card.get_by_role("button", name="overflow opened").tap()
        await card.get_by_text("overflow opened – Admin “until two”").wait_for()
        assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await card.get_by_role("button", name="Add the note").is_hidden()
        await card.get_by_label("A note").fill("asked Warsaw")
        await card.get_by_label("A note").press("Enter")
        await card.get_by_text("note – Admin “asked Warsaw”").wait_for()
        await card.get_by_label("A note").fill("they come")
        await card.get_by_role("button", name="15 min").tap()
        await phone.locator("#snoozed .alert").get_by_text("note – Admin “they come”").wait_for()
        await expect(wall.locator('.notice[data-sleeps="yes"] .icon use')).to_have_attribute(
            "href", re.compile("#alarm$")
        )
        await phone.locator("#snoozed .alert").get_by_role("button", name="Wake").tap()
        await card.get_by_role("button", name="15 min").wait_for()
        assert await card.get_by_text("snoozed by").count() == 0
        await card.get_by_role("button", name="the rest of the shift").tap()
        await phone.locator("#snoozed .alert").get_by_role("button", name="Wake").tap()
        await card.get_by_role("button", name="15 min").wait_for()

        await stream.append([Abandoned(contact="c1", source="pbx", time=now_ms(), id="2")])
        await phone.locator("#over .alert").get_by_text("back to normal · Admin had it").wait_for()
        await phone.get_by_text("No open alerts.").wait_for()
        await wall.get_by_text("No alerts").wait_for()
        await stream.append([Queued(contact="c2", queue="support", source="pbx", time=now_ms(), id="3")])
        last = phone.locator("#open .alert-before")
        await last.get_by_text("min: overflow opened – Admin “until two”; note – Admin “asked Warsaw”").wait_for()
        assert (await last.inner_text()).startswith("Last time ")
        sent = await phone.locator("#open .alert").get_attribute("data-alert")
        stranger = await browser.new_page()
        await stranger.goto(f"{url}/alerts?alert={sent}")
        assert stranger.url.endswith(f"/signin?next=%2Falerts%3Falert%3D{sent}"), "and from there to that alert"
        await stranger.close()
        await phone.goto(f"{url}/alerts?alert={sent}")
        await phone.locator("#open .alert-asked").wait_for()
        with suppress(Exception):
            await context.close()
    assert wrong == []


def queued(contact: str, queue: str) -> Queued:
    return Queued(contact=contact, queue=queue, source="pbx", time=now_ms(), id=contact)


@asynccontextmanager
async def looked_at(browser: Browser, config: Config, pointer: str) -> AsyncIterator[tuple[Page, Stream, str, Any]]:
    """/alerts on a phone, with no alert open: the page, the stream, the address, the cookie. No script of it fails."""
    wrong: list[str] = []
    async with running(config) as (url, cookie, stream):
        context = await browser.new_context(
            viewport={"width": 390, "height": 800}, has_touch=pointer == "finger", locale="en"
        )
        context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        await context.add_cookies([cookie])  # type: ignore[list-item]
        page = await context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(f"{url}/alerts")
        await page.get_by_text("No open alerts.").wait_for()
        yield page, stream, url, cookie
        with suppress(Exception):
            await context.close()
    assert wrong == []


async def test_on_a_phone_an_alert_has_acknowledge_and_take_in_front_and_the_rest_behind_one_press(
    browser: Browser, config: Config
) -> None:
    """Snoozes and the note filled half of each card, so that one alert needed most of a screen."""
    async with looked_at(browser, config, "finger") as (page, stream, _, _):
        await page.set_viewport_size({"width": 390, "height": 844})
        for queue in ("sales", "mail"):
            await stream.append([queued(queue, queue)])
        cards = page.locator("#open .alert")
        await expect(cards).to_have_count(2)
        card = cards.first
        pressed = [await card.get_by_role("button", name=name).bounding_box() for name in ("Acknowledge", "Take it")]
        assert all(pressed)
        assert len({round(box["y"]) for box in pressed if box}) == 1, "side by side"
        rest = [card.get_by_label("A note"), card.get_by_role("button", name="15 min")]
        for one in rest:
            await expect(one).to_be_hidden()
        folded = await card.bounding_box()
        more = card.get_by_role("button", name="More")
        await expect(more).to_have_attribute("aria-expanded", "false")
        await more.tap()
        for one in rest:
            await expect(one).to_be_visible()
        await expect(more).to_have_attribute("aria-expanded", "true")
        opened = await card.bounding_box()
        assert folded
        assert opened
        assert folded["height"] < 844 / 3 < opened["height"]
        await page.set_viewport_size({"width": 1280, "height": 844})
        await expect(more).to_be_hidden()
        await expect(cards.nth(1).get_by_label("A note")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_on_a_phone_each_link_at_the_head_is_whole(browser: Browser, config: Config, language: str) -> None:
    async with serving(config) as served:
        name, _, value = (await served.sign_in(FIRST)).partition("=")
        context = await browser.new_context(viewport={"width": 390, "height": 844}, locale=language)
        context.set_default_timeout(60_000)
        await context.add_cookies([{"name": name, "value": value, "url": served.origin}])
        phone = await context.new_page()
        await phone.goto(f"{served.origin}/alerts")
        links = await phone.locator(".alerts-head .page-links a").all()
        assert len(links) == 4
        boxes = [await link.bounding_box() for link in links]
        assert [box for box in boxes if not box or box["x"] < 0 or box["x"] + box["width"] > 390] == []
        await context.close()


@pytest.mark.parametrize("pointer", ["finger", "mouse"])
async def test_what_was_pressed_keeps_its_place_until_the_pointer_is_elsewhere(
    browser: Browser, config: Config, pointer: str
) -> None:
    async with looked_at(browser, config, pointer) as (page, stream, _, _):
        for contact, queue in (("a", "sales"), ("b", "support")):
            await stream.append([queued(contact, queue)])
            await (
                page.locator("#open .alert").get_by_text(f"{'Підтримка' if queue == 'support' else queue}:").wait_for()
            )
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
    browser: Browser, config: Config, pointer: str
) -> None:
    async with looked_at(browser, config, pointer) as (page, stream, url, cookie):
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
        async with httpx.AsyncClient(cookies={cookie["name"]: cookie["value"]}) as http, asyncio.timeout(60):
            while "Olena" not in (await http.get(f"{url}/api/v1/alerts")).text:
                await asyncio.sleep(0.05)
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


async def test_of_one_whose_owner_went_off_duty_the_page_says_that_nobody_has_it(
    open_page: Callable[..., Any], redis_url: str, namespace: str, tmp_path: Path
) -> None:
    said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": "1"}
    own: dict[str, Any] = {"source": "wallboard", "alert": "a"}
    config = Config(redis=Redis(url=redis_url, namespace=namespace), data=tmp_path, admin_token=TOKEN)
    async with serving(config) as served:
        await served.parts.stream.append([
            DutyTaken(who="Petro", until=now_ms() + 3_600_000, source="wallboard", id="on"),
            AlertRaised(rule="wait", severity="critical", value=3, attributes=said, id="a+", **own),
            AlertAssigned(who="Petro", id="a>", **own),
        ])  # fmt: skip
        page = await open_page(served, "/alerts")
        card = page.locator("#open .alert")
        await card.get_by_text("Petro is on it").wait_for()
        await expect(card.locator(".alert-unheard")).to_be_hidden()
        await expect(page.locator("#unmanned")).to_be_hidden()
        await served.parts.stream.append([DutyLeft(who="Petro", source="wallboard", id="off")])
        await expect(card.locator(".alert-unheard")).to_have_text("nobody has it now: Petro is off duty")
        await card.get_by_text("Petro had it, off duty now").wait_for()
        await expect(page.locator("#unmanned")).to_be_visible()
        await card.get_by_role("button", name="Take it").tap()
        await expect(page.locator("#own .alert .alert-unheard")).to_be_hidden()
        await expect(page.locator("#unmanned")).to_be_hidden()


async def test_a_new_critical_alert_is_named_at_once_while_the_order_is_kept_and_a_press_puts_it_in_order(
    open_page: Callable[..., Any], redis_url: str, namespace: str, tmp_path: Path
) -> None:
    said = {"kind": "queues", "metric": "waiting", "limit": "> 2", "since": "1"}
    config = Config(redis=Redis(url=redis_url, namespace=namespace), data=tmp_path, admin_token=TOKEN)
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


async def test_another_team_s_alerts_stand_below_ones_own_and_say_whose_they_are_and_the_card_says_every_condition(
    open_page: Callable[..., Any], redis_url: str, namespace: str, tmp_path: Path
) -> None:
    rule = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "and": [{"metric": "ready", "raise": "< 1"}]}
    settings = Settings(
        queue={"support": Queue(team="one"), "sales": Queue(team="two")}, alert={"wait": msgspec.convert(rule, Rule)}
    )
    config = Config(redis=Redis(url=redis_url, namespace=namespace), data=tmp_path, admin_token=TOKEN)
    async with serving(config) as served:
        said = {"kind": "queues", "metric": "waiting", "limit": "> 2", "since": "1"}
        await served.parts.stream.append([
            ConfigApplied(settings=msgspec.to_builtins(settings), source="wallboard", id="1"),
            *(
                AlertRaised(
                    alert=of, rule="wait", severity=severity, value=3, attributes=said | {"of": of},
                    source="wallboard", id=of,
                )
                for of, severity in (("sales", "critical"), ("support", "warning"))
            ),
        ])  # fmt: skip
        page = await open_page(served, "/alerts", "Olena", "lead", teams=("one",))
        cards = page.locator("#open .alert")
        await expect(cards).to_have_count(2)
        await expect(cards.first).to_contain_text("support: Waiting 3")
        await expect(cards.first).to_contain_text("and Ready: less than 1")
        await expect(cards.first).not_to_contain_text("for one")
        await expect(cards.first.locator(".alert-more")).to_be_visible()
        await expect(cards.last).to_contain_text("for two")
        await expect(cards.last.locator(".alert-more")).to_be_hidden()
        await expect(cards.last.get_by_role("button")).to_have_count(0)


async def test_what_waits_to_become_an_alert_is_shown_without_a_call_and_how_many_are_open_on_every_page(
    browser: Browser, config: Config
) -> None:
    async with running(config) as (url, cookie, stream):
        context = await browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, locale="en")
        context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        await context.add_cookies([cookie])  # type: ignore[list-item]
        page, other = await context.new_page(), await context.new_page()
        await other.goto(f"{url}/account")
        await expect(other.locator("#open-count")).to_be_hidden()
        await page.goto(f"{url}/alerts")
        await page.get_by_text("No open alerts.").wait_for()
        assert await page.locator("#waiting").is_hidden()
        await stream.append([queued("a", "support"), queued("b", "support")])
        waiting = page.locator("#waiting .alert-pending")
        await waiting.get_by_text("Підтримка: Waiting 2, limit > 1").wait_for()
        await expect(waiting.locator("small")).to_have_text(
            re.compile(r"^warning · crowd · since [\d:]{8}, an alert at [\d:]{8}$")
        )
        assert await waiting.get_by_role("button").count() == 0
        await expect(page.locator("#open .alert")).to_have_count(1)
        await other.bring_to_front()
        await expect(other.locator("#open-count")).to_have_text("1", timeout=60_000)
        await expect(other.locator("#open-count")).to_have_attribute("aria-label", "Open alerts: 1")
        assert await other.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await stream.append([Abandoned(contact=one, source="pbx", time=now_ms(), id=f"{one}-") for one in "ab"])
        await expect(waiting).to_have_count(0)
        await expect(other.locator("#open-count")).to_be_hidden(timeout=60_000)
        with suppress(Exception):
            await context.close()


async def notified(page: Page, wanted: list[str]) -> None:
    """Until these notifications stand."""
    async with asyncio.timeout(60):
        while await page.evaluate(NOTIFICATIONS) != wanted:
            await asyncio.sleep(0.1)


async def test_a_new_alert_calls_as_it_was_switched_on_and_the_browser_s_permission_is_to_be_seen(
    browser: Browser, config: Config
) -> None:
    wrong: list[str] = []
    async with running(config) as (url, cookie, stream):
        context = await browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, locale="en")
        context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        await context.add_cookies([cookie])  # type: ignore[list-item]
        await context.grant_permissions(["notifications"], origin=url)
        phone = await context.new_page()
        phone.on("pageerror", lambda error: wrong.append(str(error)))
        await phone.goto(f"{url}/alerts")
        await phone.get_by_text("No open alerts.").wait_for()
        await phone.get_by_role("button", name="Sound: off").tap()
        await phone.get_by_role("button", name="Sound: on", pressed=True).wait_for()
        await phone.get_by_role("button", name="Notifications: off").tap()
        await phone.get_by_role("button", name="Notifications: on", pressed=True).wait_for()
        assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

        await phone.reload()
        await phone.get_by_role("button", name="Notifications: on", pressed=True).wait_for()
        await phone.get_by_text("No open alerts.").wait_for()
        await stream.append([Queued(contact="c1", queue="support", source="pbx", time=now_ms(), id="1")])
        card = phone.locator("#open .alert")
        await card.get_by_role("button", name="Acknowledge").wait_for()
        await notified(phone, ["Open overflow"])
        await card.get_by_role("button", name="Acknowledge").tap()
        await notified(phone, [])

        await context.clear_permissions()
        blocked = phone.get_by_role("button", name="Notifications are blocked in this browser’s settings")
        await blocked.or_(phone.get_by_role("button", name="Notifications: off")).wait_for()
        with suppress(Exception):
            await context.close()
    assert wrong == []
