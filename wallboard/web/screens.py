"""Which screens are there, and what shall they show? `/screens`, its API, and the page that lets a new one in.

Somebody who may manage screens sees those whose board they may see. Whatever changes stands in the audit trail.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
from markupsafe import Markup
from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.templating import Jinja2Templates

from wallboard.core.errors import Refused, StreamUnavailable
from wallboard.record.board import Board
from wallboard.record.screens import Screen
from wallboard.stream.orders import Order, Word
from wallboard.stream.pairing import code_of
from wallboard.web.alphabet import by_alphabet
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.exposing import beyond
from wallboard.web.pages import script_json, title_of
from wallboard.web.pair import CLAIM, HERE, PairPage
from wallboard.web.problems import Problem, near
from wallboard.web.rate import Rates
from wallboard.web.recorded import answering
from wallboard.web.speaking import page_say, spoken
from wallboard.web.variables import named
from wallboard.web.walls import CONNECTED_MS
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.words import words

BODY_BYTES = 8_192
MANAGE = "screens:manage"
_WRONG_PER_S, _WRONG_AT_ONCE = 1 / 60, 10  # codes that nobody shows, by one address and by one person
_OF_PAGES = ("screens.", "claim.")

Name = Annotated[str, Meta(max_length=64, pattern=r"^(?=.*\S)[^\u0000-\u001f\u007f-\u009f]*$(?!\n)")]  # not blank
BoardId = Annotated[str, Meta(min_length=1, max_length=512)]


class Claim(Struct, forbid_unknown_fields=True):
    code: Annotated[str, Meta(max_length=64)]
    name: Name
    board: BoardId


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


def routes(templates: Jinja2Templates) -> list[BaseRoute]:
    pages, pairing = ScreensPages(templates), PairPage(templates)
    one = "/api/v1/screens/{screen}"
    return [
        Route("/api/v1/screens", screens),
        Route("/api/v1/screens", Claiming().claim, methods=["POST"]),
        Route(one, change, methods=["PATCH"]),
        Route(one, revoke, methods=["DELETE"]),
        Route(f"{one}/command", command, methods=["POST"]),
        Route("/screens", pages.all),
        Route(CLAIM, pages.claim),
        Route(HERE, pairing.show),
        Route(HERE, pairing.post, methods=["POST"]),
    ]


class Claiming:
    """Wrong codes are counted for each address and each person."""

    def __init__(self) -> None:
        self._wrong = Rates(_WRONG_PER_S, _WRONG_AT_ONCE)

    @Call(
        summary="Let a new screen in",
        scope=MANAGE,
        description="The device that shows this code on /pair becomes a screen. docs/screens.md.",
        body=Claim,
        answers={201: Answer("It shows its board within seconds.", Told)},
        problems=(409, 422, 429),
    )
    async def claim(self, request: Request) -> Response:
        """`POST /api/v1/screens`: the device that shows this code becomes a screen."""
        who = allowed(request, MANAGE)
        parts = parts_of(request)
        asked = await _body(request, Claim)
        _board(parts, who, asked.board)
        names = (f"address {request.client.host if request.client else ''}", f"{who.kind} {who.id or who.name}")
        for name in names:
            self._wrong.check(name, 1, parts.clock_ms())
        screen = await _claimed(parts, who, asked)
        if screen is None:
            for name in names:
                self._wrong.spend(name, 1, parts.clock_ms())
            raise Problem(422, _NO_SUCH_CODE, at="$.code")
        return JSONResponse({"id": screen.id, "name": screen.name, "board": screen.board}, 201)


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
    return _json({"now": now_ms, "screens": rows})


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
    asked = await _body(request, Change)
    screen = await _screen(request, who)
    name = None if asked.name is UNSET else asked.name.strip()
    board = None if asked.board is UNSET else _board(parts, who, asked.board).id
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
    asked = await _body(request, Command)
    if (asked.board is not UNSET) != (asked.do == "show"):
        raise Problem(422, 'A board belongs to {"do": "show"}, and to nothing else.', at="$.board")
    screen = await _screen(request, who)
    if asked.board is not UNSET:
        await _changed(parts, who, screen, None, _board(parts, who, asked.board).id)
    else:
        with answering():
            word = (await parts.orders.said([screen.id])).get(screen.id)
            if not is_connected(word, parts.clock_ms()):
                raise Problem(409, f"'{screen.name}' is not connected now, so it cannot be told anything.")
            await parts.orders.give(Order(screen.id, asked.do, name=screen.name))
            await _noted(parts, who, screen, asked.do)
    return JSONResponse({"id": screen.id, "do": asked.do}, 202)


class ScreensPages:
    """`/screens`, and `/pair/claim`, which a telephone comes to from the screen's picture. Scripts fill both."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def all(self, request: Request) -> Response:
        return self._page(request, "screens.html")

    async def claim(self, request: Request) -> Response:
        return self._page(request, "claim.html")

    def _page(self, request: Request, template: str) -> Response:
        who = allowed(request, MANAGE)
        catalog = page_say(spoken(request)).catalog
        context = {
            "said": script_json({key: text for key, text in catalog.items() if key.startswith(_OF_PAGES)}),
            "boards": _choice(request, who),
            "names": _names(request),
            "code": request.query_params.get("code", "")[:20],
        }
        return self._templates.TemplateResponse(request, template, context, headers={"cache-control": "no-store"})


