"""Who watches what? One encoding per view and tick, one mailbox per screen.

A view throttles to its board's `updates_per_s`; the first change after silence goes at once. A screen that
is not ready for a frame holds one merged patch instead, or is given a fresh snapshot where patches do not
merge or have outgrown it. So what a slow screen costs is bounded, and others never wait for it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from wallboard.core.patch import DoesNotCompose, diff, merge
from wallboard.live.pipeline import Change, Pipeline
from wallboard.live.view import View
from wallboard.record.boards import Board

BEAT_MS = 4000
SHARED_MS = 100  # a snapshot's `now` is at most so old
LOOK_S = 0.5  # how often silence and throttled views are looked at, at least

Document = dict[str, Any]
_encoder = msgspec.json.Encoder()


class Screen:
    """One connection's mailbox: at most one frame, or one merged patch, or a wish for a snapshot."""

    def __init__(self, channel: "Channel") -> None:
        self.channel = channel
        self._frame: str | None = None
        self._patch: Document | None = None
        self._base = 0
        self._snapshot_due = True
        self._orders: list[str] = []
        self._wake = asyncio.Event()
        self._wake.set()

    def offer(self, frame: str, base: int, patch: Document) -> None:
        """A patch that the view just encoded; merged with what still waits here."""
        if self._snapshot_due:
            return
        if self._patch is None:  # nothing waits, or a beat only: the patch says more
            self._frame, self._patch, self._base = frame, patch, base
        else:
            self._merge(patch)
        self._wake.set()

    def offer_beat(self, frame: str) -> None:
        if self._frame is None and not self._snapshot_due:
            self._frame = frame
            self._wake.set()

    def order(self, message: Document) -> None:
        """A board or command message: few, never merged (the oldest are dropped above 16)."""
        self._orders = [*self._orders[-15:], _encode(message)]
        self._wake.set()

    def resync(self) -> None:
        """Send a whole snapshot next, instead of anything that waits."""
        self._snapshot_due, self._frame, self._patch = True, None, None
        self._wake.set()

    async def next(self) -> str:
        """What to send now. Snapshot and place in the sequence are taken in one step, without a gap."""
        while True:
            if self._snapshot_due and self.channel.ready:
                self._snapshot_due = False
                return self.channel.hello()
            if self._orders:
                return self._orders.pop(0)
            if self._frame is not None:
                return self._take()
            self._wake.clear()
            await self._wake.wait()

    def _take(self) -> str:
        frame, patch = self._frame, self._patch
        self._frame = self._patch = None
        if frame:
            return frame
        return self.channel.encode_patch(self._base, patch or {})

    def _merge(self, patch: Document) -> None:
        try:
            merged = merge(self._patch or {}, patch)
        except DoesNotCompose:
            self.resync()
            return
        if len(_encode(merged)) > len(self.channel.hello()):
            self.resync()
            return
        self._patch, self._frame = merged, ""  # "": encode when it is taken


class Channel:
    """One view with its screens: its sequence, its throttle, its snapshot."""

    def __init__(self, view: View, hub: "Hub") -> None:
        self.view = view
        self.screens: set[Screen] = set()
        self.seq = 1
        self.sent_ms = 0
        self.flushed_ms = 0
        self._hub = hub
        self._pending: Document = {}
        self._shown: dict[tuple[str, str], Document] = {}
        self._hello: str | None = None
        self._hello_ms = 0
        self.reload()

    @property
    def ready(self) -> bool:
        return self._hub.pipeline.ready

    def reload(self) -> None:
        """Look at the whole state anew (a new epoch, or another board text): every screen gets a snapshot."""
        selected = self.view.select(self._hub.pipeline.documents)
        self._shown = {(kind, name): row for kind, rows in selected.items() for name, row in rows.items()}
        self._pending, self._hello = {}, None
        for screen in self.screens:
            screen.resync()

    def hello(self) -> str:
        """The snapshot, encoded once for all who ask within a moment.

        What is pending is in it already; the patch that brings it later sets the same values again.
        """
        now_ms = self._hub.clock_ms()
        if self._hello is None or not 0 <= now_ms - self._hello_ms < SHARED_MS:
            self._hello_ms = now_ms
            message = {
                "t": "hello", "epoch": self._hub.pipeline.epoch, "seq": self.seq, "now": now_ms,
                "build": self._hub.build, "board": self._hub.board_message(self.view), "state": self.state(),
            }  # fmt: skip
            self._hello = _encode(message)
        return self._hello

    def state(self) -> dict[str, dict[str, Document]]:
        state: dict[str, dict[str, Document]] = {}
        for (kind, name), row in self._shown.items():
            state.setdefault(kind, {})[name] = row
        return state

    def take(self, changes: Sequence[Change]) -> None:
        for change in changes:
            key = (change.kind, change.id)
            row = None
            if change.new is not None and self.view.includes(*key, change.new):
                row = self.view.project(change.kind, change.new)
            self._change(key, row)
        self.flush_if_due()

    def flush_if_due(self) -> None:
        """Send what is pending, unless the board's `updates_per_s` says later."""
        now_ms = self._hub.pace_ms()
        if not self._pending or now_ms - self.flushed_ms < 1000 / self.view.board.updates_per_s - 5:
            return
        patch, base = self._pending, self.seq
        self._pending = {}
        self.seq += 1
        self._hello = None
        self.flushed_ms = self.sent_ms = now_ms
        frame = self.encode_patch(base, patch)
        self._hub.patches += 1
        for screen in self.screens:
            screen.offer(frame, base, patch)

    def due_in_ms(self) -> float | None:
        """When the throttle lets the pending patch go."""
        if not self._pending:
            return None
        return max(0.0, self.flushed_ms + 1000 / self.view.board.updates_per_s - self._hub.pace_ms())

    def beat_if_silent(self) -> None:
        now_ms = self._hub.pace_ms()
        if now_ms - self.sent_ms >= BEAT_MS - LOOK_S * 1000:
            self.sent_ms = now_ms
            frame = _encode({"t": "beat", "seq": self.seq, "now": self._hub.clock_ms()})
            for screen in self.screens:
                screen.offer_beat(frame)

    def encode_patch(self, base: int, patch: Document) -> str:
        return _encode({"t": "patch", "base": base, "seq": self.seq, "now": self._hub.clock_ms(), "patch": patch})

    def _change(self, key: tuple[str, str], row: Document | None) -> None:
        before = self._shown.get(key)
        if row is None:
            if before is None:
                return
            del self._shown[key]
            patch = None
        else:
            self._shown[key] = row
            patch = row if before is None else diff(before, row)
            if not patch:
                return
        self._hello = None
        kind, name = key
        try:
            self._pending = merge(self._pending, {kind: {name: patch}})
        except DoesNotCompose:
            self._pending = {}
            self.seq += 1
            for screen in self.screens:
                screen.resync()


