"""How does a call that comes thousands of times a second reach its endpoint? Straight, once the gate let it in.

Behind the gate Starlette looks through the routes and lays two layers for refusals around each endpoint: for a single
event they cost as much as its reading. Here one look says which endpoint it is. The route stands in the list as before,
for the other methods and for the documentation.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wallboard.web.problems import Problem, Refusals

Endpoint = Callable[[Request], Awaitable[Response]]


class Straight:
    """Innermost. `to`: the endpoint of a method and address; all others go their way."""

    def __init__(self, app: ASGIApp, to: Mapping[tuple[str, str], Endpoint], refusals: Refusals) -> None:
        self._app, self._to, self._refusals = app, to, refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._to.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            response = await endpoint(request)
        except Problem as problem:
            response = await self._refusals.problem(request, problem)
        await response(scope, receive, send)
