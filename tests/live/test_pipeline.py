"""The only loop, on a real Redis: what goes into the stream comes out as changes, over gaps and restarts."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

import pytest
from redis.asyncio import Redis

from wallboard.core import kpis, snapshot
from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import (
    ConfigApplied,
    Event,
    FloorObserved,
    ListedAgent,
    NoticePosted,
    PresenceSet,
    Queued,
    SignedIn,
    SourceBeat,
)
from wallboard.core.patch import apply
from wallboard.core.state import PIECE, Floor
from wallboard.live.documents import Change
from wallboard.live.pipeline import BATCH, BREATHE, TICK_MS, Pipeline
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.stream import Entry, Stream


class Standing(Stream):
    """A Stream in a process that stands still right after it has read, or from which Redis is away."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.goes_on, self.stands, self.is_away = asyncio.Event(), asyncio.Event(), False
        self.ahead_ms = 0
        self.goes_on.set()

    async def read(self, after: str, *, count: int = 1000, block_ms: int | None = None) -> list[Entry]:
        if self.is_away:
            raise StreamUnavailable("away")
        entries = await super().read(after, count=count, block_ms=block_ms)
        if not self.goes_on.is_set():
            self.stands.set()
            await self.goes_on.wait()
        return entries


class Watcher:
    """A sink that keeps a document by patches alone, as a browser does."""

    def __init__(self) -> None:
        self.documents: dict[str, dict] = {}
        self.batches: list[Sequence[Change]] = []
        self.restarts = 0

    def shows(self, change: Change) -> bool:
        return True

    def publish(self, changes: Sequence[Change], now_ms: int, since_ms: int | None) -> None:
        self.batches.append(changes)
        for change in changes:
            rows = self.documents.setdefault(change.kind, {})
            if change.patch is None:
                rows.pop(change.id, None)
            else:
                rows[change.id] = apply(rows.get(change.id, {}), change.patch)

    def restart(self) -> None:
        self.restarts += 1


@pytest.fixture
async def reader(redis_url: str, namespace: str) -> AsyncIterator[Stream]:
    client = connect(redis_url, blocking=True)
    yield Stream(client, Keys(namespace))
    await client.aclose()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def queued(contact: str) -> Queued:
    return Queued(contact=contact, queue="support", source="pbx", id=contact)


async def eventually(what) -> None:
    async with asyncio.timeout(60):
        while not what():
            await asyncio.sleep(0.01)


@pytest.fixture
async def running(reader: Stream):
    """A pipeline that runs, with a watcher of what it published."""
    pipeline, watcher = Pipeline(reader, None, now_ms), Watcher()
    pipeline.sinks.append(watcher)
    task = asyncio.create_task(pipeline.run())
    await eventually(lambda: pipeline.ready)
    watcher.documents = {kind: dict(rows) for kind, rows in pipeline.documents.items()}
    yield pipeline, watcher
    task.cancel()
    await asyncio.wait([task])


async def test_who_reads_the_whole_state_reads_one_moment(running, stream: Stream, monkeypatch: pytest.MonkeyPatch):
    """Also of what somebody read since the last tick, and what has changed since then."""
    pipeline, watcher = running
    monkeypatch.setattr(watcher, "shows", lambda change: False)
    await stream.append([queued("a")])
    await eventually(lambda: "support" in pipeline.documents.get("queues", {}))
    waiting = []
    for contact in ("b", "c"):
        pipeline.floor.apply(queued(contact), pipeline.floor.now_ms)
        waiting.append(pipeline.documents["queues"]["support"]["now"]["waiting"])
    await pipeline.freshen()
    assert pipeline.documents["queues"]["support"]["now"]["waiting"] == 3
    assert pipeline.documents["groups"]["all"]["now"]["waiting"] == 3
    assert 3 not in waiting, "one of the two is read as of the first"


async def test_an_appended_event_becomes_a_change_of_its_entities(running, stream: Stream):
    _, watcher = running
    await stream.append([queued("a")])
    await eventually(lambda: "support" in watcher.documents.get("queues", {}))
    assert watcher.documents["queues"]["support"]["now"]["waiting"] == 1


async def test_patches_keep_a_reader_equal_to_the_whole_document(running, stream: Stream):
    pipeline, watcher = running
    for index in range(60):
        events: list[Event] = [queued(f"c{index}"), NoticePosted(text=f"n{index}", notice="n", source="ops")]
        await stream.append(events)
    await eventually(lambda: pipeline.floor.applied == 120 and not pipeline.floor.touched)
    whole = kpis.document(pipeline.floor)
    assert {kind: watcher.documents.get(kind, {}) for kind in whole} == whole


