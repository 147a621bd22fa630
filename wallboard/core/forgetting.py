"""What goes when a source, a queue or a person is forgotten? Rows that nothing else speaks of; the day is counted again."""

from collections.abc import MutableMapping
from typing import Any

from wallboard.core.allrows import AllRows
from wallboard.core.anew import count_anew, name_anew
from wallboard.core.deeds import Deed, Did


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
    rows.people.forget_source(source)
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
    rows.people.forget_queue(name)
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
