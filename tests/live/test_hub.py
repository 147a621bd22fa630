"""Views and mailboxes: a screen's picture equals the server's at the same place in the sequence, however slow it is."""

import asyncio
import random
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core import kpis
from wallboard.core.events import (
    Answered,
    ConfigApplied,
    KpiReported,
    NoticeCleared,
    NoticePosted,
    PresenceSet,
    Queued,
    SignedIn,
)
from wallboard.core.patch import apply, diff
from wallboard.core.settings import Queue, Reason, Settings
from wallboard.core.state import Floor
from wallboard.live import hub as hubs
from wallboard.live import pace
from wallboard.live.channel import BEAT_MS, Channel
from wallboard.live.frames import Frame
from wallboard.live.hub import Hub
from wallboard.live.pipeline import Change
from wallboard.live.screen import Screen
from wallboard.live.showing import Showing
from wallboard.live.view import View
from wallboard.record.boards import Board, Tile

NOON = 1_795_348_800_000


class Clock:
    """Hands that a test moves."""

    def __init__(self) -> None:
        self.ms = NOON

    def __call__(self) -> int:
        return self.ms


class Loaded:
    """A pipeline that has been loaded: the real floor and documents, published by hand instead of from a stream."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.floor = Floor(settings)
        self.floor.advance(NOON)
        self.sinks: list[Hub] = []
        self.documents: dict[str, dict] = {}
        self.epoch, self.ready = "e1", True
        self.tick_ms = 100.0
        self.publish()

    def watch(self, patterns: list[str]) -> None:
        group = self.floor.watch(patterns)
        self.documents.setdefault("groups", {})[group] = kpis.entity(self.floor, "groups", group) or {}

    def apply(self, *events: object, at_ms: int = NOON, since_ms: int | None = None) -> None:
        for event in events:
            self.floor.apply(event, at_ms)  # type: ignore[arg-type]
        self.publish(since_ms)

    def publish(self, since_ms: int | None = None) -> None:
        changes = []
        for kind, name in sorted(self.floor.take_touched()):
            rows = self.documents.setdefault(kind, {})
            old, new = rows.get(name), kpis.entity(self.floor, kind, name)
            rows.pop(name, None) if new is None else rows.update({name: new})
            if old != new:
                changes.append(Change(kind, name, old, new, diff(old, new) if old and new else new))
        for sink in self.sinks:
            sink.publish(changes, self.floor.now_ms, since_ms)


class Slot:
    """A wire that holds one frame at a time, as the ordinary path does."""

    packs: bool = False
    put: Callable[[bytes], None] | None = None

    def __init__(self) -> None:
        self.frame: Frame | None = None

    @property
    def ready(self) -> bool:
        return self.frame is None

    def attach(self, screen: Screen) -> None:
        self.screen = screen

    def write(self, frame: Frame) -> None:
        self.frame = frame

    def close(self, code: int, reason: str) -> None:
        self.screen.leave()

    def take(self) -> Frame | None:
        frame, self.frame = self.frame, None
        self.screen.pull()
        return frame


class Reader:
    """A browser's store: applies hello and patch as CONTRACT section 3 says."""

    def __init__(self, hub: Hub, shown: Board) -> None:
        self.wire = Slot()
        self.screen = hub.subscribe(shown, self.wire)
        self.state: dict = {}
        self.seq = -1
        self.kinds: list[str] = []

    def take(self) -> bool:
        """One message; False: there was none."""
        frame = self.wire.take()
        if frame is None:
            return False
        message = msgspec.json.decode(frame.payload)
        self.kinds.append(message["t"])
        if message["t"] == "hello":
            self.state, self.seq = message["state"], message["seq"]
        elif message["t"] == "patch":
            assert message["base"] <= self.seq < message["seq"]
            self.state, self.seq = apply(self.state, message["patch"]), message["seq"]
        return True


