"""What of a floor goes into the history? Counts of contacts and time of agents, each interval whole when it changed."""

from collections.abc import Iterable, Iterator, Mapping

from wallboard.core.afterwards import Booking, Known, booking, is_orphan
from wallboard.core.attendance import TIME, Attendance
from wallboard.core.contactrow import Key
from wallboard.core.quarters import REACH_MS, Amounts, Interval, Quarters
from wallboard.core.state import Floor
from wallboard.core.story import Story


class Past:
    """Of one floor. What was told long before `written_ms` is in the record already."""

    def __init__(self, floor: Floor, written_ms: int, *, anew: bool = False) -> None:
        """`anew`: another floor than the one that wrote until then."""
        self.floor = floor
        self._quarters = quarters_of(floor, written_ms, anew=anew)
        self._attendance = Attendance(floor.ground, floor.tallies, floor.people, written_ms)

    def look(self, *, at_once: bool = False) -> Iterator[None]:
        """Before `take_changed`: go on with it until it ends. `at_once`: also agents who were looked at lately."""
        self.floor.settle()
        yield from self._attendance.look(at_once=at_once)

    def take_changed(self, most: int) -> dict[Interval, Amounts]:
        """Up to `most` intervals to write, each whole; they count as written."""
        self.floor.settle()
        found = self._quarters.take_changed(most)
        return found | self._attendance.take_changed(most - len(found))

    def take_rested(self, most: int) -> dict[Key, Story]:
        """Up to `most` contacts that came to rest."""
        rested, contacts = self._quarters.rested, self.floor.contacts.contacts
        taken = [rested.pop() for _ in range(min(most, len(rested)))]
        return {key: contact.base for key in taken if (contact := contacts.get(key)) and contact.base}

    def ended(self) -> dict[Key, Story]:
        """All contacts that are not open, at rest or not: for whoever looks a last time."""
        self.floor.settle()
        contacts = self.floor.contacts
        of = {(source, name) for source, names in contacts.open.items() for name in names}
        return {key: contact.story for key, contact in contacts.contacts.items() if key not in of}

    def orphans(self, rested: Mapping[Key, Story]) -> list[Key]:
        """Those of them whose day is over: what is kept of them is needed for `book`."""
        return [key for key, story in rested.items() if is_orphan(key, story)]

    def book(self, rested: Mapping[Key, Story], known: Mapping[Key, Known]) -> Booking:
        return booking(rested, known, self.floor.tallies.groups_of)

    def put_back(self, intervals: Iterable[Interval], rested: Iterable[Key] = ()) -> None:
        """They were not written after all."""
        intervals = set(intervals)
        self._quarters.rested |= set(rested)
        self._attendance.changed |= {one for one in intervals if one.basis == TIME}
        self._quarters.put_back({one for one in intervals if one.basis != TIME})


def quarters_of(floor: Floor, written_ms: int, *, anew: bool = False) -> Quarters:
    """Of all that the floor knows; from here on it tells them what changes."""
    floor.settle()
    contacts, repeats, cases = floor.contacts.contacts, floor.contributions.repeats, floor.cases
    quarters = Quarters(floor.ground, floor.tallies)
    quarters.keep(contacts, written_ms, floor.since_ms if anew else 0)
    late = [key for key, one in contacts.items() if one.heard_ms >= written_ms - REACH_MS]
    quarters.keep_own([*repeats.facts(), *cases.facts()], [*repeats.facts(late), *cases.facts()])
    floor.contributions.quarters = quarters
    floor.tallies.record = quarters.count_own
    return quarters
