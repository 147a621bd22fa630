"""The recorded queue_log against figures that an independent program computed from it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from folding import assert_as_expected, fold, of_queues, settings_of

from collectors.asterisk.formats import QUEUE_LOG
from wallboard.core import kpis
from wallboard.core.events import Event, PresenceSet
from wallboard.core.state import Floor


def test_each_queue_and_each_agent_has_exactly_the_expected_figures(day5: Path, expected: dict[str, Any]):
    floor = fold(QUEUE_LOG.read([day5 / "queue_log"]), settings_of(expected))
    assert_as_expected(floor, expected)
    assert sum(row["offered"] for row in of_queues(floor).values()) == 226


SERVICE_LEVELS = {  # by which of our formulas the other program's figure is meant
    "answered": "sl_of_answered",
    "offered": "sl_of_offered",  # everybody who came: on this day all who left otherwise flowed out
}


@pytest.mark.parametrize(("formula", "theirs"), SERVICE_LEVELS.items())
def test_each_queue_has_the_expected_service_level(day5: Path, expected: dict[str, Any], formula: str, theirs: str):
    floor = fold(QUEUE_LOG.read([day5 / "queue_log"]), settings_of(expected, formula))
    for queue, row in expected["queues"].items():
        if row["offered"]:
            assert round(day_of(floor, queue)["service_level"], 2) == row[theirs], queue


def test_the_pbx_s_own_service_level_is_the_formula_answered(day5: Path, expected: dict[str, Any]):
    """`asterisk_replay`: what an Asterisk shows at the end of these lines where no two calls of a member overlap."""
    floor = fold(QUEUE_LOG.read([day5 / "queue_log"]), settings_of(expected, "answered"))
    for queue, row in expected["queues"].items():
        if row["offered"]:
            assert round(day_of(floor, queue)["service_level"], 1) == row["asterisk_replay"]["ServicelevelPerf"], queue


def test_each_queue_has_the_expected_means_and_rates(day5: Path, expected: dict[str, Any]):
    floor = fold(QUEUE_LOG.read([day5 / "queue_log"]), settings_of(expected))
    for queue, row in expected["queues"].items():
        if row["offered"]:
            day = day_of(floor, queue)
            assert round(day["asa_s"], 3) == row["hold_mean"], queue
            assert round(day["talk_avg_s"], 3) == row["talk_mean"], queue
            assert round(day["abandon_wait_s"], 3) == row["abandon_wait_mean"], queue
            assert round(100 * day["abandoned"] / day["offered"], 2) == row["abandon_rate"], queue


def test_each_agent_s_mean_talk_is_the_expected_one(day5: Path, expected: dict[str, Any]):
    floor = fold(QUEUE_LOG.read([day5 / "queue_log"]), settings_of(expected))
    for agent, row in expected["agents"].items():
        found = kpis.entity(floor, "agents", agent)
        assert found
        if row["ended"]:
            assert round(found["day"]["talk_s"] / found["day"]["handled"], 3) == row["talk_mean"], agent


def day_of(floor: Floor, queue: str) -> dict[str, Any]:
    found = kpis.entity(floor, "queues", queue)
    assert found
    return found["day"]


@pytest.mark.parametrize("lines_each", [1, 2, 97, 1000])
def test_lines_told_twice_in_chunks_of_any_size_count_once(day5: Path, expected: dict[str, Any], lines_each: int):
    lines = (day5 / "queue_log").read_bytes().splitlines(keepends=True)
    chunks = [b"".join(lines[start : start + lines_each]) for start in range(0, len(lines), lines_each)]
    told = (event for chunk in chunks for _ in range(2) for event in QUEUE_LOG.lines(chunk))
    assert_as_expected(fold(told, settings_of(expected)), expected)


def test_pauses_with_reasons_and_paused_seconds_follow_from_the_presence_events(day5: Path, expected: dict[str, Any]):
    """Not from the floor: an agent's pauses in each queue, and the time with at least one of them."""
    events = list(QUEUE_LOG.read([day5 / "queue_log"]))
    seconds, together = paused_seconds(events)
    reasons = pauses(events)
    for agent, row in expected["agents"].items():
        assert reasons.get(agent, {}) == row["pauses_by_reason"], agent
        assert {queue: s for queue, s in seconds[agent].items() if s} == row["paused_s_by_queue"], agent
        assert together[agent] == row["paused_s_any_queue"], agent


def test_the_minute_that_every_machine_has_counts_as_its_lines_say(minute: Path):
    """One ENTERQUEUE is one offered, one CONNECT one answered, one ABANDON one abandoned."""
    lines = (minute / "minute.queue_log").read_text(encoding="utf-8").splitlines()
    verbs = Counter((line.split("|")[2], line.split("|")[4]) for line in lines)
    figures = of_queues(fold(QUEUE_LOG.read([minute / "minute.queue_log"])))
    assert sum(row["offered"] for row in figures.values()) > 30
    for queue, row in figures.items():
        assert row["offered"] == verbs[queue, "ENTERQUEUE"]
        assert row["answered"] == verbs[queue, "CONNECT"]
        assert row["abandoned"] == verbs[queue, "ABANDON"]
        assert row["ringnoanswer"] == verbs[queue, "RINGNOANSWER"]


def pauses(events: Iterable[Event]) -> dict[str, Counter[str]]:
    """How often each agent began a pause (once for each queue), by its first reason."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    paused: set[tuple[str, str | None]] = set()
    for event in events:
        if isinstance(event, PresenceSet) and event.presence == "paused":
            found[event.agent][event.reason or ""] += (event.agent, event.queue) not in paused
            paused.add((event.agent, event.queue))
        elif isinstance(event, PresenceSet):
            paused.discard((event.agent, event.queue))
    return {agent: +counted for agent, counted in found.items()}


def paused_seconds(events: Iterable[Event]) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """Per agent and queue, and per agent with at least one queue paused."""
    by_queue: dict[str, Counter[str]] = defaultdict(Counter)
    together: Counter[str] = Counter()
    paused: dict[str, dict[str, int]] = defaultdict(dict)  # agent → queue → since
    began: dict[str, int] = {}
    for event in events:
        if not isinstance(event, PresenceSet) or event.queue is None or event.time is None:
            continue
        mine, at_s = paused[event.agent], event.time // 1000
        if event.presence == "paused":
            if not mine:
                began[event.agent] = at_s
            mine.setdefault(event.queue, at_s)
        elif event.queue in mine:
            by_queue[event.agent][event.queue] += at_s - mine.pop(event.queue)
            if not mine:
                together[event.agent] += at_s - began[event.agent]
    return by_queue, together