def board(*tiles: Tile, **more: object) -> Board:
    shown = tiles or (
        Tile(kind="queues", at=(1, 1), size=(4, 2)),
        Tile(kind="agents", at=(1, 3), size=(4, 2)),
        Tile(kind="notices", at=(5, 1), size=(4, 2)),
    )
    return Board(**{"id": "wall", "names": "full", "updates_per_s": 10, "tiles": list(shown), **more})  # type: ignore[arg-type]


def hub_of(pipeline: Loaded, clock: Clock) -> Hub:
    return Hub(pipeline, clock, build="test")  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Clock:
    return Clock()


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


@pytest.mark.parametrize("kind", ["kpis", "alerts", "trails"])
def test_what_is_about_one_person_follows_their_team_to_its_leads(kind: str, clock: Clock) -> None:
    hub = hub_of(Loaded(), clock)
    leads = Board(id="leads", audience="lead", tiles=(Tile(kind="alerts", at=(1, 1), size=(2, 2)),))
    channels = {team: Channel(hub.view(leads, frozenset([team])), hub, "") for team in ("one", "two")}
    showing, before = Showing(), None
    for channel in channels.values():
        channel.view.trails = {"t": ()}
    for team, other in (("one", "two"), ("two", "one"), ("one", "two")):
        row = {"agent": "anna", "kind": "agents", "of": "anna", "metric": "wrapup_over_s", "team": team}
        shows, left = showing.of(Change(kind, "t", before, row, row), channels)
        assert shows == [[channels[team]]]
        assert left == [[channels[other]]]
        before = row


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
    assert _filled(reader.state) == _sent(hub, board())


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
    assert _filled(reader.state) == _sent(hub, board())


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
    screen = hub.subscribe(board(), Busy(clock, 60))

    async def ticks(count: int) -> None:
        for index in range(count):
            clock.ms += 10
            pipeline.apply(Queued(contact=f"c{index}", queue="support", source="pbx"), at_ms=clock.ms)
            hub.look()
            await come_round()

    await ticks(100)
    assert (hub.pace.rate, hub.pace.lowered) == (8, 1)
    assert hub.pace.last_s == pytest.approx(0.06, abs=1e-3), "what a patch took, and not the ticks since"
    await ticks(1000)
    assert (hub.pace.rate, hub.pace.lowered) == (8, 1), "60 ms would be too much at 10 a second: that is no calm"
    assert pipeline.tick_ms == 125
    screen.leave()
    assert (hub.pace.rate, hub.pace.lowered, pipeline.tick_ms) == (10, 1, 100), "nobody looks any more"


@pytest.mark.parametrize(("takes_ms", "rate"), [(55, 8), (95, 5), (240, 2)])
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
        if clock.ms - published_ms >= pipeline.tick_ms:
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


async def test_silence_is_broken_by_a_beat(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    reader = Reader(hub, board())
    reader.take()
    clock.ms += BEAT_MS
    hub.look()
    beat = reader.wire.take()
    assert beat is not None
    assert msgspec.json.decode(beat.payload) == {"t": "beat", "seq": reader.screen.channel.seq, "now": clock.ms}


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
    assert _filled(reader.state) == _sent(hub, board())


async def test_a_view_shows_only_what_its_tiles_name(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        Queued(contact="a", queue="support", source="pbx"), Queued(contact="b", queue="sales", source="pbx"),
        SignedIn(agent="anna", queues=["support"], source="pbx"),
    )  # fmt: skip
    number = Tile(kind="number", at=(1, 1), size=(2, 2), queues=["support"], metric="waiting")
    reader = Reader(hub, board(number))
    reader.take()
    assert list(reader.state["queues"]) == ["support"]
    assert not reader.state.get("agents")


async def test_a_wall_shows_no_personal_reason_no_figures_of_a_person_and_no_contact_id(clock: Clock):
    pipeline = Loaded(Settings(reason={"training": Reason(group="productive")}))
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        SignedIn(agent="anna", queues=["support"], source="pbx"), SignedIn(agent="bob", source="pbx"),
        PresenceSet(agent="anna", presence="paused", reason="lunch", source="pbx"),
        PresenceSet(agent="bob", presence="paused", reason="training", source="pbx"),
        Answered(contact="secret", agent="anna", queue="support", source="pbx"),
    )  # fmt: skip
    wall, lead = Reader(hub, board()), Reader(hub, board(id="lead", audience="lead"))
    wall.take()
    lead.take()
    anna = wall.state["agents"]["anna"]
    assert (anna["presence"], "reason" in anna, "day" in anna) == ("paused", False, False)
    assert wall.state["agents"]["bob"]["reason"] == "training"
    assert "secret" not in str(wall.state)
    assert (lead.state["agents"]["anna"]["reason"], "day" in lead.state["agents"]["anna"]) == ("lunch", True)


