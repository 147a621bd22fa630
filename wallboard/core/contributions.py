"""What does each contact add to the numbers?

An event only steps its contact's story; what that changes in the numbers is worked out once before somebody looks
(`settle`): what the story had contributed is replaced by what it contributes now.
"""

from wallboard.core.contactrow import Contact, Key
from wallboard.core.facts import NOBODY, Fact, Live, facts, live
from wallboard.core.ground import Ground
from wallboard.core.people import LATE_MS, People
from wallboard.core.quarters import Quarters
from wallboard.core.repeats import Repeats
from wallboard.core.tallies import Tallies


class Contributions:
    """`unsettled`: contacts of which something was told since. `open`: source → those that wait, talk or are wrapped
    up."""

    def __init__(self, ground: Ground, tallies: Tallies, people: People) -> None:
        self._ground = ground
        self._tallies = tallies
        self._people = people
        self.unsettled: dict[Key, Contact] = {}
        self.open: dict[str, set[str]] = {}
        self.repeats = Repeats(tallies)
        self.quarters: Quarters | None = None  # a worker's, for the history

    def settle(self) -> None:
        """Count what the events since the last time changed."""
        unsettled, self.unsettled = self.unsettled, {}
        for contact in unsettled.values():
            self._count_at(contact, contact.heard_ms)

    def settle_one(self, contact: Contact) -> None:
        if self.unsettled.pop(contact.key, None):
            self._count_at(contact, contact.heard_ms)

    def recount(self, contact: Contact, at_ms: int) -> None:
        """Replace what the contact had contributed by what its story says at `at_ms`. One at rest stays counted."""
        if contact.is_put_away:
            return
        story, settings = contact.story, self._ground.settings
        fresh = facts(story, settings, at_ms)
        stale, contact.facts = contact.facts, fresh
        if fresh != stale:
            same = _common(stale, fresh)
            if same < len(stale):
                self._count(stale[same:], -1, at_ms)
            if same < len(fresh):
                self._count(fresh[same:], 1, at_ms)
        self.repeats.tell(contact.key, story)
        if self.quarters:
            self.quarters.tell(contact)
        self._relive(contact, live(contact.key[1], story, settings, at_ms), at_ms)
        self._mark_open(contact)

    def count_rested(self, contact: Contact) -> None:
        """One that is put away, where all is counted anew."""
        self.repeats.tell(contact.key, contact.story)
        if self.quarters:
            self.quarters.tell(contact)
        self._count(facts(contact.story, self._ground.settings, self._ground.now_ms), 1, self._ground.now_ms)

    def let_rest(self, contact: Contact) -> None:
        contact.rests = True
        self._ground.calendar.wait(self.rests_ms(contact), "put away", *contact.key)

    def rests_ms(self, contact: Contact) -> int:
        return max(contact.story.over_ms, contact.heard_ms) + LATE_MS + 1

    def _count_at(self, contact: Contact, at_ms: int | None) -> None:
        """As it was at that instant, and at each since then at which it changed by time alone."""
        while at_ms is not None and at_ms <= self._ground.now_ms:
            self.recount(contact, at_ms)
            at_ms = contact.live.due_ms

    def _count(self, facts: list[Fact], sign: int, at_ms: int) -> None:
        for fact in facts:
            if fact.kind == "queues":
                self._tallies.count(fact, sign)
            else:
                self._people.count(fact, sign, at_ms)
        if self.quarters:
            for fact in facts:
                self.quarters.count(fact, sign)

    def _relive(self, contact: Contact, fresh: Live, at_ms: int) -> None:
        stale, contact.live = contact.live, fresh
        if fresh.due_ms is not None and fresh.due_ms != stale.due_ms and fresh.due_ms > self._ground.now_ms:
            self._ground.calendar.wait(fresh.due_ms, "contact", *contact.key)
        self._tallies.change(stale, fresh)
        agents = stale.parts.keys() | fresh.parts.keys() if stale.parts else fresh.parts.keys()
        for agent in sorted(agents) if len(agents) > 1 else agents:
            if stale.parts.get(agent) != (now := fresh.parts.get(agent, NOBODY)):
                self._people.pass_items(agent, contact.key, now, at_ms)

    def _mark_open(self, contact: Contact) -> None:
        source, name = contact.key
        names = self.open.get(source)
        if names is None:
            names = self.open[source] = set()
        if contact.live.due_ms is not None or contact.story.is_under_way:
            names.add(name)
            return
        names.discard(name)
        if not contact.rests and not contact.is_put_away:
            self.let_rest(contact)


def _common(old: list[Fact], new: list[Fact]) -> int:
    """How many facts at the beginning are the same: a story mostly grows at its end."""
    if new[: len(old)] == old:
        return len(old)
    for index, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return index
    return min(len(old), len(new))
