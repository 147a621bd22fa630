"""Model: hub and the browser's own store, over wires that are fast, fill up, take one frame at a time, lose a message,
and break; walls and the boards of leads, of all and of some teams.

What a screen shows is always what the server had at that place in its sequence, or the screen knows that it is not.
"""

import asyncio
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from tests.live.loaded import Clock, Loaded, board, filled, hub_of
from tests.live.wires import Frames, Node, Picture, Pipe, Store
from wallboard.core.events import ConfigApplied, NoticeCleared, NoticePosted, PresenceSet, Queued, SignedIn
from wallboard.live import hub as hubs
from wallboard.live import shares, turns
from wallboard.live.channel import BEAT_MS, Channel
from wallboard.live.frames import Frame
from wallboard.live.screen import MOST_ORDERS
from wallboard.record.boards import Board, Tile

PAUSES = st.sampled_from([0, 150])
QUEUES = ("a", "b", "c")
TILES = (
    [Tile(kind="queues", at=(1, 1), size=(4, 2)), Tile(kind="notices", at=(5, 1), size=(4, 2))],
    [Tile(kind="number", at=(1, 1), size=(2, 2), queues=["a"], metric="waiting")],
    [Tile(kind="agents", at=(1, 1), size=(4, 2)), Tile(kind="queues", at=(5, 1), size=(4, 2), queues=["b", "c"])],
)
TEAMS = st.sampled_from([None, frozenset({"one"}), frozenset({"one", "two"})])


