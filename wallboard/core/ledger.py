"""How often did it happen in this window? Counts by minute, with running sums, for one entity.

    added     (metric, minute, in day?, in shift?) → amount      not yet in the windows
    minutes   … 12:41 {offered: 3}  12:42 {}  12:43 {offered: 1, answered: 2}      the last 60 and any later
    windows   m15 {…}  m30 {…}  m60 {…}  day {…}  shift {…}       sums, and spreads of waits by whole seconds

Adding is one step of a dictionary, since a busy queue is added to far more often than it is read; what was
added is folded into the windows when somebody looks, and handed on to the groups of the queue then. Counts are
integers (durations in ms), so adding and taking back leave no trace.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from wallboard.core.windows import KEPT_MINUTES, MINUTE_MS, ROLLING, minute_of

Spread = tuple[str, int]  # a metric that is spread over whole seconds, and the second
Metric = str | Spread
Amounts = dict[Metric, int]
K = TypeVar("K")


class Counts:
    """What one window holds. `sums`: metric → amount; `spreads`: metric → second → how often.

    `shown`: what was last worked out of it, kept for whoever did until something changes.
    """

    __slots__ = ("shown", "spreads", "sums")

    def __init__(self) -> None:
        self.sums: dict[str, int] = {}
        self.spreads: dict[str, dict[int, int]] = {}
        self.shown: Any = None

    def add(self, metric: Metric, amount: int) -> None:
        self.shown = None
        if isinstance(metric, str):
            add_to(self.sums, metric, amount)
            return
        name, second = metric
        spread = self.spreads.setdefault(name, {})
        add_to(spread, second, amount)
        if not spread:
            del self.spreads[name]

    def amounts(self) -> Amounts:
        """All of it, flat."""
        found: Amounts = {metric: amount for metric, amount in self.sums.items()}  # noqa: C416
        for name, spread in self.spreads.items():
            found |= {(name, second): amount for second, amount in spread.items()}
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counts) and (self.sums, self.spreads) == (other.sums, other.spreads)

    __hash__ = None  # type: ignore[assignment]


class Ledger:
    """Counts of one queue, group or agent. `minute` is the running minute; `groups` are told what is folded."""

    __slots__ = ("_added", "_groups", "_windows", "minute", "minutes")

    def __init__(self, minute: int, groups: "Sequence[Ledger]" = ()) -> None:
        self.minute = minute
        self._groups = groups
        self.minutes: dict[int, Amounts] = {}
        self._added: dict[tuple[Metric, int, bool, bool], int] = {}
        self._windows = {window: Counts() for window in (*ROLLING, "day", "shift")}

    def add(self, metric: Metric, at_ms: int, amount: int, *, in_day: bool, in_shift: bool = False) -> None:
        """Count `amount` at its minute; a negative amount takes back what was added with the same arguments."""
        key = (metric, at_ms // MINUTE_MS, in_day, in_shift)
        self._added[key] = self._added.get(key, 0) + amount

    def window(self, name: str) -> Counts:
        """What happened in `m15`, `m30`, `m60`, `day` or `shift`; of a group: as far as its queues are folded."""
        self.fold()
        return self._windows[name]

    @property
    def moves(self) -> bool:
        """Whether a minute's turn can change anything here."""
        return bool(self.minutes or self._added)

    def turn(self, minute: int) -> bool:
        """Make `minute` the running one. True when a window's content changed."""
        if minute == self.minute:
            return False
        self.fold()
        changed = False
        while self.minute < minute and self.minutes:
            self.minute += 1
            changed |= self._shift()
        self.minute = minute
        return changed

    def begin(self, window: str, started_ms: int) -> Amounts:
        """Start `day` or `shift` anew from `started_ms`; gives what was added to its sums (negative: taken out)."""
        self.fold()
        fresh, first = Counts(), minute_of(started_ms)
        for minute, amounts in self.minutes.items():
            if minute >= first:
                for metric, amount in amounts.items():
                    fresh.add(metric, amount)
        before, after = self._windows[window].amounts(), fresh.amounts()
        self._windows[window] = fresh
        return {metric: after.get(metric, 0) - before.get(metric, 0) for metric in before.keys() | after.keys()}

    def change(self, window: str, change: Amounts) -> None:
        """What `begin` gave for one of a group's queues."""
        self.fold()
        for metric, amount in change.items():
            self._windows[window].add(metric, amount)

    def fold(self) -> None:
        """What was added goes into the windows, and to the groups."""
        if not self._added:
            return
        added, self._added = self._added, {}
        for group in self._groups:
            into = group._added
            for key, amount in added.items():
                into[key] = into.get(key, 0) + amount
        windows = self._windows
        rolling = [(windows[window], self.minute - length) for window, length in ROLLING.items()]
        for (metric, minute, in_day, in_shift), amount in added.items():
            if in_day:
                windows["day"].add(metric, amount)
            if in_shift:
                windows["shift"].add(metric, amount)
            if minute <= self.minute - KEPT_MINUTES:
                continue
            amounts = self.minutes.setdefault(minute, {})
            add_to(amounts, metric, amount)
            if minute <= self.minute:
                for counts, before in rolling:
                    if minute > before:
                        counts.add(metric, amount)

    def _shift(self) -> bool:
        changed = False
        arriving = self.minutes.get(self.minute, {})
        for window, length in ROLLING.items():
            leaving = self.minutes.get(self.minute - length, {})
            for metric, amount in leaving.items():
                self._windows[window].add(metric, -amount)
            for metric, amount in arriving.items():
                self._windows[window].add(metric, amount)
            changed |= bool(leaving or arriving)
        self.minutes.pop(self.minute - KEPT_MINUTES, None)
        return changed


def add_to(amounts: dict[K, int], key: K, amount: int) -> None:
    """Into a dictionary without zeros."""
    total = amounts.get(key, 0) + amount
    if total:
        amounts[key] = total
    else:
        amounts.pop(key, None)
