"""Are all screens told at once? Of many only a part of them, and the next part a part of an interval later.

    screens  < MANY     tick ───────────── tick ─────────────     all that are due
            >= MANY     tick  tick  tick  tick  tick ─ ─ ─ ─     a fourth of all: the others with the next ticks

The last of 10,000 would wait until all others were written to, 70 ms. Told in parts each hears of the floor as often
as before, but of what happened until its own part's turn, and the network has less to carry at a time. The parts keep
apart by themselves: who had no room is told with a later tick, and is due again after the others.
A tick always has room, also right after a fan-out that no tick brought: else all would be told between the ticks from
then on, later each time.
"""

import math

MANY = 2_500
PART = 1_250  # of one view: whoever comes after that many is in a part of its own
TOGETHER = 4  # parts
EARLY_MS = 5  # a tick may come so much before its time
LATE_MS = 15  # and so much after it: who has to be told hears with it what happened until then


class Shares:
    """The room that a fan-out has, in screens."""

    def __init__(self) -> None:
        self.parts = 1  # fan-outs in an interval
        self._screens = 0
        self._room = math.inf
        self._since_ms = -math.inf

    def count(self, screens: int) -> None:
        """So many there are."""
        self._screens, self.parts = screens, 1 if screens < MANY else TOGETHER

    def begin(self, tick_ms: float, now_ms: float, *, by_tick: bool) -> None:
        """A fan-out: one of a tick, or where none came for so long, has new room. `now_ms` by a clock that never
        steps."""
        if self.parts == 1:
            self._room = math.inf
        elif by_tick or now_ms - self._since_ms >= tick_ms - EARLY_MS:
            self._room, self._since_ms = math.ceil(self._screens / self.parts), now_ms

    @property
    def has_room(self) -> bool:
        return self._room > 0

    def take(self, screens: int) -> None:
        self._room -= screens

    def in_ms(self, due_ms: float, tick_ms: float, now_ms: int) -> float:
        """When somebody who is due in `due_ms` is told though no tick tells them: once the next tick would have come,
        which has room."""
        if self.parts == 1:
            return due_ms
        return max(due_ms, self._since_ms + tick_ms - now_ms) + LATE_MS
