"""How does a floor become bytes, and bytes the same floor again? Chunks of what changed.

A chunk holds the contacts whose first event fell into one quarter of an hour, so that yesterday's and
this morning's chunks rest while the running ones change; one more chunk holds everything else. Numbers
are not stored: they are counted again from the stories. A contact's events are read when somebody asks for them
(core/contactrow.py); where another vocabulary wrote them, at once, so that what cannot be read is known before it is
needed.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any
from zlib import crc32

import msgspec
from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.agentrow import AgentRow
from wallboard.core.agents import Profile
from wallboard.core.cases import Case
from wallboard.core.contactrow import Contact, Kept, Listing, Told
from wallboard.core.duty import DutyRow
from wallboard.core.instance import Instance
from wallboard.core.moving import Moving
from wallboard.core.observed import Parts
from wallboard.core.repeats import Begin
from wallboard.core.rows import AlertRow, KpiRow, NoticeRow, SourceRow
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.core.story import Story
from wallboard.core.tally import Tally
from wallboard.core.timesheet import Timesheet
from wallboard.core.visits import Leg, Mark, Miss, Reply, Result, Ring, Tag, Visit
from wallboard.core.watchful import watchful

FORMAT = 10
REST = "rest"


class StoredStory(Struct, array_like=True, gc=False):
    visits: list[Visit]
    legs: list[Leg]
    missed: tuple[Miss, ...]
    refused: tuple[tuple[int, str], ...]
    replies: tuple[Reply, ...]
    rung: tuple[Ring, ...]
    result: Result | None
    marks: Mapping[str, Mark]
    tags: Mapping[str, Tag]
    bare_rings: Mapping[str, int]
    unanswered_ms: int | None
    last_ms: int
    customer: str | None


class StoredContact(Struct, array_like=True, gc=False):
    """`events`: packed, and None of one that is put away."""

    source: str
    contact: str
    events: bytes | None
    base: StoredStory | None
    story: StoredStory | None  # where it is not the base
    heard_ms: int


class StoredAgent(Struct, array_like=True):
    base: Profile
    base_ms: int
    events: list[Kept]
    released_ms: int
    sources: list[str]
    sheet: Timesheet


class StoredQueue(Struct, array_like=True):
    """What is kept of a queue; the numbers are counted again."""

    sources: list[str]
    as_of_ms: int | None
    observed: ev.QueueObserved | None
    observed_ms: int
    channel: str | None
    channel_ms: int
    ruled_ms: int | None


class Rest(Struct):
    format: int
    vocabulary: int
    now_ms: int
    since_ms: int
    applied: int
    settings: Settings
    agents: dict[str, StoredAgent]
    queues: dict[str, StoredQueue]
    sources: dict[str, SourceRow]
    notices: dict[str, NoticeRow]
    kpis: dict[str, KpiRow]
    parts: dict[str, Parts]
    restarts: dict[str, list[int]]
    listings: dict[str, Listing]
    cases: list[tuple[str, str, Case]]
    alerts: dict[str, AlertRow]
    alerts_over: dict[str, AlertRow]
    watched: list[tuple[str, str, str, Instance]]  # rule, kind and id of what is not normal
    untold: list[ev.AlertRaised | ev.AlertCleared]
    begins: list[tuple[str, Begin]]  # of customers, where the contact itself is forgotten
    duty: dict[str, DutyRow] = {}
    alerts_older: dict[str, AlertRow] = {}
    moving: list[tuple[str, str, str, str, Moving]] = []  # rule, kind, id and number whose change is watched
    heard: list[tuple[str, str, str, str, int]] = []  # kind and id, rule, and since when no such event


_encoder = msgspec.msgpack.Encoder()
_contacts = msgspec.msgpack.Decoder(list[StoredContact])
_rest = msgspec.msgpack.Decoder(Rest)
_stored_of = attrgetter(*StoredStory.__struct_fields__)


def dump(floor: Floor, only: Iterable[str] | None = None) -> dict[str, bytes]:
    """The chunks by name; with `only`, just those (`floor.take_changed_chunks`) and the rest."""
    floor.settle()
    wanted = None if only is None else set(only)
    by_chunk: dict[str, list[Contact]] = {name: [] for name in wanted or ()}
    for contact in floor.contacts.contacts.values():
        if wanted is None or contact.chunk in wanted:
            by_chunk.setdefault(contact.chunk, []).append(contact)
    chunks = {name: _encoder.encode([_contact(one) for one in found]) for name, found in by_chunk.items() if found}
    return chunks | {REST: _encoder.encode(_rest_of(floor))}


def load(chunks: Mapping[str, bytes]) -> Floor:
    """The floor again. Raises msgspec.DecodeError or KeyError where the bytes are of another version."""
    rest = _rest.decode(chunks[REST])
    if rest.format != FORMAT:
        raise msgspec.ValidationError(f"checkpoint format {rest.format}, this is {FORMAT}")
    floor = watchful(Floor(rest.settings))
    floor.applied, floor.since_ms = rest.applied, rest.since_ms
    floor.listening.rows, floor.posted.notices = dict(rest.sources), dict(rest.notices)
    floor.posted.kpis, floor.parts = dict(rest.kpis), dict(rest.parts)
    floor.contacts.restarts, floor.contacts.listings = dict(rest.restarts), dict(rest.listings)
    floor.cases.cases = {(source, name): case for source, name, case in rest.cases}
    floor.contributions.repeats.resume(rest.begins)
    floor.alerts.open, floor.alerts.over = dict(rest.alerts), dict(rest.alerts_over)
    floor.alerts.last.older, floor.duty.on = dict(rest.alerts_older), dict(rest.duty)
    if floor.alerting:
        floor.alerting.instances = {(rule, kind, name): found for rule, kind, name, found in rest.watched}
        moving = {(rule, kind, name, moves): one for rule, kind, name, moves, one in rest.moving}
        floor.alerting.measures.moving = moving
        for kind, name, rule, kept, since_ms in rest.heard:
            floor.alerting.heard.of((kind, name), rule, kept, since_ms)
        floor.alerting.untold = {event.id or "": event for event in rest.untold}
    for name, agent in rest.agents.items():
        floor.people.agents[name] = _agent_row(agent)
    for name, chunk in chunks.items():
        if name != REST:
            for stored in _contacts.decode(chunk):
                contact = _restore(floor, name, stored)
                if rest.vocabulary != _vocabulary():
                    contact.unpack()
    for name, queue in rest.queues.items():
        floor.tallies.queues[name] = _tally(queue)
    floor.resume(rest.now_ms)
    return floor


@cache
def _vocabulary() -> int:
    """The same for all versions that read the same events."""
    return crc32(repr(msgspec.inspect.type_info(list[Kept])).encode())


def _contact(contact: Contact) -> StoredContact:
    base = None if contact.base is None else _stored(contact.base)
    if contact.is_put_away:
        return StoredContact(*contact.key, None, base, None, contact.heard_ms)
    events = contact.packed or _encoder.encode(contact.events)
    return StoredContact(*contact.key, events, base, _stored(contact.story), contact.heard_ms)


def _stored(story: Story) -> StoredStory:
    return StoredStory(*_stored_of(story))


def _events(told: list[Told]) -> list[Any]:
    return list(told)


def _rest_of(floor: Floor) -> Rest:
    return Rest(
        format=FORMAT, vocabulary=_vocabulary(), now_ms=floor.now_ms, since_ms=floor.since_ms, applied=floor.applied,
        settings=floor.settings,
        agents={
            name: StoredAgent(
                row.base, row.base_ms, _events(row.events), row.released_ms, sorted(row.sources), row.sheet
            )
            for name, row in floor.people.agents.items()
        },
        queues={
            name: StoredQueue(
                sorted(one.sources), one.as_of_ms, one.observed, one.observed_ms, one.channel, one.channel_ms,
                one.ruled_ms,
            )
            for name, one in floor.tallies.queues.items()
        },
        sources=floor.sources, notices=floor.notices, kpis=floor.kpis, parts=floor.parts,
        restarts=floor.contacts.restarts, listings=floor.contacts.listings,
        cases=[(*name, case) for name, case in floor.cases.cases.items()],
        alerts=floor.alerts.open,
        alerts_over=floor.alerts.over,
        watched=[(*name, found) for name, found in floor.alerting.instances.items()] if floor.alerting else [],
        untold=list(floor.alerting.untold.values()) if floor.alerting else [],
        begins=floor.contributions.repeats.forgotten(floor.contacts.contacts), duty=floor.duty.on,
        alerts_older=floor.alerts.last.older,
        moving=[(*name, one) for name, one in floor.alerting.measures.moving.items()] if floor.alerting else [],
        heard=[
            (*entity, *listens, since_ms)
            for entity, mine in (floor.alerting.heard.since_ms.items() if floor.alerting else ())
            for listens, since_ms in mine.items()
        ],
    )  # fmt: skip


def _agent_row(stored: StoredAgent) -> AgentRow:
    row = AgentRow(0)
    row.base, row.base_ms = stored.base, stored.base_ms
    row.events = list(stored.events)
    row.released_ms, row.sources, row.sheet = stored.released_ms, set(stored.sources), stored.sheet
    return row


def _tally(stored: StoredQueue) -> Tally:
    tally = Tally(0)
    tally.sources, tally.as_of_ms = set(stored.sources), stored.as_of_ms
    tally.observed, tally.observed_ms = stored.observed, stored.observed_ms
    tally.channel, tally.channel_ms, tally.ruled_ms = stored.channel, stored.channel_ms, stored.ruled_ms
    return tally


def _restore(floor: Floor, chunk: str, stored: StoredContact) -> Contact:
    key = (stored.source, stored.contact)
    base = _story(floor, stored.source, stored.base) if stored.base else None
    story = _story(floor, stored.source, stored.story) if stored.story else base
    assert story
    contact = Contact(key, story, chunk)
    contact.base, contact.heard_ms = base, stored.heard_ms
    contact.packed = stored.events
    floor.contacts.contacts[key] = contact
    return contact


def _story(floor: Floor, source: str, stored: StoredStory) -> Story:
    story = Story(source, floor.settings)
    story.visits, story.legs, story.missed = stored.visits, stored.legs, stored.missed
    story.refused, story.replies, story.rung = stored.refused, stored.replies, stored.rung
    story.result, story.marks, story.tags = stored.result, stored.marks, stored.tags
    story.bare_rings, story.unanswered_ms = stored.bare_rings, stored.unanswered_ms
    story.last_ms, story.customer = stored.last_ms, stored.customer
    return story
