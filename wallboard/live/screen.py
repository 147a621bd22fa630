"""What waits for one screen? Nothing, while its connection takes what comes; else one merged patch or a snapshot.

level     nothing waits and its wire takes finished frames: the channel writes to it directly
behind    its wire is full, or takes one frame at a time: what comes is merged here until `pull`
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from wallboard.core.patch import DoesNotCompose, merge
from wallboard.live.frames import Frame
from wallboard.live.tally import Cut

if TYPE_CHECKING:
    from wallboard.live.channel import Channel
    from wallboard.live.view import View

MOST_ORDERS = 16

Document = dict[str, Any]


class Wire(Protocol):
    """A connection. It calls its screen's `pull` when it takes something again, `lag` when it is full, `leave` once
    it takes nothing more. `put` hands on a finished frame and says how many bytes of it were `taken` (OSError: none);
    `write` takes what is left. Without `put` there is only `write`, where it is `ready`."""

    packs: bool
    put: Callable[[bytes], int] | None

    @property
    def ready(self) -> bool: ...

    def attach(self, screen: "Screen") -> None: ...

    def write(self, frame: Frame, taken: int = 0) -> None: ...

    def close(self, code: int, reason: str) -> None: ...


class Screen:
    """One connection's place in a channel. What it holds is bounded by its snapshot's size."""

    __slots__ = (
        "_base", "_bytes", "_drawn", "_frame", "_orders", "_patch", "_redraws", "_snapshot_due", "_waits",
        "channel", "wire",
    )  # fmt: skip

    def __init__(self, channel: "Channel", wire: Wire) -> None:
        self.channel = channel
        self.wire = wire
        self._snapshot_due = True
        self._waits = False  # for its turn (live/turns.py)
        self._drawn: View | None = None  # as which its last snapshot was
        self._redraws = False  # that one was the first of an edited board, which is still to be said
        self._orders: list[Frame] = []
        self._frame: Frame | None = None  # as it came, while nothing is merged into it
        self._patch: Document | None = None
        self._base = 0
        self._bytes = 0  # of the patches that were merged, an upper bound of what they are together

    @property
    def is_level(self) -> bool:
        waits = self._snapshot_due or self._redraws or self._orders or self._frame or self._patch
        return self.wire.ready and not waits

    @property
    def follows(self) -> bool:
        """It has a snapshot, and is told what changes."""
        return not self._snapshot_due

    def offer(self, frame: Frame, base: int, patch: Document) -> None:
        """A patch that the channel just encoded; merged with what still waits here."""
        if self._snapshot_due:
            pass  # it will be in there
        elif self._patch is None:  # nothing waits, or a beat only: the patch says more
            self._frame, self._patch, self._base, self._bytes = frame, patch, base, len(frame.payload)
        else:
            self._merge(frame, self._patch, patch)
        self.pull()

    def offer_beat(self, frame: Frame) -> None:
        """Where a patch or a snapshot waits, that says more."""
        if self._patch is None and not self._snapshot_due:
            self._frame = frame
        self.pull()

    def order(self, frame: Frame) -> None:
        """A command message: few, never merged (the oldest are dropped)."""
        self._orders = [*self._orders[1 - MOST_ORDERS :], frame]
        self.pull()

    def expire(self) -> bool:
        """A snapshot is next, in its turn (`renew`), instead of anything that waits. False: it has a turn already."""
        self._forget_patches()
        waited, self._waits, self._snapshot_due = self._waits, True, True
        self.channel.place(self)
        return not waited

    def renew(self) -> None:
        """It is its turn. It may have left meanwhile."""
        self._waits = False
        if self.channel.has(self):
            self.pull()

    def pull(self) -> None:
        """Write what waits for as long as the wire takes it."""
        while self.wire.ready and (frame := self._next()) is not None:
            self.wire.write(frame)
            self.channel.told(frame, packs=self.wire.packs)
        self.channel.place(self)

    def lag(self) -> None:
        """The wire takes nothing for now."""
        self.channel.place(self)

    def leave(self) -> None:
        self.channel.leave(self)

    def cut(self, why: Cut) -> None:
        """Its wire cuts it off, or finds that it is gone."""
        self.channel.cut(self, why)

    def _next(self) -> Frame | None:
        """Snapshot and place in the sequence are taken in one step, without a gap."""
        if self._snapshot_due:
            if self._waits or not self.channel.ready:
                return None
            self._snapshot_due = False
            before, self._drawn = self._drawn, self.channel.view
            self._redraws = self._redraws or (before is not None and before is not self._drawn)
            return self.channel.hello()
        if self._redraws:
            self._redraws = False
            return self.channel.board()
        if self._orders:
            return self._orders.pop(0)
        frame, patch = self._frame, self._patch
        self._forget_patches()
        return frame if frame is not None or patch is None else self.channel.encode_patch(self._base, patch)

    def _merge(self, frame: Frame, first: Document, second: Document) -> None:
        """Bounded by the snapshot; both are encoded only where what is merged may have outgrown the last one."""
        self._bytes += len(frame.payload)
        self.channel.merged()
        try:
            self._patch, self._frame = merge(first, second), None
            if self._bytes > self.channel.hello_bytes:
                self._bytes = len(self.channel.encode_patch(self._base, self._patch).payload)
            if self._bytes > self.channel.hello_bytes:
                self._snapshot_due = self._bytes > len(self.channel.hello().payload)
        except DoesNotCompose:
            self._snapshot_due = True
        if self._snapshot_due:
            self._forget_patches()

    def _forget_patches(self) -> None:
        self._frame = self._patch = None
