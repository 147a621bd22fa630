"""A rule is tried over HTTP before it counts: over kept days, as it stands and as a text says, by the real command."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.happened import happened
from tests.waiting import until
from wallboard.config import Config
from wallboard.configfile import as_written
from wallboard.core.events import Abandoned, Queued
from wallboard.record.days import Days
from wallboard.web import ruletrial

TRY = "/api/v1/alerts/try-rule"
RULE = """\
[alert.long]
metric = "oldest_wait_s"
queues = ["*"]
raise = "> 60"
for = "10s"
"""
SITE = """\
[site.main]
shifts = { noon = "11:00-13:00", night = "20:00-23:00" }
[queue.support]
name = "Support line"
"""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATIENT_S = 600
DAYS = {"first": "2026-03-02", "last": "2026-03-02"}


@pytest.fixture
async def served(
    config: Config, served_elsewhere: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    """One kept day: at noon a wait of 200 s, then one of 90 s. The command gives way to others, so it has time."""
    monkeypatch.setattr(ruletrial, "TRY_S", PATIENT_S)
    file = tmp_path / "wallboard.toml"
    file.write_text(RULE + SITE, encoding="utf-8")
    noon_ms = int(NOON.timestamp() * 1000)
    told = [
        event
        for at_s, for_s in ((0, 200), (1000, 90))
        for event in (
            Queued(time=noon_ms + at_s * 1000, source="pbx", contact=f"c{at_s}", queue="support"),
            Abandoned(time=noon_ms + (at_s + for_s) * 1000, source="pbx", contact=f"c{at_s}"),
        )
    ]
    config = replace(config, file=file, settings=as_written(file, {}).settings)
    Days(config.events).append(happened(told))
    async with served_elsewhere(config) as found:
        await found.apply(config.settings)
        await until(lambda: "support" in found.parts.pipeline.floor.settings.queue)
        yield found


async def tried(served: Any, text: str, **more: str) -> Any:
    return await served.http.post(TRY, json={"text": text, **DAYS, **more}, timeout=PATIENT_S)


async def test_two_versions_of_a_rule_stand_side_by_side(served: Any) -> None:
    answer = await tried(served, RULE.replace("> 60", "> 120"))
    assert answer.status_code == 200, answer.text
    now, new = answer.json()["versions"]
    assert [(one["which"], one["times"], one["shifts"]) for one in (now, new)] == [
        ("now", 2, {"noon": 2, "night": 0}), ("new", 1, {"noon": 1, "night": 0}),
    ]  # fmt: skip
    noon_ms = int(NOON.timestamp() * 1000)
    [spoke] = new["spoke"]  # over 120 s at 121, ten seconds later raised; over on the second after the caller hung up
    assert (spoke["of"], spoke["name"]) == ("support", "Support line")
    assert (spoke["raised_ms"], spoke["over_ms"]) == (noon_ms + 131_000, noon_ms + 201_000)
    assert (new["longest_s"], new["open"], new["most"]) == (70, 0, 1)


async def test_a_new_rule_and_an_unchanged_one_stand_alone(served: Any) -> None:
    answers = await tried(served, RULE), await tried(served, RULE.replace("alert.long", "alert.longer"))
    told = [[(one["which"], one["times"]) for one in answer.json()["versions"]] for answer in answers]
    assert told == [[("now", 2)], [("new", 2)]]


async def test_what_cannot_be_tried_is_said(served: Any) -> None:
    for text, days, words in (
        (RULE.replace("> 60", "60"), {}, "alert.long.raise"),
        (RULE, {"first": "2025-01-01", "last": "2025-01-01"}, "Kept: 2026-03-02 to 2026-03-02."),
        (RULE, {"first": "2026-03-01", "last": "2026-03-01"}, "Nothing is kept of these days."),  # the file beside it
        (RULE, {"first": "yesterday"}, "2026-11-02"),
        (RULE, {"first": "0001-01-01", "last": "0001-01-01"}, "2026-11-02"),
        (RULE, {"last": "9999-12-31"}, "2026-11-02"),
        (RULE.replace("alert.long", 'alert."a\\u0000b"'), {}, "without slashes"),
        (RULE, {"last": "2026-03-01"}, "before the first"),
    ):
        answer = await tried(served, text, **days)
        assert (answer.status_code, words in answer.text) == (422, True), answer.text
        assert str(served.parts.config.data) not in answer.text
        assert "wallboard:" not in answer.text


async def test_where_nothing_is_kept_it_is_said_in_the_reader_s_language(served: Any) -> None:
    body = {"text": RULE, "first": "2025-01-01", "last": "2025-01-01"}
    answer = await served.http.post(TRY, json=body, headers={"accept-language": "uk"})
    assert "За ці дні нічого не збережено." in answer.text


async def test_a_file_that_cannot_be_read_is_named_without_its_folder(served: Any) -> None:
    (served.parts.config.events / "2026-03-01.ndjson.gz").write_bytes(b"no gzip")
    answer = await tried(served, RULE)
    assert (answer.status_code, "2026-03-01.ndjson.gz" in answer.text) == (422, True), answer.text
    assert str(served.parts.config.data) not in answer.text
    assert "wallboard:" not in answer.text


async def test_of_how_many_days_something_is_kept_is_told(served: Any) -> None:
    [now] = (await tried(served, RULE, first="2026-02-24")).json()["versions"]
    assert (now["days"], now["kept"], now["times"]) == (7, 1, 2)


async def test_one_that_takes_too_long_is_ended_and_the_next_may_begin(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short:
        short.setattr(ruletrial, "TRY_S", 0.0)
        answer = await tried(served, RULE)
        assert (answer.status_code, "fewer days" in answer.text) == (503, True)
    assert (await tried(served, RULE)).status_code == 200


async def test_a_second_one_at_the_same_time_is_asked_to_wait(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def held(*_: object) -> list[dict[str, Any]]:
        begun.set()
        await go_on.wait()
        return [{"times": 0, "spoke": []}]

    monkeypatch.setattr(ruletrial, "_run", held)
    first = asyncio.create_task(tried(served, RULE))
    await begun.wait()
    second = await tried(served, RULE)
    go_on.set()
    assert (second.status_code, (await first).status_code) == (429, 200)
