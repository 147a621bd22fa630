"""The leading worker tells what the floor's rules say, once over deaths, and it comes back through the stream."""

import asyncio
import itertools
from typing import Any

import msgspec
import pytest

from tests.waiting import now_ms, until
from tests.workers import Workers
from wallboard.alerter import Alerter
from wallboard.core.events import Abandoned, AlertCleared, AlertRaised, Event, Queued
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.live.pipeline import Pipeline
from wallboard.stream.stream import Stream

RULE = msgspec.convert({"metric": "waiting", "queues": ["*"], "raise": "> 0", "when": "always"}, Rule)
RULES = Settings(alert={"wait": RULE})


class Bench:
    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def start(self) -> tuple[Alerter, Pipeline, asyncio.Task[None]]:
        line = self._workers.line()
        alerter = Alerter(line.pipeline, line.into)
        _, task = self._workers.start(line, lambda: RULES, [alerter])
        return alerter, line.pipeline, task


@pytest.fixture
def bench(workers: Workers) -> Bench:
    return Bench(workers)


async def events_of(stream: Stream) -> list[Event]:
    found, cursor = list[Event](), "0-0"
    while entries := await stream.read(cursor, count=1_000, block_ms=None):
        found += [entry.event for entry in entries if entry.event]
        cursor = entries[-1].id
    return found


async def test_every_alert_is_raised_and_cleared_once_although_workers_die(bench: Bench, stream: Stream) -> None:
    numbers = itertools.count()
    for _ in range(4):
        _, pipeline, task = bench.start()
        await until(lambda line=pipeline: line.ready and line.floor.settings.alert)
        name = f"c{next(numbers)}"
        base: dict[str, Any] = {"contact": name, "source": "pbx"}
        await stream.append([Queued(queue="support", time=now_ms(), id=f"{name}+", **base)])
        await asyncio.sleep(1.15)  # the second turns, it is told, or not yet
        task.cancel()
        await asyncio.wait([task])
        await stream.append([Abandoned(time=now_ms(), id=f"{name}-", **base)])
        await asyncio.sleep(1.05)  # nobody waits for a whole second
    _, pipeline, _ = bench.start()
    await until(lambda: pipeline.ready and pipeline.floor.settings.alert and not pipeline.floor.alerts.open)
    await asyncio.sleep(1.2)  # the last second too
    told = [one for one in await events_of(stream) if isinstance(one, AlertRaised | AlertCleared)]
    raised = [one.alert for one in told if isinstance(one, AlertRaised)]
    cleared = [one.alert for one in told if isinstance(one, AlertCleared)]
    assert len(raised) == 4, "each wait lasted over a whole second"
    assert raised == cleared
    assert len(set(raised)) == len(raised)


async def test_of_two_workers_only_the_one_that_leads_tells(bench: Bench, stream: Stream) -> None:
    first, pipeline, task = bench.start()
    await until(lambda: first.token is not None and pipeline.floor.settings.alert)
    second, standing, _ = bench.start()
    await stream.append([Queued(contact="c", queue="support", source="pbx", time=now_ms(), id="c+")])
    await until(lambda: standing.floor.alerts.open and pipeline.floor.alerts.open)
    assert second.token is None
    assert standing.floor.alerts.open.keys() == pipeline.floor.alerts.open.keys()
    task.cancel()
    await asyncio.wait([task])
    await stream.append([Abandoned(contact="c", source="pbx", time=now_ms(), id="c-")])
    await until(lambda: not standing.floor.alerts.open)
    assert second.token is not None, "it took over, and closed what the other had opened"
