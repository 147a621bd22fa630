"""What is written on a board, and what was? Boards as text over HTTP, for programs, git and the editor.

A change names what it is made from (`If-Match`), so that nobody writes over what they have not seen.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core.errors import Mistake, RecordUnavailable
from wallboard.record.board import Board
from wallboard.record.boards import BOARD_ID, board_of, read_text, rotation_mistakes
from wallboard.record.boardtext import dumped, merged
from wallboard.record.checks import board_warnings
from wallboard.record.shelf import Differs, Fixed, Full, Shelf, Standing
from wallboard.tables import MAX_FILE_BYTES, parse_text
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of
from wallboard.web.calls import Answer, Call, call
from wallboard.web.exposing import beyond, exposes_more, said_of_people
from wallboard.web.problems import Problem
from wallboard.web.sight import NO_BOARD, Seen, boards_for, must_see
from wallboard.web.who import may_see
from wallboard.web.wiring import Parts, parts_of

T = TypeVar("T")
TOML, JSON = "application/toml", "application/json"
BODY_BYTES = min(262_144, MAX_FILE_BYTES)
_NO_STORE = {"cache-control": "no-store"}


_WRITTEN = {TOML: str, JSON: dict[str, Any]}


class Listed(TypedDict):
    boards: list[dict[str, Any]]


class Done(TypedDict):
    id: str
    warnings: NotRequired[list[dict[str, Any]]]


class Revision(TypedDict):
    revision: int
    at: int
    who: str


class Revised(TypedDict):
    revisions: list[Revision]


@call(
    Call(
        summary="The boards",
        scope="state:read",
        description="Each with its title, its audience, where it stands (`origin`: file, editor or shipped), whether "
        "it is `writable`, and its `etag`.",
        answers={200: Answer("Every board.", Listed)},
    )
)
async def boards(request: Request) -> Response:
    """`GET /api/v1/boards`."""
    allowed(request, "state:read")
    parts = parts_of(request)
    standing = await in_thread(parts.shelf.all)
    rows = [_row(board, standing.get(board.id)) for board in boards_for(request).values()]
    return JSONResponse({"boards": rows}, headers=_NO_STORE)


def _row(board: Board, standing: Standing | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": board.id,
        "title": board.title,
        "audience": board.audience,
        "variables": sorted(board.variables()),
    }
    if board.rotation:
        row["rotation"] = msgspec.to_builtins(board.rotation)
    if board.mistake:
        row["mistake"] = board.mistake
    if standing:
        row |= {"origin": standing.origin, "writable": standing.writable, "etag": _etag(standing)}
    return {key: value for key, value in row.items() if value not in (None, [])}


@call(
    Call(
        summary="A board as it is written",
        scope="state:read",
        description="As JSON, or with Accept: application/toml as the text with its comments.",
        answers={
            200: Answer("The board, with its ETag.", _WRITTEN),
            304: Answer("Unchanged since the ETag in If-None-Match."),
        },
        problems=(409,),
    )
)
async def board(request: Request) -> Response:
    """`GET /api/v1/boards/{board}`: the text, or with `Accept: application/json` the same as JSON."""
    allowed(request, "state:read")
    standing = await standing_of(request)
    headers = _headers(standing)
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return _text(request, standing.text, headers)


def _text(request: Request, text: str, headers: Mapping[str, str]) -> Response:
    if TOML in request.headers.get("accept", ""):
        return Response(text.encode(), media_type=f"{TOML}; charset=utf-8", headers=dict(headers))
    mistakes: list[Mistake] = []
    tables = parse_text(text, "$", mistakes)
    if mistakes:
        raise Problem(409, f"This board is not TOML now. Ask for it as text: 'Accept: {TOML}'.", **_told(mistakes))
    return Response(msgspec.json.encode(tables), media_type=JSON, headers=dict(headers))


@call(
    Call(
        summary="Write a board",
        scope="boards:write",
        description="Scope admin where it says more of people than before. With If-Match, or If-None-Match: * for a "
        "new one. JSON is written into the text that stands: comments stay. docs/boards.md.",
        body=_WRITTEN,
        answers={
            200: Answer("Written. `warnings` as `wallboard check` has them.", Done),
            201: Answer("Made.", Done),
        },
        problems=(409, 412, 415, 422, 428),
    )
)
async def put(request: Request) -> Response:
    """`PUT /api/v1/boards/{board}`: TOML, or JSON, which is written into the text that stands."""
    who = allowed(request, "boards:write")
    name = _name(request)
    body = await body_of(request, BODY_BYTES)
    standing = await in_thread(parts_of(request).shelf.get, name)
    expected = _expected(request, standing)
    text = text_of(request, body, standing.text if standing else "")
    return await write(request, who, name, text, expected)


@call(
    Call(
        summary="Take a board away",
        scope="boards:write",
        description="With If-Match. Its revisions stay.",
        answers={200: Answer("Gone.", Done)},
        problems=(409, 412, 428),
    )
)
async def remove(request: Request) -> Response:
    """`DELETE /api/v1/boards/{board}`."""
    who = allowed(request, "boards:write")
    parts, name = parts_of(request), _name(request)
    standing = await standing_of(request)
    expected = _expected(request, standing)
    if expected is None:
        raise _needs_condition()
    came = await in_thread(parts.shelf.came, name)
    back = checked(parts, name, came)[0] if came is not None else None
    may_write(who, parts, parts.boards().get(name), back or Board())
    await _changing(parts.shelf.remove, name, who.by, parts.clock_ms(), expected)
    await parts.boards.refresh(parts.hub.change_boards)
    return JSONResponse({"id": name}, headers=_NO_STORE)


@call(
    Call(
        summary="What a board was",
        scope="boards:write",
        description="The last 100, the newest first. Of a board that is gone: for who could see it.",
        answers={200: Answer("When, and by whom.", Revised)},
    )
)
async def revisions(request: Request) -> Response:
    """`GET /api/v1/boards/{board}/revisions`: the newest first. Of a board that is gone for who could see it."""
    who = allowed(request, "boards:write")
    parts, name = parts_of(request), _name(request)
    found = await in_thread(parts.shelf.revisions, name)
    if await in_thread(parts.shelf.get, name) is None:
        last = await in_thread(_last_text, parts.shelf, name)
        if last is None or not _could_see(who, name, last):
            raise _no_board()
    rows = [{"revision": one.revision, "at": one.at_ms, "who": one.who} for one in found]
    return JSONResponse({"revisions": rows}, headers=_NO_STORE)


@call(
    Call(
        summary="One revision of a board",
        scope="boards:write",
        description="As the board itself.",
        path={"revision": int},
        answers={200: Answer("The board as it was.", _WRITTEN)},
        problems=(409,),
    )
)
async def revision(request: Request) -> Response:
    """`GET /api/v1/boards/{board}/revisions/{revision}`: what the board was."""
    who = allowed(request, "boards:write")
    _name(request)
    return _text(request, await _revision(request, who), _NO_STORE)


@call(
    Call(
        summary="A board as it was",
        scope="boards:write",
        description="Writes that revision's text again; conditions as for PUT.",
        path={"revision": int},
        answers={200: Answer("Written.", Done), 201: Answer("Made anew.", Done)},
        problems=(409, 412, 422, 428),
    )
)
async def restore(request: Request) -> Response:
    """`POST /api/v1/boards/{board}/revisions/{revision}/restore`: the same text again, as a new revision."""
    who = allowed(request, "boards:write")
    name = _name(request)
    standing = await in_thread(parts_of(request).shelf.get, name)
    return await write(request, who, name, await _revision(request, who), _expected(request, standing))


async def _revision(request: Request, who: Who) -> str:
    """For who could see the board as it was then."""
    name, number = request.path_params["board"], request.path_params["revision"]
    shelf = parts_of(request).shelf
    known = number.isascii() and number.isdecimal() and len(number) < 10
    found = await in_thread(shelf.revision, name, int(number)) if known else None
    if found and found.text is not None and _could_see(who, name, found.text):
        return found.text
    if await in_thread(shelf.get, name) is None:
        raise _no_board()
    raise Problem(404, "There is no such revision with a text, or not for you.")


def _last_text(shelf: Shelf, name: str) -> str | None:
    """Blocking: what a board said that is gone."""
    kept = (shelf.revision(name, one.revision) for one in shelf.revisions(name))
    return next((one.text for one in kept if one and one.text is not None), None)


def _could_see(who: Who, name: str, text: str) -> bool:
    """What cannot be read as a board is for administrators."""
    mistakes: list[Mistake] = []
    board = board_of(name, parse_text(text, "$", mistakes), "$", mistakes)
    return who.may("admin") or (board is not None and not mistakes and may_see(who, board))


async def write(request: Request, who: Who, name: str, text: str, expected: str | None) -> Response:
    """Once it is known to be right, and not to say more of people than this person may let it say."""
    parts = parts_of(request)
    made, mistakes = checked(parts, name, text)
    if made is None:
        raise Problem(422, _several(mistakes), **_told(mistakes))
    was = parts.boards().get(name)
    may_write(who, parts, was, made)
    told = {"before": said_of_people(was), "after": said_of_people(made)}
    news = told if told["before"] != told["after"] else None
    standing = await _changing(parts.shelf.put, name, text, who.by, parts.clock_ms(), expected, news)
    await parts.boards.refresh(parts.hub.change_boards)
    warnings = [{"at": at, "reason": reason} for at, reason in board_warnings(made)]
    done = {"id": name, "etag": _etag(standing), "origin": standing.origin, "warnings": warnings}
    return JSONResponse(done, 200 if expected else 201, headers=_headers(standing))


def may_write(who: Who, parts: Parts, was: Board | None, made: Board) -> None:
    """Raises Problem 403."""
    if (at := exposes_more(was, made)) and not who.may("admin"):
        raise Problem(403, "What a board says of people beyond what it says now is for administrators.", at=at)
    for board in (was, made):
        for place, reason in beyond(who, parts.pipeline.floor, board or Board()).items():
            raise Problem(403, f"tile[{place}]: {reason}.", at=f"tile[{place}]")
    theirs, turning = Seen(parts.boards(), who), was.rotation.boards if was and was.rotation else []
    for place, name in enumerate(made.rotation.boards if made.rotation else []):
        if name not in turning and name not in theirs:  # a screen of this board would show that one too
            raise Problem(403, f"The board '{name}' is not for you to show.", at=f"rotation.boards[{place}]")


def checked(parts: Parts, name: str, text: str) -> tuple[Board | None, list[Mistake]]:
    """The board, or everything that is wrong with it."""
    mistakes: list[Mistake] = []
    board = read_text(name, text, parts.shelf.folder, mistakes)
    known = parts.boards()
    if board:
        plain = {one: known[one] for one in known if one != name}
        mistakes = list(rotation_mistakes(board, plain, {*known, name}, parts.shelf.folder))
    return (None if mistakes else board), mistakes


def text_of(request: Request, body: bytes, before: str) -> str:
    """The TOML that was sent; of JSON what becomes of the text `before`. Raises Problem 400, 415, 422."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == TOML:
            return body.decode()
        if kind == JSON:
            tables = msgspec.json.decode(body)
            if not isinstance(tables, dict):
                raise Problem(400, 'Expected a board as a JSON object, such as {"title": "Support", "tile": []}.')
            return _written(request.path_params["board"], without_null(tables), before)
    except UnicodeDecodeError:
        raise Problem(400, "The text is not UTF-8.") from None
    except (msgspec.DecodeError, RecursionError):
        raise Problem(400, "The body is not JSON.") from None
    raise Problem(415, f"Expected Content-Type {TOML} or {JSON}.")


