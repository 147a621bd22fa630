"""/metrics tells Prometheus what happened, to those who may ask."""

from dataclasses import replace
from typing import Any

import pytest

from wallboard.config import Config, Server
from wallboard.web.metrics import reason_of

EVENTS = "/api/v1/events"


def figure(text: str, name: str) -> float:
    return float(next(line for line in text.splitlines() if line.startswith(f"{name} ")).rpartition(" ")[2])


async def test_what_was_taken_repeated_and_refused_is_counted(served: Any) -> None:
    queued = {"type": "contact.queued", "contact": "c", "queue": "q", "id": "e-1"}
    await served.http.post(EVENTS, json=[queued, queued, queued | {"quue": 1}, {"type": "nonsense"}])
    text = (await served.http.get("/metrics")).text
    assert figure(text, "wallboard_events_accepted_total") == 1
    assert figure(text, "wallboard_events_duplicate_total") == 1
    assert figure(text, 'wallboard_events_rejected_total{reason="unknown_field"}') == 1
    assert figure(text, 'wallboard_events_rejected_total{reason="unknown_type"}') == 1
    assert figure(text, "wallboard_append_seconds_count") == 1
    assert figure(text, "wallboard_ready") == 1
    assert "wallboard_build_info{" in text


@pytest.mark.parametrize(("setting", "status"), [("token", 401), ("open", 200)])
async def test_strangers_see_figures_only_where_that_is_configured(
    config: Config, served_elsewhere: Any, setting: Any, status: int
) -> None:
    async with served_elsewhere(replace(config, server=Server(metrics=setting))) as served:
        assert (await served.anonymous.get("/metrics")).status_code == status


def test_a_reason_is_a_label_of_few_values() -> None:
    assert reason_of("Object contains unknown field 'quue'") == "unknown_field"
    assert reason_of("Expected 'str', got 'int'") == "wrong_value"
    assert reason_of("something new") == "other"