async def test_under_load_there_are_far_fewer_ticks_than_events(running, stream: Stream):
    pipeline, watcher = running
    began_ms = now_ms()
    for index in range(100):
        await stream.append([queued(f"c{index}")])
    await eventually(lambda: pipeline.floor.applied == 100 and not pipeline.floor.touched)
    assert len(watcher.batches) <= (now_ms() - began_ms) / TICK_MS + 2


async def test_where_screens_are_told_less_often_ticks_are_as_few_and_the_first_comes_at_once(running, stream: Stream):
    pipeline, watcher = running
    pipeline.tick_ms = 400.0
    await asyncio.sleep(0.5)
    told = len(watcher.batches)
    began_ms = now_ms()
    await stream.append([queued("first")])
    await eventually(lambda: len(watcher.batches) > told)
    first_ms = now_ms() - began_ms
    for index in range(60):
        await stream.append([queued(f"c{index}")])
        await asyncio.sleep(0.02)
    await eventually(lambda: pipeline.floor.applied == 61 and not pipeline.floor.touched)
    assert len(watcher.batches) - told <= (now_ms() - began_ms) / 400 + 2
    assert first_ms < 400


async def test_in_a_rush_events_are_read_before_their_tick_too_and_not_more_often_than_that(
    running, stream: Stream, reader: Stream, monkeypatch: pytest.MonkeyPatch
):
    pipeline, watcher = running
    pipeline.tick_ms = 400.0
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


async def test_others_are_served_in_the_middle_of_a_batch(running, stream: Stream):
    pipeline, _ = running
    seen = set()

    async def another() -> None:
        while pipeline.applied < BATCH:
            seen.add(pipeline.applied)
            await asyncio.sleep(0)

    served = asyncio.create_task(another())
    await stream.append([queued(f"c{index}") for index in range(BATCH)])
    await served
    assert seen - {0}, "the loop came back only after the whole batch"


async def test_what_each_event_did_is_kept_by_source(running, stream: Stream):
    pipeline, _ = running
    await stream.append([queued("a"), queued("b")])
    await eventually(lambda: len(pipeline.recent.get("pbx", ())) == 2)
    assert [recent.deeds[-1].text for recent in pipeline.recent["pbx"]] == ["opened visit 1 in support"] * 2


async def test_an_entry_that_is_no_event_is_passed_over(running, stream: Stream, redis: Redis, namespace: str):
    pipeline, watcher = running
    loaded = watcher.restarts
    await redis.xadd(Keys(namespace).stream, {"e": "nonsense"})
    await stream.append([queued("a")])
    await eventually(lambda: watcher.documents.get("queues"))
    assert pipeline.floor.applied == 1
    assert watcher.restarts == loaded, "and nothing was loaded anew for its sake"


async def test_an_emptied_redis_is_a_gap_with_a_new_epoch(running, stream: Stream, redis: Redis, namespace: str):
    pipeline, watcher = running
    await stream.append([queued("a")])
    await eventually(lambda: pipeline.floor.applied == 1)
    epoch = pipeline.epoch
    await redis.delete(Keys(namespace).stream)
    await stream.append([queued("b2")])
    await eventually(lambda: pipeline.ready and pipeline.epoch != epoch and pipeline.floor.applied == 1)
    assert pipeline.gaps >= 1
    assert watcher.restarts == 2


async def test_a_new_process_starts_from_the_checkpoint_and_reads_on(
    running, stream: Stream, redis: Redis, redis_url: str, namespace: str
):
    first, _ = running
    await stream.append([queued("a"), queued("b")])
    await eventually(lambda: first.floor.applied == 2)
    checkpoints = Checkpoints(redis, Keys(namespace))
    await redis.incr(Keys(namespace).fence)
    await checkpoints.write(first.cursor, snapshot.dump(first.floor), [], 1)
    await stream.append([queued("c")])
    client = connect(redis_url, blocking=True)
    second = Pipeline(Stream(client, Keys(namespace)), checkpoints, now_ms)
    task = asyncio.create_task(second.run())
    await eventually(lambda: second.ready)
    assert second.applied == 1  # only what came after the checkpoint was read
    await eventually(lambda: first.floor.applied == 3)
    assert second.documents["queues"] == kpis.document(first.floor)["queues"]
    task.cancel()
    await asyncio.wait([task])
    await client.aclose()


async def test_an_event_that_the_state_cannot_take_is_left_out_and_everything_else_goes_on(
    running, stream: Stream, monkeypatch: pytest.MonkeyPatch
):
    pipeline, _ = running
    taking = Floor.taking

    def stumbles(floor: Floor, event: Event, arrival_ms: int):
        if event.id == "bad":
            raise ArithmeticError("unforeseen")
        return taking(floor, event, arrival_ms)

    monkeypatch.setattr(Floor, "taking", stumbles)
    monkeypatch.setattr("wallboard.live.pipeline.RETRY_S", (0.01,))
    await stream.append([queued("a"), queued("bad"), queued("b")])
    await eventually(lambda: pipeline.ready and pipeline.floor.applied == 2)
    assert pipeline.documents["queues"]["support"]["now"]["waiting"] == 2


