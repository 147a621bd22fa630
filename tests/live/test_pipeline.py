"""The only loop, on a real Redis: what goes into the stream comes out as changes, over gaps and restarts."""

import pytest
from redis.asyncio import Redis

from tests.live.followed import followed, queued
from tests.waiting import now_ms, until
from wallboard.core import kpis, snapshot
from wallboard.core.events import Event, NoticePosted, SourceBeat
from wallboard.core.state import Floor
from wallboard.live.pipeline import Pipeline
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import Keys
from wallboard.stream.stream import Stream


async def test_an_appended_event_becomes_a_change_of_its_entities(running, stream: Stream):
    _, watcher = running
    await stream.append([queued("a")])
    await until(lambda: "support" in watcher.documents.get("queues", {}))
    assert watcher.documents["queues"]["support"]["now"]["waiting"] == 1


async def test_patches_keep_a_reader_equal_to_the_whole_document(running, stream: Stream):
    pipeline, watcher = running
    for index in range(60):
        events: list[Event] = [queued(f"c{index}"), NoticePosted(text=f"n{index}", notice="n", source="ops")]
        await stream.append(events)
    await until(lambda: pipeline.floor.applied == 120 and not pipeline.floor.touched)
    whole = kpis.document(pipeline.floor)
    assert {kind: watcher.documents.get(kind, {}) for kind in whole} == whole


async def test_what_each_event_did_is_kept_by_source(running, stream: Stream):
    pipeline, _ = running
    await stream.append([queued("a"), queued("b")])
    await until(lambda: len(pipeline.recent.get("pbx", ())) == 2)
    assert [recent.deeds[-1].text for recent in pipeline.recent["pbx"]] == ["opened visit 1 in support"] * 2


async def test_an_entry_that_is_no_event_is_passed_over(running, stream: Stream, redis: Redis, keys: Keys):
    pipeline, watcher = running
    loaded = watcher.restarts
    await redis.xadd(keys.stream, {"e": "nonsense"})
    await stream.append([queued("a")])
    await until(lambda: watcher.documents.get("queues"))
    assert pipeline.floor.applied == 1
    assert watcher.restarts == loaded, "and nothing was loaded anew for its sake"


async def test_the_log_says_what_is_wrong_with_an_entry_and_nothing_that_it_holds(
    running, stream: Stream, redis: Redis, keys: Keys, capsys: pytest.CaptureFixture[str]
):
    pipeline, _ = running
    newer = '{"type":"contact.queued","contact":"c1","queue":"support","customer":"+380441234567","mood":"good"}'
    await redis.xadd(keys.stream, {"e": newer})
    await stream.append([queued("a")])
    await until(lambda: pipeline.floor.applied == 1)
    said = capsys.readouterr().out
    assert "unknown field 'mood'" in said
    assert "380441234567" not in said


async def test_an_emptied_redis_is_a_gap_with_a_new_epoch(running, stream: Stream, redis: Redis, keys: Keys):
    pipeline, watcher = running
    await stream.append([queued("a")])
    await until(lambda: pipeline.floor.applied == 1)
    epoch = pipeline.epoch
    await redis.delete(keys.stream)
    await stream.append([queued("b2")])
    await until(lambda: pipeline.ready and pipeline.epoch != epoch and pipeline.floor.applied == 1)
    assert pipeline.gaps >= 1
    assert watcher.restarts == 2


async def test_a_new_process_starts_from_the_checkpoint_and_reads_on(running, stream: Stream, redis: Redis, keys: Keys):
    first, _ = running
    await stream.append([queued("a"), queued("b")])
    await until(lambda: first.floor.applied == 2)
    checkpoints = Checkpoints(redis, keys)
    await redis.incr(keys.fence)
    await checkpoints.write(first.cursor, snapshot.dump(first.floor), [], 1)
    await stream.append([queued("c")])
    second = Pipeline(stream, checkpoints, now_ms)
    async with followed(second):
        assert second.applied == 1  # only what came after the checkpoint was read
        await until(lambda: first.floor.applied == 3)
        assert second.documents["queues"] == kpis.document(first.floor)["queues"]


@pytest.mark.foresees("rebuilding after an unforeseen failure")
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
    await until(lambda: pipeline.ready and pipeline.floor.applied == 2)
    assert pipeline.documents["queues"]["support"]["now"]["waiting"] == 2


async def test_a_source_that_cannot_be_read_stands_in_the_state_although_it_never_spoke(running, stream: Stream):
    pipeline, watcher = running
    down = {"kind": "asterisk", "state": "down", "note": "no route to host"}
    pipeline.tell_sources({"pbx-1": down})
    await until(lambda: watcher.documents["sources"].get("pbx-1") == down)
    pipeline.tell_sources({"pbx-1": {"kind": "asterisk"}})
    await until(lambda: watcher.documents["sources"]["pbx-1"] == {"state": "silent", "kind": "asterisk"})
    await stream.append([SourceBeat(source="pbx-1")])
    await until(lambda: watcher.documents["sources"]["pbx-1"]["state"] == "live")
    assert "note" not in pipeline.documents["sources"]["pbx-1"]
    pipeline.tell_sources({})
    await until(lambda: "kind" not in watcher.documents["sources"]["pbx-1"])