async def test_several_teams_are_a_set_of_their_own_and_named_agents_are_all_that_is_sent(clock: Clock):
    settings = Settings(queue={q: Queue(team=t) for q, t in (("a", "one"), ("b", "two"), ("c", "three"))})
    pipeline = Loaded(settings)
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        *(Queued(contact=q, queue=q, source="pbx") for q in "abc"),
        *(SignedIn(agent=name, source="pbx") for name in ("anna", "bob")),
    )
    teams = Tile(kind="number", at=(1, 1), size=(2, 2), teams=["one", "two"], metric="waiting")
    reader = Reader(hub, board(teams, Tile(kind="agents", at=(1, 3), size=(2, 2), agents=["an*"])))
    reader.take()
    group = next(name for name in reader.state["groups"] if name.startswith("set:"))
    assert reader.state["groups"][group]["now"]["waiting"] == 2
    assert list(reader.state["agents"]) == ["anna"]


async def test_a_wall_shows_neither_why_people_of_a_group_are_away_nor_figures_of_one_person(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        SignedIn(agent="anna", queues=["support"], source="pbx"),
        PresenceSet(agent="anna", presence="paused", reason="toilet", source="pbx"),
        KpiReported(kpi="sales", value=3, agent="anna", source="crm"),
        KpiReported(kpi="sales", value=30, source="crm"),
    )  # fmt: skip
    wall = Reader(hub, board())
    wall.take()
    assert "toilet" not in str(wall.state)
    assert list(wall.state["kpis"]) == ["sales"]


async def test_a_changed_configuration_is_looked_at_by_every_screen(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(
        SignedIn(agent="anna", source="pbx"),
        PresenceSet(agent="anna", presence="paused", reason="training", source="pbx"),
    )  # fmt: skip
    wall = Reader(hub, board())
    wall.take()
    assert "training" not in str(wall.state)
    clock.ms += 1000
    pipeline.apply(ConfigApplied(settings={"reason": {"training": {"group": "productive"}}}))
    wall.take()
    assert wall.state["agents"]["anna"]["reason"] == "training"


async def test_a_set_of_queues_is_counted_as_a_group_of_its_own(clock: Clock):
    pipeline = Loaded()
    hub = hub_of(pipeline, clock)
    pipeline.apply(*(Queued(contact=q, queue=q, source="pbx") for q in ("sales-1", "sales-2", "support")))
    tile = Tile(kind="number", at=(1, 1), size=(2, 2), queues=["sales-*"], metric="waiting")
    reader = Reader(hub, board(tile))
    reader.take()
    group = next(name for name in reader.state["groups"] if name.startswith("set:"))
    assert reader.state["groups"][group]["now"]["waiting"] == 2


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
        assert _filled(reader.state) == _sent(hub, board())


def _sent(hub: Hub, shown: Board) -> dict:
    return _filled(hub.state_of(shown))


def _filled(state: dict) -> dict:
    """Without kinds that hold nothing: whether `{}` or nothing stands there makes no difference to a screen."""
    return {kind: rows for kind, rows in state.items() if rows}
