"""Which cases are open, and how long did those take that were resolved? A case spans contacts, days and systems.

Like a contact, a case keeps what was told of it in order of time, so that a late word is put in its place; what it
had added to the numbers of its queue is replaced by what it adds now. One that was opened again is open.
"""

from bisect import insort
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.deeds import Deed, Did
from wallboard.core.facts import NOT_LIVE, Fact, Live, Wait
from wallboard.core.ground import Ground
from wallboard.core.tallies import Tallies

MOST_TOLD = 100  # of one case; what came first is dropped above it


class Word(NamedTuple):
    """What one event says of a case. `opened_ms`: when it was opened, as far as the event knows."""

    at_ms: int
    order: int
    resolved: bool
    queue: str | None
    opened_ms: int | None


class Case(Struct):
    """`told` in order of time."""

    told: list[Word] = []

    def read(self) -> tuple[str | None, int | None, list[tuple[int, int]]]:
        """Its queue, since when it is open (None: it is not), and each (resolved, opened) in ms."""
        queue: str | None = None
        opened_ms: int | None = None
        resolved: list[tuple[int, int]] = []
        is_over = False  # counted, and not opened again: told once more it is the same resolution
        for word in self.told:
            queue = word.queue or queue
            if not word.resolved:
                is_over = False
                known = [at for at in (opened_ms, word.opened_ms or word.at_ms) if at is not None]
                opened_ms = min(known)
                continue
            begun_ms = opened_ms if word.opened_ms is None else word.opened_ms
            if begun_ms is not None and not is_over:
                resolved.append((word.at_ms, min(begun_ms, word.at_ms)))
                is_over = True
            opened_ms = None
        return queue, opened_ms, resolved


Name = tuple[str, str]  # (source, case)


class Cases:
    """All open cases, and those resolved in the running days."""

    def __init__(self, ground: Ground, tallies: Tallies) -> None:
        self._ground = ground
        self._tallies = tallies
        self.cases: dict[Name, Case] = {}
        self._counted: dict[Name, tuple[list[Fact], Live]] = {}

    def take(
        self, event: ev.CaseOpened | ev.CaseResolved, at_ms: int, order: int, source: str, home: str | None
    ) -> Deed:
        """`home`: the queue of the contact that the event names, for one that names no queue itself."""
        name = (source, event.case)
        case = self.cases.setdefault(name, Case())
        opened_ms = None if event.opened_at is None else min(event.opened_at, at_ms)  # not after it was told
        insort(case.told, Word(at_ms, order, isinstance(event, ev.CaseResolved), event.queue or home, opened_ms))
        del case.told[:-MOST_TOLD]
        self._recount(name, case)
        known, since_ms, _ = case.read()
        words = f"case {event.case} is {'resolved' if since_ms is None else 'open'}"
        return Deed(Did.NOTED, f"{words} in {known}" if known else f"{words}, but no queue is known of it")

    def count_anew(self) -> None:
        self._counted = {}
        for name, case in self.cases.items():
            self._recount(name, case)

    def forget(self, before_ms: int) -> None:
        """Those resolved before every running day and window are in no number any more."""
        for name, case in list(self.cases.items()):
            if case.told[-1].resolved and case.told[-1].at_ms < before_ms:
                del self.cases[name]
                self._counted.pop(name, None)

    def forget_queue(self, queue: str) -> None:
        for name, case in list(self.cases.items()):
            told, _, _ = case.read()
            if told and self._ground.settings.queue_of(name[0], told) == queue:
                del self.cases[name]

    def forget_source(self, source: str) -> None:
        for name in [name for name in self.cases if name[0] == source]:
            del self.cases[name]

    def resolved(self) -> Iterator[tuple[str, str, int, int]]:
        """(case, queue, resolved, opened) of each resolution that counts, in ms."""
        for (source, name), case in self.cases.items():
            queue, _, resolved = case.read()
            for at_ms, begun_ms in resolved if queue else ():
                yield name, self._ground.settings.queue_of(source, queue or ""), at_ms, begun_ms

    def facts(self) -> Iterator[Fact]:
        """All that counts."""
        return (fact for facts, _ in self._counted.values() for fact in facts)

    def _recount(self, name: Name, case: Case) -> None:
        stale, stale_live = self._counted.get(name, ([], NOT_LIVE))
        told_queue, opened_ms, resolved = case.read()
        fresh: list[Fact] = []
        live = NOT_LIVE
        if told_queue:
            queue = self._ground.settings.queue_of(name[0], told_queue)
            for at_ms, begun_ms in resolved:
                fresh.append(Fact("queues", queue, at_ms, (("resolved", 1), ("resolution_ms", at_ms - begun_ms))))
            if opened_ms is not None:
                live = replace(NOT_LIVE, counts=((queue, "open_cases"),), waits=(Wait(queue, "case", opened_ms),))
        for fact in stale:
            self._tallies.count_own(fact, -1)
        for fact in fresh:
            self._tallies.count_own(fact, 1)
        self._tallies.change(stale_live, live)
        self._counted[name] = fresh, live
