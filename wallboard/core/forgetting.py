"""What goes when a source, queue or person is forgotten? Rows that nothing else speaks of; the day is counted again."""

from collections.abc import MutableMapping
from typing import Any

from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.allrows import AllRows
from wallboard.core.anew import count_anew, name_anew
from wallboard.core.deeds import Deed, Did
from wallboard.core.settings import Settings


def forget_source(rows: AllRows, source: str) -> Deed:
    """Its contacts, the agents and queues that only it spoke of, what it posted."""
    rows.settle()
    if rows.sources.pop(source, None) is None:
        return Deed(Did.NOTHING, f"no source {source}")
    rows.ground.touch("sources", source)
    rows.contacts.forget_source(source)
    rows.cases.forget_source(source)
    rows.parts.pop(source, None)
    agents, queues = rows.people.agents, rows.tallies.queues
    _remove(rows, "agents", agents, [name for name, row in agents.items() if row.sources == {source}])
    _remove(rows, "queues", queues, [name for name, row in queues.items() if row.sources == {source}])
    _remove(rows, "notices", rows.notices, [name for name, row in rows.notices.items() if row.source == source])
    _remove(rows, "kpis", rows.kpis, [name for name, row in rows.kpis.items() if row.source == source])
    for tally in queues.values():
        tally.sources.discard(source)
    _forget_source_of_agents(rows, source)
    count_anew(rows)
    name_anew(rows)
    return Deed(Did.SETTINGS, f"forgot {source}")


def forget_queue(rows: AllRows, name: str) -> Deed:
    """A contact that was in another queue too is not told in halves: for it the row stays."""
    rows.settle()
    before = rows.tallies.queues.get(name)
    if before is None:
        return Deed(Did.NOTHING, f"no queue {name}")
    rows.contacts.forget_queue(name)
    rows.cases.forget_queue(name)
    _forget_queue_of_agents(rows, name)
    _remove(rows, "queues", rows.tallies.queues, [name])
    count_anew(rows)
    name_anew(rows)
    if name not in rows.tallies.queues:
        return Deed(Did.SETTINGS, f"forgot the queue {name}")
    for source in sorted(before.sources):
        rows.tallies.note(name, source, before.as_of_ms, [])
    return Deed(Did.SETTINGS, f"forgot what was told of {name} alone: contacts of other queues were in it too")


def forget_agent(rows: AllRows, name: str) -> Deed:
    """A contact of the running day that names them brings the row back, without their own events."""
    rows.settle()
    rows.alerts.forget(name)
    rows.posted.leave_out(name)
    rows.duty.on.pop(name, None)
    if name not in rows.people.agents:
        return Deed(Did.NOTHING, f"no agent {name}")
    _remove(rows, "agents", rows.people.agents, [name])
    count_anew(rows)
    name_anew(rows)
    return Deed(Did.SETTINGS, "forgot an agent")


def _remove(rows: AllRows, kind: str, those: MutableMapping[str, Any], names: list[str]) -> None:
    for name in names:
        del those[name]
        rows.ground.touch(kind, name)


def _forget_source_of_agents(rows: AllRows, source: str) -> None:
    """What a source said of agents that others know too."""
    for row in rows.people.agents.values():
        row.sources.discard(source)
        row.told, row.draft = [], None
        row.events = [told for told in row.events if told[2].source != source]


def _forget_queue_of_agents(rows: AllRows, queue: str) -> None:
    """Nobody serves it or is paused in it."""
    for row in rows.people.agents.values():
        row.told, row.draft = [], None
        row.base.queues = [one for one in row.base.queues if one != queue]
        row.base.by_queue = {one: standing for one, standing in row.base.by_queue.items() if one != queue}
        kept = ((at_ms, order, _without(event, queue, rows.settings)) for at_ms, order, event in row.events)
        row.events = [(at_ms, order, event) for at_ms, order, event in kept if event is not None]


def _without(event: ev.Event, queue: str, settings: Settings) -> ev.Event | None:
    """What it says beside this queue; None: nothing."""
    ids = settings.aliases_of(event.source or "").queues
    if isinstance(event, ev.PresenceSet):
        return None if event.queue is not None and ids.get(event.queue, event.queue) == queue else event
    if isinstance(event, ev.SignedIn | ev.QueuesSet) and event.queues:
        return replace(event, queues=[one for one in event.queues if ids.get(one, one) != queue])
    return event
