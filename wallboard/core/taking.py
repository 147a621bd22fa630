"""Which part of the floor takes in which event of a source, and which rules hear of it?"""

from typing import get_args

from wallboard.core import events as ev
from wallboard.core.agents import goes_offline
from wallboard.core.allrows import AllRows
from wallboard.core.contactrow import alone
from wallboard.core.deeds import Deed, Did
from wallboard.core.ground import Entity
from wallboard.core.posted import kpi_name
from wallboard.core.visits import SightedGone, SightedWaiting

_TOLD = (*get_args(ev.Told), SightedWaiting, SightedGone)
_OF_CONTACTS = frozenset(kind for kind in _TOLD if issubclass(kind, ev.ContactEvent)) - {ev.Outcome, ev.Tagged}


def take(
    rows: AllRows, event: ev.Event, at_ms: int, source: str, deeds: list[Deed], *, is_listed: bool = False
) -> Deed:
    """`is_listed`: it follows from a whole truth, which tells only of contacts, where it puts something right."""
    if rows.listening.hear(source, rows.arrival_ms):
        hear_again(rows, source)
    if not (rows.alerting and rows.alerting.heard.since_ms):
        return _take(rows, event, at_ms, source, deeds)
    queue = _queue_of(rows, event, source)  # before it: an end that names none leaves the contact in no queue
    deed = _take(rows, event, at_ms, source, deeds)
    if not (is_listed and _says_again(event, deed)):
        told_of = entities_of(rows, event, source, queue or _queue_of(rows, event, source))
        rows.alerting.hear(ev.type_of(event), at_ms, told_of)
    return deed


def hear_again(rows: AllRows, source: str) -> None:
    """What rules say of whatever it told of was held back while it was late, and is looked at now."""
    if rows.alerting:
        rows.alerting.hear_again(source)
    for kind, tallies in (("queues", rows.tallies.queues), ("groups", rows.tallies.groups)):
        for name, tally in tallies.items():
            if source in tally.sources:
                rows.ground.touch(kind, name)
    for name, agent in rows.people.agents.items():
        if source in agent.sources:
            rows.ground.touch("agents", name)
    for name, kpi in rows.kpis.items():
        if kpi.source == source:
            rows.ground.touch("kpis", name)


def entities_of(rows: AllRows, event: ev.Event, source: str, queue: str | None) -> list[Entity]:
    """Of which source, queue, groups and figure this event tells."""
    found = [("sources", source)]
    if isinstance(event, ev.KpiReported):
        found.append(("kpis", kpi_name(event)))
    if queue is not None:
        found += [("queues", queue), *(("groups", group) for group in rows.tallies.groups_of(queue))]
    return found


def puts_right(deed: Deed) -> bool:
    """Whether it changed something."""
    return deed.code is not Did.NOTHING and not deed.text.startswith("already")


def take_notice(rows: AllRows, event: ev.NoticePosted, at_ms: int, source: str) -> Deed:
    name = event.notice or event.id or f"n-{rows.arrival_ms}-{rows.applied}"
    return rows.posted.post(name, event, at_ms, source)


def take_person(rows: AllRows, event: ev.AgentEvent, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
    deed = rows.people.take(event, at_ms, rows.applied, source, deeds)
    if goes_offline(event):
        rows.contacts.sign_off(rows.settings.agent_of(source, event.agent), at_ms, rows.applied)
    return deed


def _take(rows: AllRows, event: ev.Event, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
    kind = type(event)
    if kind in _OF_CONTACTS:
        return rows.contacts.take(event, at_ms, rows.applied, source, deeds, event.contact)  # type: ignore[attr-defined]
    match event:
        case ev.Outcome() | ev.Tagged() | ev.Rated():
            name = event.contact or alone(source, event.id, rows.applied)
            return rows.contacts.take(event, at_ms, rows.applied, event.contact_source or source, deeds, name)
        case ev.AgentEvent():
            return take_person(rows, event, at_ms, source, deeds)
        case ev.CaseOpened() | ev.CaseResolved():
            return _take_case(rows, event, at_ms, source, deeds)
        case ev.QueueObserved():
            return rows.tallies.observe(event, at_ms, source, deeds)
        case ev.KpiReported():
            return _take_kpi(rows, event, at_ms, source)
        case ev.NoticePosted():
            return take_notice(rows, event, at_ms, source)
        case ev.NoticeCleared():
            return rows.posted.clear(event.notice)
        case ev.SourceBeat():
            return rows.listening.beat(event, at_ms, source)
        case ev.SourceRestarted():
            rows.listening.restart(source)
            ended = rows.contacts.restart(source, at_ms, rows.applied)
            return Deed(Did.ENDED_VISIT, f"{source} started anew: {ended} contacts ended as lost")
    return Deed(Did.NOTED, f"noted {ev.type_of(event)}")


def _take_case(
    rows: AllRows, event: ev.CaseOpened | ev.CaseResolved, at_ms: int, source: str, deeds: list[Deed]
) -> Deed:
    contact = rows.contacts.contacts.get((source, event.contact)) if event.contact else None
    if event.queue:
        rows.tallies.note(rows.settings.queue_of(source, event.queue), source, at_ms, deeds)
    return rows.cases.take(event, at_ms, rows.applied, source, contact.story.home if contact else None)


def _take_kpi(rows: AllRows, event: ev.KpiReported, at_ms: int, source: str) -> Deed:
    name = kpi_name(event)
    if not rows.naming.has("kpis", name):
        rows.listening.row(source).overflow += 1
        return Deed(Did.OVERFLOW, f"no room for {name}: {len(rows.kpis)} figures are kept already")
    return rows.posted.report(name, event, at_ms, source)


def _queue_of(rows: AllRows, event: ev.Event, source: str) -> str | None:
    """The one that it names; else, of a contact, the one where that is now."""
    if named := getattr(event, "queue", None):
        return rows.settings.queue_of(source, named)
    if not isinstance(event, ev.ContactEvent) or not event.contact:
        return None
    contact = rows.contacts.contacts.get((getattr(event, "contact_source", None) or source, event.contact))
    return contact.story.home if contact else None


def _says_again(event: ev.Event, deed: Deed) -> bool:
    return not isinstance(event, ev.ContactEvent) or not puts_right(deed)
