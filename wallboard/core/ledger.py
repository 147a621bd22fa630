"""How often did it happen in this window? Counts by minute, with running sums, for one entity.

    minutes   … 12:41 {offered: 3}  12:42 {}  12:43 {offered: 1, answered: 2}      the last 60 and any later
    sums      m15 {…}  m30 {…}  m60 {…}                                            kept as minutes come and go
    day       {…}                                                                  since the business day began

Counts are integers (durations in ms), so adding and taking back leave no trace.
"""

from wallboard.core.windows import KEPT_MINUTES, ROLLING, minute_of

Sums = dict[str, int]


class Ledger:
    """Counts of one queue, group or agent. `minute` is the running minute."""

    __slots__ = ("day", "minute", "minutes", "sums")

    def __init__(self, minute: int) -> None:
        self.minute = minute
        self.minutes: dict[int, Sums] = {}
        self.sums: dict[str, Sums] = {window: {} for window in ROLLING}
        self.day: Sums = {}

    def add(self, metric: str, at_ms: int, amount: int, *, in_day: bool) -> None:
        """Count `amount` at its minute; a negative amount takes back what was added with the same arguments."""
        if in_day:
            _add(self.day, metric, amount)
        minute = minute_of(at_ms)
        if minute <= self.minute - KEPT_MINUTES:
            return
        _add(self.minutes.setdefault(minute, {}), metric, amount)
        for window, length in ROLLING.items():
            if self.minute - length < minute <= self.minute:
                _add(self.sums[window], metric, amount)

    @property
    def moves(self) -> bool:
        """Whether a minute's turn can change anything here."""
        return bool(self.minutes)

    def turn(self, minute: int) -> bool:
        """Make `minute` the running one. True when a window's content changed."""
        changed = False
        while self.minute < minute and self.minutes:
            self.minute += 1
            changed |= self._shift()
        self.minute = minute
        return changed

    def begin_day(self, started_ms: int) -> Sums:
        """Start the day anew from `started_ms`; gives what was added to the day's sums (negative: taken out)."""
        fresh: Sums = {}
        first = minute_of(started_ms)
        for minute, counts in self.minutes.items():
            if minute >= first:
                for metric, amount in counts.items():
                    _add(fresh, metric, amount)
        change = {metric: fresh.get(metric, 0) - self.day.get(metric, 0) for metric in fresh.keys() | self.day.keys()}
        self.day = fresh
        return change

    def add_to_day(self, change: Sums) -> None:
        for metric, amount in change.items():
            _add(self.day, metric, amount)

    def _shift(self) -> bool:
        changed = False
        arriving = self.minutes.get(self.minute, {})
        for window, length in ROLLING.items():
            leaving = self.minutes.get(self.minute - length, {})
            for metric, amount in leaving.items():
                _add(self.sums[window], metric, -amount)
            for metric, amount in arriving.items():
                _add(self.sums[window], metric, amount)
            changed |= bool(leaving or arriving)
        self.minutes.pop(self.minute - KEPT_MINUTES, None)
        return changed


def _add(sums: Sums, metric: str, amount: int) -> None:
    total = sums.get(metric, 0) + amount
    if total:
        sums[metric] = total
    else:
        sums.pop(metric, None)
