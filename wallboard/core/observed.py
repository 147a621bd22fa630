"""What follows from a source's whole truth (`floor.observed`)? Ordinary events that put the floor right.

Listed callers that nobody knows begin to wait; open visits begun before, not touched since and not listed
end as lost; agents not listed go offline. An absent half is left alone. A listing may come in parts.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from wallboard.core import events as ev
from wallboard.core.visits import SightedGone, SightedWaiting

if TYPE_CHECKING:
    from wallboard.core.state import Floor


class Parts(msgspec.Struct):
    """The parts of a listing that are here already."""

    at_ms: int = 0
    parts: dict[int, ev.FloorObserved] = {}

    def add(self, event: ev.FloorObserved, at_ms: int) -> ev.FloorObserved | None:
        """The whole listing when its last part came; None before. A new first part starts over."""
        if not event.parts or event.parts == 1:
            self.at_ms, self.parts = at_ms, {}
            return event
        if (event.part or 1) == 1 or not self.parts:
            self.at_ms, self.parts = at_ms, {}
        self.parts[event.part or 1] = event
        if len(self.parts) < event.parts:
            return None
        whole = _joined(list(self.parts.values()))
        self.parts = {}
        return whole


def synthetic(floor: "Floor", seen: ev.FloorObserved, at_ms: int, source: str) -> Iterator[ev.Event]:
    """The events that follow, in order."""
    if seen.queues is not None:
        yield from _waiting(floor, seen.queues, at_ms, source)
    if seen.agents is not None:
        yield from _agents(floor, seen.agents, at_ms, source)


def _waiting(
    floor: "Floor", queues: dict[str, list[ev.ListedContact]], at_ms: int, source: str
) -> Iterator[ev.Event]:
    listed = {(floor.settings.queue_of(source, queue), one.contact) for queue, rows in queues.items() for one in rows}
    for name in sorted(floor.open.get(source, ())):
        contact = floor.contacts[source, name]
        if contact.events and contact.events[-1][0] > at_ms:
            continue
        for visit in contact.story.visits:
            if visit.ended_ms is None and visit.begun_ms < at_ms and (visit.queue, name) not in listed:
                yield SightedGone(contact=name, queue=visit.queue, reason="lost", source=source, time=at_ms)
    for queue, rows in queues.items():
        for one in rows:
            known = floor.contacts.get((source, one.contact))
            if known and known.events and known.events[-1][0] > at_ms:
                continue
            yield SightedWaiting(
                contact=one.contact, queue=queue, since=one.since, priority=one.priority, source=source, time=at_ms
            )


def _agents(floor: "Floor", agents: dict[str, ev.ListedAgent], at_ms: int, source: str) -> Iterator[ev.Event]:
    listed = {floor.settings.agent_of(source, agent) for agent in agents}
    for name, row in sorted(floor.agents.items()):
        if row.sources == {source} and name not in listed and row.profile.overall:
            yield ev.PresenceSet(agent=name, presence="offline", source=source, time=at_ms)
    for agent, one in agents.items():
        if one.queues is not None:
            yield ev.QueuesSet(agent=agent, queues=one.queues, source=source, time=at_ms)
        if one.presence is not None:
            yield ev.PresenceSet(agent=agent, presence=one.presence, reason=one.reason, source=source, time=at_ms)
        if one.activity is not None:
            yield ev.ActivitySeen(agent=agent, activity=one.activity, source=source, time=at_ms)
        if one.activity == "idle":
            yield from _legs_over(floor, floor.settings.agent_of(source, agent), at_ms, source)


def _legs_over(floor: "Floor", agent: str, at_ms: int, source: str) -> Iterator[ev.Event]:
    for name in sorted(floor.open.get(source, ())):
        for leg in floor.contacts[source, name].story.legs:
            if leg.agent == agent and leg.ended_ms is None and leg.begun_ms < at_ms:
                yield ev.Ended(contact=name, agent=agent, source=source, time=at_ms)


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