def is_connected(word: Word | None, now_ms: int) -> bool:
    return word is not None and word.connected and now_ms - word.at < CONNECTED_MS


_NO_SUCH_CODE = (
    "No screen shows this code now. A code is good once, for 15 minutes and five tries: "
    "look at the screen for the one that it shows now."
)


async def _claimed(parts: Parts, who: Who, asked: Claim) -> Screen | None:
    """None: no device shows this code; wrong, old, used and worn out ones are told alike, after the same question."""
    code = code_of(asked.code) or ""
    with answering():
        device = await parts.pairing.attempt(code)
        if device is None:
            return None
        try:
            screen = await asyncio.to_thread(
                parts.paired.record.add, asked.name.strip(), asked.board, by=who.by, now_ms=parts.clock_ms()
            )
        except Refused as refused:
            raise Problem(409, f"{refused.reason}.") from None
        if await parts.pairing.give(code, device, screen.id):
            return screen
        await asyncio.to_thread(parts.paired.record.revoke, screen.id, by=who.by, now_ms=parts.clock_ms())
    return None


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
    return JSONResponse({"id": changed.id, "name": changed.name, "board": changed.board})


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


def _board(parts: Parts, who: Who, name: str) -> Board:
    boards = parts.boards()
    board = boards.get(name)
    if board is None or not _may_put(parts, who, board):
        known = [one for one in boards if _may_put(parts, who, boards[one])]
        raise Problem(422, "There is no such board, or it is not for you.", at="$.board", **near(name, known))
    return board


def _may_put(parts: Parts, who: Who, board: Board) -> bool:
    """A screen shows everybody on a lead's board, and all boards of a rotation: whoever puts it there may see them."""
    boards = parts.boards()
    turning = [boards[name] for name in (board.rotation.boards if board.rotation else []) if name in boards]
    return all(_may_show(parts, who, one) for one in (board, *turning))


def _may_show(parts: Parts, who: Who, board: Board) -> bool:
    if not who.may_see_board(board.id):
        return False
    return board.audience != "lead" or (who.may("people:read") and not beyond(who, parts.pipeline.floor, board))


def _choice(request: Request, who: Who) -> list[tuple[str, str, str]]:
    """Boards that somebody may put on a screen, in the order of their language's alphabet: id, title, and the names of
    what they leave to the address."""
    say, parts = words(spoken(request)), parts_of(request)
    found = [
        (
            board.id,
            parts.boards.title(board.id) or title_of(board, say),
            " ".join(one.lstrip("$") for one in parts.boards.variables(board.id)),
        )
        for board in parts.boards().values()
        if _may_put(parts, who, board)
    ]
    by_title = by_alphabet(say.language)
    return sorted(found, key=lambda one: by_title(one[1]))


def _names(request: Request) -> Markup:
    """What may stand in the variables: ids and names."""
    known = named(parts_of(request), spoken(request))
    return script_json({"queue": known.queues, "team": [(team, team) for team in known.teams]})


def _row(screen: Screen, word: Word | None, now_ms: int, build: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": screen.id, "name": screen.name, "board": screen.board, "paired_at": screen.created_ms,
        "paired_by": screen.created_by, "connected": is_connected(word, now_ms),
    }  # fmt: skip
    if word is None:
        return row
    told = {
        "seen_at": word.at, "shows": word.shows or None, "build": word.build, "lag_ms": word.lag_ms,
        "heap_mb": word.heap_mb, "sound": word.sound,
    }  # fmt: skip
    row |= {name: value for name, value in told.items() if value is not None}
    return row | ({"other_build": True} if word.build and word.build != build else {})


async def _noted(parts: Parts, who: Who, screen: Screen, do: str) -> None:
    await asyncio.to_thread(parts.audit.write, parts.clock_ms(), who.by, f"screen.{do}", id=screen.id, name=screen.name)


async def _body(request: Request, kind: type[Any]) -> Any:
    body = await body_of(request, BODY_BYTES)
    return read_as(body, kind, '{"name": "Hall", "board": "overview"}')


def _json(body: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"cache-control": "no-store"})
