"""A screen that takes nothing for a while holds one merged patch, or a snapshot, and ends up with the same picture."""

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.live.loaded import Clock, Loaded, Reader, board, filled, hub_of, sent
from wallboard.core.events import NoticeCleared, NoticePosted, Queued
from wallboard.live.channel import BEAT_MS
from wallboard.live.hub import Hub
from wallboard.live.view import View


async def test_a_slow_screen_holds_one_merged_patch(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    reader = Reader(hub, board())
    reader.take()
    for index in range(50):
        clock.ms += 1000
        pipeline.apply(Queued(contact=f"c{index % 3}", queue="support", source="pbx"), at_ms=clock.ms)
    while reader.take():
        pass
    assert reader.kinds == ["hello", "patch", "patch"], "the one on its way, and all others as one"
    assert filled(reader.state) == sent(hub, board())


async def test_a_slow_screen_makes_the_board_encode_no_snapshots(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(*(Queued(contact=queue, queue=queue, source="pbx") for queue in ("support", "sales", "tech")))
    Reader(hub, board())
    encoded: list[View] = []
    whole = Hub.public
    monkeypatch.setattr(Hub, "public", lambda at, view: encoded.append(view) or whole(at, view))
    for index in range(50):
        clock.ms += 1000
        pipeline.apply(Queued(contact=f"c{index}", queue="support", source="pbx"), at_ms=clock.ms)
    assert hub.sent.merged == 49
    assert not encoded


async def test_what_outgrows_the_snapshot_is_told_by_a_snapshot(clock: Clock):
    """What went is named in a patch, and not in a snapshot."""
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    reader = Reader(hub, board())
    for index in range(80):
        clock.ms += 1000
        pipeline.apply(NoticePosted(text="x", notice=f"notice {index}", source="ops"), at_ms=clock.ms)
        clock.ms += 1000
        pipeline.apply(NoticeCleared(notice=f"notice {index}", source="ops"), at_ms=clock.ms)
    while reader.take():
        pass
    assert reader.kinds == ["hello", "hello"]
    assert filled(reader.state) == sent(hub, board())


async def test_an_object_set_over_a_pending_deletion_is_told_by_a_snapshot(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(NoticePosted(text="one", notice="n", source="ops", mark=True))
    reader = Reader(hub, board())
    reader.take()
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"))  # on its way
    clock.ms += 1000
    pipeline.floor.notices.clear()
    pipeline.floor.ground.touch("notices", "n")
    pipeline.publish()
    clock.ms += 1000
    pipeline.apply(NoticePosted(text="two", notice="n", source="ops"))
    while reader.take():
        pass
    assert reader.kinds == ["hello", "patch", "hello"]
    assert "mark" not in reader.state["notices"]["n"]


async def test_a_beat_does_not_take_the_place_of_patches_that_wait_merged(clock: Clock):
    """Seen as a queue that stood still on one screen until its next call."""
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    reader = Reader(hub, board())
    for name in "abc":
        pipeline.apply(Queued(contact=name, queue="support", source="pbx"), at_ms=clock.ms)
        clock.ms += 1000
    clock.ms += BEAT_MS
    hub.look()
    while reader.take():
        pass
    assert reader.kinds == ["hello", "patch"]
    assert filled(reader.state) == sent(hub, board())


@given(st.lists(st.integers(0, 4), max_size=60), st.randoms(use_true_random=False))
def test_any_mixture_of_fast_and_slow_screens_ends_up_with_the_server_s_picture(steps: list[int], rng: random.Random):
    asyncio.run(_mixture(steps, rng))


async def _mixture(steps: list[int], rng: random.Random) -> None:
    clock, pipeline = Clock(), Loaded()
    hub = hub_of(pipeline, clock)
    readers = [Reader(hub, board())]
    for index, step in enumerate(steps):
        clock.ms += rng.choice([0, 20, 150, 5000])
        if step == 0:
            pipeline.apply(Queued(contact=f"c{index}", queue=rng.choice("abc"), source="pbx"), at_ms=clock.ms)
        elif step == 1:
            pipeline.apply(NoticePosted(text=str(index), notice="n", until=clock.ms + 50, source="o"), at_ms=clock.ms)
        elif step == 2:
            pipeline.floor.advance(clock.ms)
            pipeline.publish()
        elif step == 3:
            rng.choice(readers).take()
        else:
            readers.append(Reader(hub, board()))
    clock.ms += 1000
    hub.look()
    for reader in readers:
        while reader.take():
            pass
        assert filled(reader.state) == sent(hub, board())
