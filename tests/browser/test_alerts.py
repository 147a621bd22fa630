"""A lead's path on a phone, on the real line: an alert comes, two taps, the wall shows who is on it, it is over."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from boarded import with_boards
from playwright.async_api import Browser, expect
from ruledhouse import looked_at, queued

from tests.waiting import now_ms
from tests.web.conftest import FIRST, Served, serving  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.core.events import (
    Abandoned,
    AlertAssigned,
    AlertCleared,
    AlertRaised,
    ConfigApplied,
    DutyLeft,
    DutyTaken,
)
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.live import vitals
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.redis import connect
from wallboard.web.words import LANGUAGES

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOARD = """
title = "Wall"
[[tile]]
kind = "alerts"
at = [1, 1]
size = [12, 6]
"""


@pytest.fixture
def config(config: Config) -> Config:
    return with_boards(config, wall=BOARD)


async def test_that_no_worker_runs_stands_on_top_until_one_does(
    config: Config, open_page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, "LOOK_S", 0.05)
    async with connect(config.redis_url) as redis, serving(config) as served:
        keys = Keys(config.namespace)
        lease = Lease(redis, keys)
        token = await lease.acquire()
        assert token is not None
        await redis.persist(keys.lease)  # however long the pages take
        phone = await open_page(served, "/alerts", FIRST, screen={"locale": "pl"})
        await phone.locator("#begin").wait_for()
        line = phone.locator("#workerless")
        assert await line.is_hidden()
        others = [await phone.context.new_page() for _ in range(2)]
        for page, address in zip(others, ("/alerts/rules", "/shift"), strict=True):
            await page.goto(served.origin + address)
        await lease.release(token)
        for page in (phone, *others):
            said = re.compile(r"^Od \d\d:\d\d:\d\d nie działa żaden worker")
            await expect(page.locator("#workerless")).to_have_text(said, timeout=60_000)
        box, first = await line.bounding_box(), await phone.locator("#calls").bounding_box()
        assert box
        assert first is None or box["y"] < first["y"]
        assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await lease.acquire() is not None
        await redis.persist(keys.lease)
        for page in (phone, *others):
            await expect(page.locator("#workerless")).to_be_hidden(timeout=60_000)
        await phone.context.close()


async def test_an_alert_comes_is_taken_in_two_taps_and_is_over_on_phone_and_wall(
    browser: Browser, ruled: Served, open_page: Callable[..., Any]
) -> None:
    wrong, stream = list[str](), ruled.parts.stream
    phone = await open_page(ruled, "", FIRST)
    wall = await phone.context.new_page()
    for page in (phone, wall):
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    await wall.goto(f"{ruled.origin}/board/wall")
    await wall.wait_for_selector('.connection[data-level="good"]')
    await phone.goto(f"{ruled.origin}/alerts")
    await phone.get_by_text("No open alerts.").wait_for()
    await phone.locator("#duty").get_by_text("Nobody is on duty.").wait_for()
    await phone.get_by_role("button", name="4 h").tap()
    await phone.get_by_text("You are on duty until").wait_for()
    await phone.get_by_role("button", name="End my duty").tap()
    await phone.locator("#duty").get_by_text("Nobody is on duty.").wait_for()
    assert await phone.locator("#unmanned").is_hidden(), "while no alert is open"
    await stream.append([queued("c1", "support")])
    card = phone.locator("#open .alert")
    await card.get_by_text("Підтримка: Waiting 1, limit > 0").wait_for()
    assert await card.get_by_text("Open overflow").count() == 1
    await expect(card.locator(".alert-raised")).to_have_text("")
    await stream.append([queued("c0", "support")])
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
    await expect(card.get_by_role("button", name="overflow opened")).to_be_hidden()  # it is nobody's yet
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
    await expect(wall.locator('.notice[data-sleeps="yes"] .icon use')).to_have_attribute("href", re.compile("#alarm$"))
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
    await stream.append([queued("c2", "support")])
    last = phone.locator("#open .alert-before")
    await last.get_by_text("min: overflow opened – Admin “until two”; note – Admin “asked Warsaw”").wait_for()
    assert (await last.inner_text()).startswith("Last time ")
    sent = await phone.locator("#open .alert").get_attribute("data-alert")
    stranger = await browser.new_page()
    await stranger.goto(f"{ruled.origin}/alerts?alert={sent}")
    assert stranger.url.endswith(f"/signin?next=%2Falerts%3Falert%3D{sent}"), "and from there to that alert"
    await stranger.close()
    await phone.goto(f"{ruled.origin}/alerts?alert={sent}")
    await phone.locator("#open .alert-asked").wait_for()
    assert wrong == []


async def test_on_a_phone_an_alert_has_acknowledge_and_take_in_front_and_the_rest_behind_one_press(
    ruled: Served, open_page: Callable[..., Any]
) -> None:
    """Snoozes and the note filled half of each card, so that one alert needed most of a screen."""
    page, stream = await looked_at(ruled, open_page, "finger"), ruled.parts.stream
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


async def test_on_a_phone_it_is_asked_behind_one_press_what_was_done_about_one_that_is_over(
    ruled: Served, open_page: Callable[..., Any]
) -> None:
    """Five buttons under each of them made the page six screens longer."""
    page, stream = await looked_at(ruled, open_page, "finger"), ruled.parts.stream
    await stream.append([queued("c", "sales")])
    await expect(page.locator("#open .alert")).to_have_count(1)
    await stream.append([Abandoned(contact="c", source="pbx", time=now_ms(), id="c-")])
    card = page.locator("#over .alert")
    called = card.get_by_role("button", name="called back")
    ask = card.get_by_role("button", name="What was done")
    await expect(ask).to_be_visible()
    await expect(called).to_be_hidden()
    await ask.tap()
    await called.tap()
    await card.get_by_text("called back – Admin").wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_on_a_phone_the_links_at_the_head_stand_behind_one_word_and_each_is_whole(
    ruled: Served, open_page: Callable[..., Any], language: str
) -> None:
    phone = await open_page(ruled, "/alerts", FIRST, screen={"locale": language})
    head = phone.locator(".alerts-head")
    folded = await head.bounding_box()
    assert folded
    assert folded["height"] < 80, "one line: the alerts begin below it"
    await head.locator("summary").tap()
    links = head.locator("a:visible")
    await expect(links).to_have_count(5)
    boxes = [await link.bounding_box() for link in await links.all()]
    small = [box for box in boxes if not box or box["height"] < 44 or box["x"] < 0 or box["x"] + box["width"] > 390]
    assert small == []


async def test_of_one_whose_owner_went_off_duty_the_page_says_that_nobody_has_it(
    config: Config, open_page: Callable[..., Any]
) -> None:
    said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": "1"}
    own: dict[str, Any] = {"source": "wallboard", "alert": "a"}
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


async def test_an_alert_of_yesterday_says_so(config: Config, open_page: Callable[..., Any]) -> None:
    """ "since 14:03" was read as of today."""
    about = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": "1"}
    named: dict[str, Any] = {"alert": "a", "source": "wallboard"}
    async with serving(config) as served:
        raised = AlertRaised(rule="wait", severity="critical", value=3, attributes=about, id="a+", **named)
        await served.parts.stream.append([msgspec.structs.replace(raised, time=now_ms() - 30 * 3_600_000)])
        page = await open_page(served, "/alerts")
        when = page.locator("#open .alert-when")
        await expect(when).to_have_text(re.compile(r"· since \w+ \d+ \d\d:\d\d"))
        await served.parts.stream.append([AlertCleared(id="a-", **named)])
        await expect(page.locator("#over .alert-when")).to_have_text(re.compile(r"· \w+ \d+ \d\d:\d\d–\d\d:\d\d ·"))


async def test_another_team_s_alerts_stand_below_ones_own_and_say_whose_they_are_and_the_card_says_every_condition(
    config: Config, open_page: Callable[..., Any]
) -> None:
    rule = {"metric": "waiting", "queues": ["*"], "raise": "> 2", "and": [{"metric": "ready", "raise": "< 1"}]}
    settings = Settings(
        queue={"support": Queue(team="one"), "sales": Queue(team="two")}, alert={"wait": msgspec.convert(rule, Rule)}
    )
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
    ruled: Served, open_page: Callable[..., Any]
) -> None:
    stream, page = ruled.parts.stream, await open_page(ruled, "", FIRST)
    other = await page.context.new_page()
    await other.goto(f"{ruled.origin}/account")
    await expect(other.locator("#open-count")).to_be_hidden()
    await page.goto(f"{ruled.origin}/alerts")
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


async def test_of_many_that_are_over_the_last_twenty_stand_on_the_page_and_one_that_a_message_leads_to(
    config: Config, open_page: Callable[..., Any]
) -> None:
    async with serving(config) as served:
        for number in range(25):
            base: dict[str, Any] = {"alert": f"a{number}", "rule": "wait", "source": "wallboard"}
            said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": str(now_ms())}
            await served.parts.stream.append([
                AlertRaised(severity="critical", value=3, attributes=said, id=f"{number}+", **base),
                AlertCleared(id=f"{number}-", **base),
            ])  # fmt: skip
        await served.until("/api/v1/alerts", lambda listed: len(listed["over"]) == 25)
        page = await open_page(served, "/alerts", FIRST)
        over = page.locator("#over .alert")
        await expect(over).to_have_count(20, timeout=60_000)
        await expect(page.locator("#past a")).to_have_attribute("href", "/alerts/day")
        await page.goto(f"{served.origin}/alerts?alert=a1")
        await expect(over).to_have_count(21, timeout=60_000)
        await expect(over.last).to_have_attribute("data-alert", "a1")