class Fanout(RuleBasedStateMachine):
    stores = Bundle("stores")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock, self.pipeline = Clock(), Loaded()
        self.hub = hub_of(self.pipeline, self.clock)
        self.boards = {
            "wall": board(*TILES[0]),
            "desk": board(*TILES[2], id="desk", audience="lead"),
        }
        self.number = 0
        self.all: list[Store] = []
        self.had: dict[tuple[Channel, int], list[Picture]] = {}  # at each moment of a place

    def teardown(self) -> None:
        """Whatever happened, everybody is level in the end."""
        try:
            for store in self.all:
                self.a_screen_is_level_in_the_end(store)
        finally:
            self.loop.close()

    def act(self, do: Callable[[], object]) -> None:
        """In a running loop, and on to where it has handed on what was written. Then what the server has is noted."""

        async def acting() -> None:
            do()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

        self.loop.run_until_complete(acting())
        self.note()

    def note(self) -> None:
        for channel in self.hub._channels.values():
            picture = self.picture_of(channel.view.board, channel.view.allowed.teams)
            moments = self.had.setdefault((channel, channel.seq), [])
            if picture not in moments:
                moments.append(picture)

    def picture_of(self, shown: Board, teams: frozenset[str] | None) -> Picture:
        public = msgspec.json.decode(msgspec.json.encode(self.hub.public(self.hub.view(shown, teams))))
        return public, filled(self.hub.state_of(shown, teams))

    @rule(
        target=stores,
        packs=st.booleans(),
        one_at_a_time=st.booleans(),
        on=st.sampled_from(["wall", "desk"]),
        teams=TEAMS,
    )
    def join(self, packs: bool, one_at_a_time: bool, on: str, teams: frozenset[str] | None) -> Store:
        pipe = Pipe(packs=packs and not one_at_a_time, one_at_a_time=one_at_a_time)
        self.act(lambda: self.hub.subscribe(self.boards[on], pipe, teams))
        self.all.append(Store(pipe, on, teams))
        return self.all[-1]

    @rule(queue=st.sampled_from(QUEUES), ms=st.sampled_from([0, 20, 150]))
    def a_contact_queues(self, queue: str, ms: int) -> None:
        self._apply(ms, Queued(contact=f"c{self.number}", queue=queue, source="pbx"))

    @rule(
        agent=st.sampled_from("xy"),
        team=st.sampled_from(["one", "two", "three"]),
        queues=st.lists(st.sampled_from(QUEUES), max_size=2),
        ms=st.sampled_from([0, 150]),
    )
    def an_agent_signs_in(self, agent: str, team: str, queues: list[str], ms: int) -> None:
        paused = PresenceSet(agent=agent, presence="paused", reason="lunch", source="pbx")
        self._apply(ms, SignedIn(agent=agent, team=team, queues=queues, source="pbx"), paused)

    @rule(
        boards=st.sampled_from([None, ["wall"], ["other"]]),
        mark=st.sampled_from([None, True]),
        ms=st.sampled_from([0, 150]),
    )
    def a_notice_is_posted(self, boards: list[str] | None, mark: bool | None, ms: int) -> None:
        self._apply(ms, NoticePosted(text=str(self.number), notice="n", boards=boards, mark=mark, source="o"))

    @rule(ms=PAUSES)
    def a_notice_goes(self, ms: int) -> None:
        self._apply(ms, NoticeCleared(notice="n", source="o"))

    @rule(mark=st.sampled_from([None, True]))
    def a_notice_comes_again_before_it_was_told_that_it_went(self, mark: bool | None) -> None:
        self.a_notice_is_posted(None, mark, 0)
        self.a_notice_goes(0)
        self.a_notice_is_posted(None, mark, 0)

    @rule()
    def the_settings_change(self) -> None:
        group = "productive" if self.number % 2 else "personal"
        self._apply(150, ConfigApplied(settings={"reason": {"lunch": {"group": group}}}))

    @rule(ms=st.sampled_from([20, 200, BEAT_MS + 500]))
    def time_passes(self, ms: int) -> None:
        self.clock.ms += ms
        self.act(self.hub.look)

    @rule(store=stores, queues=st.lists(st.sampled_from(QUEUES), min_size=3, max_size=4), loses=st.booleans())
    def a_screen_sleeps_through_a_busy_moment_and_silence(self, store: Store, queues: list[str], loses: bool) -> None:
        """More than one patch waits for it, and a beat on top. `loses`: what it was told before."""
        for queue in queues:
            self.a_contact_queues(queue, 600)
        self.time_passes(1000)
        self.time_passes(BEAT_MS + 500)
        if loses:
            self.a_screen_reads(store, loses=True)
        self.a_screen_is_level_in_the_end(store)

    @rule()
    def the_state_is_loaded_anew(self) -> None:
        self.pipeline.epoch += "'"
        self.act(self.hub.restart)

    @rule(
        on=st.sampled_from(["wall", "desk"]),
        tiles=st.sampled_from(TILES),
        audience=st.sampled_from(["wall", "lead"]),
        names=st.sampled_from(["full", "first", "none"]),
        rate=st.sampled_from([2, 10]),
    )
    def a_board_is_edited(self, on: str, tiles: list[Tile], audience: str, names: str, rate: int) -> None:
        self.boards[on] = board(*tiles, id=on, audience=audience, names=names, updates_per_s=rate)
        self.act(lambda: self.hub.change_boards(self.boards))

    @rule(store=stores)
    def a_screen_is_told_to_do_something(self, store: Store) -> None:
        if store.pipe.broken:
            return
        self.number += 1
        store.ordered.append(self.number)
        order = Frame(msgspec.json.encode({"t": "command", "do": "identify", "nth": self.number}))
        self.act(lambda: store.pipe.screen.order(order))

    @rule(store=stores)
    def a_screen_reads(self, store: Store, *, loses: bool = False) -> None:
        if store.pipe.broken:
            return
        for told in store.read(loses=loses):
            had = self.had[store.pipe.screen.channel, store.seq]
            if told in ("hello", "board") or store.lost:  # who misses something shows what it showed
                assert store.picture in had
            elif told == "patch":
                assert store.picture == had[0], "as it was when this place began"
        self.note()  # its wire has room again, and may have been given a snapshot
        if store.lost:
            self._come_back(store)

    @rule(store=stores)
    def a_screen_reads_and_a_patch_is_lost(self, store: Store) -> None:
        """As no line does: it shows what it showed, and knows with the next message."""
        self.a_screen_reads(store, loses=True)

    @rule(store=stores)
    def a_screen_is_cut_off(self, store: Store) -> None:
        """It took nothing for too long."""
        if store.pipe.broken:
            return
        cut = self.hub.sent.cut["slow"]
        store.pipe.broken = True
        self.act(partial(store.pipe.screen.cut, "slow"))
        assert self.hub.sent.cut["slow"] == cut + 1
        self._come_back(store)

    @rule(store=stores)
    def a_screen_drops_and_comes_back(self, store: Store) -> None:
        """With what it showed; its connection breaks, and somewhat later the server is told."""
        store.pipe.broken = True
        self._apply(150, Queued(contact=f"d{self.number}", queue="a", source="pbx"))
        self._come_back(store)

    @rule()
    def the_process_starts_anew(self) -> None:
        """Another hub, whose sequence begins at one again: no screen takes its patches for more of the old one's."""
        self.pipeline.epoch += "n"
        self.pipeline.sinks.clear()
        self.hub = hub_of(self.pipeline, self.clock)
        for store in self.all:
            store.pipe.broken = True
            self._come_back(store)

    @rule(store=stores, ms=PAUSES)
    def the_state_is_lost_and_loaded(self, store: Store, ms: int) -> None:
        """Whoever comes meanwhile waits for a snapshot, and whoever is there keeps its picture."""
        self.pipeline.ready = False
        self._come_back(store)
        shown = store.state
        self._apply(ms, Queued(contact=f"e{self.number}", queue="b", source="pbx"))
        assert [*store.read()] == []
        assert store.state == shown
        self.pipeline.ready = True
        self.the_state_is_loaded_anew()

    def _come_back(self, store: Store) -> None:
        self.act(store.pipe.screen.leave)
        pipe = Pipe(packs=store.pipe.packs, one_at_a_time=store.pipe.one_at_a_time)
        self.act(lambda: self.hub.subscribe(self.boards[store.board], pipe, store.teams))
        store.connect(pipe)

    @rule(store=stores)
    def a_screen_is_level_in_the_end(self, store: Store) -> None:
        """Once it has read all, it shows what the server has, but for what the throttle holds back."""
        if store.pipe.broken:
            return
        self._all_is_told(store)
        if store.holed:
            self.time_passes(BEAT_MS)
            self._all_is_told(store)
        assert not store.holed
        assert store.picture == self.picture_of(self.boards[store.board], store.teams)
        assert store.obeyed[-MOST_ORDERS:] == store.ordered[-MOST_ORDERS:]

    def _all_is_told(self, store: Store) -> None:
        self.time_passes(1000)
        while self.hub._held:  # a look has room for a part of all
            self.time_passes(1000)
        while self.hub.turns.waiting:
            self.act(lambda: None)
        while store.pipe.kernel or store.pipe.held:
            self.a_screen_reads(store)

    @invariant()
    def nothing_is_kept_of_who_has_left(self) -> None:
        for channel in self.hub._channels.values():
            assert channel.screens

    def _apply(self, ms: int, *events: Any) -> None:
        self.number += 1
        self.clock.ms += ms
        self.act(lambda: self.pipeline.apply(*events, at_ms=self.clock.ms))


