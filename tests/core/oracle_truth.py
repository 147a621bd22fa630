"""What follows from a source's whole truth (`floor.observed`), by definition? Plain events, in the place where it came.

CONTRACT section 1: open visits begun before its time, not touched since and not listed end as lost, agents not listed
go offline, an absent half is left alone, and a leg is closed only where its agent is listed as idle. docs/design.md: it
closes what is told later and happened before too, and whom it lists begins to wait when it comes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from oracle import LONGEST, Told, kind
from oracle_agents import Person
from oracle_contacts import contacts, name_of
from oracle_parts import Rule


@dataclass
class Follows:
    """An event that nobody told. What it does not say is None, as in one that was told."""

    what: str
    time: int
    arrived: int
    source: str
    said: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.said.get(name)


@dataclass
class Listing:
    """A whole one: queue → who is listed there with since when, agent → what is said of them; None: left alone."""

    at: int
    source: str
    arrived: int
    queues: dict[str, dict[str, int | None]] | None
    agents: dict[str, Any] | None


def with_what_follows(events: Iterable[Any], rules: dict[str, Rule], arrived: Callable[[Any], int]) -> list[Any]:
    """`events` in order of arrival, without repeats."""
    floor, parts, newest = Reader(rules, arrived), dict[tuple[str, int], list[Any]](), dict[str, Listing]()
    for event in events:
        floor.told.append(event)
        if kind(event) == "floor.observed":
            together = parts.setdefault((event.source, event.time), [])
            together.append(event)
            if len(together) == (event.parts or 1):
                del parts[event.source, event.time]
                listing = joined(together, arrived(event))
                last = newest.get(listing.source, listing)
                if listing.queues is not None:
                    last = newest[listing.source] = listing if listing.at >= last.at else last
                    floor.close(last, [name for name in floor.names() if name[0] == listing.source])
                floor.take(listing)
                floor.close(last, [name for name in floor.names() if name[0] == listing.source])  # one that came late
        elif kind(event).startswith("contact.") and (last := newest.get(name_of(event)[0])):
            floor.close(last, [name_of(event)])
    return floor.told


def joined(parts: list[Any], arrived: int) -> Listing:
    """A listing that is longer than an event may be comes in several of the same time."""
    found = Listing(parts[0].time, parts[0].source, arrived, None, None)
    for part in parts:
        for queue, rows in (part.queues or {}).items():
            found.queues = found.queues or {}
            found.queues.setdefault(queue, {}).update({row.contact: row.since for row in rows})
        if part.queues is not None:
            found.queues = found.queues or {}
        if part.agents is not None:
            found.agents = (found.agents or {}) | part.agents
    return found


class Reader:
    """What was told so far, read anew for each question."""

    def __init__(self, rules: dict[str, Rule], arrived: Callable[[Any], int]) -> None:
        self.rules, self.arrived = rules, arrived
        self.told: list[Any] = []

    def names(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys(name_of(event) for event in self.told if kind(event).startswith("contact.")))

    def story(self, name: tuple[str, str]) -> Told | None:
        about = [e for e in self.told if not kind(e).startswith("contact.") or name_of(e) == name]
        return next(iter(contacts(about, self.rules, self.arrived)), None)

    def last(self, name: tuple[str, str]) -> int:
        """When it was last heard of: told, or ended since its source began anew."""
        story = self.story(name)
        return story.heard if story else 0

    def add(self, listing: Listing, what: str, **said: Any) -> None:
        self.told.append(Follows(what, listing.at, listing.arrived, listing.source, said))

    def close(self, listing: Listing, names: list[tuple[str, str]]) -> None:
        """Who waited before it, was not heard of since and is not in it."""
        for name in names if listing.queues is not None else ():
            story = self.story(name)
            if story is None or self.last(name) > listing.at:
                continue
            for stay in story.stays:
                listed = name[1] in (listing.queues or {}).get(stay.queue, {})
                if stay.ended is None and stay.begun < listing.at and not listed:
                    self.add(listing, "contact.unlisted", contact=name[1], queue=stay.queue)

    def take(self, listing: Listing) -> None:
        for queue, rows in (listing.queues or {}).items():
            for contact, since in rows.items():
                if self.last((listing.source, contact)) <= listing.at:
                    self.add(listing, "contact.listed", contact=contact, queue=queue, since=since)
        if listing.agents is None:
            return
        for agent in sorted(self.known_only_to(listing.source)):
            own = [e for e in self.told if kind(e).startswith("agent.") and e.agent == agent]
            if agent not in listing.agents and Person(own, listing.arrived + LONGEST).overall is not None:
                self.add(listing, "agent.presence", agent=agent, presence="offline")
        for agent, seen in listing.agents.items():
            if seen.queues is not None:
                self.add(listing, "agent.queues", agent=agent, queues=seen.queues)
            if seen.presence is not None:
                self.add(listing, "agent.presence", agent=agent, presence=seen.presence, reason=seen.reason)
            if seen.activity is not None:
                self.add(listing, "agent.activity", agent=agent, activity=seen.activity)
            if seen.activity == "idle":
                self.hang_up(listing, agent)

    def known_only_to(self, source: str) -> set[str]:
        """Agents of whom no other source speaks, nor has a contact with them."""
        of: dict[str, set[str]] = {}
        for event in self.told:
            if kind(event).startswith("agent."):
                of.setdefault(event.agent, set()).add(getattr(event, "agent_source", None) or event.source)
        for name in self.names():
            if story := self.story(name):
                for one in [*story.talks, *story.rings]:
                    of.setdefault(one.agent, set()).add(name[0])
                for _, agent, _ in story.misses:
                    of.setdefault(agent, set()).add(name[0])
        return {agent for agent, sources in of.items() if sources == {source}}

    def hang_up(self, listing: Listing, agent: str) -> None:
        """Whoever is idle talks to nobody, and wraps nothing up."""
        for name in [name for name in self.names() if name[0] == listing.source]:
            mine = [t for t in self.talks(name) if t.agent == agent]
            if any(talk.ended is None and talk.begun < listing.at for talk in mine):
                self.add(listing, "contact.ended", contact=name[1], agent=agent)
            mine = [t for t in self.talks(name) if t.agent == agent]
            if any(t.untold and (t.ended or 0) <= listing.at < (t.closed or 0) for t in mine):
                self.add(listing, "contact.wrapped", contact=name[1], agent=agent)

    def talks(self, name: tuple[str, str]) -> list[Any]:
        story = self.story(name)
        return story.talks if story else []
