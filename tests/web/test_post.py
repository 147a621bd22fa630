"""`wallboard post` and `wallboard notice`: what the server says of them, as the command tells it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import TOKEN  # type: ignore[import-not-found]
from wallboard.cli import run
from wallboard.commands.spool import spool_for
from wallboard.core.events import Queued

FIRST = {"type": "contact.queued", "contact": "1", "queue": "support", "source": "cron", "id": "e-1"}


@pytest.fixture(autouse=True)
def where(served: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLBOARD_URL", served.origin)
    monkeypatch.setenv("WALLBOARD_TOKEN", TOKEN)
    monkeypatch.setenv("WALLBOARD_SPOOL", str(tmp_path))


async def test_another_event_under_a_known_id_is_warned_of_also_where_nothing_else_is_said(
    served: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (await served.http.post("/api/v1/events", json=FIRST)).status_code == 202
    same = ["post", "--quiet", "contact.queued", "contact=1", "queue=support", "source=cron", "id=e-1"]
    assert await asyncio.to_thread(run, same) == 0
    assert capsys.readouterr().err == ""
    assert await asyncio.to_thread(run, [*same, "priority=1"]) == 0
    assert capsys.readouterr().err.startswith("wallboard: warning: 'e-1' of 'cron' was there before and said something")


async def test_what_was_kept_although_the_server_had_taken_it_is_no_conflict(
    served: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its answer came too late. It had no time when it was sent, and got one when it was kept."""
    assert (await served.http.post("/api/v1/events", json=FIRST)).status_code == 202
    spool = spool_for(served.origin, {"WALLBOARD_SPOOL": str(tmp_path)})
    spool.keep([Queued(contact="1", queue="support", source="cron", id="e-1")], served.parts.clock_ms())
    assert await asyncio.to_thread(run, ["post", "--quiet", "source.beat"]) == 0
    assert (len(spool), capsys.readouterr().err) == (0, "")


async def test_a_token_that_is_limited_to_a_queue_writes_a_notice_for_it(
    served: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = {"name": "crm", "scopes": ["events:write"], "queues": ["sales"]}
    made = await served.http.post("/api/v1/tokens", json=wanted)
    monkeypatch.setenv("WALLBOARD_TOKEN", made.json()["token"])
    assert await asyncio.to_thread(run, ["notice", "Line 2 is down"]) == 1
    assert capsys.readouterr().err.endswith("say for which of its queues or teams this notice is - at $.queues\n")
    assert await asyncio.to_thread(run, ["notice", "Line 2 is down", "--queue", "sales"]) == 0
    notices = await served.until("/api/v1/notices", lambda found: found)
    assert [row["queues"] for row in notices.values()] == [["sales"]]


async def test_a_notice_stands_where_it_is_said_to(served: Any) -> None:
    places = ["--queue", "support", "--queue", "sales", "--team", "first"]
    assert await asyncio.to_thread(run, ["notice", "Line 2 is down", *places]) == 0
    (row,) = (await served.until("/api/v1/notices", lambda found: found)).values()
    assert (row["queues"], row["teams"]) == (["support", "sales"], ["first"])
