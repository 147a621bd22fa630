"""Which contacts are there, and what does an event make of theirs?

A contact keeps its events for 15 minutes after it ended, so that a late one can be put in its place and the story told
again. What that changes in the numbers is worked out before somebody looks (core/contributions.py).
"""

from bisect import insort
from collections import Counter
from collections.abc import Iterator

from wallboard.core import events as ev
from wallboard.core.contactrow import Contact, Key, Listing, is_alone
from wallboard.core.contributions import Contributions
from wallboard.core.deeds import Deed, Did
from wallboard.core.facts import NOT_LIVE, facts
from wallboard.core.ground import Ground
from wallboard.core.latest import Latest
from wallboard.core.people import LATE_MS, People
from wallboard.core.story import Story
from wallboard.core.tallies import Tallies
from wallboard.core.telling import step
from wallboard.core.visits import SightedGone, SignedOff

CHUNK_MS = 15 * 60_000  # contacts that began together are checkpointed together


class Contacts:
    """All contacts of the running days. `open`: source → those that wait, talk or are wrapped up."""

    def __init__(self, ground: Ground, tallies: Tallies, people: People, contributions: Contributions) -> None:
        self._ground = ground
        self._tallies = tallies
        self._people = people
        self._contributions = contributions
        self.contacts: dict[Key, Contact] = {}
        self.open = contributions.open
        self.changed_chunks: set[str] = set()
        self.listings: dict[str, Listing] = {}
        self.restarts: dict[str, list[int]] = {}  # source → when its platform started anew lately, in order
        self.latest = Latest()

    def take(self, event: ev.Event, at_ms: int, order: int, source: str, deeds: list[Deed], name: str) -> Deed:
        """An event of the contact `name` of `source`."""
        named = getattr(event, "queue", None)
        if named is not None:
            queue = self._ground.settings.queue_of(source, named)
            self._tallies.note(queue, source, at_ms, deeds)
            if isinstance(event, ev.Queued) and event.channel:
                self._tallies.note_channel(queue, event.channel, at_ms)
        key = (source, name)
        contact = self.contacts.get(key)
        if contact is None:
            contact = Contact(key, Story(source, self._ground.settings), f"c{at_ms // CHUNK_MS}")
            self.contacts[key] = contact
        deed = self._insert(contact, event, at_ms, order)
        if self.restarts:
            for restart_ms in self.restarts.get(source, ()):
                if at_ms < restart_ms:  # told after the restart that ended it
                    self._lose(contact, restart_ms, order)
        for agent in self._untold_by(contact):
            for off_ms in self._people.offline_after(agent, at_ms):  # told after it
                self._sign_off(contact, agent, off_ms, order)
        if self.listings:
            for gone in self.not_listed(contact):
                self._insert(contact, gone, gone.time or 0, order)
        return deed

    def fall_due(self, key: Key, at_ms: int) -> None:
        """Something of this contact changes by time alone."""
        if contact := self.contacts.get(key):
            self._contributions.settle_one(contact)
            if contact.live.due_ms is not None and contact.live.due_ms <= at_ms:  # else it has moved since
                self._contributions.recount(contact, at_ms)

    def not_listed(self, contact: Contact) -> list[SightedGone]:
        """The ends of what began before its source's last whole truth, was not touched since and is not in it."""
        source, name = contact.key
        listing = self.listings.get(source)
        if listing is None or contact.is_put_away or contact.story.last_ms > listing.at_ms:
            return []
        return [
            SightedGone(contact=name, queue=visit.queue, reason="lost", source=source, time=listing.at_ms)
            for visit in contact.story.visits
            if visit.ended_ms is None and visit.begun_ms < listing.at_ms and (visit.queue, name) not in listing.waiting
        ]

    def restart(self, source: str, at_ms: int, order: int) -> int:
        """The platform started anew: what was open there then ends as lost. Gives how many contacts."""
        recent = [past_ms for past_ms in self.restarts.get(source, ()) if past_ms > self._ground.now_ms - LATE_MS]
        self.restarts[source] = sorted([*recent, at_ms])
        ended = 0
        for name in sorted(name for of, name in self.contacts if of == source):
            contact = self.contacts[source, name]
            story = contact.story
            opens = story.is_under_way or any(leg.awaits_end(at_ms) for leg in story.legs)
            runs = not contact.is_put_away and (opens or story.last_ms > at_ms)
            if story.unanswered_ms is not None or runs:
                ended += self._lose(contact, at_ms, order).code is Did.ENDED_VISIT
        return ended

    def sign_off(self, agent: str, at_ms: int, order: int) -> None:
        """Whoever goes offline wraps nothing up any more, though nobody told its end."""
        self._contributions.settle()
        row = self._people.agents.get(agent)
        for key in sorted(row.spans) if row else ():
            if (contact := self.contacts.get(key)) and agent in self._untold_by(contact):
                self._sign_off(contact, agent, at_ms, order)

    def put_away(self, key: Key) -> None:
        """15 minutes after its last event, told and arrived, a finished contact keeps its story only."""
        contact = self.contacts.get(key)
        if contact is None:
            return
        contact.rests = False
        self._contributions.settle_one(contact)
        if contact.is_put_away or key[1] in self.open.get(key[0], ()):
            return
        if self._ground.now_ms < self._contributions.rests_ms(contact):
            self._contributions.let_rest(contact)
            return
        self._people.put_away(key, contact.live.parts)
        self.changed_chunks.add(contact.chunk)
        contact.put_away()
        self.latest.keep(key, contact.story)
        if self._contributions.quarters:
            self._contributions.quarters.rested.add(key)

    def forget_before(self, oldest_ms: int) -> None:
        """Contacts over before every running day, and longer ago than any window reaches, are in no number."""
        for key, contact in list(self.contacts.items()):
            if contact.base and contact.is_put_away and contact.base.over_ms < oldest_ms:
                self.changed_chunks.add(contact.chunk)
                del self.contacts[key]
        self.latest.forget(self.contacts)
        self._contributions.repeats.forget(oldest_ms)
        if self._contributions.quarters:
            self._contributions.quarters.forget(self.contacts)

    def forget_queue(self, queue: str) -> None:
        """Contacts that were in this queue and in no other."""
        for key, contact in list(self.contacts.items()):
            if contact.story.queues == {queue}:
                self._drop(contact)
                self.open.get(key[0], set()).discard(key[1])
        self._contributions.repeats.forget_of(lambda begin: begin.queue == queue and begin.key not in self.contacts)

    def forget_source(self, source: str) -> None:
        for key, contact in list(self.contacts.items()):
            if key[0] == source:
                self._drop(contact)
        self._contributions.repeats.forget_of(lambda begin: begin.key[0] == source)
        self.open.pop(source, None)
        self.restarts.pop(source, None)
        self.listings.pop(source, None)

    def count_anew(self, *, tell: bool) -> None:
        """All of the day. `tell`: after a change of settings the events may tell another story."""
        self._contributions.unsettled = {}
        if self._contributions.quarters:
            self._contributions.quarters.clear()
        self._contributions.repeats.count_anew(self.contacts)
        self.latest.clear()
        for contact in self.contacts.values():
            contact.facts, contact.live = [], NOT_LIVE
            if not contact.is_put_away:
                if tell:
                    self._retell(contact)
                self._contributions.recount(contact, self._ground.now_ms)
                continue
            self.latest.keep(contact.key, contact.story)
            self._contributions.count_rested(contact)

    def of_source(self, source: str) -> Iterator[Contact]:
        """The open ones of a source, in the order of their ids."""
        self._contributions.settle()
        for name in sorted(self.open.get(source, ())):
            yield self.contacts[source, name]

    def lost(self) -> Counter[str]:
        """How many visits of the running days each source left open, so that they had to be closed as lost."""
        calendar, settings = self._ground.calendar, self._ground.settings
        return Counter(
            source
            for (source, _), contact in self.contacts.items()
            for visit in contact.story.visits
            if visit.outcome == "lost"
            and (visit.ended_ms or 0) >= calendar.days[settings.site_of(visit.queue)].started_ms
        )

    def chunks(self) -> set[str]:
        return {contact.chunk for contact in self.contacts.values()}

    def _drop(self, contact: Contact) -> None:
        self.changed_chunks.add(contact.chunk)
        del self.contacts[contact.key]
        self._contributions.unsettled.pop(contact.key, None)

    # Telling

    def _lose(self, contact: Contact, at_ms: int, order: int) -> Deed:
        source, name = contact.key
        if is_alone(contact.key):
            return Deed(Did.NOTHING, "a mark of no contact: nothing of it is open")
        event = ev.ContactCorrected(contact=name, who=source, source=source, time=at_ms)
        return self._insert(contact, event, at_ms, order)

    def _untold_by(self, contact: Contact) -> set[str]:
        """Those of its agents whose ends of wrap-up are to be told."""
        queue_of = self._ground.settings.for_queue
        return {leg.agent for leg in contact.story.legs if leg.queue and queue_of(leg.queue).wrapup_told}

    def _sign_off(self, contact: Contact, agent: str, at_ms: int, order: int) -> None:
        source, name = contact.key
        known = (one for ms, _, one in contact.events if ms == at_ms and isinstance(one, SignedOff))
        if all(one.agent != agent for one in known):
            self._insert(contact, SignedOff(contact=name, agent=agent, source=source, time=at_ms), at_ms, order)

    def _insert(self, contact: Contact, event: ev.Event, at_ms: int, order: int) -> Deed:
        """Put the event in its place; a late one has the story told again."""
        self.changed_chunks.add(contact.chunk)
        self._contributions.unsettled[contact.key] = contact
        contact.heard_ms = self._ground.calendar.now_ms
        told, events = (at_ms, order, event), contact.events
        if not events and contact.base:  # it comes back: what it had contributed is known again
            contact.story = contact.base.copied(self._ground.settings)
            contact.facts = facts(contact.story, self._ground.settings, self._ground.now_ms)
        if not events or events[-1][0] < at_ms or events[-1][:2] <= told[:2]:
            events.append(told)
            return step(contact.story, event, at_ms)
        insort(events, told, key=lambda one: one[:2])
        deed = self._retell(contact, order)
        if deed.code in (Did.NOTHING, Did.ENDED_VISIT) and (later := contact.story.begun_after(at_ms)):
            return Deed(deed.code, f"{deed.text} at its time, {later}")
        return deed

    def _retell(self, contact: Contact, order: int = -1) -> Deed:
        settings = self._ground.settings
        contact.story = contact.base.copied(settings) if contact.base else Story(contact.key[0], settings)
        deed = Deed(Did.NOTHING, "nothing")
        for at_ms, nth, event in contact.events:
            did = step(contact.story, event, at_ms)
            deed = did if nth == order else deed
        return deed