def _written(name: str, tables: dict[str, Any], before: str) -> str:
    """Checked first: what no board has cannot be written as TOML either."""
    mistakes: list[Mistake] = []
    board_of(name, tables, "$", mistakes)
    if mistakes:
        raise Problem(422, _several(mistakes), **_told(mistakes))
    return merged(before, tables) if before else dumped(tables)


def without_null(tables: dict[str, Any]) -> dict[str, Any]:
    """JSON's null says that a key is left out."""
    return {
        key: [without_null(one) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list)
        else value
        for key, value in tables.items()
        if value is not None
    }


async def read_all(parts: Parts) -> dict[str, Standing]:
    """Raises RecordUnavailable."""
    return await asyncio.to_thread(parts.shelf.all)


async def standing_of(request: Request) -> Standing:
    found = await in_thread(parts_of(request).shelf.get, _name(request))
    if found is None:
        raise _no_board()
    return found


def _name(request: Request) -> str:
    """Of the board that is asked for, if the caller may see it or there is none."""
    name: str = request.path_params["board"]
    must_see(request, name)
    return name


async def in_thread(call: Callable[..., T], *given: Any) -> T:
    """What the record does not answer is 503."""
    try:
        return await asyncio.to_thread(call, *given)
    except RecordUnavailable as error:
        raise Problem(503, f"{error}.", headers={"retry-after": "5"}) from None


