"""How do thousands come back at once without a stall for those who are there? New connections are read a few at a time.

A handshake costs half a millisecond of Python. After a restart all screens make theirs in the same second, and the
event loop would do nothing else until the last is done. Here AT_ONCE of them begin in each turn of TURN_S; the others
wait in order, their bytes kept. Where fewer come, nobody waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable

AT_ONCE = 32
TURN_S = 0.016  # about 900 a second, and half of a core left for those who watch


class Gate:
    """One a server. `waiting`: how many have not begun."""

    def __init__(self) -> None:
        self._queue: deque[Callable[[], None]] = deque()
        self._begun = 0
        self._turning = False

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def enter(self, begin: Callable[[], None]) -> bool:
        """True: go on at once. Else `begin` is called when it is its turn."""
        if self._begun < AT_ONCE and not self._queue:
            self._begun += 1
            self._turn_later()
            return True
        self._queue.append(begin)
        return False

    def _turn_later(self) -> None:
        if not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_later(TURN_S, self._turn)

    def _turn(self) -> None:
        self._turning, self._begun = False, 0
        try:
            while self._queue and self._begun < AT_ONCE:
                self._begun += 1
                self._queue.popleft()()
        finally:  # one that fails holds up nobody
            if self._begun:
                self._turn_later()
