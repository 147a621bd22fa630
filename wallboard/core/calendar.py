"""What time is it, which business day is it where, and what falls due next?

What changes by time alone (a wait passing its target, wrap-up over, a notice's end, a day's turn) waits in
one heap of due instants. At equal instants the order is that of the entries' text, so every process agrees.
"""

from collections.abc import Container, Mapping
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from msgspec import Struct

from wallboard.core.hours import Hours
from wallboard.core.settings import Site
from wallboard.core.windows import Day, business_day, minute_of


class Due(Struct, frozen=True, order=True, gc=False):
    at_ms: int
    kind: str
    first: str
    second: str = ""


class Shift(NamedTuple):
    """The running shift of a site."""

    name: str
    started_ms: int
    ends_ms: int


class Calendar:
    """Time as the floor knows it: it never reads a clock and never goes back."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.minute = 0
        self.days: dict[str, Day] = {}
        self.shifts: dict[str, Shift | None] = {}
        self.beside: dict[str, set[int]] = {}  # site → when the other shifts that run there began
        self._due: list[Due] = []

    def set(self, now_ms: int) -> None:
        self.now_ms, self.minute = now_ms, minute_of(now_ms)

    def wait(self, at_ms: int, kind: str, first: str, second: str = "") -> None:
        heappush(self._due, Due(at_ms, kind, first, second))

    def next_due_ms(self) -> int | None:
        return self._due[0].at_ms if self._due else None

    def pop(self) -> Due:
        return heappop(self._due)

    def drop(self, kinds: Container[str]) -> None:
        self._due = [due for due in self._due if due.kind not in kinds]
        heapify(self._due)

    def open_day(self, site: str, place: Site) -> Day:
        """The business day that runs at `site` now; its end becomes due."""
        day = self.days[site] = business_day(self.now_ms, place.zone, place.day_starts)
        self.wait(day.ends_ms, "day", site)
        return day

    def open_shift(self, site: str, shifts: Mapping[str, Hours]) -> Shift | None:
        """The shift that runs at `site` now (of several the one that began last); the next turn becomes due."""
        running = [
            Shift(name, span.begin_ms, span.end_ms)
            for name, hours in shifts.items()
            for span in hours.apart(self.now_ms)
            if span.begin_ms <= self.now_ms < span.end_ms
        ]
        turns = [turn_ms for hours in shifts.values() if (turn_ms := hours.next_change_ms(self.now_ms)) is not None]
        turns += [shift.ends_ms for shift in running]
        if turns:
            self.wait(min(turns), "shift", site)
        found = self.shifts[site] = max(running, key=lambda shift: (shift.started_ms, shift.name), default=None)
        self.beside[site] = {shift.started_ms for shift in running if found and shift.started_ms != found.started_ms}
        return found
