"""A batch, or a truth of thousands, is taken in by pieces: others are served in between, and see no half of it."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.live.followed import Watcher, followed, queued
from tests.waiting import now_ms, until
from wallboard.core import kpis, wholetruth
from wallboard.core.events import FloorObserved, ListedAgent, PresenceSet, SignedIn
from wallboard.core.wholetruth import PIECE
from wallboard.live.documents import Change
from wallboard.live.pieces import BREATHE
from wallboard.live.pipeline import Pipeline
from wallboard.live.reading import BATCH
from wallboard.stream.stream import Stream

MANY = 2_500
READY = ListedAgent(presence="ready", queues=["support"])
TRUTH = FloorObserved(agents={f"a{n}": READY for n in range(MANY)}, source="pbx", id="whole")


async def half_told(pipeline: Pipeline, stream: Stream) -> None:
    """The truth is told, and some of it stands on the floor."""
    before = len(pipeline.floor.people.agents)
    await stream.append([TRUTH])
    async with asyncio.timeout(60):
        while len(pipeline.floor.people.agents) == before:
            await asyncio.sleep(0)
    assert len(pipeline.floor.people.agents) < MANY


async def test_who_reads_the_whole_state_reads_one_moment(running, stream: Stream, monkeypatch: pytest.MonkeyPatch):
    """Also of what somebody read since the last tick, and what has changed since then."""
    pipeline, watcher = running
    monkeypatch.setattr(watcher, "shows", lambda change: False)
    await stream.append([queued("a")])
    await until(lambda: "support" in pipeline.documents.get("queues", {}))
    waiting = []
    for contact in ("b", "c"):
        pipeline.floor.apply(queued(contact), pipeline.floor.now_ms)
        waiting.append(pipeline.documents["queues"]["support"]["now"]["waiting"])
    await pipeline.freshen()
    assert pipeline.documents["queues"]["support"]["now"]["waiting"] == 3
    assert pipeline.documents["groups"]["all"]["now"]["waiting"] == 3
    assert 3 not in waiting, "one of the two is read as of the first"


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

    counted(wholetruth, "take")
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
    watcher.batches.clear()
    await stream.append([TRUTH])
    await until(lambda: len(watcher.documents.get("agents", {})) == MANY and MANY in kept)
    task.cancel()
    await asyncio.wait([task])
    assert worked[0] > 3 * MANY, "events taken in, and documents made of them"
    assert max(between) <= PIECE + BREATHE
    assert kept == {0, MANY}
    told = [len([one for one in batch if one.kind == "agents"]) for batch in watcher.batches]
    assert [count for count in told if count] == [MANY]


async def test_a_board_that_comes_while_a_truth_is_half_told_shows_nothing_of_it_yet(running, stream: Stream):
    pipeline, watcher = running
    await half_told(pipeline, stream)
    pipeline.watch(["support"])
    ((group, _),) = pipeline.floor.tallies.sets.items()
    assert group not in pipeline.documents["groups"]
    await until(lambda: group in watcher.documents["groups"])
    assert watcher.documents["groups"][group]["now"]["ready"] == MANY


class Blind(Watcher):
    """Shows nothing."""

    def shows(self, change: Change) -> bool:
        return False

    def publish(self, changes: Sequence[Change], since_ms: int | None, due_ms: float | None) -> None:
        self.batches.append(changes)


async def test_of_what_nobody_shows_nobody_reads_a_truth_that_is_half_told(running, stream: Stream):
    pipeline, _ = running
    pipeline.sinks[:] = [Blind()]
    await stream.append([SignedIn(agent="x", queues=["support"], source="pbx")])
    await until(lambda: "support" in pipeline.documents["queues"])
    await stream.append([PresenceSet(agent="x", presence="paused", source="pbx")])
    await until(lambda: pipeline.floor.applied == 2 and not pipeline.floor.touched)
    await half_told(pipeline, stream)
    assert {metric: pipeline.documents["queues"]["support"]["now"][metric] for metric in ("ready", "paused")} == {
        "ready": 0, "paused": 1,
    }  # fmt: skip
    await until(lambda: pipeline.documents["queues"]["support"]["now"]["ready"] == MANY)


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
    async with followed(pipeline):
        assert noting.locked == [True]
