"""What do the figures add up to that only platforms tell of a group's queues? Sums that follow as one of them says
something else.

A number has what all of its parts were told of, so the sums are kept by what is said: most platforms say the same of
each of their queues.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from wallboard.core import events as ev
from wallboard.core.figures import COUNTS, DURATIONS
from wallboard.core.formulas import RATIOS, SERVICE_LEVELS, total
from wallboard.core.parts import parts_of
from wallboard.core.stated import WITHIN

NOW = ("waiting", "engaged")
TIMES = tuple(f"{part}_s" for part in DURATIONS)
_PARTS = {metric: parts_of(metric) for metric in (*NOW, *COUNTS, *TIMES, *RATIOS)}

Told = Mapping[str, int]  # as a window's sums; of `now` as what is live


class Said(NamedTuple):
    """What a platform says of one queue."""

    told: Mapping[str, Told]  # by window, of those of which it speaks
    oldest_ms: int | None
    longest_s: Mapping[str, float | None]  # by window


class Joined(NamedTuple):
    """What several say of one window."""

    numbers: Mapping[str, Told]  # number → its parts, of those who say all of them
    longest_s: float | None


class StatedSums:
    """Of one group, kept as something else is said of one of its queues."""

    def __init__(self) -> None:
        self.said: dict[str, Said] = {}  # queue → what only a platform says of it
        # window → names of what is said → the sums, and as "" of how many queues
        self._sums: dict[str, dict[frozenset[str], dict[str, int]]] = {}
        self._joined: dict[str, Joined | None] = {}
        self._oldest_ms: list[int] | None = None

    def put(self, queue: str, said: Said | None) -> None:
        """What is said of one queue from now on; None: something of it is counted here."""
        before = self.said.pop(queue, None)
        if said:
            self.said[queue] = said
        if said is before:
            return
        for one, sign in ((before, -1), (said, 1)):
            for window, told in one.told.items() if one else ():
                self._add(self._sums.setdefault(window, {}), told, sign)
        self._joined, self._oldest_ms = {}, None

    def joined(self, window: str) -> Joined | None:
        """None where nobody speaks of the window."""
        if window not in self._joined:
            self._joined[window] = self._join(window) if self._sums.get(window) else None
        return self._joined[window]

    @property
    def oldest_ms(self) -> int | None:
        """Since when the longest wait lasts."""
        if self._oldest_ms is None:
            self._oldest_ms = sorted(one.oldest_ms for one in self.said.values() if one.oldest_ms is not None)[:1]
        return self._oldest_ms[0] if self._oldest_ms else None

    def _join(self, window: str) -> Joined:
        numbers: dict[str, Told] = {}
        for metric, parts in _PARTS.items():
            if saying := [sums for names, sums in self._sums[window].items() if names >= parts]:
                numbers[metric] = {part: sum(sums[part] for sums in saying) for part in parts}
        waits = [wait_s for one in self.said.values() if (wait_s := one.longest_s.get(window)) is not None]
        return Joined(numbers, max(waits, default=None))

    @staticmethod
    def _add(by_names: dict[frozenset[str], dict[str, int]], told: Told, sign: int) -> None:
        names = frozenset(told)
        sums = by_names.setdefault(names, dict.fromkeys(("", *names), 0))
        sums[""] += sign
        for name, n in told.items():
            sums[name] += sign * n
        if not sums[""]:
            del by_names[names]


def said_in(seen: ev.QueueObserved, oldest_ms: int | None, formula: str) -> Said:
    """What is said in it; with `formula` the service level where all of its parts are."""
    figures = {window: one for window in WITHIN if (one := getattr(seen, window)) is not None}
    told = {window: _told_in(msgspec.to_builtins(one), formula) for window, one in figures.items()}
    told["now"] = {name: n for name in NOW if (n := getattr(seen, name)) is not None}
    return Said(told, oldest_ms, {window: one.max_wait_s for window, one in figures.items()})


def _told_in(figures: Mapping[str, Any], formula: str) -> Told:
    found = {name: figures[name] for name in COUNTS if name in figures}
    found |= {f"{part}_ms": round(figures[f"{part}_s"] * 1000) for part in DURATIONS if f"{part}_s" in figures}
    level = SERVICE_LEVELS[formula]
    if found.keys() >= level.top.keys() | level.bottom.keys():
        found |= {"sl_good": total(level.top, found), "sl_base": total(level.bottom, found)}
    return found
