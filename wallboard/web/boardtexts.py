"""What is written on a board? Boards as text over HTTP, for programs, git and the editor."""

from typing import Any, TypedDict

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.record.board import Board
from wallboard.record.shelf import Standing
from wallboard.web.auth import allowed
from wallboard.web.boardwriting import (
    BODY_BYTES,
    NO_STORE,
    WRITTEN,
    Done,
    changing,
    checked,
    etag_of,
    expected_tag,
    headers_of,
    may_write,
    name_of,
    needs_condition,
    standing_of,
    text_answer,
    text_of,
    write,
)
from wallboard.web.body import body_of
from wallboard.web.calls import Answer, Call
from wallboard.web.recorded import asked_record
from wallboard.web.sight import boards_for
from wallboard.web.wiring import parts_of


class Listed(TypedDict):
    boards: list[dict[str, Any]]


@Call(
    summary="The boards",
    scope="state:read",
    description="Each with its title, its audience, where it stands (`origin`: file, editor or shipped; `over`: "
    "where another text of this id stands that does not count), whether it is `writable`, and its `etag`.",
    answers={200: Answer("Every board.", Listed)},
)
async def boards(request: Request) -> Response:
    """`GET /api/v1/boards`."""
    allowed(request, "state:read")
    parts = parts_of(request)
    standing = await asked_record(parts.shelf.all)
    rows = [
        _row(board, standing.get(board.id), parts.boards.variables(board.id)) for board in boards_for(request).values()
    ]
    return JSONResponse({"boards": rows}, headers=NO_STORE)


def _row(board: Board, standing: Standing | None, variables: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": board.id,
        "title": board.title,
        "audience": board.audience,
        "variables": variables,
    }
    if board.rotation:
        row["rotation"] = msgspec.to_builtins(board.rotation)
    if board.mistake:
        row["mistake"] = board.mistake
    if standing:
        row |= {
            "origin": standing.origin, "over": standing.over, "writable": standing.writable,
            "etag": etag_of(standing),
        }  # fmt: skip
    return {key: value for key, value in row.items() if value not in (None, [])}


@Call(
    summary="A board as it is written",
    scope="state:read",
    description="As JSON, or with Accept: application/toml as the text with its comments.",
    answers={
        200: Answer("The board, with its ETag.", WRITTEN),
        304: Answer("Unchanged since the ETag in If-None-Match."),
    },
    problems=(409,),
)
async def board(request: Request) -> Response:
    """`GET /api/v1/boards/{board}`: the text, or with `Accept: application/json` the same as JSON."""
    allowed(request, "state:read")
    standing = await standing_of(request)
    headers = headers_of(standing)
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return await text_answer(request, standing.text, headers)


@Call(
    summary="Write a board",
    scope="boards:write",
    description="Scope admin where it says more of people than before. With If-Match, or If-None-Match: * for a "
    "new one. JSON is written into the text that stands: comments stay. docs/boards.md.",
    body=WRITTEN,
    answers={
        200: Answer("Written. `warnings` as `wallboard check` has them.", Done),
        201: Answer("Made.", Done),
    },
    problems=(409, 412, 415, 422, 428),
)
async def put(request: Request) -> Response:
    """`PUT /api/v1/boards/{board}`: TOML, or JSON, which is written into the text that stands."""
    who = allowed(request, "boards:write")
    name = name_of(request)
    body = await body_of(request, BODY_BYTES)
    parts = parts_of(request)
    standing = await asked_record(parts.shelf.get, name)
    expected = expected_tag(request, standing)
    text = await parts.lane.run(text_of, request, body, standing.text if standing else "")
    return await write(request, who, name, text, expected)


@Call(
    summary="Take a board away",
    scope="boards:write",
    description="With If-Match. Its revisions stay.",
    answers={200: Answer("Gone.", Done)},
    problems=(409, 412, 428),
)
async def remove(request: Request) -> Response:
    """`DELETE /api/v1/boards/{board}`."""
    who = allowed(request, "boards:write")
    parts, name = parts_of(request), name_of(request)
    standing = await standing_of(request)
    expected = expected_tag(request, standing)
    if expected is None:
        raise needs_condition()
    came = await asked_record(parts.shelf.came, name)
    back = (await parts.lane.run(checked, parts, name, came))[0] if came is not None else None
    may_write(who, parts, parts.boards().get(name), back or Board())
    await changing(parts.shelf.remove, name, who.by, parts.clock_ms(), expected)
    await parts.boards.refresh(parts.hub.change_boards)
    return JSONResponse({"id": name}, headers=NO_STORE)
