"""/alerts/report: kept days against the targets, in plain words, of the lead's teams alone; and what would help."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count as counting
from typing import Any

import httpx
import pytest

from tests.happened import happened
from tests.waiting import until
from wallboard.core.events import (
    Abandoned,
    AlertAcknowledged,
    AlertActed,
    AlertCleared,
    AlertRaised,
    Event,
    Queued,
)
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.record.days import Days
from wallboard.web import lookback
from wallboard.web.words import LANGUAGES

PAGE = "/alerts/report"
NOON_MS = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
DAY = {"from": "2026-03-02", "to": "2026-03-02"}
RULE = Rule(metric="oldest_wait_s", queues=["*"], raises="> 60", clears="< 10", action="Call them back.", when="always")
SETTINGS = Settings(alert={"long": RULE}, queue={"support": Queue(team="one"), "sales": Queue(team="two")})


def acted(name: str, raised_ms: int) -> list[Event]:
    """Five seconds later somebody sees to it, and finds that it was nothing."""
    result = {"result": "false_alarm"}
    return [
        AlertAcknowledged(alert=name, time=raised_ms + 5_000, who="Ann"),
        AlertActed(alert=name, time=raised_ms + 9_000, who="Ann", attributes=result),
    ]


BRIEF = (64, 64, 64, 64, 64, 300)


def waits(queue: str, lasting: Sequence[int] = BRIEF) -> list[Event]:
    """Six waits: of 64 s, and one of 300 s, on which somebody acted. The rule speaks after 60 s."""
    told: list[Event] = []
    for n, for_s in enumerate(lasting):
        at_ms, name = NOON_MS + n * 400_000, f"{queue}-{n}"
        raised_ms, over_ms = at_ms + 61_000, at_ms + for_s * 1000
        said = {"kind": "queues", "of": queue}
        told += [
            Queued(time=at_ms, source="pbx", contact=name, queue=queue),
            AlertRaised(alert=name, rule="long", severity="critical", time=raised_ms, attributes=said),
            *(acted(name, raised_ms) if for_s == 300 else []),
            Abandoned(time=over_ms, source="pbx", contact=name, queue=queue),
            AlertCleared(alert=name, rule="long", time=over_ms),
        ]
    return told


@pytest.fixture
async def kept(config: Any, served_elsewhere: Any) -> Any:
    """A server that has kept a day of two queues, each of another team."""
    async with keeping(config, served_elsewhere) as served:
        yield served


@asynccontextmanager
async def keeping(
    config: Any, served_elsewhere: Any, lasting: Sequence[int] = BRIEF, **clock: Any
) -> AsyncIterator[Any]:
    told = sorted([*waits("support", lasting), *waits("sales", lasting)[:12]], key=lambda event: event.time or 0)
    Days(config.events).append(happened(told))
    async with served_elsewhere(replace(config, settings=SETTINGS), **clock) as served:
        await served.apply(SETTINGS)
        await until(lambda: "long" in served.parts.pipeline.floor.settings.alert)
        yield served


async def read(http: httpx.AsyncClient, headers: dict[str, str] | None = None, **query: str) -> str:
    """The page, once the days were read: it asks again by itself until then. Whoever reads them gives way to others."""
    async with asyncio.timeout(300):
        while True:
            answer = await http.get(PAGE, params=DAY | query, headers=headers)
            assert answer.status_code == 200, answer.text
            if "refresh" not in answer.headers:
                return answer.text.replace("\u00a0", " ")
            assert "The kept days are being read" in answer.text or query.get("lang")


def measure(page: str, words: str) -> tuple[str, str]:
    """Its figure, and what stands beside it."""
    found = re.search(rf"<dt>{re.escape(words)}</dt>\s*<dd><b>([^<]*)</b>(.*?)</dd>", page, re.S)
    assert found, words
    return found[1], " ".join(re.sub(r"<[^>]*>", " ", found[2]).split())


async def test_each_figure_stands_beside_its_target_in_plain_words(kept: Any) -> None:
    """Six of `support`, three of `sales`; eight were over after 3 s; one was acted on, after 5 s."""
    page = await read(kept.http)
    assert "Alerts raised: 9" in page
    assert measure(page, "Went off and came back within 10 seconds") == ("8", "at most 0 ✗ not as it should be")
    assert measure(page, "In the worst ten minutes") == ("4", "at most 10 ✓ as it should be")
    assert measure(page, "Nobody acted") == ("88.9 %", "")
    assert measure(page, "False alarms") == ("11.1 %", "")
    assert measure(page, "Until somebody acted (half of them)") == ("0:05", "")
    assert measure(page, "Open over a day, on the worst day") == ("0", "under 5 ✓ as it should be")
    assert measure(page, "Critical, of all") == ("100.0 %", "about 5 %, at most twice that too few to say")
    assert "Alerts: 9, 100.0 % of all" in page
    assert "<p>each queue · long · Alerts: 9" in page
    assert "raised before the rule was changed" not in page
    assert "nobody acted: 8 · false alarms: 1<" in page
    assert "What is kept begins at 2026-03-02 12:00" in page


async def test_a_lead_of_a_team_sees_the_alerts_of_that_team_alone(kept: Any) -> None:
    for team, count in (("one", 6), ("two", 3), ("three", 0)):
        headers = {"cookie": await kept.sign_in(team, "lead", teams=(team,))}
        page = await read(kept.anonymous, headers)
        assert f"Alerts raised: {count}" in page, team
        assert (f"Alerts: {count}, 100.0 % of all" in page) == bool(count)
    headers = {"cookie": await kept.sign_in("two", "lead", teams=("two",))}
    page = await read(kept.anonymous, headers, **{"try": "long"})
    assert versions(page)[0] == ["as it is", "3", "3", "2", "0:04"], "the trial too"


def versions(page: str) -> list[list[str]]:
    """Of each version, which is a column: how it differs, and its numbers."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition('id="tried"')[2], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    told = [[re.sub(r"<[^>]*>", " ", cell).strip() for cell in row] for row in cells]
    return [list(column) for column in zip(*told, strict=True)][1:]


