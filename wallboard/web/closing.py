"""May this ghost go? A lead closes what a source forgot to end: an event that comes back through the stream."""

import secrets
from collections.abc import Sequence
from typing import Any, TypedDict

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core import closing
from wallboard.core import events as ev
from wallboard.core.fields import LongText, Text
from wallboard.core.state import Floor
from wallboard.record.audit import Audit
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem
from wallboard.web.recorded import asked_record
from wallboard.web.sight import sees_agent
from wallboard.web.telling import tell
from wallboard.web.wiring import expect_loaded, parts_of, whole_floor
from wallboard.web.within import has_agent, has_contact

BODY_BYTES = 8_192
NOTE_LETTERS = 256


class Ghost(Struct, forbid_unknown_fields=True, kw_only=True):
    """One of `contact` and `agent`. `source`: of the contact, where several have one of this name."""

    contact: Text | None = None
    source: Text | None = None
    agent: Text | None = None
    note: LongText | None = None


class Closed(TypedDict):
    closed: list[dict[str, Any]]


@Call(
    summary="Close a ghost",
    scope="people:read alerts:act",
    description="A contact or a person that a source forgot to end: an open contact ends as lost; a person is "
    "signed out, and the contacts that nobody else talks to end too. docs/floor.md.",
    body=Ghost,
    answers={202: Answer("It is in the stream; `closed` names what ends.", Closed)},
    problems=(404, 409, 422),
)
async def close(request: Request) -> Response:
    """`POST /api/v1/floor/close`. 202: it is in the stream; `closed` names what ends."""
    allowed(request, "alerts:act")
    who = allowed(request, "people:read")
    parts = parts_of(request)
    asked = _read(await body_of(request, BODY_BYTES))
    expect_loaded(parts)
    async with whole_floor(parts) as floor:
        if asked.agent is not None and not sees_agent(parts, who, asked.agent):
            raise Problem(404, "There is nobody of this id.", at="$.agent")
        events = _events(floor, asked, who)
    await asked_record(_note, parts.audit, parts.clock_ms(), who, events, asked.note)
    await tell(parts, events)
    return JSONResponse({"closed": [_named(event) for event in events]}, 202)


def _note(audit: Audit, at_ms: int, who: Who, events: Sequence[ev.Event], note: str | None) -> None:
    for event in events:
        audit.write(at_ms, who.by, "floor.closed", **_named(event), **({"note": note} if note else {}))


def _read(body: bytes) -> Ghost:
    asked = read_as(body, Ghost, '{"contact": "c-1", "source": "pbx-1"}')
    if (asked.contact is None) == (asked.agent is None):
        raise Problem(422, "Expected one of contact and agent.", at="$")
    return asked


def _events(floor: Floor, asked: Ghost, who: Who) -> list[ev.Event]:
    if asked.agent is None:
        return [_contact(floor, asked, who)]
    if not has_agent(who, floor, asked.agent):
        raise Problem(404, "There is nobody of this id, or not for you.", at="$.agent")
    said = _said(who, asked)
    held = [
        ev.ContactCorrected(contact=name, contact_source=source, **_said(who, asked))
        for source, name in closing.held_by(floor, asked.agent)
    ]
    gone = ev.AgentCorrected(agent=asked.agent, agent_source=closing.source_of(floor, asked.agent), **said)
    return [*held, gone]


def _contact(floor: Floor, asked: Ghost, who: Who) -> ev.ContactCorrected:
    name = asked.contact or ""
    known = floor.contacts.contacts
    found = [
        source
        for source in closing.sources_of(floor, name)
        if asked.source in (None, source) and has_contact(who, floor, known[source, name].story.queues_now)
    ]
    if not found:
        raise Problem(404, "This contact is not open any more, never was, or is not for you.", at="$.contact")
    if len(found) > 1:
        raise Problem(409, f"Several sources have one of this name: say which. {', '.join(found)}", at="$.source")
    return ev.ContactCorrected(contact=name, contact_source=found[0], **_said(who, asked))


def _said(who: Who, asked: Ghost) -> dict[str, Any]:
    """Without a time: it happens when Redis takes it."""
    note = asked.note[:NOTE_LETTERS] if asked.note else None
    return {"who": who.name[:256], "note": note, "source": ev.SERVER, "id": secrets.token_hex(8)}


def _named(event: ev.Event) -> dict[str, str]:
    match event:
        case ev.ContactCorrected():
            return {"contact": event.contact, "source": event.contact_source or ""}
        case ev.AgentCorrected():
            return {"agent": event.agent}
    raise AssertionError(event)
