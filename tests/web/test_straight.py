"""The busiest call goes past the routes, and is answered and refused as through them."""

from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wallboard.web import speaking
from wallboard.web.problems import Problem, Refusals
from wallboard.web.straight import Straight


async def takes(request: Request) -> Response:
    if await request.body() == b"bad":
        raise Problem(429, "Too much at once.", headers={"retry-after": "3"})
    return Response("taken", 202)


async def others(scope: Scope, receive: Receive, send: Send) -> None:
    raise HTTPException(404)


async def asked(method: str, path: str, body: bytes = b"") -> list[dict[str, Any]]:
    straight = Straight(others, {("POST", "/busy"): takes}, Refusals(speaking.templates()))
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}
    await straight(scope, receive, send)
    return sent


async def test_it_is_answered_without_the_routes() -> None:
    start, body = await asked("POST", "/busy")
    assert (start["status"], body["body"]) == (202, b"taken")


async def test_what_it_refuses_is_told_as_everywhere() -> None:
    start, body = await asked("POST", "/busy", b"bad")
    assert start["status"] == 429
    assert dict(start["headers"])[b"retry-after"] == b"3"
    assert dict(start["headers"])[b"content-type"] == b"application/problem+json"
    assert b"Too much at once." in body["body"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/busy"), ("POST", "/busy/"), ("POST", "/other")])
async def test_every_other_method_and_address_goes_to_the_routes(method: str, path: str) -> None:
    with pytest.raises(HTTPException):
        await asked(method, path)
