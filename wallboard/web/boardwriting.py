"""May this text become that board? What is wrong with it, who may say so much of people, what stands there meanwhile.

A change names what it is made from (`If-Match`), so that nobody writes over what they have not seen.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core.errors import Mistake
from wallboard.record.board import Board
from wallboard.record.boards import BOARD_ID, board_of, read_text, rotation_mistakes
from wallboard.record.boardtext import dumped, merged
from wallboard.record.hardships import board_warnings
from wallboard.record.shelf import Differs, Fixed, Full, Standing
from wallboard.tables import MAX_FILE_BYTES, parse_text
from wallboard.web.auth import Who
from wallboard.web.exposing import beyond, exposes_more
from wallboard.web.problems import Problem
from wallboard.web.recorded import asked_record
from wallboard.web.sight import NO_BOARD, Seen, must_see
from wallboard.web.wiring import Parts, parts_of

T = TypeVar("T")
TOML, JSON = "application/toml", "application/json"
WRITTEN = {TOML: str, JSON: dict[str, Any]}
BODY_BYTES = min(262_144, MAX_FILE_BYTES)
NO_STORE = {"cache-control": "no-store"}


class Done(TypedDict):
    id: str
    warnings: NotRequired[list[dict[str, Any]]]


async def write(request: Request, who: Who, name: str, text: str, expected: str | None) -> Response:
    """Once it is known to be right, and not to say more of people than this person may let it say."""
    parts = parts_of(request)
    made, mistakes = await parts.lane.run(checked, parts, name, text)
    if made is None:
        raise Problem(422, _several(mistakes), **_told(mistakes))
    was = parts.boards().get(name)
    may_write(who, parts, was, made)
    told = {"before": (was or Board()).of_people, "after": made.of_people}
    news = told if told["before"] != told["after"] else None
    standing = await changing(parts.shelf.put, name, text, who.by, parts.clock_ms(), expected, news)
    await parts.boards.refresh(parts.hub.change_boards)
    warnings = [{"at": at, "reason": reason} for at, reason in board_warnings(made)]
    done = {"id": name, "etag": etag_of(standing), "origin": standing.origin, "warnings": warnings}
    done |= {"over": standing.over} if standing.over else {}
    return JSONResponse(done, 200 if expected else 201, headers=headers_of(standing))


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
    found = await asked_record(parts_of(request).shelf.get, name_of(request))
    if found is None:
        raise no_board()
    return found


def name_of(request: Request) -> str:
    """Of the board that is asked for, if the caller may see it or there is none."""
    name: str = request.path_params["board"]
    must_see(request, name)
    return name


async def changing(change: Callable[..., T], *given: Any) -> T:
    try:
        return await asked_record(change, *given)
    except Differs as error:
        raise _differs(error.now) from None
    except (Fixed, Full) as error:
        raise Problem(409, f"This board cannot be changed here: {error}.") from None


def expected_tag(request: Request, standing: Standing | None) -> str | None:
    """The tag that the change is made from; None: there is no such board yet. Raises Problem 404, 412, 428."""
    if not BOARD_ID.fullmatch(request.path_params["board"]):
        raise Problem(404, "A board's id is 1 to 64 letters, digits, '-' and '_'.")
    match, none = request.headers.get("if-match"), request.headers.get("if-none-match")
    if none == "*" and match is None:
        if standing:
            raise _taken(request.path_params["board"], standing)
        return None
    if match is None:
        raise needs_condition()
    tags = [one.strip().removeprefix("W/").strip('"') for one in match.split(",")]
    if standing is None or (match != "*" and standing.tag not in tags):
        raise _differs(standing)
    return standing.tag


def needs_condition() -> Problem:
    return Problem(428, "Send If-Match with the ETag of what you have read, or If-None-Match: * for a new board.")


def _taken(name: str, now: Standing) -> Problem:
    text = f"There is a board '{name}' already. Take another id, or send its ETag in If-Match to change that one."
    return Problem(412, text, headers=headers_of(now))


def _differs(now: Standing | None) -> Problem:
    if now is None:
        return Problem(412, "There is no such board any more. Send If-None-Match: * to make it anew.")
    return Problem(
        412, "The board has changed meanwhile. Read it again, then send its new ETag.", headers=headers_of(now)
    )


def no_board() -> Problem:
    return Problem(404, NO_BOARD)


async def text_answer(request: Request, text: str, headers: Mapping[str, str]) -> Response:
    if TOML in request.headers.get("accept", ""):
        return Response(text.encode(), media_type=f"{TOML}; charset=utf-8", headers=dict(headers))
    return await parts_of(request).lane.run(_as_json, text, headers)


def _as_json(text: str, headers: Mapping[str, str]) -> Response:
    """Raises Problem 409."""
    mistakes: list[Mistake] = []
    tables = parse_text(text, "$", mistakes)
    if mistakes:
        raise Problem(409, f"This board is not TOML now. Ask for it as text: 'Accept: {TOML}'.", **_told(mistakes))
    return Response(msgspec.json.encode(tables), media_type=JSON, headers=dict(headers))


def _several(mistakes: Sequence[Mistake]) -> str:
    first = f"{mistakes[0].at}: {mistakes[0].reason}"
    return first if len(mistakes) == 1 else f"{len(mistakes)} mistakes; the first is {first}"


def _told(mistakes: Sequence[Mistake]) -> dict[str, Any]:
    return {"at": mistakes[0].at, "mistakes": [{"at": one.at, "reason": one.reason} for one in mistakes]}


def headers_of(standing: Standing) -> dict[str, str]:
    return {"etag": etag_of(standing), "vary": "accept", **NO_STORE}


def etag_of(standing: Standing) -> str:
    return f'"{standing.tag}"'
