"""How are the revisions of a text answered? Of a board, and of an alert rule."""

from collections.abc import Iterable
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.record.earlier import Revision

NO_STORE = {"cache-control": "no-store"}


class Change(TypedDict):
    """`at` in ms UTC; `who` empty: it stood in the file before."""

    revision: int
    at: int
    who: str


class Revised(TypedDict):
    revisions: list[Change]


def revised(found: Iterable[Revision]) -> Response:
    rows = [Change(revision=one.revision, at=one.at_ms, who=one.who) for one in found]
    return JSONResponse(Revised(revisions=rows), headers=NO_STORE)


def asked_number(request: Request) -> int | None:
    """The one in the path; None: there is none of such a number."""
    number = request.path_params["revision"]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else None
