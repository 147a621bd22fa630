"""An agent sees their own day and nothing of anybody else; one tap tags one of their contacts."""

import asyncio
import shutil
import time
from typing import Any

import pytest
from playwright.async_api import async_playwright, expect

from wallboard.core.quarters import Interval
from wallboard.core.windows import business_day
from wallboard.web.me import beside, usual

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
ME, TAGS = "/api/v1/me", "/api/v1/me/tags"


async def floor(served: Any) -> int:
    """Both signed in 90 s ago and had a contact each; gives that instant."""
    now_ms = time.time_ns() // 1_000_000
    told: list[dict[str, Any]] = []
    for n, agent in enumerate(("anna", "boris")):
        contact, at_ms = f"c{n}", now_ms - 90_000
        told += [
            {"type": "agent.signed_in", "agent": agent, "name": agent.title(), "time": at_ms},
            {"type": "contact.queued", "contact": contact, "queue": "support", "channel": "chat", "time": at_ms},
            {"type": "contact.answered", "contact": contact, "agent": agent, "time": at_ms + 1000},
            {"type": "contact.ended", "contact": contact, "agent": agent, "time": at_ms + 61_000},
        ]
    answer = await served.http.post("/api/v1/events", json=[{"source": "pbx", **event} for event in told])
    assert answer.json()["rejected"] == []
    await served.until("/api/v1/state", lambda state: len(state.get("agents", ())) >= 2)
    return now_ms - 90_000


async def agent(served: Any, *agents: str) -> dict[str, str]:
    return await served.headers_of("Anna", "agent", agents=agents)


async def test_ones_own_contacts_are_told_and_nobody_elses(served: Any) -> None:
    await floor(served)
    answer = await served.anonymous.get(ME, headers=await agent(served, "anna"))
    assert answer.status_code == 200, answer.text
    (mine,) = answer.json()["agents"]
    assert (mine["id"], mine["handled"], mine["channels"], mine["usual"]) == ("anna", 1, {"chat": 1}, {"shifts": 0})
    assert [row["contact"] for row in mine["contacts"]] == ["c0"]
    assert "oris" not in answer.text
    assert "c1" not in answer.text


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here: apt install chromium")
async def test_of_an_agent_whom_nobody_has_seen_the_page_says_so_and_shows_no_nought(served: Any) -> None:
    await floor(served)
    headers = await agent(served, "999")
    mine = (await served.anonymous.get(ME, headers=headers)).json()["agents"]
    assert mine == [
        {"id": "999", "name": "999", "contacts": [], "channels": {}, "unseen": True, "usual": {"shifts": 0}}
    ]
    name, value = headers["cookie"].split("=", 1)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.context.add_cookies([{"name": name, "value": value, "url": served.origin}])
        await page.goto(f"{served.origin}/me", timeout=60_000)
        await expect(page.locator(".me-unseen")).to_contain_text("Nobody with the id 999", timeout=60_000)
        assert await page.locator(".me-figure .value").all_inner_texts() == ["–"] * 5
        await browser.close()


async def test_one_tap_tags_an_own_contact_once_and_no_other(served: Any) -> None:
    await floor(served)
    headers = await agent(served, "anna")
    for _ in range(2):
        told = {"contact": "c0", "source": "pbx", "tag": "thanks"}
        assert (await served.anonymous.post(TAGS, json=told, headers=headers)).status_code == 202
    async with asyncio.timeout(60):
        while not (mine := (await served.anonymous.get(ME, headers=headers)).json()["agents"][0])["tags"]["thanks"]:
            await asyncio.sleep(0.03)
    assert mine["contacts"][0]["tags"] == ["thanks"]
    state = (await served.http.get("/api/v1/state")).json()
    assert state["agents"]["anna"]["tags"] == {"thanks": 1}
    assert "wallboard" not in state["sources"]
    line, again = (line for line in await asyncio.to_thread(served.parts.audit.read) if line.what == "contact.tagged")
    assert (line.who, line.detail) == ("Anna", {"id": "c0", "source": "pbx", "agent": "anna", "tag": "thanks"})
    assert again.detail == line.detail
    wrong: dict[str, tuple[Any, int]] = {
        "a colleague's": ({"contact": "c1", "source": "pbx", "tag": "thanks"}, 404),
        "another source's": ({"contact": "c0", "source": "crm", "tag": "thanks"}, 404),
        "another tag": ({"contact": "c0", "source": "pbx", "tag": "lazy"}, 422),
        "a typo": ({"contact": "c0", "source": "pbx", "tga": "thanks"}, 422),
    }
    for case, (body, status) in wrong.items():
        assert (await served.anonymous.post(TAGS, json=body, headers=headers)).status_code == status, case
    assert (await served.anonymous.post(TAGS, content=b"{", headers=headers)).status_code == 400


@pytest.mark.parametrize("role", ["viewer", "agent", "lead", "admin"])
async def test_whoever_is_bound_to_no_agent_has_no_day(served: Any, role: str) -> None:
    await floor(served)
    headers = await served.headers_of("Vera", role)
    assert (await served.anonymous.get(ME, headers=headers)).status_code == 403
    told = {"contact": "c0", "source": "pbx", "tag": "thanks"}
    assert (await served.anonymous.post(TAGS, json=told, headers=headers)).status_code == 403
    page = await served.anonymous.get("/me", headers=headers)
    assert page.status_code == 200
    assert "js/me.js" not in page.text
    assert "wallboard person set Vera --agent ID" in page.text