async def test_a_wall_clock_that_is_set_back_an_hour_stops_nothing(reader: Stream, stream: Stream):
    offset_ms = 0
    pipeline = Pipeline(reader, None, lambda: now_ms() + offset_ms, lambda: time.monotonic_ns() // 1_000_000)
    watcher = Watcher()
    pipeline.sinks.append(watcher)
    task = asyncio.create_task(pipeline.run())
    await eventually(lambda: pipeline.ready)
    await stream.append([queued("a")])
    await eventually(lambda: watcher.documents.get("queues"))
    offset_ms = -3_600_000
    await stream.append([queued("b")])
    await eventually(lambda: watcher.documents["queues"]["support"]["now"]["waiting"] == 2)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])


async def test_a_source_that_cannot_be_read_stands_in_the_state_although_it_never_spoke(running, stream: Stream):
    pipeline, watcher = running
    down = {"kind": "asterisk", "state": "down", "note": "no route to host"}
    pipeline.tell_sources({"pbx-1": down})
    await eventually(lambda: watcher.documents["sources"].get("pbx-1") == down)
    pipeline.tell_sources({"pbx-1": {"kind": "asterisk"}})
    await stream.append([SourceBeat(source="pbx-1")])
    await eventually(lambda: watcher.documents["sources"]["pbx-1"]["state"] == "live")
    assert "note" not in pipeline.documents["sources"]["pbx-1"]
    pipeline.tell_sources({})
    await eventually(lambda: "kind" not in watcher.documents["sources"]["pbx-1"])


@pytest.fixture
async def standing(running, redis_url: str, namespace: str):
    """A second pipeline on the same stream, and its reader."""
    client = connect(redis_url, blocking=True)
    reader = Standing(client, Keys(namespace))
    pipeline = Pipeline(reader, None, lambda: now_ms() + reader.ahead_ms, now_ms)
    task = asyncio.create_task(pipeline.run())
    await eventually(lambda: pipeline.ready)
    yield pipeline, reader
    task.cancel()
    await asyncio.wait([task])
    await client.aclose()


@pytest.mark.parametrize("before", [0, BATCH + 50])
@pytest.mark.parametrize("looks", [False, True])
async def test_a_process_that_stood_still_raises_the_same_alert_and_not_another(
    running, standing, stream: Stream, before: int, looks: bool
):
    (first, _), (second, reader) = running, standing
    rules = {"alert": {"r": {"metric": "waiting", "raise": "> 0", "queues": ["support"], "when": "always"}}}
    await stream.append([ConfigApplied(settings=rules, source="wallboard", time=now_ms())])
    await eventually(lambda: first.floor.settings.alert and second.floor.settings.alert)
    reader.goes_on.clear()
    await eventually(reader.stands.is_set)
    notices = [NoticePosted(text=f"n{index}", notice="n", source="ops") for index in range(before)]
    await stream.append([*notices, queued("a")])
    await eventually(lambda: first.floor.alerting.untold)
    await asyncio.sleep(0.5)
    if looks:  # the hub's task runs before the one that reads
        await second.look()
    reader.goes_on.set()
    await eventually(lambda: second.floor.alerting.untold)
    assert second.floor.alerting.untold.keys() == first.floor.alerting.untold.keys()


async def test_while_redis_is_away_sources_grow_late_on_screens_and_nothing_is_raised(standing, stream: Stream):
    """What others append meanwhile was not read: no second is over before it is."""
    pipeline, reader = standing
    await stream.append([SourceBeat(source="pbx")])
    await eventually(lambda: pipeline.documents["sources"].get("pbx", {}).get("state") == "live")
    reader.is_away = True
    await eventually(lambda: not pipeline.reachable)
    floor_ms = pipeline.floor.now_ms
    reader.ahead_ms = 60_000
    await asyncio.sleep(2 * TICK_MS / 1000)
    await pipeline.look()
    assert pipeline.documents["sources"]["pbx"]["state"] == "late"
    assert pipeline.floor.now_ms == floor_ms
    reader.ahead_ms, reader.is_away = 0, False
    await eventually(lambda: pipeline.documents["sources"]["pbx"]["state"] == "live")


async def test_where_nothing_comes_time_passes_all_the_same(standing):
    """On the floor, which is not behind then."""
    pipeline, _ = standing
    floor_ms = pipeline.floor.now_ms
    await eventually(lambda: pipeline.floor.now_ms >= floor_ms + 2500)
    await eventually(lambda: pipeline.lag_ms() < 2000)


