"""`wallboard post --dry-run`: a script asks the server whether it would take its events, and nothing happens."""

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import until
from tests.web.conftest import TOKEN  # type: ignore[import-not-found]
from wallboard.cli import run

Post = Callable[..., Any]


@pytest.fixture
def post(served: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setenv("WALLBOARD_URL", served.origin)
    monkeypatch.setenv("WALLBOARD_TOKEN", TOKEN)
    monkeypatch.setenv("WALLBOARD_SPOOL", str(tmp_path / "spool"))

    async def posted(*arguments: str, fed: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(fed.encode())))
        return await asyncio.to_thread(run, ["post", *arguments, "--dry-run"])

    return posted


async def test_a_time_in_seconds_is_told_that_milliseconds_are_expected(served: Any) -> None:
    now_s = served.parts.clock_ms() // 1000
    old = [{"type": "contact.queued", "contact": "1", "queue": "support", "time": at} for at in (now_s, 5)]
    answer = await served.http.post("/api/v1/events?dry_run=true", json=old)
    first, second = (one["error"] for one in answer.json()["rejected"])
    assert first.endswith(": milliseconds are expected, and this fits as seconds")
    assert second == "older than 24 h: too late for the live state"


async def test_one_that_would_be_taken_is_not_in_the_stream(
    served: Any, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await post("contact.queued", "contact=1", "queue=support") == 0
    assert "contact.queued would be accepted" in capsys.readouterr().err
    assert await served.parts.stream.read("0-0", count=10) == []


async def test_what_only_the_server_can_refuse_is_told_with_exit_code_1(
    served: Any, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await post("contact.queued", "contact=1", "queue=support", "time=2020-01-01T00:00:00Z") == 1
    assert "older than 24 h: too late for the live state - at $.time" in capsys.readouterr().err
    lines = ['{"type":"source.beat"}', '{"type":"source.beat","nte":"x"}', '{"type":"source.beat","time":1}']
    assert await post("-", "--json", fed="\n".join(lines)) == 1
    told = capsys.readouterr()
    assert "1 would be accepted, 2 refused" in told.err
    assert [one["at"] for one in json.loads(told.out)["rejected"]] == ["line 2 $.nte", "$[1].time"]
    assert await served.parts.stream.read("0-0", count=10) == []


async def test_while_the_server_is_away_nothing_is_kept_and_what_was_kept_stays(
    served: Any, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WALLBOARD_URL", "http://127.0.0.1:9")  # the discard port: nobody listens
    assert await post("source.beat") == 1
    assert "does not answer" in capsys.readouterr().err
    assert list((tmp_path / "spool").rglob("*.ndjson")) == []
    assert await asyncio.to_thread(run, ["post", "source.beat"]) == 0
    [kept] = (tmp_path / "spool").rglob("*.ndjson")
    monkeypatch.setenv("WALLBOARD_URL", served.origin)
    assert await post("source.beat") == 0
    assert kept.exists()
    assert await served.parts.stream.read("0-0", count=10) == []


async def test_a_queue_that_may_be_misspelt_is_warned_of_and_taken_also_where_nothing_else_is_said(
    served: Any, post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"type": "contact.queued", "contact": "1", "queue": "support"}
    assert (await served.http.post("/api/v1/events", json=told)).status_code == 202
    await until(lambda: "support" in served.parts.pipeline.floor.tallies.queues)
    would = "There is no queue 'supprot' yet; it would be taken. Did you mean 'support'?"
    was = "There was no queue 'supprot' before; it was taken. Did you mean 'support'?"
    for sent, said in ((["--dry-run"], would), ([], was)):
        arguments = ["post", "--quiet", "contact.queued", "contact=2", "queue=supprot", *sent]
        assert await asyncio.to_thread(run, arguments) == 0
        assert capsys.readouterr().err == f"wallboard: warning: {said}\n"
    assert await asyncio.to_thread(run, ["post", "--json", "contact.queued", "contact=3", "queue=suport"]) == 0
    assert [one["queue"] for one in json.loads(capsys.readouterr().out)["warnings"]] == ["suport"]


async def test_times_that_are_ahead_are_warned_of_once_a_request_and_taken(
    served: Any, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    now_ms = served.parts.clock_ms()
    ahead = [{"type": "source.beat", "time": now_ms + ahead_s * 1000} for ahead_s in (30, 7_205, 90)]
    answer = await served.http.post("/api/v1/events", json=ahead)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 3)
    [warned] = answer.json()["warnings"]
    assert warned.keys() == {"warning"}
    first_s = int(warned["warning"].partition("of the first by ")[2].split()[0])
    assert warned["warning"].startswith("More than 60 s ahead is the time of 2, of the first by ")
    assert 7_100 < first_s <= 7_205
    assert await post("source.beat", f"time={now_ms + 3_600_000}") == 0
    assert "wallboard: warning: More than 60 s ahead is the time of 1, " in capsys.readouterr().err
