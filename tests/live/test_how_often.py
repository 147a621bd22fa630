"""How often are screens told? At most as their board says, less on a busy machine, and never nothing for long."""

import asyncio
from itertools import pairwise

import msgspec
import pytest

from tests.live.loaded import NOON, Clock, Loaded, Reader, Slot, board, hub_of
from wallboard.core.events import Queued
from wallboard.live import hub as hubs
from wallboard.live import pace
from wallboard.live.channel import LOOK_S


async def test_a_board_sends_at_most_its_updates_per_second_and_the_first_at_once(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    Reader(hub, board(updates_per_s=2)).take()
    for index in range(10):
        pipeline.apply(Queued(contact=f"c{index}", queue="support", source="pbx"))
        clock.ms += 100
    assert hub.sent.patches == 2


class Busy(Slot):
    """A wire on a machine that needs `takes_ms` for each frame, by the clock of the test."""

    def __init__(self, clock: Clock, takes_ms: int) -> None:
        super().__init__()
        self.put = self._put
        self.told_ms: list[int] = []
        self._clock, self._takes_ms = clock, takes_ms

    @property
    def ready(self) -> bool:
        return True

    def _put(self, data: bytes) -> int:
        self._clock.ms += self._takes_ms
        self.told_ms.append(self._clock.ms)
        return len(data)


async def come_round() -> None:
    """The loop, until a fan-out has ended."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_fan_outs_that_take_too_long_lower_the_rate_however_many_ticks_send_nothing(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    """Most ticks hold the patch back: they are no fan-outs, neither while it is busy nor for the calm."""
    monkeypatch.setattr(pace, "CALM_S", 1.0)
    monkeypatch.setattr(hubs, "perf_counter", lambda: clock.ms / 1000)
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    screen = hub.subscribe(board(), wire := Busy(clock, 60))

    async def ticks(count: int) -> None:
        for index in range(count):
            clock.ms += 10
            pipeline.apply(Queued(contact=f"c{index}", queue="support", source="pbx"), at_ms=clock.ms)
            hub.look()
            await come_round()

    await ticks(100)
    assert (hub.pace.rate, hub.pace.lowered) == (8, 2)
    fan_outs = hub.sent.fan_outs
    assert fan_outs.sum_s / sum(fan_outs.counts) == pytest.approx(0.06, abs=1e-3), "and not the ticks that send nothing"
    await ticks(1000)
    assert (hub.pace.rate, hub.pace.lowered) == (8, 2), "60 ms would be too much at 10 a second: that is no calm"
    assert pipeline.ticks.every_ms == 125
    assert min(after - before for before, after in pairwise(wire.told_ms[-50:])) >= 120, "to the tick: 8 a second"
    screen.leave()
    assert (hub.pace.rate, hub.pace.lowered, pipeline.ticks.every_ms) == (10, 2, 100), "nobody looks any more"


@pytest.mark.parametrize(("takes_ms", "rate"), [(55, 9), (95, 5), (240, 2)])
async def test_an_event_waits_for_one_interval_and_one_fan_out_and_for_no_more(
    takes_ms: int, rate: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    """On a busy machine ticks come as often as views are told, and not ten times a second between them."""
    monkeypatch.setattr(hubs, "perf_counter", lambda: clock.ms / 1000)
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    hub.subscribe(board(), wire := Busy(clock, takes_ms))
    next_ms = published_ms = clock.ms
    waiting: list[int] = []
    took_ms: list[int] = []
    while clock.ms < NOON + 60_000:
        clock.ms += 1
        while next_ms <= clock.ms:  # more come while it tells
            waiting.append(next_ms)
            next_ms += 7
        if clock.ms - published_ms >= pipeline.ticks.every_ms:
            published_ms, told = clock.ms, len(wire.told_ms)
            taken, waiting = waiting, []
            pipeline.apply(Queued(contact=f"c{next_ms}", queue="support", source="pbx"), at_ms=clock.ms)
            await come_round()
            assert len(wire.told_ms) == told + 1, "each tick is told at once"
            if clock.ms > NOON + 10_000:
                took_ms += [clock.ms - came_ms for came_ms in taken]
    assert hub.pace.rate == rate
    assert max(took_ms) <= 1000 / rate + takes_ms + 1


async def test_the_time_of_an_event_counts_although_its_patch_began_without_one(clock: Clock):
    """What the passing of time changed has no event; one that comes while that is held back goes with it."""
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    Reader(hub, board(updates_per_s=2))
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"), since_ms=clock.ms)
    assert (sum(hub.sent.took.counts), hub.sent.took.sum_s) == (1, 0)
    pipeline.apply(Queued(contact="b", queue="support", source="pbx"))
    clock.ms += 100
    for contact in "cd":
        pipeline.apply(Queued(contact=contact, queue="support", source="pbx"), since_ms=clock.ms)
        clock.ms += 200
    hub.look()
    assert (sum(hub.sent.took.counts), hub.sent.took.sum_s) == (2, 0.4)
    clock.ms += 500
    pipeline.apply(Queued(contact="e", queue="support", source="pbx"))
    assert sum(hub.sent.took.counts) == 2, "and is counted once"


async def test_silence_of_four_seconds_is_broken_by_a_beat(clock: Clock):
    """As CONTRACT says, and no later: it is looked each half second."""
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    reader = Reader(hub, board())
    reader.take()
    clock.ms += 3_000
    hub.look()
    assert reader.wire.take() is None
    clock.ms += 1_000 - round(LOOK_S * 1_000)
    hub.look()
    beat = reader.wire.take()
    assert beat is not None
    assert msgspec.json.decode(beat.payload) == {"t": "beat", "seq": reader.screen.channel.seq, "now": clock.ms}
