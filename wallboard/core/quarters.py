"""What happened in each quarter of an hour? Counts for the history, of queues, groups and agents, twice over.

    event   when it happened: offered at 09:14, answered at 09:16        → 09:00 and 09:15
    offer   all of a visit where it began: offered, answered, its talk   → 09:00; `open` while it has not ended

An interval is counted from the contacts that the floor still knows and is always told whole, so that writing it again
changes nothing. Only a worker keeps these; a floor has none unless `keep` was called.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import msgpack
from msgspec.structs import replace

from wallboard.core.contactrow import Contact, Key, stories_before
from wallboard.core.facts import Fact, facts
from wallboard.core.formulas import ENDED_WAITS
from wallboard.core.ground import Ground
from wallboard.core.ledger import Adds, Counts, Metric, add_to
from wallboard.core.settings import Settings
from wallboard.core.story import Story
from wallboard.core.tallies import Tallies
from wallboard.core.timesheet import QUARTER_MS

REACH_MS = 2 * 3_600_000  # what was told within it before the last writing is written again
REVISED_MS = 3_600_000  # so long before a day's turn what is told late still revises what was written
PACKED_MS = 3_600_000  # older intervals change seldom: they are kept as bytes


__all__ = ["QUARTER_MS", "REACH_MS", "Amounts", "Interval", "Quarters", "counts_of"]


class Interval(NamedTuple):
    """`basis`: event or offer, or time (core/attendance.py); [started, started + 15 min) in ms UTC."""

    kind: str
    id: str
    started_ms: int
    basis: str


Amounts = dict[str, int]  # metric → amount; of a spread `answered_wait<tab>12` → how often 12 s
_SPREAD = "\t"  # which no name can hold
_WAITS = tuple(spread + _SPREAD for spread in ENDED_WAITS)


class Quarters:
    """All intervals of the contacts that are known. `changed`: those to be written; `rested`: contacts as well."""

    def __init__(self, ground: Ground, tallies: Tallies) -> None:
        self._ground = ground
        self._tallies = tallies
        self._amounts: dict[Interval, Amounts | bytes] = {}
        self._offers: dict[Key, list[Fact]] = {}
        self._first_ms = 0  # what is before it was written when more contacts were known
        self.changed: set[Interval] = set()
        self.rested: set[Key] = set()

    def keep(self, contacts: Mapping[Key, Contact], written_ms: int, begun_ms: int = 0) -> None:
        """Count all contacts that are known. What was told long before `written_ms` is in the record already.

        `begun_ms`: of a state that began anew then; of what was written before it the record knows more.
        """
        self.forget(contacts)
        written_to_ms = (written_ms // QUARTER_MS + 1) * QUARTER_MS
        self._first_ms = max(self._first_ms, min(-(-begun_ms // QUARTER_MS) * QUARTER_MS, written_to_ms))
        for contact in contacts.values():
            for fact in self._facts(contact):
                self.count(fact, 1)
            self.tell(contact)
        late = [contact for contact in contacts.values() if contact.heard_ms >= written_ms - REACH_MS]
        self.rested = {contact.key for contact in late if contact.is_put_away}
        self.changed = {interval for contact in late for interval in self._of(contact)}
        told = [contact for contact in late if 0 < written_ms <= contact.heard_ms]
        self.changed.update(interval for contact in told for interval in self._before(contact))

    def count(self, fact: Fact, sign: int, basis: str = "event") -> None:
        """A fact of a contact, added or taken back."""
        for interval in self._intervals(fact, basis):
            amounts = self._opened(interval)
            for metric, amount in fact.adds:
                add_to(amounts, _flat(metric), sign * amount)
            self.changed.add(interval)

    def keep_own(self, facts: Iterable[Fact], late: Iterable[Fact]) -> None:
        """After `keep`: count what is no contact's own. `late`: what may have changed after the last writing."""
        changed = set(self.changed)
        for fact in facts:
            self.count_own(fact, 1)
        self.changed = changed.union(
            interval for fact in late for basis in ("event", "offer") for interval in self._intervals(fact, basis)
        )

    def count_own(self, fact: Fact, sign: int) -> None:
        """A fact of repeats or cases: where it happened, by both bases."""
        self.count(fact, sign)
        self.count(fact, sign, "offer")

    def tell(self, contact: Contact) -> None:
        """What the contact's visits now add where they were offered, in place of what they added before."""
        before = self._offers.get(contact.key, [])
        fresh = list(_by_offer(contact.story, self._ground.settings, self._ground.now_ms))
        if fresh == before:
            return
        for fact in before:
            self.count(fact, -1, "offer")
        for fact in fresh:
            self.count(fact, 1, "offer")
        self._offers[contact.key] = fresh

    def clear(self) -> None:
        """Before counting anew: intervals that nobody adds to any more are written empty. Of days that are over
        nothing is counted again: they stay as they were written."""
        self.changed = {one for one in self.changed | self._amounts.keys() if one.started_ms >= self._first_ms}
        self._amounts, self._offers = {}, {}

    def forget(self, known: Container[Key]) -> None:
        """Of days that are over: they stay as they were written, but for the last hour. The floor knows all contacts
        that add something to what runs (core/falldue.py)."""
        days = [day.started_ms for day in self._ground.calendar.days.values()]
        self._first_ms = max(self._first_ms, min([max(days) - REVISED_MS, *days]) // QUARTER_MS * QUARTER_MS)
        self._amounts = {one: amounts for one, amounts in self._amounts.items() if self._goes_on(one)}
        self.changed = {one for one in self.changed if one in self._amounts or one.started_ms >= self._first_ms}
        self._offers = {key: offers for key, offers in self._offers.items() if key in known}
        self.rested = {key for key in self.rested if key in known}  # else they pile up where nobody takes them

    def take_changed(self, most: int) -> dict[Interval, Amounts]:
        """Up to `most` intervals to write, each whole; they count as written."""
        taken = [self.changed.pop() for _ in range(min(most, len(self.changed)))]
        found = {interval: dict(self._opened(interval)) for interval in taken}
        rests_ms = self._ground.now_ms - PACKED_MS
        for interval in taken:
            amounts = self._amounts[interval]
            if not amounts:
                del self._amounts[interval]
            elif interval.started_ms < rests_ms and isinstance(amounts, dict):
                self._amounts[interval] = msgpack.encode(amounts)
        return found

    def put_back(self, intervals: Iterable[Interval]) -> None:
        """They were not written after all."""
        self.changed |= set(intervals)

    def _facts(self, contact: Contact) -> list[Fact]:
        return contact.facts or facts(contact.story, self._ground.settings, self._ground.now_ms)

    def _of(self, contact: Contact) -> Iterator[Interval]:
        return self._where(self._facts(contact), self._offers.get(contact.key, ()))

    def _before(self, contact: Contact) -> Iterator[Interval]:
        """Where it counted before what was told of it last: that may have been written, and be empty now."""
        settings, now_ms = self._ground.settings, self._ground.now_ms
        for story in stories_before(contact, settings):
            yield from self._where(facts(story, settings, now_ms), _by_offer(story, settings, now_ms))

    def _where(self, events: Iterable[Fact], offers: Iterable[Fact]) -> Iterator[Interval]:
        for basis, told in (("event", events), ("offer", offers)):
            for fact in told:
                yield from self._intervals(fact, basis)

    def _intervals(self, fact: Fact, basis: str) -> list[Interval]:
        """Those of them that are still counted here."""
        started_ms = fact.at_ms // QUARTER_MS * QUARTER_MS
        found = [Interval(fact.kind, fact.id, started_ms, basis)]
        if fact.kind == "queues":
            found += [Interval("groups", group, started_ms, basis) for group in self._tallies.groups_of(fact.id)]
        return [one for one in found if started_ms >= self._first_ms or one in self._amounts]

    def _goes_on(self, interval: Interval) -> bool:
        """Whoever waits over the day's turn is told where they were offered, and what is counted there stays known."""
        return interval.started_ms >= self._first_ms or (interval.basis == "offer" and "open" in self._opened(interval))

    def _opened(self, interval: Interval) -> Amounts:
        amounts = self._amounts.get(interval)
        if isinstance(amounts, bytes):
            amounts = msgpack.decode(amounts, type=Amounts)
        if amounts is None:
            amounts = {}
        self._amounts[interval] = amounts
        return amounts


def _by_offer(story: Story, settings: Settings, now_ms: int) -> Iterator[Fact]:
    """The facts of its queues, each at the begin of the visit that it belongs to."""
    begun: dict[tuple[str | None, str | None, int | None], int] = {
        (visit.queue, visit.agent, visit.ended_ms): visit.begun_ms for visit in story.visits
    }
    for visit in story.visits:
        if visit.ended_ms is None:
            yield Fact("queues", visit.queue, visit.begun_ms, _OPEN)
    ended = {(visit.queue, visit.ended_ms): visit.begun_ms for visit in story.visits if visit.ended_ms is not None}
    closed = {(leg.queue, leg.closed_ms): begun.get((leg.queue, leg.agent, leg.begun_ms), leg.begun_ms)
              for leg in story.legs if leg.closed_ms is not None}  # fmt: skip
    for fact in facts(story, settings, now_ms):
        if fact.kind != "queues":
            continue
        metric, _ = fact.adds[0]  # all of them are of one kind
        moved = closed if metric in OF_LEG else {} if metric in OF_BEGIN else ended
        yield replace(fact, at_ms=moved.get((fact.id, fact.at_ms), fact.at_ms))


_OPEN: Adds = (("open", 1),)
OF_BEGIN = frozenset({"offered", "offered_counting", "out_of_hours"})
OF_LEG = frozenset({"handled", "talk_ms", "hold_ms", "wrapup_ms", "transferred"})


def counts_of(amounts: Amounts) -> Counts:
    """As a window has them, for `formulas.derived`."""
    found = Counts()
    for name, amount in amounts.items():
        metric, spread, second = name.partition(_SPREAD)
        found.add({(metric, int(second)) if spread else metric: amount})
    return found


def longest_wait_s(amounts: Amounts) -> int:
    """`max_wait_s` without all else that `counts_of` works out; 0 where nobody waited."""
    return max((int(name.partition(_SPREAD)[2]) for name in amounts if name.startswith(_WAITS)), default=0)


def _flat(metric: Metric) -> str:
    return metric if isinstance(metric, str) else f"{metric[0]}{_SPREAD}{metric[1]}"
