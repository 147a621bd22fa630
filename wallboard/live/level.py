"""How is a finished frame handed to every screen that takes it? One after another, past everything else.

What a frame costs is the kernel's send(2) and, between two of them, processor caches that it left cold: so nothing is
touched here but what sends. The list of that is kept until somebody comes, goes or falls behind.
"""

from collections.abc import Callable
from typing import NamedTuple

from wallboard.live.frames import Frame
from wallboard.live.screen import Screen
from wallboard.live.waits import GAVE_UP

Put = Callable[[bytes], int]


class Handed(NamedTuple):
    frames: int
    bytes: int


class Level:
    """The screens of a view for which nothing waits, of one kind of frames: packed or plain."""

    def __init__(self, *, packs: bool) -> None:
        self.screens: dict[Put, Screen] = {}
        self._packs = packs
        self._puts: tuple[Put, ...] | None = None  # None: it has changed since

    def add(self, put: Put, screen: Screen) -> None:
        self.screens[put], self._puts = screen, None

    def remove(self, put: Put) -> None:
        if self.screens.pop(put, None):
            self._puts = None

    def prepare(self, frame: Frame) -> None:
        """Pack it, before anything is written: of one that is packed between two writes all caches are cold."""
        if self.screens:
            frame.of(packs=self._packs)

    def write(self, frame: Frame) -> Handed:
        """A wire may become full, or break, by what is written to it, and leaves for that."""
        if not self.screens:
            return Handed(0, 0)
        if self._puts is None:
            self._puts = (*self.screens,)
        puts, data = self._puts, frame.of(packs=self._packs)
        size = len(data)
        for put in puts:
            try:
                taken = put(data)
            except OSError as error:
                _find_out(self.screens[put], frame, error)
            else:
                if taken != size:
                    self.screens[put].wire.write(frame, taken)
        return Handed(len(puts), len(puts) * size)


def _find_out(screen: Screen, frame: Frame, error: OSError) -> None:
    """Full or broken: its own way of writing learns which. But that it gave up the kernel says only once."""
    if error.errno in GAVE_UP:
        screen.cut("vanished")
    screen.wire.write(frame)
