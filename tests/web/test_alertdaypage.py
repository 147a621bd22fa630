"""/alerts/day: the alerts that were raised on a past day, who had them and what was done, of the lead's teams alone."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.happened import happened
from tests.waiting import until
from wallboard.core.events import (
    AlertAcknowledged,
    AlertActed,
    AlertAssigned,
    AlertCleared,
    AlertRaised,
    AlertSnoozed,
    Event,
)
from wallboard.core.settings import Queue, Settings
from wallboard.record.days import Days
from wallboard.web import alertdaypage
from wallboard.web.words import LANGUAGES

PAGE, DAY = "/alerts/day", "2026-03-02"
SETTINGS = Settings(queue={"support": Queue(team="one", name="Support"), "sales": Queue(team="two", name="Sales")})


def at(hour: int, minute: int = 0, day: int = 2) -> int:
    return int(datetime(2026, 3, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


def raised(alert: str, at_ms: int, of: str = "support", kind: str = "queues") -> Event:
    said = {"kind": kind, "of": of, "metric": "waiting", "limit": "> 2"}
    return AlertRaised(alert=alert, rule="long", severity="critical", value=3, time=at_ms, attributes=said)


TOLD: list[Event] = [
    raised("before", at(23, 58, day=1)),
    AlertCleared(alert="before", time=at(0, 1)),
    raised("a", at(9)),
    AlertAssigned(alert="a", who="Ann", time=at(9, 1)),
    AlertActed(alert="a", who="Ben", time=at(9, 2), attributes={"result": "talked"}, note="all well"),
    raised("b", at(9, 3), of="sales"),
    AlertSnoozed(alert="b", who="Eve", until=at(9, 30), time=at(9, 4)),
    AlertCleared(alert="a", time=at(9, 5)),
    raised("person", at(10), of="Kim", kind="agents"),
    AlertCleared(alert="person", time=at(10, 1)),
    raised("days", at(11), of="team:two", kind="groups"),
    raised("late", at(23, 59)),
    AlertAcknowledged(alert="late", who="Ann", time=at(0, 2, day=3)),
    AlertCleared(alert="late", time=at(0, 3, day=3)),
    raised("after", at(0, 4, day=3)),
    AlertCleared(alert="days", time=at(8, 30, day=6)),
]


@pytest.fixture
async def kept(config: Any, served_elsewhere: Any) -> AsyncIterator[Any]:
    Days(config.events).append(happened(TOLD))
    async with served_elsewhere(replace(config, settings=SETTINGS)) as served:
        await served.apply(SETTINGS)
        await until(lambda: "support" in served.parts.pipeline.floor.settings.queue)
        yield served


async def read(http: httpx.AsyncClient, headers: dict[str, str] | None = None, **query: str) -> str:
    """The page, once the day was read: it asks again by itself until then."""
    async with asyncio.timeout(300):
        while True:
            answer = await http.get(PAGE, params={"day": DAY} | query, headers=headers)
            assert answer.status_code == 200, answer.text
            if "refresh" not in answer.headers:
                return answer.text.replace("\u00a0", " ")


def alerts(page: str) -> list[list[str]]:
    """Of each what it says and what stands below."""
    lines = re.findall(r"<li data-severity=.*?</li>", page, re.S)
    return [re.findall(r"<(?:b|span)>(.*?)</(?:b|span)>", line, re.S) for line in lines]


async def test_the_alerts_that_were_raised_on_a_day_stand_with_who_did_what_and_when_they_ended(kept: Any) -> None:
    page = await read(kept.http)
    assert "Alerts raised: 5<" in page
    assert alerts(page) == [
        ["Support: Waiting 3 when raised, limit &gt; 2", "critical, long, 09:00–09:05", "Ann had it",
         "seen by Ben", "talked to them (Ben) “all well”"],
        ["Sales: Waiting 3 when raised, limit &gt; 2", "critical, long, 09:03–end not known", "was snoozed by Eve"],
        ["Kim: Waiting 3 when raised, limit &gt; 2", "critical, long, 10:00–10:01", "nobody acted"],
        ["two: Waiting 3 when raised, limit &gt; 2", "critical, long, 11:00–2026-03-06 08:30", "nobody acted"],
        ["Support: Waiting 3 when raised, limit &gt; 2", "critical, long, 23:59–next day 00:03", "seen by Ann"],
    ]  # fmt: skip
    assert "Times are of UTC." in page


async def test_a_lead_of_a_team_sees_the_alerts_of_that_team_and_of_no_person_of_another(kept: Any) -> None:
    for team, begun in (("one", ["09:00", "23:59"]), ("two", ["09:03", "11:00"]), ("three", [])):
        headers = {"cookie": await kept.sign_in(team, "lead", teams=(team,))}
        found = alerts(await read(kept.anonymous, headers))
        assert [line[1].split(", ")[2].partition("–")[0] for line in found] == begun, team


async def test_one_that_is_open_still_says_so_and_the_first_of_many_are_shown(
    kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alertdaypage, "MOST", 2)
    await kept.parts.stream.append([raised("b", at(9, 3), of="sales")])
    async with asyncio.timeout(60):
        while "b" not in kept.parts.pipeline.floor.alerts.open:
            await asyncio.sleep(0.03)
    page = await read(kept.http)
    assert "Alerts raised: 5 · Shown are the first 2<" in page
    assert [line[1] for line in alerts(page)] == ["critical, long, 09:00–09:05", "critical, long, 09:03–still open"]


async def test_a_day_of_which_nothing_is_kept_and_one_that_is_none(kept: Any) -> None:
    assert "Nothing is kept of these days." in await read(kept.http, day="2025-01-01")
    assert "Nothing is kept of these days." in await read(kept.http, day="2026-02-28"), "the day before the first"
    assert (await kept.http.get(PAGE, params={"day": "tomorrow"})).status_code == 422
    assert (await kept.http.get(PAGE, params={"dat": DAY})).status_code == 400
    assert 'name="day" value="20' in (await kept.http.get(PAGE)).text, "the day before, where none is asked for"
    assert 'href="/alerts/day"' in (await kept.http.get("/alerts")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_speaks_each_language(kept: Any, language: str) -> None:
    page = await read(kept.http, lang=language)
    assert f'<html lang="{language}"' in page
    assert "alertday." not in page