async def test_a_whole_truth_of_thousands_holds_up_nobody_and_is_seen_as_a_whole(
    running, stream: Stream, monkeypatch: pytest.MonkeyPatch
):
    pipeline, watcher = running
    worked, between = [0], list[int]()

    def counted(of: object, name: str) -> None:
        work = getattr(of, name)

        def counting(*given, **named):
            worked[0] += 1
            return work(*given, **named)

        monkeypatch.setattr(of, name, counting)

    counted(Floor, "_take")
    counted(kpis, "entity")
    kept = set[int]()

    async def others() -> None:
        """What else the loop does: it looks as the hub does, and keeps a checkpoint where that may be."""
        before = worked[0]
        while True:
            await asyncio.sleep(0)
            between.append(worked[0] - before)
            before = worked[0]
            await pipeline.look()
            if not pipeline.whole.locked():
                kept.add(len(pipeline.floor.people.agents))

    task = asyncio.create_task(others())
    agents = {f"a{n}": ListedAgent(presence="ready", queues=["support"]) for n in range(2_500)}
    watcher.batches.clear()
    await stream.append([FloorObserved(agents=agents, source="pbx", id="whole")])
    await eventually(lambda: len(watcher.documents.get("agents", {})) == 2_500 and 2_500 in kept)
    task.cancel()
    await asyncio.wait([task])
    assert worked[0] > 3 * 2_500, "events taken in, and documents made of them"
    assert max(between) <= PIECE + BREATHE
    assert kept == {0, 2_500}
    told = [len([one for one in batch if one.kind == "agents"]) for batch in watcher.batches]
    assert [count for count in told if count] == [2_500]


async def test_a_board_that_comes_while_a_truth_is_half_told_shows_nothing_of_it_yet(running, stream: Stream):
    pipeline, watcher = running
    agents = {f"a{n}": ListedAgent(presence="ready", queues=["support"]) for n in range(2_500)}
    await stream.append([FloorObserved(agents=agents, source="pbx", id="whole")])
    async with asyncio.timeout(60):
        while not pipeline.floor.people.agents:
            await asyncio.sleep(0)
    assert len(pipeline.floor.people.agents) < 2_500
    pipeline.watch(["support"])
    ((group, _),) = pipeline.floor.tallies.sets.items()
    assert group not in pipeline.documents["groups"]
    await eventually(lambda: group in watcher.documents["groups"])
    assert watcher.documents["groups"][group]["now"]["ready"] == 2_500


class Blind(Watcher):
    """Shows nothing."""

    def shows(self, change: Change) -> bool:
        return False

    def publish(self, changes: Sequence[Change], now_ms: int, since_ms: int | None) -> None:
        self.batches.append(changes)


async def test_of_what_nobody_shows_nobody_reads_a_truth_that_is_half_told(running, stream: Stream):
    pipeline, _ = running
    pipeline.sinks[:] = [Blind()]
    await stream.append([SignedIn(agent="x", queues=["support"], source="pbx")])
    await eventually(lambda: "support" in pipeline.documents["queues"])
    await stream.append([PresenceSet(agent="x", presence="paused", source="pbx")])
    await eventually(lambda: pipeline.floor.applied == 2 and not pipeline.floor.touched)
    agents = {f"a{n}": ListedAgent(presence="ready", queues=["support"]) for n in range(2_500)}
    await stream.append([FloorObserved(agents=agents, source="pbx", id="whole")])
    async with asyncio.timeout(60):
        while len(pipeline.floor.people.agents) == 1:
            await asyncio.sleep(0)
    assert len(pipeline.floor.people.agents) < 2_500
    assert {metric: pipeline.documents["queues"]["support"]["now"][metric] for metric in ("ready", "paused")} == {
        "ready": 0, "paused": 1,
    }  # fmt: skip
    await eventually(lambda: pipeline.documents["queues"]["support"]["now"]["ready"] == 2_500)


class Noting:
    """Checkpoints, of which there are none. Notes whether somebody may look at the state meanwhile."""

    pipeline: Pipeline

    def __init__(self) -> None:
        self.locked: list[bool] = []

    async def read(self) -> None:
        self.locked.append(self.pipeline.whole.locked())


async def test_nobody_is_in_the_middle_of_telling_of_a_state_while_another_one_is_loaded(reader: Stream):
    noting = Noting()
    noting.pipeline = pipeline = Pipeline(reader, noting, now_ms)  # type: ignore[arg-type]
    task = asyncio.create_task(pipeline.run())
    await eventually(lambda: pipeline.ready)
    task.cancel()
    await asyncio.wait([task])
    assert noting.locked == [True]
