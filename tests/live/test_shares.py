"""Of many screens a part is told at a time: each as often as ever, and an event waits less."""

import math
import random
from itertools import pairwise

import pytest

from tests.live.loaded import NOON, Clock, Loaded, board, hub_of
from tests.live.test_how_often import Busy, come_round
from wallboard.core.events import Queued
from wallboard.live import hub as hubs
from wallboard.live import shares
from wallboard.record.boards import Tile


@pytest.fixture(autouse=True)
def two_are_many(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(shares, "MANY", 2)
    monkeypatch.setattr(shares, "TOGETHER", 2)
    monkeypatch.setattr(hubs, "TOGETHER", 2)
    monkeypatch.setattr(hubs, "PART", 1)
    monkeypatch.setattr(hubs, "perf_counter", lambda: clock.ms / 1000)


@pytest.mark.parametrize("boards", [1, 2])
@pytest.mark.parametrize("parts", [2, 4])
async def test_an_event_waits_for_one_interval_and_for_its_part_of_the_screens(
    parts: int, boards: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "TOGETHER", parts)
    monkeypatch.setattr(hubs, "TOGETHER", parts)
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    write_ms = 80 // parts
    wires = [Busy(clock, write_ms) for _ in range(parts)]
    for nth, wire in enumerate(wires):
        hub.subscribe(board(id=f"wall-{nth % boards}"), wire)
    assert pipeline.ticks.every_ms == 100 / parts
    next_ms = published_ms = clock.ms
    waiting: list[list[int]] = [[] for _ in wires]
    took_ms: list[int] = []
    while clock.ms < NOON + 60_000:
        clock.ms += 1
        if clock.ms - published_ms < pipeline.ticks.every_ms:
            continue
        published_ms, told = clock.ms, [len(wire.told_ms) for wire in wires]
        while next_ms <= published_ms:
            for one in waiting:
                one.append(next_ms)
            next_ms += 7
        pipeline.apply(Queued(contact=f"c{next_ms}", queue="support", source="pbx"), at_ms=clock.ms)
        await come_round()
        reached = [len(wire.told_ms) - before for wire, before in zip(wires, told, strict=True)]
        assert sum(reached) <= 1, "one part a tick"
        if 1 in reached:
            took_ms += [clock.ms - came_ms for came_ms in waiting[reached.index(1)]]
            waiting[reached.index(1)] = []
    assert hub.pace.rate == 10
    assert max(took_ms) <= 100 + write_ms + 12, "an interval and a part's fan-out; a tick comes up to 11 ms late here"
    for wire in wires:
        assert min(after - before for before, after in pairwise(wire.told_ms)) >= 95


async def test_who_finds_no_room_is_told_with_the_next_tick_though_nothing_happens(clock: Clock) -> None:
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    wires = [Busy(clock, 0) for _ in range(3)]
    for wire in wires:
        hub.subscribe(board(Tile(kind="queues", at=(1, 1), size=(4, 2))), wire)
    clock.ms += 1000
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"), at_ms=clock.ms)
    assert sorted(len(wire.told_ms) for wire in wires) == [0, 1, 1]
    clock.ms += 20
    hub.look()
    assert sorted(len(wire.told_ms) for wire in wires) == [0, 1, 1], "not before its tick"
    clock.ms += 30
    hub.look()
    assert [len(wire.told_ms) for wire in wires] == [1, 1, 1]


async def test_fan_outs_that_fill_the_time_lower_the_rate(clock: Clock) -> None:
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    for _ in range(2):
        hub.subscribe(board(), Busy(clock, 48))
    for nth in range(40):
        clock.ms += 50
        pipeline.apply(Queued(contact=f"c{nth}", queue="support", source="pbx"), at_ms=clock.ms)
        await come_round()
    assert (hub.pace.rate, hub.pace.lowered) == (9, 1), "96 of 100 ms"


async def test_of_few_all_are_told_at_once(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "MANY", 3)
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    wires = [Busy(clock, 0) for _ in range(2)]
    for wire in wires:
        hub.subscribe(board(), wire)
    assert pipeline.ticks.every_ms == 100
    clock.ms += 1000
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"), at_ms=clock.ms)
    assert [len(wire.told_ms) for wire in wires] == [1, 1]


@pytest.mark.parametrize("seed", range(4))
async def test_ticks_tell_again_after_one_that_came_late(seed: int, clock: Clock) -> None:
    """Else all are told between the ticks from then on, each time a little later than they were due."""
    luck = random.Random(seed)
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    wires = [Busy(clock, 31) for _ in range(2)]
    for wire in wires:
        hub.subscribe(board(), wire)

    async def look() -> float:
        """As `Hub.run` does, and when it will again."""
        hub.look()
        await come_round()
        return clock.ms + hub.due_in_ms()

    tick_ms, look_ms = clock.ms, math.inf  # when the last one was due (live/ticks.py)
    while clock.ms < NOON + 20_000:
        comes_ms = tick_ms + 50 + (2 if luck.random() < 0.95 else luck.randrange(5, 60))
        while clock.ms < comes_ms:
            clock.ms += 1
            look_ms = await look() if clock.ms >= look_ms else look_ms
        tick_ms = tick_ms + 50 if clock.ms - tick_ms - 50 <= 25 else clock.ms
        pipeline.apply(Queued(contact=f"c{tick_ms}", queue="support", source="pbx"), at_ms=clock.ms, due_ms=tick_ms)
        await come_round()
        look_ms = await look()
    for wire in wires:
        assert len(wire.told_ms) >= 190, "of 200 times: what came late cost a few of them, and no more"
