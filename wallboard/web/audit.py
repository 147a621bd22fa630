"""Who changed what, and when? The audit trail for administrators: `GET /api/v1/audit`, as JSON or CSV."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, NotRequired, TypedDict

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.record.audit import MOST
from wallboard.record.audit import Line as Kept
from wallboard.web.auth import allowed
from wallboard.web.calls import JSON, Answer, Call, Query
from wallboard.web.problems import Problem
from wallboard.web.recorded import asked_record
from wallboard.web.spreadsheet import CSV, spreadsheet
from wallboard.web.wiring import parts_of


class Line(TypedDict):
    """`by`: the account or token of that time, as `person:ID` or `program:ID`: names change."""

    n: int
    at: int
    who: str
    by: NotRequired[str]
    what: str
    detail: dict[str, Any]


class Trail(TypedDict):
    lines: list[Line]


@Call(
    summary="The audit trail",
    scope="admin",
    description="Who changed what, the newest first; at most 1,000 lines. With Accept: text/csv a line each, with "
    "the instant in UTC and the detail as JSON. docs/people.md.",
    query=(Query("before", "Only lines with a smaller n: the next ones back.", Annotated[int, Meta(ge=0, lt=10**9)]),),
    answers={200: Answer("The lines.", {JSON: Trail, CSV: str})},
)
async def audit(request: Request) -> Response:
    """`GET /api/v1/audit`."""
    allowed(request, "admin")
    query = dict(request.query_params)
    before = query.pop("before", None)
    if query or (before is not None and not (before.isascii() and before.isdigit() and len(before) < 10)):
        raise Problem(400, "Expected nothing or before=N as the query.", at="$.before")
    lines = await asked_record(parts_of(request).audit.read, int(before) if before else None, MOST)
    if CSV in request.headers.get("accept", ""):
        return spreadsheet("audit.csv", _table(lines))
    rows = [_row(one) for one in lines]
    return JSONResponse({"lines": rows}, headers={"cache-control": "no-store", "vary": "accept"})


async def audit_csv(request: Request) -> Response:
    """The link on `/people`: the newest lines as a file."""
    allowed(request, "admin")
    return spreadsheet("audit.csv", _table(await asked_record(parts_of(request).audit.read, None, MOST)))


def _row(one: Kept) -> dict[str, Any]:
    row = {"n": one.n, "at": one.at_ms, "who": one.who, "what": one.what, "detail": one.detail}
    return row | ({"by": one.by} if one.by else {})


def _table(lines: Iterable[Kept]) -> Iterator[tuple[object, ...]]:
    yield "n", "at", "who", "by", "what", "detail"
    for one in lines:
        at = datetime.fromtimestamp(one.at_ms / 1000, UTC).isoformat(timespec="milliseconds")
        yield one.n, at, one.who, one.by or "", one.what, msgspec.json.encode(one.detail).decode()