async def test_an_agent_sees_neither_the_floor_nor_names_nor_a_colleagues_history(served: Any) -> None:
    await floor(served)
    headers = await agent(served, "anna")
    for path in ("/floor", "/names", "/api/v1/names", "/api/v1/floor?queue=support", "/api/v1/history?agent=boris"):
        assert (await served.anonymous.get(path, headers=headers)).status_code == 403, path
    assert "/me" in (await served.anonymous.get("/me", headers=headers)).text
    assert 'href="/floor"' not in (await served.anonymous.get("/me", headers=headers)).text


async def test_since_when_one_works_is_told_until_one_goes(served: Any) -> None:
    """Work begins with the first contact, which was answered a second after it came."""
    began_ms = await floor(served) + 1_000
    headers = await agent(served, "anna")

    async def mine() -> dict[str, Any]:
        (found,) = (await served.anonymous.get(ME, headers=headers)).json()["agents"]
        return dict(found)

    assert (await mine())["stretch_since"] == began_ms
    gone = {"type": "agent.signed_out", "agent": "anna", "source": "pbx"}
    assert (await served.http.post("/api/v1/events", json=gone)).json()["rejected"] == []
    async with asyncio.timeout(60):
        while "stretch_since" in await mine():
            await asyncio.sleep(0.03)
    assert (await mine())["handled"] == 1, "the day is there still"


async def test_usual_is_worked_out_from_the_last_ten_days_of_the_record(served: Any) -> None:
    """By hand: n contacts of n s each on the n-th day back: 55 contacts, 385 s. Two marks that make 4 on the first day,
    one 4 on the others: 40 / 11. Thanks each second day. An eleventh day, and a colleague's, change nothing."""
    site = next(iter(served.parts.pipeline.floor.settings.sites.values()))
    today = business_day(served.parts.clock_ms(), site.zone, site.day_starts)
    told: dict[Interval, dict[str, int]] = {}
    for n in range(1, 12):
        noon_ms = today.started_ms - n * 86_400_000 + 43_200_000
        amounts = {"handled": n, "talk_ms": n * n * 1_000, "rated": 1 + (n == 1), "rating_milli": 4_000}
        amounts |= {"tags.thanks": 1} if n % 2 == 0 else {}
        told[Interval("agents", "anna", noon_ms, "event")] = amounts if n < 11 else {"handled": 1_000, "talk_ms": 1}
        told[Interval("agents", "boris", noon_ms, "event")] = {"handled": 77, "talk_ms": 77_000}
    served.parts.history.fill(told, [], {})
    await floor(served)
    answer = await served.anonymous.get(ME, headers=await agent(served, "anna"))
    assert answer.json()["agents"][0]["usual"] == {
        "shifts": 10, "handled": 5.5, "talk_avg_s": 7.0, "rating_avg": pytest.approx(40 / 11), "tags.thanks": 0.5,
        "tags.hostile": 0,
    }  # fmt: skip


def test_usual_is_the_mean_of_the_last_ten_days_with_work_each_contact_and_mark_counting_alike():
    """By hand: 12 days, of which the first is too old and one was free. Talk: (10 × 60 + 30 × 120) / 40 = 105 s."""
    old = {"handled": 1000, "talk_s": 1, "rated": 0, "tags": {}}
    free = {"handled": 0, "talk_s": 0, "rated": 0}
    short = {"handled": 10, "talk_s": 600, "rated": 1, "rating_avg": 5, "tags": {"thanks": 2}}
    long = {"handled": 30, "talk_s": 3600, "rated": 3, "rating_avg": 3, "tags": {}}
    found = usual([old, *[short, long] * 2, free, *[short, long] * 3])
    assert found == {
        "shifts": 10, "handled": 20, "tags.thanks": 1, "tags.hostile": 0, "talk_avg_s": 105, "rating_avg": 3.5,
    }  # fmt: skip
    assert usual([free]) == {"shifts": 0}


def test_there_is_no_usual_mark_of_days_with_several_scales():
    """Of one day it is not known; two days each have their own."""
    of_5 = {"handled": 1, "rated": 2, "rating_avg": 4, "rating_best": 5}
    of_10 = {"handled": 1, "rated": 2, "rating_avg": 8, "rating_best": 10}
    assert usual([of_5, of_5])["rating_avg"] == 4
    assert usual([of_5, of_5])["rating_best"] == 5
    assert "rating_avg" not in usual([of_5, of_10])
    assert "rating_avg" not in usual([of_5, {"handled": 1, "rated": 2}])


def test_beside_today_s_marks_there_is_no_usual_one_of_another_scale() -> None:
    of_5, of_10 = ({"rating_avg": 4, "rating_best": best} for best in (5, 10))
    own = {"shifts": 2, "handled": 1}
    assert beside(of_5, own | of_5)["usual"] == own | of_5
    assert beside(of_10, own | of_5)["usual"] == own
    assert beside(of_10, own | {"rating_avg": 4})["usual"] == own, "an older record does not know the scale"
    assert beside({}, own | of_5)["usual"] == own | of_5, "nobody marked today"
