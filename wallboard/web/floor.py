"""Who waits in this queue? For leads: contacts one by one, the longest wait first."""

from typing import Any, TypedDict

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.waiting import waiting
from wallboard.web.asking import check, once_each
from wallboard.web.auth import allowed
from wallboard.web.calls import Answer, Call, Query
from wallboard.web.problems import Problem, near
from wallboard.web.who import Who
from wallboard.web.wiring import Parts, expect_loaded, parts_of, whole_floor
from wallboard.web.within import has_queue

LONGEST = 256


class Waiting(TypedDict):
    queue: str
    now: int
    total: int
    waiting: list[dict[str, Any]]


@Call(
    summary="Who waits in a queue",
    scope="people:read",
    description="The first 50, the longest wait first.",
    query=(Query("queue", "Of this queue.", required=True),),
    answers={200: Answer("How many wait, and who.", Waiting)},
    problems=(404, 422),
)
async def floor(request: Request) -> Response:
    """`GET /api/v1/floor?queue=NAME`: `now`, `total`, and the first 50 that wait (core/waiting.py)."""
    who = allowed(request, "people:read")
    parts = parts_of(request)
    query = once_each(request)
    check(query, {"queue"}, LONGEST)
    if "queue" not in query:
        raise Problem(400, "Expected queue=NAME in the query.", at="$.queue")
    expect_loaded(parts)
    async with whole_floor(parts):
        body = _waiting(parts, who, query["queue"])
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"cache-control": "no-store"})


def _waiting(parts: Parts, who: Who, name: str) -> Waiting:
    """Raises Problem 404."""
    floor = parts.pipeline.floor
    own = [queue for queue in parts.pipeline.documents.get("queues", {}) if has_queue(who, floor, queue)]
    if name not in own:
        raise Problem(404, "There is no such queue, or not for you.", at="$.queue", **near(name, own))
    found = waiting(floor, name)
    return {"queue": name, "now": floor.now_ms, "total": found.total, "waiting": found.shown}