async def test_what_would_help_is_proved_by_a_trial_over_the_same_days(kept: Any) -> None:
    """The brief ones are over 4 s after they were raised, seen on whole seconds: a `for` of 10 s keeps back all but the
    one that was acted on, which lasts until the last event."""
    page = await read(kept.http)
    assert "What may help: <b>For how long: 10 s</b>" in page
    assert "<b>Longest wait: more than 1:00</b>" in page, "what the rule says"
    [link] = re.findall(r'href="(/alerts/report\?[^"]*try=long[^"]*)"', page)
    assert link.endswith("#tried")
    page = await read(kept.http, **{"try": "long"})
    assert versions(page) == [
        ["as it is", "9", "9", "4", "0:04", "1 of 1"],
        ["For how long: 10 s  for = &#34;10s&#34;", "1", "1", "1", "–", "1 of 1"],
    ]


async def test_of_a_rule_on_which_mostly_nobody_acts_it_says_what_may_help(config: Any, served_elsewhere: Any) -> None:
    """Each lasts for 80 s, none comes back soon, and of nine somebody acts on none."""
    async with keeping(config, served_elsewhere, [141] * 6) as served:
        page = await read(served.http)
    assert "Went off and came back within 10 seconds: 0 · kept going off and coming back: 0 · nobody acted: 9" in page
    assert "Mostly nobody acts on it, or it is a false alarm. What may help: <b>For how long: 2 min</b>" in page
    assert "It goes off and comes back" not in page


