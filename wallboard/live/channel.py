"""What does one view tell its screens? Its sequence, its throttle, its snapshot; each encoded once for all of them."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from wallboard.core.patch import DoesNotCompose, merge
from wallboard.live.frames import Frame
from wallboard.live.level import Level
from wallboard.live.screen import Screen
from wallboard.live.tally import Cut, Sent
from wallboard.live.turns import Turns
from wallboard.live.view import View

BEAT_MS = 4000
SHARED_MS = 100  # a snapshot's `now` is at most so old
LOOK_S = 0.5  # how often silence and throttled views are looked at, at least

Document = dict[str, Any]
Key = tuple[str, str]
_encoder = msgspec.json.Encoder()


class Moment(NamedTuple):
    """One fan-out: the same for all channels, so that boards which show the same say it in the same bytes."""

    seq: int
    now_ms: int
    pace_ms: float  # by a clock that never steps; of a tick when it was due
    rate: int  # updates a second that the process allows each view
    by_tick: bool


class Source(Protocol):
    """What a channel needs of its hub."""

    clock_ms: Callable[[], int]
    pace_ms: Callable[[], int]
    sent: Sent
    turns: Turns

    def next_seq(self) -> int: ...

    def frame(self, payload: bytes) -> Frame: ...

    @property
    def epoch(self) -> str: ...

    @property
    def ready(self) -> bool: ...

    @property
    def documents(self) -> Mapping[str, Mapping[str, Document]]: ...

    def public(self, view: View) -> Document: ...

    def close(self, channel: "Channel") -> None: ...


class Packed(NamedTuple):
    """A patch that is to be handed on; `since_ms` as in Channel."""

    frame: Frame
    base: int
    patch: Document
    since_ms: int | None


class Channel:
    """One view with its screens, or with a part of them."""

    def __init__(self, view: View, source: Source, build: str, part: int = 0) -> None:
        """`part`: of the view's screens (live/shares.py)."""
        self.view = view
        self._part = part
        self._source = source
        self.seq = 0
        self._build = build
        self._behind: set[Screen] = set()
        self._level = {packs: Level(packs=packs) for packs in (False, True)}
        self._sent_ms: float = source.pace_ms()
        self._flushed_ms: float = 0
        self._pending: Document = {}
        self._composes = True  # else no patch says what is pending: a snapshot does
        self._since_ms: int | None = None  # when the oldest event of what is pending had arrived
        self._shown: dict[Key, Document] = {}
        self._stale = False  # what is shown was selected before what decides it changed
        self._packed: Packed | None = None
        self._hello: Frame | None = None
        self._hello_ms = 0
        self._board: Frame | None = None
        self.hello_bytes = 0  # how long the last snapshot was
        self._select()

    # Screens

    @property
    def screens(self) -> list[Screen]:
        return [*self._behind, *(one for level in self._level.values() for one in level.screens.values())]

    @property
    def count(self) -> int:
        """How many screens."""
        return len(self._behind) + len(self._level[False].screens) + len(self._level[True].screens)

    @property
    def key(self) -> tuple[str, int]:
        return self.view.key, self._part

    @property
    def ready(self) -> bool:
        return self._source.ready

    def join(self, screen: Screen) -> None:
        self._behind.add(screen)
        screen.pull()

    def leave(self, screen: Screen) -> None:
        if self.has(screen):
            self._behind.discard(screen)
            if screen.wire.put:
                self._level[screen.wire.packs].remove(screen.wire.put)
            if not self.count:
                self._source.close(self)

    def cut(self, screen: Screen, why: Cut) -> None:
        self._source.sent.cut[why] += 1
        self.leave(screen)

    def place(self, screen: Screen) -> None:
        """Among those that are written to directly, or among those for which something waits."""
        if not self.has(screen):
            return
        put = screen.wire.put
        if put and screen.is_level:
            self._behind.discard(screen)
            self._level[screen.wire.packs].add(put, screen)
        else:
            if put:
                self._level[screen.wire.packs].remove(put)
            self._behind.add(screen)

    # State

    def replace(self, view: View) -> None:
        """The board's text was edited: screens redraw it with the snapshot that belongs to it, without a reload."""
        self.view = view
        self._board = None
        self.begin_anew()

    def begin_anew(self) -> None:
        """A new epoch, other settings or another board text: every screen gets a snapshot in its turn."""
        self._stale = True
        self._resync()

    def change(self, key: Key, row: Document | None, patch: Document | None, since_ms: int | None) -> None:
        """`row` as this view may see it, None: not in it; `patch`: from the row before."""
        before = self._shown.get(key)
        if row is not None:
            self._shown[key] = row
            patch = row if before is None else patch
            if not patch:
                return
        elif before is not None:
            del self._shown[key]
            patch = None
        else:
            return
        self._hello = None
        if self._since_ms is None:
            self._since_ms = since_ms
        kind, name = key
        rows = self._pending.get(kind)
        if rows is None:
            self._pending[kind] = {name: patch}
        elif name not in rows or patch is None:
            rows[name] = patch
        else:
            self._merge(rows, name, patch)

    def _merge(self, rows: Document, name: str, patch: Document) -> None:
        """With what is pending of the row; not where it went and came again."""
        try:
            if rows[name] is None:
                raise DoesNotCompose(name)
            rows[name] = merge(rows[name], patch)
        except DoesNotCompose:
            self._composes = False

    def hello(self) -> Frame:
        """The snapshot, encoded once for all who ask within a moment.

        What is pending is in it already; the patch that brings it later sets the same values again.
        """
        if self._stale:
            self._select()
        now_ms = self._source.clock_ms()
        if self._hello is None or not 0 <= now_ms - self._hello_ms < SHARED_MS:
            self._hello_ms = now_ms
            state: dict[str, dict[str, Document]] = {}
            for (kind, name), row in self._shown.items():
                state.setdefault(kind, {})[name] = row
            self._hello = Frame(_encoder.encode({
                "t": "hello", "epoch": self._source.epoch, "seq": self.seq, "now": now_ms,
                "build": self._build, "board": self._source.public(self.view), "state": state,
            }))  # fmt: skip
            self.hello_bytes = len(self._hello.payload)
        return self._hello

    def board(self) -> Frame:
        """That the board was edited, for who had the snapshot with it: never over an older state."""
        if self._board is None:
            self._board = Frame(_encoder.encode({"t": "board", "board": self._source.public(self.view)}))
        return self._board

    # Time

    def pack_if_due(self, moment: Moment) -> bool:
        """Pack what is pending. False: the board's `updates_per_s` or the process's pace says later."""
        if not self._pending:
            return True
        if moment.pace_ms - self._flushed_ms < self._interval_ms(moment.rate) - 5:
            return False
        patch, base, since_ms = self._pending, self.seq, self._since_ms
        self.seq = moment.seq
        self._flushed_ms = self._sent_ms = moment.pace_ms
        if not self._composes:
            self._resync()
            return True
        self._forget_pending()
        frame = self._source.frame(self._encoded(base, patch, moment.now_ms))
        for level in self._level.values():
            level.prepare(frame)
        self._packed = Packed(frame, base, patch, since_ms)
        return True

    def hand_on(self) -> None:
        """What was packed, to all screens."""
        if self._packed is None:
            return
        (frame, base, patch, since_ms), self._packed = self._packed, None
        behind = [*self._behind]
        is_heard = self._write(frame) or any(screen.follows for screen in behind)
        for screen in behind:
            screen.offer(frame, base, patch)
        sent = self._source.sent
        sent.patches += 1
        if since_ms is not None and is_heard:
            sent.took_s(max(0, self._source.clock_ms() - since_ms) / 1000)

    def told_ms(self) -> float:
        """When its last patch was packed."""
        return self._flushed_ms

    def due_in_ms(self, pace_ms: int, rate: int) -> float:
        """When the throttle lets the pending patch go."""
        return max(0.0, self._flushed_ms + self._interval_ms(rate) - pace_ms)

    def beat_if_silent(self, moment: Moment) -> None:
        if moment.pace_ms - self._sent_ms >= BEAT_MS - LOOK_S * 1000:
            self._sent_ms = moment.pace_ms
            frame = Frame(_encoder.encode({"t": "beat", "seq": self.seq, "now": moment.now_ms}))
            behind = [*self._behind]
            self._write(frame)
            for screen in behind:
                screen.offer_beat(frame)

    def encode_patch(self, base: int, patch: Document) -> Frame:
        return Frame(self._encoded(base, patch, self._source.clock_ms()))

    def _encoded(self, base: int, patch: Document, now_ms: int) -> bytes:
        return _encoder.encode({"t": "patch", "base": base, "seq": self.seq, "now": now_ms, "patch": patch})

    def told(self, frame: Frame, *, packs: bool) -> None:
        """One screen that was behind."""
        self._source.sent.frames += 1
        self._source.sent.bytes += len(frame.of(packs=packs))

    def has(self, screen: Screen) -> bool:
        return screen in self._behind or screen.wire.put in self._level[screen.wire.packs].screens

    def merged(self) -> None:
        self._source.sent.merged += 1

    def _interval_ms(self, rate: int) -> float:
        return 1000 / min(self.view.board.updates_per_s, rate)

    def _write(self, frame: Frame) -> bool:
        """To all that are level. Whether there are any."""
        sent, before = self._source.sent, self._source.sent.frames
        for level in self._level.values():
            handed = level.write(frame)
            sent.frames += handed.frames
            sent.bytes += handed.bytes
        return sent.frames > before

    def _select(self) -> None:
        """Look at the whole state anew."""
        selected = self.view.select(self._source.documents)
        self._shown = {(kind, name): row for kind, rows in selected.items() for name, row in rows.items()}
        self._stale = False
        self.seq = self._source.next_seq()
        self._forget_pending()

    def _resync(self) -> None:
        self._forget_pending()
        self._source.turns.take([screen for screen in self.screens if screen.expire()])

    def _forget_pending(self) -> None:
        self._pending, self._composes, self._since_ms, self._hello = {}, True, None, None
