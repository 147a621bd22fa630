"""Views and their channels: who is told what, in one encoding for all, and first a whole snapshot."""

import errno
import zlib

import pytest

from tests.live.loaded import Clock, Loaded, Reader, Slot, board, hub_of
from wallboard.core.events import NoticeCleared, NoticePosted, Queued, SignedIn
from wallboard.live.channel import Channel
from wallboard.live.frames import Frame
from wallboard.live.view import View
from wallboard.record.boards import Tile


async def test_a_new_screen_gets_a_whole_snapshot_and_then_patches(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    reader = Reader(hub, board())
    reader.take()
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"))
    reader.take()
    assert reader.kinds == ["hello", "patch"]
    assert reader.state["queues"]["support"]["now"]["waiting"] == 1


async def test_a_row_that_went_and_came_again_asks_for_one_snapshot_of_the_whole_tick(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    reader = Reader(hub, board())
    pipeline.apply(NoticePosted(text="first", notice="n", source="ops"))
    pipeline.apply(NoticeCleared(notice="n", source="ops"))  # held back: it is too soon
    while reader.take():
        pass
    clock.ms += 150
    again = NoticePosted(text="again", notice="n", source="ops")
    pipeline.apply(again, Queued(contact="a", queue="support", source="pbx"), at_ms=clock.ms)
    told = len(reader.kinds)
    while reader.take():
        pass
    assert reader.kinds[told:] == ["hello"]
    assert reader.state["notices"]["n"]["text"] == "again"
    assert reader.state["queues"]["support"]["now"]["waiting"] == 1


async def test_the_latency_is_told_with_the_time_of_its_measurement_and_not_anew_while_nothing_comes(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    Reader(hub, board(Tile(kind="number", at=(1, 1), size=(2, 2), metric="kpi.wallboard.latency")))
    hub.sent.took_s(0.063)
    measured_ms = clock.ms
    hub._tell_latency()
    clock.ms += 60_000
    hub._tell_latency()
    assert pipeline.documents["kpis"]["wallboard.latency"]["as_of"] == measured_ms
    hub.sent.took_s(0.04)
    hub._tell_latency()
    assert pipeline.documents["kpis"]["wallboard.latency"]["as_of"] == clock.ms


async def test_one_encoding_serves_every_screen_of_a_view(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    wires = [Reader(hub, board()).wire for _ in range(3)]
    first = [wire.take() for wire in wires]
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"))
    second = [wire.take() for wire in wires]
    assert len({id(frame) for frame in first}) == 1
    assert len({id(frame) for frame in second}) == 1
    assert hub.sent.patches == 1


class Direct(Slot):
    """A wire that takes packed frames, and notes when."""

    packs = True
    ready = True

    def __init__(self, done: list[str]) -> None:
        super().__init__()
        self.put = lambda data: done.append("put") or len(data)


async def test_all_is_packed_before_the_first_screen_is_written_to(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes after a write finds the processor's caches cold."""
    pipeline, done = Loaded(), []
    hub = hub_of(pipeline, clock)
    for queue in ("support", "sales"):
        shown = board(Tile(kind="number", at=(1, 1), size=(2, 2), queues=[queue], metric="waiting"), id=queue)
        hub.subscribe(shown, Direct(done))
    pack = zlib.compressobj
    monkeypatch.setattr(zlib, "compressobj", lambda *how: done.append("pack") or pack(*how))
    pipeline.apply(*(Queued(contact=one, queue=one, source="pbx") for one in ("support", "sales")))
    assert done == ["pack", "pack", "put", "put"]


@pytest.mark.parametrize(("error", "vanished"), [(errno.ETIMEDOUT, 1), (errno.EHOSTUNREACH, 1), (errno.EPIPE, 0)])
async def test_that_the_kernel_gave_up_on_a_screen_is_counted_where_it_says_so(
    clock: Clock, error: int, vanished: int
) -> None:
    """It says so once, to whoever writes or reads first; its own way of writing then ends the connection."""

    def gone(data: bytes) -> int:
        raise OSError(error, "no such luck")

    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    wire = Direct([])
    wire.put = gone
    hub.subscribe(board(), wire)
    hello = wire.frame
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"))
    assert (hub.sent.cut["vanished"], hub.screens) == (vanished, 1 - vanished)
    assert wire.frame is not hello


async def test_boards_that_show_the_same_are_told_in_the_same_bytes_packed_once(clock: Clock) -> None:
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    early = Reader(hub, board(id="early"))
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"))
    late = Reader(hub, board(id="late"))
    told: list[Frame] = []
    for nth in range(3):
        while early.take() or late.take():
            pass
        clock.ms += 1000
        pipeline.apply(Queued(contact=f"b{nth}", queue="support", source="pbx"), at_ms=clock.ms)
        told = [frame for reader in (early, late) if (frame := reader.wire.frame)]
    assert len(told) == 2
    assert told[0] is told[1]


async def test_a_change_is_looked_at_by_the_views_that_show_it_and_by_no_other(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    tiles = [Tile(kind="number", at=(1, 1), size=(2, 2), queues=[f"q{nth}"], metric="waiting") for nth in range(50)]
    readers = [Reader(hub, board(tile, id=f"b{nth}")) for nth, tile in enumerate(tiles)]
    pipeline.apply(*(Queued(contact=f"a{nth}", queue=f"q{nth}", source="pbx") for nth in range(50)))
    looked: list[tuple[str, str]] = []
    whole, includes = Channel.change, View.includes
    monkeypatch.setattr(Channel, "change", lambda at, key, *rest: looked.append(key) or whole(at, key, *rest))
    monkeypatch.setattr(View, "includes", lambda *given: looked.append(("asked", "")) or includes(*given))
    clock.ms += 1000
    pipeline.apply(Queued(contact="b", queue="q7", source="pbx"), at_ms=clock.ms)
    assert looked.count(("queues", "q7")) == 1
    assert not any(kind == "asked" for kind, _ in looked), "who shows what was looked up before"
    while readers[7].take():
        pass
    assert readers[7].state["queues"]["q7"]["now"]["waiting"] == 2


async def test_an_entity_that_moves_is_taken_from_one_view_and_given_to_another(clock: Clock) -> None:
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    of = {
        team: Reader(hub, board(Tile(kind="agents", at=(1, 1), size=(2, 2), teams=[team]), id=team))
        for team in ("one", "two")
    }
    for team, other in (("one", "two"), ("two", "one")):
        clock.ms += 1000
        pipeline.apply(SignedIn(agent="anna", team=team, source="pbx"), at_ms=clock.ms)
        for reader in of.values():
            while reader.take():
                pass
        assert list(of[team].state["agents"]) == ["anna"]
        assert not of[other].state.get("agents")
