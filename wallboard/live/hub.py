"""Who watches what? All views of one process: each change goes to those that show it, each view is encoded once.

    changes ─▶ index ─▶ channels that show the entity ─▶ one frame a view and tick ─▶ every screen of it

A view throttles to its board's `updates_per_s`; the first change after silence goes at once. What a tick costs is
what changed times the views that show it (live/showing.py), and one write a screen.
"""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Any

from wallboard.live.channel import LOOK_S, Channel, Moment
from wallboard.live.crowds import Crowds
from wallboard.live.documents import Change, briefs
from wallboard.live.frames import Frame
from wallboard.live.pace import Pace
from wallboard.live.pipeline import Pipeline
from wallboard.live.screen import Screen, Wire
from wallboard.live.shares import PART, TOGETHER, Shares
from wallboard.live.showing import Showing
from wallboard.live.tally import Sent
from wallboard.live.ticks import TICK_MS
from wallboard.live.trails import Trails
from wallboard.live.turns import Turns
from wallboard.live.view import LATENCY, View, view_key
from wallboard.record.boards import Board
from wallboard.rounds import until_round_s

LATENCY_MS = 10_000  # between two words of it
COME_BACK = 1012  # the code of a close after which a browser comes again

Document = dict[str, Any]


class Hub:
    """A sink of the pipeline; `run` owns the beats and the throttles."""

    def __init__(
        self,
        pipeline: Pipeline,
        clock_ms: Callable[[], int],
        *,
        build: str,
        simulated: Callable[[], bool] = lambda: False,
        pace_ms: Callable[[], int] | None = None,
    ) -> None:
        """`pace_ms`: a clock that never steps, for throttles and beats (default: the wall clock)."""
        self.pipeline = pipeline
        self.clock_ms = clock_ms
        self.pace_ms = pace_ms or clock_ms
        self.pace = Pace()
        self._shares = Shares()
        self.sent = Sent()
        self.turns = Turns()
        self.build = build
        self._settings = pipeline.floor.settings
        self._simulated = simulated
        self._channels: dict[tuple[str, int], Channel] = {}  # by the view's key, and which part of its screens
        self._held: set[Channel] = set()  # those with something that their throttle holds back
        self._seq = 0
        self._frames: dict[bytes, Frame] = {}  # of this moment
        self._showing = Showing()
        self._crowds = Crowds()
        self._trails = Trails()
        self._wake = asyncio.Event()
        self._began_s: float | None = None  # the fan-out that runs, and how many patches there were before it
        self._before = 0
        self._told_ms = -LATENCY_MS
        self._told_measured = 0  # how many patches it was of
        pipeline.sinks.append(self)

    # Screens

    def subscribe(self, board: Board, wire: Wire, teams: frozenset[str] | None = None) -> Screen:
        """A place for one screen, whose first message is a snapshot. `teams`: of the lead who looks, None: all."""
        screen = Screen(self._channel(board, teams), wire)
        wire.attach(screen)
        screen.channel.join(screen)
        self.pace.came(self.pace_ms() / 1000)
        self._keep_pace()
        return screen

    @property
    def screens(self) -> int:
        return sum(channel.count for channel in self._channels.values())

    # Boards

    def state_of(self, board: Board, teams: frozenset[str] | None = None) -> dict[str, dict[str, Document]]:
        """The state document as this board may see it (first paint, `GET /state?board=`)."""
        return self.state_shown(self.view(board, teams))

    def state_shown(self, view: View) -> dict[str, dict[str, Document]]:
        """The same of a view whose sets of queues need not be counted."""
        documents = self.pipeline.documents
        counts = view.counts(briefs(documents.get("agents", {})))
        return view.select({**documents, "counts": counts, "trails": self._trails.rows})

    def view(self, board: Board, teams: frozenset[str] | None = None) -> View:
        view = View(board, lambda: self.pipeline.floor.settings, teams)
        for patterns in view.sets():
            self.pipeline.watch(patterns)
        return view

    def public(self, view: View) -> Document:
        return {**view.public(), "simulated": self._simulated()}

    def change_boards(self, boards: Mapping[str, Board]) -> None:
        """Boards were edited."""
        for channel in list(self._channels.values()):
            board = boards.get(channel.view.board.id)
            if board is None or board == channel.view.board:
                continue
            if board.audience != channel.view.board.audience:
                self._send_back(channel)
            else:
                view = self.view(board, channel.view.allowed.teams)
                self._count(view)
                self._trails.watch(view.trails.values(), self.clock_ms())
                channel.replace(view)
                self._showing.clear()

    def _send_back(self, channel: Channel) -> None:
        """The board is for others now: who looks comes in again, as far as they still may."""
        self.close(channel)
        for screen in channel.screens:
            screen.wire.close(COME_BACK, "this board's audience has changed: come back")

    # What channels ask

    @property
    def epoch(self) -> str:
        return self.pipeline.epoch

    @property
    def ready(self) -> bool:
        return self.pipeline.ready

    @property
    def documents(self) -> Mapping[str, Mapping[str, Document]]:
        return {**self.pipeline.documents, "counts": self._crowds.rows, "trails": self._trails.rows}

    def next_seq(self) -> int:
        """One sequence for all: what is said twice in a moment is said in the same bytes."""
        self._seq += 1
        return self._seq

    def frame(self, payload: bytes) -> Frame:
        """Packed once for all boards that show the same."""
        found = self._frames.get(payload)
        if found is None:
            found = self._frames[payload] = Frame(payload)
        return found

    def close(self, channel: Channel) -> None:
        """Its last screen has left."""
        self._held.discard(channel)
        if self._channels.get(channel.key) is channel:
            del self._channels[channel.key]
        if not self._channels:  # what they cost is no measure of what comes
            self.pace.begin_anew()
            self._keep_pace()
        self._showing.clear()
        self._count()

    # Time

    def shows(self, change: Change) -> bool:
        return self._showing.shows(change, self._channels)

    def publish(self, changes: Sequence[Change], since_ms: int | None, due_ms: float | None) -> None:
        if self._settings != self.pipeline.floor.settings:  # what may be shown to whom has changed
            self.restart()  # with a snapshot, in which the changes are
        else:
            self._fan_out(changes, since_ms, due_ms)

    def _fan_out(self, changes: Sequence[Change], since_ms: int | None, due_ms: float | None) -> None:
        self._begin()
        changed: dict[Channel, None] = {}
        for change in [*changes, *self._crowds.take(changes)]:
            shows, left = self._showing.of(change, self._channels)
            for alike in shows:
                name, row, patch = alike[0].view.told(change)
                for channel in alike:
                    channel.change((change.kind, name), row, patch, since_ms)
                    changed[channel] = None
            for alike in left:
                name = alike[0].view.allowed.id_of(change.kind, change.id)
                for channel in alike:
                    channel.change((change.kind, name), None, None, since_ms)
                    changed[channel] = None
        self._flush([*changed], self._moment(due_ms))
        if self._held:
            self._wake.set()

    def _flush(self, channels: Sequence[Channel], moment: Moment) -> None:
        """All are packed before the first is written: a write goes far into the kernel, and what comes after it finds
        the processor's caches cold (of 100 boards with 10 screens each a frame costs 2 to 11 % less so)."""
        self._shares.begin(self.pipeline.ticks.every_ms, moment.pace_ms, by_tick=moment.by_tick)
        for channel in channels if self._shares.parts == 1 else sorted(channels, key=Channel.told_ms):
            if self._shares.has_room and channel.pack_if_due(moment):
                self._held.discard(channel)
                self._shares.take(channel.count if channel.told_ms() == moment.pace_ms else 0)
            else:
                self._held.add(channel)
        for channel in channels:
            channel.hand_on()

    def _moment(self, due_ms: float | None = None) -> Moment:
        """A tick's is when it was due, where it is not much too late: whoever is told by ticks keeps to their grid."""
        self._frames.clear()
        pace_ms: float = self.pace_ms()
        if due_ms is not None and pace_ms - due_ms <= self.pipeline.ticks.every_ms / 2:
            pace_ms = due_ms
        return Moment(self.next_seq(), self.clock_ms(), pace_ms, self.pace.rate, due_ms is not None)

    def restart(self) -> None:
        self._settings = self.pipeline.floor.settings
        self._showing.clear()
        self._crowds.forget()
        self._count()
        for channel in self._channels.values():
            for patterns in channel.view.sets():
                self.pipeline.watch(patterns)
            channel.begin_anew()

    async def run(self) -> None:
        """Throttled patches when they are due, beats into silence. Until cancelled."""
        while True:
            pause_s = min(until_round_s(LOOK_S), self.due_in_ms() / 1000)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(pause_s, 0.001)):
                    await self._wake.wait()
            self._wake.clear()
            await self.pipeline.look()
            self._tell_latency()
            self._tell_trails()
            self.look()

    def due_in_ms(self) -> float:
        """When those are told that a throttle holds back, though no tick comes; infinity: nobody is held back."""
        if not self._held:
            return math.inf
        now_ms = self.pace_ms()
        due_ms = min(channel.due_in_ms(now_ms, self.pace.rate) for channel in self._held)
        return self._shares.in_ms(due_ms, self.pipeline.ticks.every_ms, now_ms)

    def look(self) -> None:
        """What is due by now: throttled patches, and beats."""
        if self._held:
            self._begin()
        moment = self._moment()
        self._flush([*self._held], moment)
        for channel in list(self._channels.values()):
            channel.beat_if_silent(moment)

    def _tell_latency(self) -> None:
        """To boards that have a tile for it, and only what is new: while no event comes it grows old."""
        now_ms = self.pace_ms()
        if now_ms - self._told_ms < LATENCY_MS or self.sent.measured == self._told_measured:
            return
        shown = any(channel.view.shows_latency for channel in self._channels.values())
        if shown and (slowest_s := self.sent.slowest_s()) is not None:
            self._told_ms, self._told_measured = now_ms, self.sent.measured
            row = {"value": round(slowest_s * 1000), "unit": "ms", "as_of": self.clock_ms(), "source": "wallboard"}
            self.pipeline.tell_kpi(LATENCY, row)

    def _tell_trails(self) -> None:
        """Once a minute. Those of boards that somebody looks at go on."""
        now_ms = self.clock_ms()
        if not (self.ready and self._trails.due(now_ms)):
            return
        for channel in self._channels.values():
            self._trails.watch(channel.view.trails.values(), now_ms)
        if changes := self._trails.sample(self.pipeline.documents, now_ms):
            self._fan_out(changes, None, None)

    def _begin(self) -> None:
        """A fan-out may begin. It ends when the loop comes round: until then it has handed all to the kernel."""
        if self._began_s is None:
            loop = asyncio.get_running_loop()
            self._began_s, self._before = perf_counter(), self.sent.patches
            loop.call_soon(loop.call_soon, self._ended)

    def _ended(self) -> None:
        if self._began_s is not None and self.sent.patches > self._before:  # else all was held back: there was none
            took_s = perf_counter() - self._began_s
            self.sent.fan_outs.took_s(took_s)
            self.pace.took(took_s, self.pace_ms() / 1000, self._shares.parts)
            self._keep_pace()
        self._began_s = None

    def _keep_pace(self) -> None:
        """Ticks come as often as views may be told: what an event waits for is one of the two, and not first the one
        and then the other."""
        self._shares.count(self.screens)
        self.pipeline.ticks.every_ms = max(TICK_MS, 1000 / self.pace.rate) / self._shares.parts

    def _channel(self, board: Board, teams: frozenset[str] | None) -> Channel:
        """That of the view, or of its parts the smallest."""
        key = view_key(board, teams)
        parts = {part: self._channels.get((key, part)) for part in range(TOGETHER)}
        smallest = min((channel for channel in parts.values() if channel), key=lambda one: one.count, default=None)
        free = next((part for part, channel in parts.items() if channel is None), None)
        if smallest and (smallest.count < PART or free is None):
            return smallest
        view = self.view(board, teams)
        self._count(view)
        self._trails.watch(view.trails.values(), self.clock_ms())
        channel = Channel(view, self, self.build, free or 0)
        self._channels[channel.key] = channel
        self._showing.clear()
        return channel

    def _count(self, *coming: View) -> None:
        """People by state for the views that do not name them, and for no others."""
        views = [*(channel.view for channel in self._channels.values()), *coming]
        wanted = {name: belongs for view in views for name, belongs in view.crowds.items()}
        self._crowds.watch(wanted, briefs(self.pipeline.documents.get("agents", {})))
