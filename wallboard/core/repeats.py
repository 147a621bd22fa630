"""Who had to come back? Contacts whose customer had another one less than 24 hours before, by customer.

    customer k7f2   ──●── 09:10 ────●── 15:40 ─────────────────●── next day 16:30
                      first          repeated (6.5 h)           first again (24.8 h)

A contact counts when and where it began. One that is told late, moved or taken back changes at most itself and the
customer's next one. `customer` is an opaque key that collectors make; the number behind it is never here.
"""

from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from wallboard.core.contactrow import Key
from wallboard.core.facts import Fact
from wallboard.core.ledger import Adds
from wallboard.core.story import Story
from wallboard.core.tallies import Tallies

WITHIN_MS = 24 * 3_600_000
_FIRST: Adds = (("with_customer", 1),)
_AGAIN: Adds = (("with_customer", 1), ("repeated", 1))


class Begin(NamedTuple):
    """Where and when a contact began. `queue` None: an agent was called directly."""

    at_ms: int
    key: Key
    queue: str | None


class Repeats:
    """Every customer's begins of the last day, in order."""

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = tallies
        self.begins: dict[str, list[Begin]] = {}
        self._of: dict[Key, tuple[str, Begin]] = {}
        self._first_ms = 0  # begins before it are forgotten

    def tell(self, key: Key, story: Story) -> None:
        """What the contact's story now says of its begin, in place of what it said before."""
        if story.customer is None and key not in self._of:
            return
        fresh = _begin(key, story)
        if fresh == (stale := self._of.get(key)):
            return
        if stale is None and fresh and fresh[1].at_ms < self._first_ms:
            return  # who waits for days was counted where they began, and is not once more
        if stale:
            self._put(*stale, -1)
            del self._of[key]
        if fresh:
            self._put(*fresh, 1)
            self._of[key] = fresh

    def forget(self, before_ms: int) -> None:
        """Begins longer ago than a day before `before_ms` have no one left to be compared with."""
        self._first_ms = before_ms - WITHIN_MS
        for customer, begins in list(self.begins.items()):
            kept = [begin for begin in begins if begin.at_ms >= self._first_ms]
            for begin in begins[: len(begins) - len(kept)]:
                self._of.pop(begin.key, None)
            if kept:
                self.begins[customer] = kept
            else:
                del self.begins[customer]

    def forget_of(self, gone: Callable[[Begin], bool]) -> None:
        """Without counting: all is counted anew after it."""
        for customer, begins in list(self.begins.items()):
            self.begins[customer] = [begin for begin in begins if not gone(begin)]
            if not self.begins[customer]:
                del self.begins[customer]
        self._of = {key: found for key, found in self._of.items() if not gone(found[1])}

    def count_anew(self, known: Container[Key]) -> None:
        """Before contacts are counted anew: what is left of those that are not `known` any more."""
        kept = {customer: [one for one in begins if one.key not in known] for customer, begins in self.begins.items()}
        self.begins = {customer: begins for customer, begins in kept.items() if begins}
        self._of = {begin.key: (customer, begin) for customer, begins in self.begins.items() for begin in begins}
        for begins in self.begins.values():
            for index in range(len(begins)):
                self._count(begins, index, 1)

    def forgotten(self, known: Container[Key]) -> list[tuple[str, Begin]]:
        """For a checkpoint: begins of contacts that are not `known` any more."""
        found = ((customer, begin) for customer, begins in self.begins.items() for begin in begins)
        return [(customer, begin) for customer, begin in found if begin.key not in known]

    def resume(self, forgotten: Iterable[tuple[str, Begin]]) -> None:
        for customer, begin in forgotten:
            self.begins.setdefault(customer, []).append(begin)

    def facts(self, of: Iterable[Key] | None = None) -> Iterator[Fact]:
        """All that counts; or, of the customers of these contacts."""
        whose = self.begins if of is None else {self._of[key][0] for key in of if key in self._of}
        for begin, again in self._counted(whose):
            yield Fact("queues", begin.queue or "", begin.at_ms, _AGAIN if again else _FIRST)

    def counted(self) -> Iterator[tuple[Begin, bool]]:
        """Every begin that counts in a queue, and whether its customer had to come back."""
        return self._counted(self.begins)

    def _counted(self, customers: Iterable[str]) -> Iterator[tuple[Begin, bool]]:
        for customer in customers:
            begins = self.begins[customer]
            for index, begin in enumerate(begins):
                if begin.queue is not None:
                    yield begin, self._is_repeated(begins, index)

    def _put(self, customer: str, begin: Begin, by: int) -> None:
        begins = self.begins.setdefault(customer, [])
        index = bisect_left(begins, begin)
        if by > 0:
            self._count(begins, index, -1)  # the next one, which may have this one before it now
            begins.insert(index, begin)
            self._count(begins, index, 1)
            self._count(begins, index + 1, 1)
            return
        self._count(begins, index, -1)
        self._count(begins, index + 1, -1)
        del begins[index]
        self._count(begins, index, 1)
        if not begins:
            del self.begins[customer]

    def _count(self, begins: list[Begin], index: int, by: int) -> None:
        """What the begin at `index` adds; nothing where there is none."""
        if index >= len(begins) or (queue := begins[index].queue) is None:
            return
        adds = _AGAIN if self._is_repeated(begins, index) else _FIRST
        self._tallies.count_own(Fact("queues", queue, begins[index].at_ms, adds), by)

    @staticmethod
    def _is_repeated(begins: list[Begin], index: int) -> bool:
        return index > 0 and begins[index].at_ms - begins[index - 1].at_ms <= WITHIN_MS


def _begin(key: Key, story: Story) -> tuple[str, Begin] | None:
    if story.customer is None or not (story.visits or story.legs):
        return None
    first_visit = min(story.visits, key=lambda visit: visit.begun_ms, default=None)
    first_leg = min(story.legs, key=lambda leg: leg.begun_ms, default=None)
    if first_visit and (first_leg is None or first_visit.begun_ms <= first_leg.begun_ms):
        return story.customer, Begin(first_visit.begun_ms, key, first_visit.queue)
    assert first_leg
    return story.customer, Begin(first_leg.begun_ms, key, first_leg.queue)
