"""When may the next tick be, and until when need nothing be read?

The first change after silence goes out at once; under load there are at most ten ticks a second, and fewer where the
hub tells screens less often.
"""

from collections.abc import Callable

from wallboard.live.pieces import BREATHE
from wallboard.live.tally import WORK_S, Spread

TICK_MS = 100  # at most ten patches a second
RUSH_MS = 25  # in a rush events are read so long before their tick too


class Ticks:
    """`every_ms`: between two of them. `last_ms`: when the last one was due. `took`: until frames were handed on."""

    def __init__(self, pace_ms: Callable[[], int]) -> None:
        """`pace_ms`: a clock that never steps."""
        self._pace_ms = pace_ms
        self.every_ms: float = TICK_MS  # more while screens are told less often (live/hub.py)
        self.last_ms: float = -TICK_MS
        self.took = Spread(WORK_S)
        self._told = 0  # events that were applied before the last one
        self._rushes = False  # there were many of them since the one before

    def is_due(self) -> bool:
        return self._pace_ms() - self.last_ms >= self.every_ms

    def begin(self, applied: int) -> None:
        """One begins, by which so many events were applied. It counts from when it was due, where it is not much too
        late: what it takes to read and apply does not add up."""
        now_ms, due_ms = self._pace_ms(), self.last_ms + self.every_ms
        self.last_ms = due_ms if 0 <= now_ms - due_ms <= self.every_ms / 2 else now_ms
        self._rushes, self._told = applied - self._told >= BREATHE, applied

    def until_read_ms(self) -> float:
        """Until the next tick may be: nothing is told before it, so one read a tick is enough, and in a rush two: what
        came up to RUSH_MS before it is applied by then."""
        until_tick_ms = self.last_ms + self.every_ms - self._pace_ms()
        return until_tick_ms - RUSH_MS if self._rushes and until_tick_ms > 2 * RUSH_MS else until_tick_ms
