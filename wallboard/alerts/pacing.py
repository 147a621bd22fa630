"""How many messages can a person read? At most ten in ten minutes; a flood becomes one a minute (EEMUA 191).

steady ─ over 10 came in 10 minutes ─▶ flood: all that waits as one, once a minute ─ under 5 ─▶ steady
"""

from collections import deque
from collections.abc import Sequence

SPAN_MS = 600_000
FLOOD_ABOVE = 10
STEADY_BELOW = 5
MOST_SENT = 10  # in a span
ONE_BY_ONE = 3  # more that wait at once go as one
FLOOD_EACH_MS = 60_000


class Pacing:
    """Of one receiver. Times are of the same clock."""

    def __init__(self) -> None:
        self.is_flood = False
        self._came: deque[int] = deque()
        self._newest = (0, "")
        self._sent: deque[int] = deque()

    def next(self, waiting: Sequence[tuple[str, int]], now_ms: int) -> int:
        """How many of those that wait (id, when it came), the oldest first, go as one message now; 0: none yet."""
        for name, at_ms in waiting:
            if (at_ms, name) > self._newest:
                self._newest = (at_ms, name)
                self._came.append(at_ms)
        for times in (self._came, self._sent):
            while times and times[0] <= now_ms - SPAN_MS:
                times.popleft()
        self.is_flood = len(self._came) > FLOOD_ABOVE or (self.is_flood and len(self._came) >= STEADY_BELOW)
        if not waiting or len(self._sent) >= MOST_SENT:
            return 0
        if self.is_flood and self._sent and now_ms - self._sent[-1] < FLOOD_EACH_MS:
            return 0
        return len(waiting) if self.is_flood or len(waiting) > ONE_BY_ONE else 1

    def sent(self, now_ms: int) -> None:
        self._sent.append(now_ms)