async def test_what_another_limit_raised_and_what_is_too_new_to_count_is_said(
    config: Any, served_elsewhere: Any
) -> None:
    """Eight minutes after the first one: two under the limit of now, open, and three of the one before."""
    told: list[Event] = []
    for n, limit in enumerate(("> 20", "> 20", "> 20", "> 60", "> 60")):
        said = {"kind": "queues", "of": "support", "metric": "oldest_wait_s", "limit": limit}
        at_ms = NOON_MS + n * 60_000
        told.append(AlertRaised(alert=f"n{n}", rule="long", severity="critical", time=at_ms, attributes=said))
        told += [AlertCleared(alert=f"n{n}", rule="long", time=at_ms + 30_000)] if n < 3 else []
    Days(config.events).append(happened(told))
    now_ms = NOON_MS + 480_000
    async with served_elsewhere(replace(config, settings=SETTINGS), clock_ms=lambda: now_ms) as served:
        await served.apply(SETTINGS)
        await until(lambda: "long" in served.parts.pipeline.floor.settings.alert)
        page = await read(served.http)
    assert measure(page, "In ten minutes, on average") == ("5", "at most 1 too few to say")
    assert measure(page, "Nobody acted") == ("100.0 %", "not counted yet, of the last ten minutes: 2")
    assert "nobody acted: 3 · raised before the rule was changed: 3<" in page


async def test_a_span_with_today_is_worked_out_once_however_often_the_page_asks_again(
    config: Any, served_elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is noon of the last day, and a millisecond goes by with each look at the clock."""
    children, started = [], asyncio.create_subprocess_exec

    async def starts(*given: Any, **more: Any) -> Any:
        children.append(given)
        return await started(*given, **more)

    monkeypatch.setattr("asyncio.create_subprocess_exec", starts)
    monkeypatch.setattr(lookback, "KEPT_MS", 10**9)
    now_ms = counting(NOON_MS + 4 * 3_600_000)
    async with keeping(config, served_elsewhere, clock_ms=lambda: next(now_ms)) as served:
        pages = [await read(served.http, **{"try": "long"}) for _ in range(3)]
    assert [versions(page)[0] for page in pages] == [["as it is", "9", "9", "4", "0:04", "1 of 1"]] * 3
    assert len(children) == 2, "the kept alerts, and one trial"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_said_in_every_language_and_needs_no_script(kept: Any, language: str) -> None:
    page = await read(kept.http, lang=language, **{"try": "long"})
    assert f'lang="{language}"' in page
    assert "report." not in re.sub(r'(href|class|action|id)="[^"]*"', "", page)
    assert re.findall("<script[^>]*>", page) == ['<script type="module" src="/static/js/opencount.js">'], (
        "the page's head, no part of it"
    )
    assert "style=" not in page


WRONG = {
    "no date": ({"from": "monday"}, 422),
    "backwards": ({"from": "2026-03-03", "to": "2026-03-02"}, 422),
    "too many": ({"from": "2025-03-03", "to": "2026-03-02"}, 422),
    "before the first year": ({"from": "0001-01-01", "to": "0001-01-01"}, 422),
    "a typo": ({"form": "2026-03-02"}, 400),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_cannot_be_meant_is_said(served: Any, case: str) -> None:
    query, status = WRONG[case]
    assert (await served.http.get(PAGE, params=query)).status_code == status


async def test_where_nothing_is_kept_the_page_says_so(served: Any) -> None:
    assert "Nothing is kept of these days." in (await served.http.get(PAGE)).text


async def test_a_rule_that_is_not_there_any_more_cannot_be_tried(kept: Any) -> None:
    await read(kept.http)
    assert (await kept.http.get(PAGE, params=DAY | {"try": "gone"})).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("agent", 403), ("lead", 200), ("admin", 200)])
async def test_it_is_for_leads(served: Any, role: str, status: int) -> None:
    headers = {"cookie": await served.sign_in("Vera", role)}
    assert (await served.anonymous.get(PAGE, headers=headers)).status_code == status


async def test_a_file_that_cannot_be_read_is_named(kept: Any) -> None:
    (kept.parts.config.events / "2026-03-01.ndjson.gz").write_bytes(b"no gzip")
    async with asyncio.timeout(300):
        while (answer := await kept.http.get(PAGE, params=DAY)).status_code == 200:
            assert "refresh" in answer.headers
    assert answer.status_code == 503
    assert "2026-03-01" in answer.text
