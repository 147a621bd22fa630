"""How does a refused or failed request answer? As problem+json (RFC 9457), never as a traceback."""

from collections.abc import Iterable
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wallboard.core.errors import WallboardError

COMPARED = 500  # names that a wrong one is compared with

log = structlog.get_logger()


class ProblemBody(Struct, kw_only=True):
    """How a refusal reads: `detail` says what to do, `at` where, `did_you_mean` has near names."""

    type: str
    title: str
    status: int
    detail: str
    at: str | msgspec.UnsetType = msgspec.UNSET
    did_you_mean: list[str] | msgspec.UnsetType = msgspec.UNSET


class Problem(WallboardError):
    """A request that is refused. `detail` says what to do; `more` are further members, such as `at`."""

    def __init__(self, status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.more = more


def near(wrong: str, known: Iterable[str]) -> dict[str, Any]:
    """`did_you_mean`: the nearest names, the best first; nothing where none is near."""
    likely = [name for name in known if abs(len(name) - len(wrong)) <= 4][:COMPARED]
    found = get_close_matches(wrong, likely, n=3)
    return {"did_you_mean": found} if found else {}


def problem_response(problem: Problem) -> Response:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **problem.more,
    }
    return Response(
        msgspec.json.encode(body),
        problem.status,
        media_type="application/problem+json",
        headers={"cache-control": "no-store", **problem.headers},
    )


class Refusals:
    """What routes raise: for programs as problem+json, for people who opened a page as a page."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def problem(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return self._answer(request, error)

    async def http(self, request: Request, error: Exception) -> Response:
        """What the router refuses: no such page, no such method."""
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["allow"] = ", ".join(_methods(request))
        return self._answer(request, Problem(error.status_code, _said(error), headers=headers))

    def _answer(self, request: Request, problem: Problem) -> Response:
        if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            return problem_response(problem)
        context = {"status": problem.status, "title": HTTPStatus(problem.status).phrase, "detail": problem.detail}
        headers = {"cache-control": "no-store", **problem.headers}
        return self._templates.TemplateResponse(request, "problem.html", context, problem.status, headers)


class Unexpected:
    """Outermost: an error that nobody foresaw is logged once, here, and answers 500 without detail."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:  # a request's root: logged once, the connection ends, the server goes on
            log.exception("request failed", method=scope.get("method", "websocket"), path=scope["path"])
            if not started:
                await problem_response(Problem(500, OUR_FAULT))(scope, receive, send)


def _methods(request: Request) -> list[str]:
    """Of all routes at this address: the router names those of the first alone."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    found = [route.methods or () for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for methods in found for method in methods})


OUR_FAULT = "The server failed on this request; its log says where. Nothing is known to be wrong with it."
_SAID = {
    404: "There is nothing at this address. /docs lists what there is.",
    405: "This address does not take this method; the Allow header lists those that it takes.",
}


def _said(error: HTTPException) -> str:
    if error.detail == HTTPStatus(error.status_code).phrase:
        return _SAID.get(error.status_code, error.detail)
    return error.detail
