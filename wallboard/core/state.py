"""What is the floor like now? The one mutable thing: events go in, rows change, touched entities come out.

Deterministic: the same events with the same arrivals and the same `now` give the same floor, on every
process. Time comes in as `arrival_ms` and `now_ms`. Each event touches only its own rows.
"""

from collections.abc import Generator, Iterable

from wallboard.core import events as ev
from wallboard.core.allrows import AllRows
from wallboard.core.anew import count_anew, name_anew, rule_anew
from wallboard.core.deeds import Deed, Did
from wallboard.core.falldue import fall_due
from wallboard.core.fields import UNKNOWN_SOURCE
from wallboard.core.ground import Entity
from wallboard.core.naming import OTHER
from wallboard.core.taking import take
from wallboard.core.takingown import is_own, take_own
from wallboard.core.wholetruth import take_whole
from wallboard.core.windows import MINUTE_MS, minute_of

SETTLE_MS = 1000  # no longer than this is anything left uncounted


class Floor(AllRows):
    """The state of the floor. Read it through `kpis`; change it through `apply` and `advance` alone."""

    _settled_ms = 0

    # In

    def apply(self, event: ev.Event, arrival_ms: int) -> list[Deed]:
        """Take one event in. Gives what it did, in words."""
        taking = self.taking(event, arrival_ms)
        while True:
            try:
                next(taking)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]

    def taking(self, event: ev.Event, arrival_ms: int) -> Generator[None, None, list[Deed]]:
        """The same, a whole truth in pieces. Between them the floor is half told: nobody publishes it, keeps it or lets
        time pass."""
        self.advance(arrival_ms)
        self.applied += 1
        self.arrival_ms = arrival_ms
        deeds: list[Deed] = []
        source = event.source or UNKNOWN_SOURCE
        if is_own(event):
            at_ms = arrival_ms if event.time is None else min(event.time, arrival_ms)
            deeds.append(take_own(self, event, at_ms, source, deeds))
        else:
            event, source = self._fit(event, source, deeds)
            at_ms = self.listening.settle_time(event, arrival_ms, source, deeds)
            if isinstance(event, ev.FloorObserved):
                deeds.append((yield from take_whole(self, event, at_ms, source, deeds)))
            else:
                deeds.append(take(self, event, at_ms, source, deeds))
        if self.alerting:
            self.alerting.await_second()
        return deeds

    def advance(self, now_ms: int) -> None:
        """Let time pass: due instants, minute and day turns, in order. Never goes back."""
        calendar = self.ground.calendar
        if not calendar.now_ms:
            self.since_ms = now_ms
            calendar.set(now_ms)
            count_anew(self)
        if now_ms <= calendar.now_ms:
            return
        if now_ms > self._settled_ms + SETTLE_MS:
            self.settle()
            self._settled_ms = now_ms
        while (next_ms := self._next_due_ms()) is not None and next_ms <= now_ms:
            self._pass_to(next_ms)
            if (calendar.next_due_ms() or next_ms + 1) <= next_ms:  # what was due before now falls due now
                fall_due(self, calendar.pop())
            if self.alerting:
                self.alerting.await_second()
        self._pass_to(now_ms)

    def next_due_ms(self) -> int | None:
        """When something changes by time alone, at the latest by then call `advance`."""
        self.settle()
        return self._next_due_ms()

    def watch(self, patterns: Iterable[str]) -> str:
        """Count a board's own set of queues from now on; gives its group id (`set:…`). What its queues and their
        people have counted already goes into it, nothing else is looked at."""
        group, new = self.tallies.watch(patterns)
        if new and self.now_ms:
            self.settle()
            self.people.restand(self.tallies.open_set(group))
            self.needs.open_set(group)
        return group

    def resume(self, now_ms: int) -> None:
        """Go on from a checkpoint whose rows were put back: count everything, wait for what was due."""
        self.ground.calendar.set(now_ms)
        count_anew(self)
        name_anew(self)
        self.posted.await_ends()
        for name in self.sources:
            self.listening.listen_for(name)
        for name, alert in self.alerts.open.items():
            if alert.snoozed_until_ms is not None:
                self.ground.calendar.wait(alert.snoozed_until_ms, "snooze", name)
        for who in self.duty.on:
            self.duty.await_end(who)
        rule_anew(self)
        if self.alerting:
            self.alerting.await_second()

    # Out

    @property
    def touched(self) -> bool:
        """Whether anything changed since `take_touched`."""
        return bool(
            self.ground.touched or self.contributions.unsettled or self.people.unsettled or self.tallies.unsettled
        )

    def take_touched(self) -> set[Entity]:
        """The entities that changed since the last call, e.g. `("queues", "support")`."""
        self.settle()
        touched, self.ground.touched = self.ground.touched, set()
        return touched

    def take_changed_chunks(self) -> set[str]:
        """Chunks of contacts that changed since the last call (core/snapshot.py)."""
        changed, self.contacts.changed_chunks = self.contacts.changed_chunks, set()
        return changed

    def _fit(self, event: ev.Event, source: str, deeds: list[Deed]) -> tuple[ev.Event, str]:
        """The event with the names that there is room for, and its source (core/naming.py)."""
        if source not in self.listening.rows:
            source = self.room_for(source)
        event, over = self.naming.fit(event, self.settings, source)
        if over:
            self.listening.row(source).overflow += len(over)
            deeds.append(Deed(Did.OVERFLOW, f"no room for {over[0]} and {len(over) - 1} more new names: under {OTHER}"))
        return event, source

    def _next_due_ms(self) -> int | None:
        moving = self.tallies.moving or self.people.moving
        turn_ms = (self.ground.minute + 1) * MINUTE_MS if moving else None
        due = [ms for ms in (turn_ms, self.ground.calendar.next_due_ms()) if ms is not None]
        return max(min(due), self.now_ms) if due else None

    def _pass_to(self, now_ms: int) -> None:
        calendar = self.ground.calendar
        calendar.now_ms = max(calendar.now_ms, now_ms)
        minute = minute_of(calendar.now_ms)
        if minute > calendar.minute:
            calendar.minute = minute
            self.tallies.turn(minute)
            self.people.turn(minute)
            self.needs.turn(minute)