class TestFanout(Fanout.TestCase):  # type: ignore[misc,name-defined]
    settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

    @classmethod
    def setUpClass(cls) -> None:
        Store.of = Node()
        cls.enterClassContext(patch.multiple(turns, SLICE_S=1e-9, REST_S=0.0))  # one in a turn of the loop

    @classmethod
    def tearDownClass(cls) -> None:
        Store.of.end()


class TestInParts(TestFanout):
    """Where there are many screens."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.enterClassContext(patch.object(shares, "MANY", 2))
        cls.enterClassContext(patch.object(hubs, "PART", 1))


def _unframed(data: bytes, *, packs: bool) -> bytes:
    (payload,) = Frames(packs=packs).of(data)
    return payload


def test_a_frame_is_read_back_at_every_length_packed_and_plain() -> None:
    for length in (0, 1, 125, 126, 4_095, 4_097, 65_535, 65_536, 300_000):
        payload = (b'{"waiting":%d}' % length * (length // 10 + 1))[:length]
        frame = Frame(payload)
        assert _unframed(frame.plain, packs=False) == payload
        assert _unframed(frame.packed, packs=True) == payload
    noise = zlib.compress(bytes(range(256)) * 3)[:60]
    assert Frame(noise).packed == Frame(noise).plain, "what packing makes longer goes plain"
