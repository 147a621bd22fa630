"""Of which alerts is it worked out now what is due? Of all that are open; of what is over, a few now and then.

over ─ nothing due ─▶ rests ─ AGAIN_MS ─▶ its turn, FEW at a time

Of one that is over only the hours in which a receiver hears nothing still change what is due, and there are thousands.
"""

from collections.abc import Mapping
from itertools import islice

from wallboard.core.alerts import TELL_MS
from wallboard.core.rows import AlertRow

AGAIN_MS = 15_000
FEW = 20


class Turns:
    """Of one who tells. Times are of one clock."""

    def __init__(self) -> None:
        self._rests = dict[str, int]()  # when nothing was due, the longest ago first

    def begin(self, over: Mapping[str, AlertRow], now_ms: int) -> None:
        """All of them once more, a few at a time what is over for a while: what is due now waits behind none of it."""
        self._rests = {name: 0 for name, row in over.items() if now_ms - (row.over_ms or 0) > TELL_MS}

    def now(self, opened: Mapping[str, AlertRow], over: Mapping[str, AlertRow], now_ms: int) -> list[str]:
        """What is open first."""
        for name in [one for one, at_ms in islice(self._rests.items(), FEW) if now_ms - at_ms >= AGAIN_MS]:
            del self._rests[name]
        return [*opened, *(name for name in over if name not in self._rests)]

    def rest(self, name: str, now_ms: int) -> None:
        """Nothing was due of this one that is over."""
        self._rests[name] = now_ms
