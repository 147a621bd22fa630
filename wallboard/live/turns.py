"""How do all screens get a snapshot without a stall for anybody? As many as a slice of time allows, the rest in turn.

A changed setting, a state that was loaded anew or an edited board ask for a snapshot to every screen at once. Selected,
packed and written together they would hold the event loop for seconds. A screen that waits for its turn shows what it
showed, its board too; what changes meanwhile is in its snapshot.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from time import thread_time

from wallboard.live.screen import Screen

SLICE_S = 0.008  # of processor time
REST_S = 0.008  # after each: half of a core is left for those who have theirs


class Turns:
    """One a hub. `waiting`: how many have not had their turn."""

    def __init__(self) -> None:
        self._queue: deque[Screen] = deque()
        self._left_s = SLICE_S
        self._resting = False

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def take(self, screens: Iterable[Screen]) -> None:
        """Where the slice allows it they have their turn at once."""
        self._queue.extend(screens)
        self._go_on()

    def _go_on(self) -> None:
        try:
            while self._queue and self._left_s > 0:
                began_s = thread_time()
                self._queue.popleft().renew()
                self._left_s -= thread_time() - began_s
        finally:  # one that fails holds up nobody
            if not self._resting and (self._queue or self._left_s < SLICE_S):
                self._resting = True
                asyncio.get_running_loop().call_later(REST_S, self._rested)

    def _rested(self) -> None:
        self._resting, self._left_s = False, SLICE_S
        self._go_on()
