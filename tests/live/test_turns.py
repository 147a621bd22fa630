"""When all screens need a snapshot at once, each has it in its turn, and the event loop goes on in between."""

import asyncio

import pytest

from tests.live.loaded import Clock, Loaded, Reader, board, filled, hub_of, sent
from wallboard.core.events import ConfigApplied, Queued
from wallboard.live import turns
from wallboard.live.hub import Hub
from wallboard.live.turns import Turns
from wallboard.live.view import View
from wallboard.record.boards import Tile
from wallboard.web.metrics import fan_out

LUNCH = ConfigApplied(settings={"reason": {"lunch": {"group": "productive"}}})


@pytest.fixture(autouse=True)
def one_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No slice is long enough for two."""
    monkeypatch.setattr(turns, "SLICE_S", 1e-9)
    monkeypatch.setattr(turns, "REST_S", 0.0)


def read(*readers: Reader) -> None:
    """All that is there now."""
    for reader in readers:
        while reader.take():
            pass


async def all_had_theirs(hub: Hub) -> None:
    async with asyncio.timeout(60):
        while hub.turns.waiting:
            await asyncio.sleep(0)


async def test_after_a_change_of_the_settings_each_screen_has_its_snapshot_in_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, pipeline = Clock(), Loaded()
    hub = hub_of(pipeline, clock)
    readers = [Reader(hub, board(id=f"wall {nth % 3}")) for nth in range(6)]
    read(*readers)
    selected: list[View] = []
    whole = View.select
    monkeypatch.setattr(View, "select", lambda at, documents: selected.append(at) or whole(at, documents))
    pipeline.apply(LUNCH)
    assert hub.turns.waiting == 5
    assert len(selected) == 1, "a view is selected anew when one of its screens has its turn"
    assert [reader.wire.frame is not None for reader in readers].count(True) == 1
    read(*readers)
    clock.ms += 1000
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"), at_ms=clock.ms)
    read(*readers)
    assert sorted(reader.kinds for reader in readers) == [["hello"]] * 5 + [["hello", "hello", "patch"]], (
        "who waits keeps its picture, who has had its turn goes on"
    )
    await all_had_theirs(hub)
    read(*readers)
    for reader in readers:
        assert filled(reader.state) == sent(hub, board())
    assert len(selected) == 3 + len(readers), "three views, and what was compared"


async def test_a_board_that_was_edited_comes_with_its_own_state_and_never_before() -> None:
    hub = hub_of(Loaded(), Clock())
    readers = [Reader(hub, board()) for _ in range(3)]
    read(*readers)
    hub.change_boards({"wall": board(Tile(kind="number", at=(1, 1), size=(2, 2), queues=["z*"], metric="waiting"))})
    read(*readers)
    assert sorted(reader.kinds for reader in readers) == [["hello"], ["hello"], ["hello", "hello", "board"]]
    assert hub.turns.waiting == 2
    await all_had_theirs(hub)
    read(*readers)
    assert [reader.kinds for reader in readers] == [["hello", "hello", "board"]] * 3


async def test_while_all_of_a_view_wait_no_time_to_their_sockets_is_told_and_how_many_wait_is() -> None:
    def waiting() -> float:
        return next(value for name, _, value in fan_out(hub) if name == "wallboard_screens_waiting")

    clock, pipeline = Clock(), Loaded()
    hub = hub_of(pipeline, clock)
    readers = [Reader(hub, board(id=f"wall {nth}")) for nth in range(3)]
    read(*readers)
    assert waiting() == 0
    pipeline.apply(LUNCH)
    clock.ms += 1000
    pipeline.apply(Queued(contact="a", queue="support", source="pbx"), at_ms=clock.ms, since_ms=clock.ms)
    assert (sum(hub.sent.took.counts), waiting()) == (1, 2), "of the one that has had its turn"
    await all_had_theirs(hub)
    read(*readers)
    clock.ms += 1000
    pipeline.apply(Queued(contact="b", queue="support", source="pbx"), at_ms=clock.ms, since_ms=clock.ms)
    assert (sum(hub.sent.took.counts), waiting()) == (4, 0)


async def test_who_comes_meanwhile_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, pipeline = Clock(), Loaded()
    hub = hub_of(pipeline, clock)
    readers = [Reader(hub, board(id=f"wall {nth}")) for nth in range(4)]
    pipeline.apply(LUNCH)
    late = Reader(hub, board(id="wall 3"))
    late.take()
    assert (late.kinds, hub.turns.waiting) == (["hello"], 3)
    assert filled(late.state) == sent(hub, board())
    await all_had_theirs(hub)
    read(*readers, late)
    assert late.kinds == ["hello"]


async def test_who_has_left_is_passed_over_and_nobody_waits_twice() -> None:
    hub = hub_of(pipeline := Loaded(), Clock())
    readers = [Reader(hub, board()) for _ in range(4)]
    read(*readers)
    pipeline.apply(LUNCH)
    first, *others = sorted(readers, key=lambda reader: reader.wire.frame is None)
    others[0].screen.leave()
    hub.restart()
    assert hub.turns.waiting == 4, "the first once more, at the end"
    await all_had_theirs(hub)
    read(*readers)
    assert [reader.kinds.count("hello") for reader in (first, *others)] == [3, 1, 2, 2]


async def test_one_that_fails_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    had: list[int] = []

    class Fails:
        def renew(self) -> None:
            had.append(0)
            if len(had) == 2:
                raise RuntimeError("a broken line")

    all_of = Turns()
    all_of.take([Fails() for _ in range(4)])  # type: ignore[misc]
    async with asyncio.timeout(60):
        while all_of.waiting:
            await asyncio.sleep(0)
    assert len(had) == 4
    assert "a broken line" in caplog.text
