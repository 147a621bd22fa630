"""How often did it happen in this window? Counts by minute, with running sums, for one entity.

    added     (minute, in day?, in shift?) → metric → amount     not yet in the windows
    minutes   … 12:41 {offered: 3}  12:42 {}  12:43 {offered: 1, answered: 2}      the last 60 and any later
    windows   m15 {…}  m30 {…}  m60 {…}  day {…}  shift {…}       sums, and spreads of waits by whole seconds

Adding is one step of a dictionary, since a busy queue is added to far more often than it is read; what was
added is folded into the windows when somebody looks, and handed on to the groups of the queue then. Counts are
integers (durations in ms), so adding and taking back leave no trace.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from wallboard.core.windows import KEPT_MINUTES, MINUTE_MS, ROLLING, minute_of

Spread = tuple[str, int]  # a metric that is spread over whole seconds, and the second
Metric = str | Spread
Amounts = dict[Metric, int]
Adds = tuple[tuple[Metric, int], ...]  # how much of each metric, all of one instant
K = TypeVar("K")


class Counts:
    """What one window holds. `sums`: metric → amount; `spreads`: metric → second → how often.

    `shown`: what was last worked out of it, kept for whoever did; `moved`: the metrics that changed since.
    """

    __slots__ = ("moved", "shown", "spreads", "sums")

    def __init__(self) -> None:
        self.sums: dict[str, int] = {}
        self.spreads: dict[str, dict[int, int]] = {}
        self.shown: Any = None
        self.moved: set[str] = set()

    def add(self, amounts: Amounts, sign: int = 1) -> None:
        """All of them, or with `sign` -1 all of them less."""
        sums, spreads, moved = self.sums, self.spreads, self.moved
        for metric, amount in amounts.items():
            if isinstance(metric, str):
                moved.add(metric)
                total = sums.get(metric, 0) + sign * amount
                if total:
                    sums[metric] = total
                else:
                    sums.pop(metric, None)
                continue
            name, second = metric
            moved.add(name)
            spread = spreads.setdefault(name, {})
            add_to(spread, second, sign * amount)
            if not spread:
                del spreads[name]

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
    """Counts of one queue, group or agent. `minute` is the running minute; `groups` are told what is folded.

    `rolling`: its windows of the last minutes and how many; `day` and `shift` are always there.
    """

    __slots__ = ("_added", "_groups", "_rolling", "_windows", "minute", "minutes")

    def __init__(self, minute: int, groups: "Sequence[Ledger]" = (), rolling: Mapping[str, int] = ROLLING) -> None:
        self.minute = minute
        self._groups = groups
        self._rolling = rolling
        self.minutes: dict[int, Amounts] = {}
        self._added: dict[tuple[int, bool, bool], Amounts] = {}
        self._windows = {window: Counts() for window in (*rolling, "day", "shift")}

    def at(self, at_ms: int, *, in_day: bool, in_shift: bool = False) -> Amounts:
        """What is counted of this instant's minute and not folded yet: amounts are added to it at once (the next fold
        takes it), and a negative one takes back what was added with the same arguments."""
        when = (at_ms // MINUTE_MS, in_day, in_shift)
        added = self._added.get(when)
        if added is None:
            added = self._added[when] = {}
        return added

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
                fresh.add(amounts)
        before, after = self._windows[window].amounts(), fresh.amounts()
        self._windows[window] = fresh
        return {metric: after.get(metric, 0) - before.get(metric, 0) for metric in before.keys() | after.keys()}

    def change(self, window: str, change: Amounts) -> None:
        """What `begin` gave for one of a group's queues."""
        self.fold()
        self._windows[window].add(change)

    def join(self, group: "Ledger") -> None:
        """Be told of to one more group too, which counts what is here already; both are at the same minute."""
        self.fold()
        self._groups = (*self._groups, group)
        for minute, amounts in self.minutes.items():
            add_all(group.minutes.setdefault(minute, {}), amounts)
        for window, counts in self._windows.items():
            group._windows[window].add(counts.amounts())

    def fold(self) -> None:
        """What was added goes into the windows, and to the groups."""
        if not self._added:
            return
        added, self._added = self._added, {}
        for group in self._groups:
            group._take(added)
        windows = self._windows
        for (minute, in_day, in_shift), amounts in added.items():
            if in_day:
                windows["day"].add(amounts)
            if in_shift:
                windows["shift"].add(amounts)
            if minute <= self.minute - KEPT_MINUTES:
                continue
            add_all(self.minutes.setdefault(minute, {}), amounts)
            for window, length in self._rolling.items():
                if self.minute - length < minute:
                    windows[window].add(amounts)

    def _take(self, added: "dict[tuple[int, bool, bool], Amounts]") -> None:
        """What one of a group's queues folds."""
        for when, amounts in added.items():
            into = self._added.setdefault(when, {})
            for metric, amount in amounts.items():
                into[metric] = into.get(metric, 0) + amount

    def _shift(self) -> bool:
        changed = False
        for window, length in self._rolling.items():
            if leaving := self.minutes.get(self.minute - length):
                self._windows[window].add(leaving, -1)
                changed = True
        self.minutes.pop(self.minute - KEPT_MINUTES, None)
        return changed


def add_to(amounts: dict[K, int], key: K, amount: int) -> None:
    """Into a dictionary without zeros."""
    total = amounts.get(key, 0) + amount
    if total:
        amounts[key] = total
    else:
        amounts.pop(key, None)


def add_all(amounts: dict[K, int], more: Mapping[K, int]) -> None:
    """The same of many."""
    for key, amount in more.items():
        if total := amounts.get(key, 0) + amount:
            amounts[key] = total
        else:
            amounts.pop(key, None)
