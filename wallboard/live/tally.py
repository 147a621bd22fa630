"""What has this process sent, and whom did it cut off or put off? Counts for `/metrics`, and how long things took."""

from bisect import bisect_left
from collections import deque
from typing import Literal, get_args

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)
WORK_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # of a tick, of a fan-out

RECENT = 1_000

# It took nothing for too long; the kernel gave up on its connection; it answered no ping.
Cut = Literal["slow", "vanished", "silent"]
# Too many screens in all, or of one account; no more open files; nothing to show yet; nobody can say who asks.
Later = Literal["limit", "limit_each", "open_files", "loading", "unchecked"]


class Spread:
    """`counts[n]`: what took at most `bounds_s[n]`, and more than the bound before; the last one: what took longer."""

    def __init__(self, bounds_s: tuple[float, ...]) -> None:
        self.bounds_s = bounds_s
        self.counts = [0] * (len(bounds_s) + 1)
        self.sum_s = 0.0

    def took_s(self, seconds: float) -> None:
        self.counts[bisect_left(self.bounds_s, seconds)] += 1
        self.sum_s += seconds


class Sent:
    """`took`: patches, from the arrival of their oldest event to the sockets. `fan_outs`: until the kernel had all."""

    def __init__(self) -> None:
        self.frames = self.bytes = self.patches = self.merged = 0
        self.cut: dict[str, int] = dict.fromkeys(get_args(Cut), 0)
        self.put_off: dict[str, int] = dict.fromkeys(get_args(Later), 0)
        self.took = Spread(BOUNDS_S)
        self.fan_outs = Spread(WORK_S)
        self.measured = 0
        self._recent: deque[float] = deque(maxlen=RECENT)

    def took_s(self, seconds: float) -> None:
        self.took.took_s(seconds)
        self._recent.append(seconds)
        self.measured += 1

    def slowest_s(self) -> float | None:
        """All but one in a hundred of the last RECENT patches were as quick; None before there was one."""
        found = sorted(self._recent)
        return found[-(-99 * len(found) // 100) - 1] if found else None
