"""Who waits in this queue? For leads: contacts one by one, the longest wait first."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wallboard.core.waiting import waiting
from wallboard.web.asking import check, once_each
from wallboard.web.auth import allowed
from wallboard.web.problems import Problem, near
from wallboard.web.wiring import parts_of

LONGEST = 256


async def floor(request: Request) -> Response:
    """`GET /api/v1/floor?queue=NAME`: `now`, `total`, and the first 50 that wait (core/waiting.py)."""
    allowed(request, "people:read")
    parts = parts_of(request)
    query = once_each(request)
    check(query, {"queue"}, LONGEST)
    if "queue" not in query:
        raise Problem(400, "Expected queue=NAME in the query.", at="$.queue")
    if not parts.pipeline.documents:
        raise Problem(503, "The state is still being loaded.", headers={"retry-after": "1"})
    name, queues = query["queue"], parts.pipeline.documents.get("queues", {})
    if name not in queues:
        raise Problem(404, "There is no such queue.", at="$.queue", **near(name, queues))
    found = waiting(parts.pipeline.floor, name)
    body = {"queue": name, "now": parts.pipeline.floor.now_ms, "total": found.total, "waiting": found.shown}
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"cache-control": "no-store"})
