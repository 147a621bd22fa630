"""What may a program read? The state document, and whether this process lives and is ready."""

import asyncio
import hashlib
from typing import Any, Literal, TypedDict

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallboard.core.errors import StreamUnavailable
from wallboard.live.allowed import Allowed
from wallboard.web.auth import allowed, who_asks
from wallboard.web.calls import Answer, Call, Query
from wallboard.web.problems import Problem
from wallboard.web.sight import NO_BOARD, boards_for, seen_by, sees_floor
from wallboard.web.wiring import Parts, expect_loaded, parts_of

_READY_S = 1.0


class Alive(TypedDict):
    status: Literal["alive"]


class Ready(TypedDict):
    """Which part is not ready."""

    status: Literal["ready", "not ready"]
    state: bool
    redis: bool


class State(TypedDict):
    """The floor: a row by name of each kind. docs/kpis.md says what stands in a row."""

    sites: dict[str, dict[str, Any]]
    queues: dict[str, dict[str, Any]]
    groups: dict[str, dict[str, Any]]
    agents: dict[str, dict[str, Any]]
    kpis: dict[str, dict[str, Any]]
    alerts: dict[str, dict[str, Any]]
    notices: dict[str, dict[str, Any]]
    sources: dict[str, dict[str, Any]]


@Call(summary="Alive", scope=None, answers={200: Answer("The process answers.", Alive)})
async def healthz(request: Request) -> Response:
    """This process answers; nothing else is said."""
    return JSONResponse({"status": "alive"})


@Call(
    summary="Ready: state loaded and Redis answering",
    scope=None,
    answers={200: Answer("Ready.", Ready), 503: Answer("Not ready, and which part is not.", Ready)},
)
async def readyz(request: Request) -> Response:
    """The state is loaded and Redis answers: a load balancer may send people here."""
    parts = parts_of(request)
    state = {"state": parts.pipeline.ready, "redis": await _redis_answers(parts)}
    return JSONResponse(
        {"status": "ready" if all(state.values()) else "not ready", **state},
        200 if all(state.values()) else 503,
    )


@Call(
    summary="The state of the floor",
    scope="state:read",
    description="Whole without a filter.",
    query=(Query("board", "As this board shows it."), Query("queue", "This queue and what belongs to it.")),
    answers={
        200: Answer("The state document.", State),
        304: Answer("Unchanged since the ETag in If-None-Match."),
    },
    problems=(404,),
)
async def state(request: Request) -> Response:
    """`GET /api/v1/state`: whole, or with `?queue=` that queue alone with what hangs on it."""
    allowed(request, "state:read")
    parts = parts_of(request)
    queue, board = _filter(request)
    expect_loaded(parts)
    if board is None:
        await parts.pipeline.freshen()
    body = msgspec.json.encode(_seen(request, queue, board))
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if etag in (known.strip().removeprefix("W/") for known in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


async def _redis_answers(parts: Parts) -> bool:
    try:
        async with asyncio.timeout(_READY_S):
            await parts.stream.last_id()
    except (StreamUnavailable, TimeoutError):
        return False
    return True


def _filter(request: Request) -> tuple[str | None, str | None]:
    """The queue or the board that is asked for. Raises Problem 400 for anything else in the query."""
    query = dict(request.query_params)
    queue, board = query.pop("queue", None), query.pop("board", None)
    if query or (queue is not None and board is not None):
        raise Problem(400, "Expected nothing, board=ID or queue=NAME as the query.")
    return queue, board


def _seen(request: Request, queue: str | None, board: str | None) -> dict[str, Any]:
    parts = parts_of(request)
    if board is not None:
        if (found := boards_for(request).get(board)) is None:
            raise Problem(404, NO_BOARD)
        return parts.hub.state_of(found, who_asks(request).teams)
    whole = _projected(parts, seen_by(sees_floor(request)))
    if queue is None:
        return whole
    if queue not in whole.get("queues", {}):
        raise Problem(404, "No event has named this queue yet.")
    return of_queue(whole, queue)


def _projected(parts: Parts, allowed: Allowed) -> dict[str, dict[str, Any]]:
    """What is about people only as far as it may be seen."""
    whole = parts.pipeline.documents
    if allowed.everything and allowed.teams is None:
        return {kind: dict(rows) for kind, rows in whole.items()}

    def seen(kind: str, row: dict[str, Any]) -> bool:
        personal = kind == "agents" or "agent" in row or (kind == "alerts" and row["kind"] == "agents")
        return not personal or (allowed.everything and allowed.of_team(row))

    settings = parts.pipeline.floor.settings
    return {
        kind: {
            name: allowed.project(kind, name, row, lambda: settings) for name, row in rows.items() if seen(kind, row)
        }
        for kind, rows in whole.items()
    }


def of_queue(whole: dict[str, dict[str, Any]], queue: str) -> dict[str, dict[str, Any]]:
    """One queue, its site, its agents, and the notices and sources that it cannot be read without."""
    row = whole["queues"][queue]
    return {
        "sites": {name: site for name, site in whole["sites"].items() if name == row.get("site")},
        "queues": {queue: row},
        "groups": {},
        "agents": {name: agent for name, agent in whole["agents"].items() if queue in agent.get("queues", ())},
        "kpis": {},
        "alerts": {},
        "notices": {
            name: notice
            for name, notice in whole["notices"].items()
            if queue in notice.get("queues", (queue,)) and "boards" not in notice
        },
        "sources": whole["sources"],
    }
