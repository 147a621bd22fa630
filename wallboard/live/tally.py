"""What has this process sent? Counts for `/metrics`, and how long events took to their sockets."""

from bisect import bisect_left
from collections import deque

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)

RECENT = 1_000


class Sent:
    """`buckets[n]`: patches that took at most BOUNDS_S[n] from the arrival of their oldest event to the sockets."""

    def __init__(self) -> None:
        self.frames = self.bytes = self.patches = self.merged = self.cut = 0
        self.buckets = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0
        self._recent: deque[float] = deque(maxlen=RECENT)

    def took_s(self, seconds: float) -> None:
        self.buckets[bisect_left(BOUNDS_S, seconds)] += 1
        self.sum_s += seconds
        self._recent.append(seconds)

    def slowest_s(self) -> float | None:
        """All but one in a hundred of the last RECENT patches were as quick; None before there was one."""
        found = sorted(self._recent)
        return found[-(-99 * len(found) // 100) - 1] if found else None
