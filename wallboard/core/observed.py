"""What follows from a source's whole truth (`floor.observed`)? Ordinary events that put the floor right.

Listed callers that nobody knows begin to wait; open visits begun before, not touched since and not listed
end as lost; agents not listed go offline. An absent half is left alone. A listing may come in parts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from wallboard.core import events as ev
from wallboard.core.contactrow import Contact, Listing
from wallboard.core.contacts import Contacts
from wallboard.core.people import People
from wallboard.core.settings import Settings
from wallboard.core.visits import SightedWaiting


class Parts(msgspec.Struct):
    """The parts of a listing that are here already, in whatever order; a new time starts over."""

    at_ms: int = 0
    parts: dict[int, ev.FloorObserved] = {}

    def add(self, event: ev.FloorObserved, at_ms: int) -> ev.FloorObserved | None:
        """The whole listing when its last part came; None before."""
        if not event.parts or event.parts == 1:
            self.at_ms, self.parts = at_ms, {}
            return event
        if at_ms != self.at_ms:
            self.at_ms, self.parts = at_ms, {}
        self.parts[event.part or 1] = event
        if len(self.parts) < event.parts:
            return None
        whole = _joined(list(self.parts.values()))
        self.parts = {}
        return whole


def synthetic(
    contacts: Contacts, people: People, settings: Settings, seen: ev.FloorObserved, at_ms: int, source: str
) -> Iterator[ev.Event]:
    """The events that follow, in order; each is to be taken in before the next is asked for."""
    if seen.queues is not None:
        yield from _gone(contacts, settings, seen.queues, at_ms, source)
        yield from _waiting(contacts, seen.queues, at_ms, source)
    if seen.agents is not None:
        yield from _offline(people, settings, seen.agents, at_ms, source)
        held = _held(contacts, at_ms, source)  # what follows here only ends legs
        for agent, one in seen.agents.items():
            yield from _agent(agent, one, at_ms, source)
            if one.activity == "idle" and (name := settings.agent_of(source, agent)) in held:
                yield from _legs_over(held[name], name, at_ms, source)


Listed = dict[str, list[ev.ListedContact]]


def _gone(contacts: Contacts, settings: Settings, queues: Listed, at_ms: int, source: str) -> Iterator[ev.Event]:
    waiting = frozenset(
        (settings.queue_of(source, queue), one.contact) for queue, rows in queues.items() for one in rows
    )
    if at_ms >= contacts.listings.get(source, Listing(0, frozenset())).at_ms:
        contacts.listings[source] = Listing(at_ms, waiting)
        for contact in contacts.of_source(source):
            yield from contacts.not_listed(contact)


def _waiting(contacts: Contacts, queues: Listed, at_ms: int, source: str) -> Iterator[ev.Event]:
    untouched = [
        (queue, one)
        for queue, rows in queues.items()
        for one in rows
        if (known := contacts.contacts.get((source, one.contact))) is None or not _touched_since(known, at_ms)
    ]
    for queue, one in untouched:  # all are looked up first: of a listing that was overtaken each one ends at the newer
        yield SightedWaiting(
            contact=one.contact, queue=queue, since=one.since, priority=one.priority, source=source, time=at_ms
        )


def _offline(
    people: People, settings: Settings, agents: dict[str, ev.ListedAgent], at_ms: int, source: str
) -> Iterator[ev.Event]:
    listed = {settings.agent_of(source, agent) for agent in agents}
    for name, row in sorted(people.agents.items()):
        if row.sources == {source} and name not in listed and row.profile.overall:
            yield ev.PresenceSet(agent=name, presence="offline", source=source, time=at_ms)


def _agent(agent: str, one: ev.ListedAgent, at_ms: int, source: str) -> Iterator[ev.Event]:
    if one.queues is not None:
        yield ev.QueuesSet(agent=agent, queues=one.queues, source=source, time=at_ms)
    if one.presence is not None:
        yield ev.PresenceSet(agent=agent, presence=one.presence, reason=one.reason, source=source, time=at_ms)
    if one.activity is not None:
        yield ev.ActivitySeen(agent=agent, activity=one.activity, source=source, time=at_ms)


def _held(contacts: Contacts, at_ms: int, source: str) -> dict[str, list[Contact]]:
    """Agent → the contacts of which they have a leg, in the order of their ids."""
    found: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts.of_source(source):
        for agent in {leg.agent for leg in contact.story.legs if leg.ended_ms is None or leg.awaits_end(at_ms)}:
            found[agent].append(contact)
    return found


def _legs_over(held: Iterable[Contact], agent: str, at_ms: int, source: str) -> Iterator[ev.Event]:
    for contact in held:
        for leg in contact.story.legs:
            if leg.agent == agent and leg.ended_ms is None and leg.begun_ms < at_ms:
                yield ev.Ended(contact=contact.key[1], agent=agent, source=source, time=at_ms)
        for leg in contact.story.legs:  # told again, where the end was late
            if leg.agent == agent and leg.awaits_end(at_ms):
                yield ev.Wrapped(contact=contact.key[1], agent=agent, source=source, time=at_ms)


def _touched_since(contact: Contact, at_ms: int) -> bool:
    return not contact.is_put_away and contact.story.last_ms > at_ms


def _joined(parts: list[ev.FloorObserved]) -> ev.FloorObserved:
    queues: dict[str, list[ev.ListedContact]] = {}
    agents: dict[str, ev.ListedAgent] = {}
    for part in parts:
        for queue, rows in (part.queues or {}).items():
            queues.setdefault(queue, []).extend(rows)
        agents |= part.agents or {}
    return ev.FloorObserved(
        queues=queues if any(part.queues is not None for part in parts) else None,
        agents=agents if any(part.agents is not None for part in parts) else None,
    )