class Hub:
    """All views of this process. A sink of the pipeline; `run` owns the beats and the throttles."""

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
        self._settings = pipeline.floor.settings
        self.build = build
        self.patches = 0
        self.cut_slow = 0
        self._simulated = simulated
        self._channels: dict[str, Channel] = {}
        self._wake = asyncio.Event()
        pipeline.sinks.append(self)

    def subscribe(self, board: Board) -> Screen:
        """A mailbox for one screen, whose first message is a snapshot."""
        screen = Screen(self._channel(board))
        screen.channel.screens.add(screen)
        return screen

    def unsubscribe(self, screen: Screen) -> None:
        channel = screen.channel
        channel.screens.discard(screen)
        if not channel.screens:
            self._channels.pop(channel.view.key, None)

    def state_of(self, board: Board) -> dict[str, dict[str, Document]]:
        """The state document as this board may see it (first paint, `GET /state?board=`)."""
        return self.view(board).select(self.pipeline.documents)

    def view(self, board: Board) -> View:
        view = View(board, lambda: self.pipeline.floor.settings)
        for patterns in view.sets():
            self.pipeline.watch(patterns)
        return view

    def board_message(self, view: View) -> Document:
        return {**view.public(), "simulated": self._simulated()}

    def change_boards(self, boards: Mapping[str, Board]) -> None:
        """Boards were edited: screens that show one redraw it without reload."""
        for channel in list(self._channels.values()):
            board = boards.get(channel.view.key)
            if board is not None and board != channel.view.board:
                channel.view = self.view(board)
                for screen in channel.screens:
                    screen.order({"t": "board", "board": self.board_message(channel.view)})
                channel.seq += 1
                channel.reload()

    @property
    def screens(self) -> int:
        return sum(len(channel.screens) for channel in self._channels.values())

    def publish(self, changes: Sequence[Change], now_ms: int) -> None:
        if self._settings != self.pipeline.floor.settings:  # what may be shown to whom has changed
            self.restart()
        for channel in self._channels.values():
            channel.take(changes)
        self._wake.set()

    def restart(self) -> None:
        self._settings = self.pipeline.floor.settings
        for channel in self._channels.values():
            for patterns in channel.view.sets():
                self.pipeline.watch(patterns)
            channel.seq += 1
            channel.reload()

    async def run(self) -> None:
        """Throttled patches when they are due, beats into silence. Until cancelled."""
        while True:
            due = [ms for channel in self._channels.values() if (ms := channel.due_in_ms()) is not None]
            pause_s = min([LOOK_S, *(ms / 1000 for ms in due)])
            with suppress(TimeoutError):
                async with asyncio.timeout(max(pause_s, 0.001)):
                    await self._wake.wait()
            self._wake.clear()
            self.pipeline.look()
            for channel in list(self._channels.values()):
                channel.flush_if_due()
                channel.beat_if_silent()

    def _channel(self, board: Board) -> Channel:
        channel = self._channels.get(board.id)
        if channel is None:
            channel = self._channels[board.id] = Channel(self.view(board), self)
        return channel


def _encode(message: Document) -> str:
    return _encoder.encode(message).decode()
