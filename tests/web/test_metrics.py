"""/metrics tells Prometheus what happened, to those who may ask."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wallboard.config import Config, Server
from wallboard.stream.health import HealthRecords, Writing
from wallboard.stream.keys import Keys
from wallboard.web import historyhealth, process
from wallboard.web.metrics import reason_of
from wallboard.web.process import open_files

EVENTS = "/api/v1/events"


def figure(text: str, name: str) -> float:
    return float(next(line for line in text.splitlines() if line.startswith(f"{name} ")).rpartition(" ")[2])


async def test_what_was_taken_repeated_and_refused_is_counted(served: Any) -> None:
    queued = {"type": "contact.queued", "contact": "c", "queue": "q", "id": "e-1"}
    batch = [queued, queued, queued | {"contact": "d"}, queued | {"quue": 1}, {"type": "nonsense"}]
    await served.http.post(EVENTS, json=batch)
    text = (await served.http.get("/metrics")).text
    assert figure(text, "wallboard_events_accepted_total") == 1
    assert figure(text, "wallboard_events_duplicate_total") == 2
    assert figure(text, "wallboard_events_conflict_total") == 1
    assert figure(text, 'wallboard_events_rejected_total{reason="unknown_field"}') == 1
    assert figure(text, 'wallboard_events_rejected_total{reason="unknown_type"}') == 1
    assert figure(text, "wallboard_append_seconds_count") == 1
    assert figure(text, "wallboard_ready") == 1
    assert figure(text, "wallboard_screens_reporting") == 0
    assert "wallboard_build_info{" in text


async def test_how_the_history_is_written_is_told_once_a_worker_has_said_so(
    config: Config, served_elsewhere: Any, redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(historyhealth, "ASK_S", 0.02)
    now = 1_795_338_000_000
    async with served_elsewhere(config, clock_ms=lambda: now) as served:
        assert "wallboard_history" not in (await served.http.get("/metrics")).text
        writing = Writing(written_at=now - 90_000, failures=2, reason="no route")
        await HealthRecords(redis, Keys(config.namespace)).write_history(writing)
        async with asyncio.timeout(60):
            while "wallboard_history" not in (text := (await served.http.get("/metrics")).text):
                await asyncio.sleep(0.02)
    assert figure(text, "wallboard_history_lag_seconds") == 90
    assert figure(text, "wallboard_history_written_timestamp_seconds") == (now - 90_000) / 1000
    assert figure(text, "wallboard_history_failures_total") == 2


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
async def test_the_process_tells_what_it_takes_under_the_names_that_everybody_has(served: Any) -> None:
    text = (await served.http.get("/metrics")).text
    assert figure(text, "process_resident_memory_bytes") > 1_000_000
    assert figure(text, "process_cpu_seconds_total") > 0
    assert 3 < figure(text, "process_open_fds") < figure(text, "process_max_fds")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system has no /proc")
def test_open_files_are_as_many_as_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = len(os.listdir("/proc/self/fd")) - 1  # without the one that lists them
    assert open_files() == listed
    for number in range(3):
        (tmp_path / str(number)).touch()

    class Uncounted:
        """As before Linux 6.2."""

        def __fspath__(self) -> str:
            return str(tmp_path)

        def stat(self) -> os.stat_result:
            return os.stat_result((0,) * 10)

    monkeypatch.setattr(process, "_FILES", Uncounted())
    assert open_files() == 3


@pytest.mark.parametrize(("setting", "status"), [("token", 401), ("open", 200)])
async def test_strangers_see_figures_only_where_that_is_configured(
    config: Config, served_elsewhere: Any, setting: Any, status: int
) -> None:
    async with served_elsewhere(replace(config, server=Server(metrics=setting))) as served:
        assert (await served.anonymous.get("/metrics")).status_code == status


def test_a_reason_is_a_label_of_few_values() -> None:
    assert reason_of("Object contains unknown field 'quue'") == "unknown_field"
    assert reason_of("Expected text, got whole number") == "wrong_value"
    assert reason_of("something new") == "other"
