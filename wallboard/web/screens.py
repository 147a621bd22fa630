"""Which screens are there, and what shall they show?

Somebody who may manage screens sees those whose board they may see. Whatever changes stands in the audit trail.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core.errors import StreamUnavailable
from wallboard.record.screens import Screen
from wallboard.stream.orders import Order, Word
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.onscreens import board_named
from wallboard.web.problems import Problem
from wallboard.web.recorded import answering
from wallboard.web.walls import CONNECTED_MS
from wallboard.web.wiring import Parts, parts_of

BODY_BYTES = 8_192
MANAGE = "screens:manage"

Name = Annotated[str, Meta(max_length=64, pattern=r"^(?=.*\S)[^\u0000-\u001f\u007f-\u009f]*$(?!\n)")]  # not blank
BoardId = Annotated[str, Meta(min_length=1, max_length=512)]


class Change(Struct, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    board: BoardId | UnsetType = UNSET


class Command(Struct, forbid_unknown_fields=True):
    """`board`: for `show` alone."""

    do: Literal["reload", "identify", "show"]
    board: BoardId | UnsetType = UNSET


class Told(TypedDict):
    id: str
    name: str
    board: str


class Done(TypedDict):
    id: str
    do: str


class Row(Told):
    """`seen_at`: when it was connected last. `shows`: the board that is on it now, one of its rotation's perhaps.
    `sound`: on, off, or blocked by the browser. `other_build`: its pages are not this server's."""

    paired_at: int
    paired_by: str
    connected: bool
    seen_at: NotRequired[int]
    shows: NotRequired[str]
    build: NotRequired[str]
    other_build: NotRequired[bool]
    lag_ms: NotRequired[float]
    heap_mb: NotRequired[float]
    sound: NotRequired[str]


class Listed(TypedDict):
    now: int
    screens: list[Row]


@Call(
    summary="Every screen, and what it said last",
    scope=MANAGE,
    description="The oldest first. What a screen has not said is absent.",
    answers={200: Answer("Those whose board the caller may see.", Listed)},
)
async def screens(request: Request) -> Response:
    """`GET /api/v1/screens`: all, the oldest first, with what each said last."""
    who = allowed(request, MANAGE)
    parts = parts_of(request)
    with answering():
        found = [one for one in await parts.paired.read() if who.may_see_board(one.board)]
    said: Mapping[str, Word] = {}
    with suppress(StreamUnavailable):  # the list is there all the same
        said = await parts.orders.said([one.id for one in found])
    now_ms = parts.clock_ms()
    rows = [_row(one, said.get(one.id), now_ms, parts.hub.build) for one in found]
    body = msgspec.json.encode({"now": now_ms, "screens": rows})
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


@Call(
    summary="Another name, another board",
    scope=MANAGE,
    body=Change,
    answers={200: Answer("The screen as it is now; it goes to its board by itself.", Told)},
    problems=(422,),
)
async def change(request: Request) -> Response:
    """`PATCH /api/v1/screens/{screen}`: another name, another board."""
    who = allowed(request, MANAGE)
    parts = parts_of(request)
    asked = await asked_of(request, Change)
    screen = await _screen(request, who)
    name = None if asked.name is UNSET else asked.name.strip()
    board = None if asked.board is UNSET else board_named(parts, who, asked.board).id
    if name is None and board is None:
        raise Problem(422, 'Expected {"name": "…"}, {"board": "…"} or both.', at="$")
    return await _changed(parts, who, screen, name, board)


@Call(
    summary="Revoke a screen",
    scope=MANAGE,
    description="Its connections close within 5 s, and it shows a new code.",
    answers={204: Answer("It is none any more.")},
)
async def revoke(request: Request) -> Response:
    """`DELETE /api/v1/screens/{screen}`: its sockets close within five seconds, and it asks to be paired anew."""
    who = allowed(request, MANAGE)
    parts = parts_of(request)
    screen = await _screen(request, who)
    with answering():
        await asyncio.to_thread(parts.paired.record.revoke, screen.id, by=who.by, now_ms=parts.clock_ms())
        await parts.paired.read()
    with suppress(StreamUnavailable):
        await parts.orders.forget(screen.id)
    return Response(status_code=204, headers={"cache-control": "no-store"})


@Call(
    summary="Tell a screen to do something",
    scope=MANAGE,
    description="reload; identify: it shows its name large for 10 s; show: another board, from now on.",
    body=Command,
    answers={202: Answer("It is on its way.", Done)},
    problems=(409, 422),
)
async def command(request: Request) -> Response:
    """`POST /api/v1/screens/{screen}/command`. 202: it is on its way."""
    who = allowed(request, MANAGE)
    parts = parts_of(request)
    asked = await asked_of(request, Command)
    if (asked.board is not UNSET) != (asked.do == "show"):
        raise Problem(422, 'A board belongs to {"do": "show"}, and to nothing else.', at="$.board")
    screen = await _screen(request, who)
    if asked.board is not UNSET:
        await _changed(parts, who, screen, None, board_named(parts, who, asked.board).id)
    else:
        with answering():
            word = (await parts.orders.said([screen.id])).get(screen.id)
            if not _is_connected(word, parts.clock_ms()):
                raise Problem(409, f"'{screen.name}' is not connected now, so it cannot be told anything.")
            await parts.orders.give(Order(screen.id, asked.do, name=screen.name))
            noted = parts.clock_ms(), who.by, f"screen.{asked.do}"
            await asyncio.to_thread(parts.audit.write, *noted, id=screen.id, name=screen.name)
    return JSONResponse({"id": screen.id, "do": asked.do}, 202)


def told(screen: Screen) -> Told:
    return {"id": screen.id, "name": screen.name, "board": screen.board}


async def asked_of(request: Request, kind: type[Any]) -> Any:
    body = await body_of(request, BODY_BYTES)
    return read_as(body, kind, '{"name": "Hall", "board": "overview"}')


def _is_connected(word: Word | None, now_ms: int) -> bool:
    return word is not None and word.connected and now_ms - word.at < CONNECTED_MS


async def _changed(parts: Parts, who: Who, screen: Screen, name: str | None, board: str | None) -> Response:
    with answering():
        changed = await asyncio.to_thread(
            parts.paired.record.change, screen.id, name=name, board=board, by=who.by, now_ms=parts.clock_ms()
        )
        if changed is None:
            raise _no_such_screen()
        await parts.paired.read()
        if board is not None:
            await parts.orders.give(Order(screen.id, "show", board=board))
    return JSONResponse(told(changed))


async def _screen(request: Request, who: Who) -> Screen:
    """Raises Problem 404: one whose board somebody may not see is told like one that there is not."""
    with answering():
        found = await parts_of(request).paired.read()
    screen = next((one for one in found if one.id == request.path_params["screen"]), None)
    if screen is None or not who.may_see_board(screen.board):
        raise _no_such_screen()
    return screen


def _no_such_screen() -> Problem:
    return Problem(404, "There is no such screen; GET /api/v1/screens lists those that there are.")


def _row(screen: Screen, word: Word | None, now_ms: int, build: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        **told(screen), "paired_at": screen.created_ms, "paired_by": screen.created_by,
        "connected": _is_connected(word, now_ms),
    }  # fmt: skip
    if word is None:
        return row
    said = {
        "seen_at": word.at, "shows": word.shows or None, "build": word.build, "lag_ms": word.lag_ms,
        "heap_mb": word.heap_mb, "sound": word.sound,
    }  # fmt: skip
    row |= {name: value for name, value in said.items() if value is not None}
    return row | ({"other_build": True} if word.build and word.build != build else {})
