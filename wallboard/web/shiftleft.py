"""What has a lead still to read of the shift before? What it left stands above /shift, until they say so."""

import asyncio
from contextlib import suppress
from typing import Annotated, TypedDict

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.alerts import handover
from wallboard.core.calendar import Shift
from wallboard.core.errors import RecordUnavailable, StreamUnavailable
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem
from wallboard.web.recorded import answering
from wallboard.web.shiftnotes import BODY_BYTES, author
from wallboard.web.wiring import Parts, parts_of


class Took(Struct, forbid_unknown_fields=True):
    """`ended`: when the shift that was read ended, in ms UTC."""

    ended: Annotated[int, Meta(ge=0)]


class Taken(TypedDict):
    ended: int


@Call(
    summary="Say that what the last shift left was read",
    scope="alerts:act",
    description="By the caller: up to the shift that `ended` then (ms UTC), it stands above /shift no more.",
    body=Took,
    answers={200: Answer("It is not shown to the caller any more.", Taken)},
    problems=(422,),
)
async def took(request: Request) -> Response:
    """`POST /api/v1/shift/read`."""
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    asked = read_as(await body_of(request, BODY_BYTES), Took, '{"ended": 1795000000000}')
    if asked.ended > parts.clock_ms():
        raise Problem(422, "That shift has not ended yet.", at="$.ended")
    with answering():
        await parts.handed_over.read(author(who), asked.ended)
    return JSONResponse({"ended": asked.ended})


async def waits_to_be_read(parts: Parts, who: Who) -> bool:
    """Whether the last shift left something that the caller has not read. Without shifts nobody is asked to."""
    floor = parts.pipeline.floor
    if not parts.pipeline.documents or not floor.settings.shifts.get(handover.site_of(floor.settings, who.teams)):
        return False
    with suppress(RecordUnavailable):
        last = handover.before(floor, handover.site_of(floor.settings, who.teams), parts.clock_ms())
        return await left_by_last(parts, last, who) is not None
    return False


async def left_by_last(parts: Parts, last: Shift | None, who: Who) -> Shift | None:
    """The shift before, where it was seen and the caller has not read what it left; while Redis is away nobody has.
    Raises RecordUnavailable."""
    if last is None:
        return None
    read_ms = 0
    with suppress(StreamUnavailable):
        read_ms = await parts.handed_over.until(author(who))
    if last.ends_ms <= read_ms:
        return None
    return last if await asyncio.to_thread(parts.history.days, last.started_ms, last.ends_ms) else None
