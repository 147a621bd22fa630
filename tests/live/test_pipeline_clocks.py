"""Time in the loop: a clock that is set back, a process that stood still, a Redis that is away, and nothing to read."""

import asyncio
import time

import pytest

from tests.live.followed import Watcher, followed, queued
from tests.waiting import now_ms, until
from wallboard.core.events import ConfigApplied, NoticePosted, SourceBeat
from wallboard.live.pipeline import Pipeline
from wallboard.live.reading import BATCH
from wallboard.live.ticks import TICK_MS
from wallboard.stream.stream import Stream


async def test_a_wall_clock_that_is_set_back_an_hour_stops_nothing(reader: Stream, stream: Stream):
    offset_ms = 0
    pipeline = Pipeline(reader, None, lambda: now_ms() + offset_ms, lambda: time.monotonic_ns() // 1_000_000)
    watcher = Watcher()
    pipeline.sinks.append(watcher)
    async with followed(pipeline):
        await stream.append([queued("a")])
        await until(lambda: watcher.documents.get("queues"))
        offset_ms = -3_600_000
        await stream.append([queued("b")])
        await until(lambda: watcher.documents["queues"]["support"]["now"]["waiting"] == 2)


@pytest.mark.parametrize("before", [0, BATCH + 50])
@pytest.mark.parametrize("looks", [False, True])
async def test_a_process_that_stood_still_raises_the_same_alert_and_not_another(
    running, standing, stream: Stream, before: int, looks: bool
):
    (first, _), (second, reader) = running, standing
    rules = {"alert": {"r": {"metric": "waiting", "raise": "> 0", "queues": ["support"], "when": "always"}}}
    await stream.append([ConfigApplied(settings=rules, source="wallboard", time=now_ms())])
    await until(lambda: first.floor.settings.alert and second.floor.settings.alert)
    reader.goes_on.clear()
    await until(reader.stands.is_set)
    notices = [NoticePosted(text=f"n{index}", notice="n", source="ops") for index in range(before)]
    await stream.append([*notices, queued("a")])
    await until(lambda: first.floor.alerting.untold)
    await asyncio.sleep(0.5)
    if looks:  # the hub's task runs before the one that reads
        await second.look()
    reader.goes_on.set()
    await until(lambda: second.floor.alerting.untold)
    assert second.floor.alerting.untold.keys() == first.floor.alerting.untold.keys()


async def test_while_redis_is_away_sources_grow_late_on_screens_and_nothing_is_raised(standing, stream: Stream):
    """What others append meanwhile was not read: no second is over before it is."""
    pipeline, reader = standing
    await stream.append([SourceBeat(source="pbx")])
    await until(lambda: pipeline.documents["sources"].get("pbx", {}).get("state") == "live")
    reader.is_away = True
    await until(lambda: not pipeline.reachable)
    floor_ms = pipeline.floor.now_ms
    reader.ahead_ms = 60_000
    await asyncio.sleep(2 * TICK_MS / 1000)
    await pipeline.look()
    assert pipeline.documents["sources"]["pbx"]["state"] == "late"
    assert pipeline.floor.now_ms == floor_ms
    reader.ahead_ms, reader.is_away = 0, False
    await until(lambda: pipeline.documents["sources"]["pbx"]["state"] == "live")


async def test_where_nothing_comes_time_passes_all_the_same(standing):
    """On the floor, which is not behind then."""
    pipeline, _ = standing
    floor_ms = pipeline.floor.now_ms
    await until(lambda: pipeline.floor.now_ms >= floor_ms + 2500)
    await until(lambda: pipeline.lag_ms() < 2000)
