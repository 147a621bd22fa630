"""What does somebody write to the next shift, and who reads it?

A note stands for the leads of its teams until one of them says that they have read it, in a later shift than the one
that left it.
"""

import asyncio
from typing import Annotated, TypedDict

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.alerts import handover
from wallboard.core.calendar import Shift
from wallboard.core.errors import RecordUnavailable
from wallboard.record.shiftnotes import ShiftNote
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem
from wallboard.web.recorded import asked_record
from wallboard.web.wiring import Parts, expect_loaded, parts_of

BODY_BYTES = 8_192

# As a text elsewhere (core/fields.py), but it may have lines.
Lines = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$")]


class Left(Struct, forbid_unknown_fields=True):
    text: Lines


class Done(TypedDict):
    id: str


@Call(
    summary="Leave a note to the next shift",
    scope="alerts:act",
    description="In place of the caller's own of this shift, as long as nobody has read that. For the teams that "
    "the caller leads. docs/alerts.md.",
    body=Left,
    answers={201: Answer("It stands on /shift until somebody has read it.", Done)},
    problems=(422,),
)
async def leave(request: Request) -> Response:
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    asked = _read(await body_of(request, BODY_BYTES))
    expect_loaded(parts)
    floor = parts.pipeline.floor
    shift = handover.running(floor, handover.site_of(floor.settings, who.teams))
    teams = None if who.teams is None else tuple(sorted(who.teams))
    by, now_ms = author(who), parts.clock_ms()
    made = await asked_record(
        parts.shift_notes.write, shift.started_ms, asked.text, who=who.by, by=by, teams=teams, now_ms=now_ms
    )
    return JSONResponse({"id": made.id}, 201)


@Call(
    summary="Say that a note of another shift was read",
    description="In the shift that left it nobody can: it is for the next one. Where no shift runs, at any time.",
    scope="alerts:act",
    answers={200: Answer("It is not shown any more.", Done)},
    problems=(409,),
)
async def read(request: Request) -> Response:
    """Neither whoever wrote it nor a colleague of the same shift can say so."""
    who, parts, name = allowed(request, "alerts:act"), parts_of(request), request.path_params["note"]
    note: ShiftNote | None = await asked_record(parts.shift_notes.one, name)
    if note is None or not is_for(note, who):
        raise Problem(404, "There is no such note.")
    if note.by == author(who):
        raise Problem(409, "It is your own: somebody else has to read it.")
    expect_loaded(parts)
    if is_for_later(note, _running_for(parts, who)):
        raise Problem(409, "It is for the next shift: somebody says so there.")
    await asked_record(parts.shift_notes.read, name, who=who.by, now_ms=parts.clock_ms())
    return JSONResponse({"id": name})


async def unread(parts: Parts, who: Who) -> int:
    """How many notes of other shifts wait for who asks; none while the record is away."""
    shift = _running_for(parts, who) if parts.pipeline.documents else None

    def waits(note: ShiftNote) -> bool:
        return note.by != author(who) and is_for(note, who) and not (shift and is_for_later(note, shift))

    try:
        found = await asyncio.to_thread(parts.shift_notes.standing, 0, parts.clock_ms(), waits)
    except RecordUnavailable:
        return 0
    return len(found)


def author(who: Who) -> str:
    """Names change, and a program may have a person's."""
    return f"{who.kind}:{who.id or who.name}"


def is_for(note: ShiftNote, who: Who) -> bool:
    """A note for all is for everybody who leads; one of teams for whoever leads one of them, and for its writer."""
    if note.by == author(who):
        return True
    return who.queues is None and (note.teams is None or who.teams is None or bool(who.teams & set(note.teams)))


def _running_for(parts: Parts, who: Who) -> Shift:
    floor = parts.pipeline.floor
    return handover.running(floor, handover.site_of(floor.settings, who.teams))


def is_for_later(note: ShiftNote, shift: Shift) -> bool:
    """It was left in the shift that still runs. The business day, where no shift runs, is no end to wait for."""
    return shift.name != "" and note.shift_ms >= shift.started_ms


def _read(body: bytes) -> Left:
    found = read_as(body, Left, '{"text": "Line 2 is down"}')
    if not found.text.strip():
        raise Problem(422, "Say something.", at="$.text")
    return found
