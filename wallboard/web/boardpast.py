"""What was written on a board before? Its revisions over HTTP, each to be read and restored."""

from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.errors import Mistake
from wallboard.record.boards import board_of
from wallboard.record.shelf import Shelf
from wallboard.tables import parse_text
from wallboard.web.auth import Who, allowed
from wallboard.web.boardwriting import (
    NO_STORE,
    WRITTEN,
    Done,
    expected_tag,
    name_of,
    no_board,
    text_answer,
    write,
)
from wallboard.web.calls import Answer, Call
from wallboard.web.problems import Problem
from wallboard.web.recorded import asked_record
from wallboard.web.revised import Revised, asked_number, revised
from wallboard.web.who import may_see
from wallboard.web.wiring import parts_of


@Call(
    summary="What a board was",
    scope="boards:write",
    description="The last 100, the newest first. Of a board that is gone: for who could see it.",
    answers={200: Answer("When, and by whom.", Revised)},
)
async def revisions(request: Request) -> Response:
    """`GET /api/v1/boards/{board}/revisions`: the newest first. Of a board that is gone for who could see it."""
    who = allowed(request, "boards:write")
    parts, name = parts_of(request), name_of(request)
    found = await asked_record(parts.shelf.revisions, name)
    if await asked_record(parts.shelf.get, name) is None:
        last = await asked_record(_last_text, parts.shelf, name)
        if last is None or not await parts.lane.run(_could_see, who, name, last):
            raise no_board()
    return revised(found)


@Call(
    summary="One revision of a board",
    scope="boards:write",
    description="As the board itself.",
    path={"revision": int},
    answers={200: Answer("The board as it was.", WRITTEN)},
    problems=(409,),
)
async def revision(request: Request) -> Response:
    """`GET /api/v1/boards/{board}/revisions/{revision}`: what the board was."""
    who = allowed(request, "boards:write")
    name_of(request)
    return await text_answer(request, await _revision(request, who), NO_STORE)


@Call(
    summary="A board as it was",
    scope="boards:write",
    description="Writes that revision's text again; conditions as for PUT.",
    path={"revision": int},
    answers={200: Answer("Written.", Done), 201: Answer("Made anew.", Done)},
    problems=(409, 412, 422, 428),
)
async def restore(request: Request) -> Response:
    """`POST /api/v1/boards/{board}/revisions/{revision}/restore`: the same text again, as a new revision."""
    who = allowed(request, "boards:write")
    name = name_of(request)
    standing = await asked_record(parts_of(request).shelf.get, name)
    return await write(request, who, name, await _revision(request, who), expected_tag(request, standing))


async def _revision(request: Request, who: Who) -> str:
    """For who could see the board as it was then."""
    name, number, parts = request.path_params["board"], asked_number(request), parts_of(request)
    found = None if number is None else await asked_record(parts.shelf.revision, name, number)
    if found and found.text is not None and await parts.lane.run(_could_see, who, name, found.text):
        return found.text
    if await asked_record(parts.shelf.get, name) is None:
        raise no_board()
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
