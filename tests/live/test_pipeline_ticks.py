"""How often does the loop read, and how often does it tell? Ticks are few, and the first one comes at once."""

import asyncio
from itertools import pairwise

import pytest

from tests.live.followed import queued
from tests.live.loaded import Clock
from tests.waiting import now_ms, until
from wallboard.live.pipeline import Pipeline
from wallboard.live.ticks import TICK_MS
from wallboard.stream.stream import Entry, Stream


async def test_under_load_there_are_far_fewer_ticks_than_events(running, stream: Stream):
    pipeline, watcher = running
    began_ms = now_ms()
    for index in range(100):
        await stream.append([queued(f"c{index}")])
    await until(lambda: pipeline.floor.applied == 100 and not pipeline.floor.touched)
    assert len(watcher.batches) <= (now_ms() - began_ms) / TICK_MS + 2


async def test_where_screens_are_told_less_often_ticks_are_as_few_and_the_first_comes_at_once(running, stream: Stream):
    pipeline, watcher = running
    pipeline.ticks.every_ms = 400.0
    await asyncio.sleep(0.5)
    told = len(watcher.batches)
    began_ms = now_ms()
    await stream.append([queued("first")])
    await until(lambda: len(watcher.batches) > told)
    first_ms = now_ms() - began_ms
    for index in range(60):
        await stream.append([queued(f"c{index}")])
        await asyncio.sleep(0.02)
    await until(lambda: pipeline.floor.applied == 61 and not pipeline.floor.touched)
    assert len(watcher.batches) - told <= (now_ms() - began_ms) / 400 + 2
    assert first_ms < 400


async def test_in_a_rush_events_are_read_before_their_tick_too_and_not_more_often_than_that(
    running, stream: Stream, reader: Stream, monkeypatch: pytest.MonkeyPatch
):
    pipeline, watcher = running
    pipeline.ticks.every_ms = 400.0
    seen: list[str] = []
    read, publish = reader.read, watcher.publish

    async def reading(*args, **more) -> list[Entry]:
        entries = await read(*args, **more)
        seen.extend(["read"] if entries else [])
        return entries

    monkeypatch.setattr(reader, "read", reading)
    monkeypatch.setattr(watcher, "publish", lambda *given: seen.append("tick") or publish(*given))

    async def rush(events: int, appends: int, pause_s: float) -> list[int]:
        """How many reads each tick had, but for the first and the last ones."""
        seen.clear()
        for nth in range(appends):
            await stream.append([queued(f"{events} {nth} {one}") for one in range(events)])
            await asyncio.sleep(pause_s)
        return [part.count("read") for part in " ".join(seen).split("tick")][2:-2]

    assert set(await rush(1, 60, 0.04)) <= {1}
    assert max(many := await rush(8, 200, 0.01)) > 1
    assert max(many) <= 5, "of some forty appends a tick"


async def test_while_events_flow_a_tick_asks_for_what_is_there_and_in_silence_it_waits(
    running, stream: Stream, reader: Stream, monkeypatch: pytest.MonkeyPatch
):
    asked: list[int | None] = []
    read = reader.read

    async def reading(*args, block_ms: int | None, **more) -> list[Entry]:
        asked.append(block_ms)
        return await read(*args, block_ms=block_ms, **more)

    monkeypatch.setattr(reader, "read", reading)
    for nth in range(60):
        await stream.append([queued(f"c{nth}")])
        await asyncio.sleep(0.02)
    assert asked.count(None) > len(asked) / 2
    await asyncio.sleep(2 * TICK_MS / 1000)  # it has found nothing once
    asked.clear()
    for nth in range(3):
        await stream.append([queued(f"d{nth}")])
        await asyncio.sleep(3 * TICK_MS / 1000)
    assert None not in asked


async def test_what_it_takes_to_read_and_apply_is_not_added_to_each_tick(reader: Stream, clock: Clock) -> None:
    pipeline, took_ms = Pipeline(reader, None, clock, clock), 8
    await pipeline._publish()
    ticks = []
    for _ in range(10):
        clock.ms = round(pipeline.ticks.last_ms + pipeline.ticks.every_ms) + took_ms
        await pipeline._publish()
        ticks.append(clock.ms)
    assert {after - before for before, after in pairwise(ticks)} == {TICK_MS}
    clock.ms += 1_000
    await pipeline._publish()
    assert pipeline.ticks.last_ms == clock.ms, "what was missed is not made up for"