async def _changing(change: Callable[..., T], *given: Any) -> T:
    try:
        return await in_thread(change, *given)
    except Differs as error:
        raise _differs(error.now) from None
    except (Fixed, Full) as error:
        raise Problem(409, f"This board cannot be changed here: {error}.") from None


def _expected(request: Request, standing: Standing | None) -> str | None:
    """The tag that the change is made from; None: there is no such board yet. Raises Problem 404, 412, 428."""
    if not BOARD_ID.fullmatch(request.path_params["board"]):
        raise Problem(404, "A board's id is 1 to 64 letters, digits, '-' and '_'.")
    match, none = request.headers.get("if-match"), request.headers.get("if-none-match")
    if none == "*" and match is None:
        if standing:
            raise _differs(standing)
        return None
    if match is None:
        raise _needs_condition()
    tags = [one.strip().removeprefix("W/").strip('"') for one in match.split(",")]
    if standing is None or (match != "*" and standing.tag not in tags):
        raise _differs(standing)
    return standing.tag


def _needs_condition() -> Problem:
    return Problem(428, "Send If-Match with the ETag of what you have read, or If-None-Match: * for a new board.")


def _differs(now: Standing | None) -> Problem:
    if now is None:
        return Problem(412, "There is no such board any more. Send If-None-Match: * to make it anew.")
    return Problem(
        412, "The board has changed meanwhile. Read it again, then send its new ETag.", headers=_headers(now)
    )


def _no_board() -> Problem:
    return Problem(404, NO_BOARD)


def _several(mistakes: Sequence[Mistake]) -> str:
    first = f"{mistakes[0].at}: {mistakes[0].reason}"
    return first if len(mistakes) == 1 else f"{len(mistakes)} mistakes; the first is {first}"


def _told(mistakes: Sequence[Mistake]) -> dict[str, Any]:
    return {"at": mistakes[0].at, "mistakes": [{"at": one.at, "reason": one.reason} for one in mistakes]}


def _headers(standing: Standing) -> dict[str, str]:
    return {"etag": _etag(standing), "vary": "accept", **_NO_STORE}


def _etag(standing: Standing) -> str:
    return f'"{standing.tag}"'
