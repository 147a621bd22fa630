"""Who is asking, and may they? One gate before every route, for HTTP and for WebSocket.

Open to all are only `/healthz`, `/readyz`, `/signin`, the way to an OpenID provider and back, `/pair`, `/csp` and
static files.
Everything else needs `Authorization: Bearer …` or a session cookie. The gate looks at `scope["path"]`, as routing does.

A WebSocket that may not come in is let through with `scope["wallboard.refused"]`, a close code and a reason:
a browser cannot read the status of a failed handshake, so the endpoint accepts and closes with them.
"""

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from wallboard.core.errors import RecordUnavailable, StreamUnavailable
from wallboard.web.bearer import Bearers, token_in
from wallboard.web.known import Credential, Kind, Known
from wallboard.web.origin import Origins
from wallboard.web.problems import Problem, problem_response
from wallboard.web.recorded import away
from wallboard.web.who import Who

__all__ = ["CREDENTIAL", "REFUSED", "WHO", "Access", "Who", "allowed", "who_asks"]

WHO = "wallboard.who"
REFUSED = "wallboard.refused"
CREDENTIAL = "wallboard.credential"
IS_SCREEN = "wallboard.screen"  # the browser says it is one
SIGN_IN_AGAIN = 4401
NOT_ALLOWED = 4403
TRY_AGAIN_LATER = 1013

_REPORTS = "/csp"  # from pages that tell no referrer, so that their Origin is "null" (web/csp.py)
_OPEN = frozenset(
    {"/healthz", "/readyz", "/signin", "/signin/oidc", "/signin/oidc/back", "/pair", _REPORTS, "/favicon.ico"}
)
_STATIC = "/static/"
_WEBHOOKS = "/api/v1/in/"  # they prove themselves by a signature of their own (web/webhooks.py)
_FOR_PROGRAMS = ("/api/", "/metrics", "/live")
_READING = frozenset({"state:read", "people:read"})
_BY_QUEUE = frozenset({"/api/v1/state", "/api/v1/explain", "/api/v1/history", "/api/v1/floor"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def who_asks(connection: HTTPConnection) -> Who:
    """The caller. Not for open paths, where nobody is known."""
    who: Who = connection.scope[WHO]
    return who


def allowed(connection: HTTPConnection, scope: str) -> Who:
    """The caller, who has this scope. Raises Problem 403."""
    who = who_asks(connection)
    if not who.may(scope):
        raise Problem(403, f"'{who.name}' lacks the scope {scope}.")
    if who.queues is not None and scope in _READING and not _of_own_queue(connection, who.queues):
        names = ", ".join(sorted(who.queues)[:5]) or "none"
        raise Problem(403, f"'{who.name}' is limited to the queues {names}: ask for one of them with ?queue=NAME.")
    return who


def _of_own_queue(connection: HTTPConnection, queues: frozenset[str]) -> bool:
    """Only calls that answer for the one queue that they are asked about."""
    return connection.scope["path"] in _BY_QUEUE and connection.query_params.get("queue") in queues


class Access:
    """The gate. Sets `wallboard.who`: Who, or None on open paths.

    For what may be revoked also `wallboard.credential`: a connection that lives long must be closed when it is
    (web/staying.py).
    """

    def __init__(
        self,
        app: ASGIApp,
        known: Known,
        cookies: Mapping[Kind, str],
        origins: Origins,
        bearers: Bearers,
        open_metrics: bool,
    ) -> None:
        """`cookies`: what each kind of credential is called in a browser, the one that counts most first."""
        self._app = app
        self._known = known
        self._cookies = cookies
        self._origins = origins
        self._bearers = bearers
        self._open = _OPEN | {"/metrics"} if open_metrics else _OPEN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            scope[WHO] = who = await self._who(scope)
            if scope["type"] == "websocket" and who and not who.may("state:read"):
                scope[REFUSED] = (NOT_ALLOWED, "you may not read the state")
        except Problem as problem:
            if scope["type"] != "websocket" or problem.status not in _CLOSE_CODES:
                await _refuse(problem, scope, receive, send)
                return
            scope[WHO], scope[REFUSED] = None, _CLOSE_CODES[problem.status]
        await self._app(scope, receive, send)

    async def _who(self, scope: Scope) -> Who | None:
        path: str = scope["path"]
        unsafe = scope["type"] == "websocket" or scope["method"] not in _SAFE
        if path in self._open or path.startswith((_STATIC, _WEBHOOKS)):
            if unsafe and path != _REPORTS:
                self._origins.check(scope, needed=False)
            return None
        cookie, authorization = _sent(scope, b"cookie"), _sent(scope, b"authorization")
        sent = cookie_parser(cookie[0]) if cookie else {}
        cookies = [Credential(kind, sent[name]) for kind, name in self._cookies.items() if name in sent]
        if authorization:
            self._origins.check(scope, needed=False)
            return await self._bearer(scope, authorization)
        if unsafe:
            self._origins.check(scope, needed=bool(cookies))
        if not cookies:
            raise _nobody()
        scope[IS_SCREEN] = cookies[-1].kind == "screen"
        return await self._behind(scope, cookies, "This session has ended. Sign in again.")

    async def _bearer(self, scope: Scope, authorization: list[str]) -> Who:
        token = token_in(authorization)
        if token is None:
            raise _nobody()
        if admin := self._bearers.admin(token):
            return admin
        return await self._behind(scope, [Credential("token", token)], "This token is not known here, or was revoked.")

    async def _behind(self, scope: Scope, credentials: Iterable[Credential], otherwise: str) -> Who:
        """Whose the first good one is: a session that has ended does not keep a screen out."""
        unknown = False
        for credential in credentials:
            try:
                who = await self._known.who(credential, _now_s())
            except (StreamUnavailable, RecordUnavailable):
                unknown = True
                continue
            if who is not None:
                scope[CREDENTIAL] = credential
                return who
        if unknown:
            raise away("Redis or the record", "It cannot be checked who asks; try again soon.")
        raise _nobody(otherwise)


_CLOSE_CODES = {
    401: (SIGN_IN_AGAIN, "sign in again"),
    503: (TRY_AGAIN_LATER, "it cannot be checked now who asks"),
}


_HOW_TO_COME_IN = "Send 'Authorization: Bearer TOKEN', or sign in with a link. A token in the URL is never taken."


def _sent(scope: Scope, wanted: bytes) -> list[str]:
    """The values of this header, as they came."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


def _nobody(detail: str = _HOW_TO_COME_IN) -> Problem:
    return Problem(401, detail, headers={"www-authenticate": "Bearer"})


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    path: str = scope["path"]
    if problem.status == 401 and scope.get("method") in ("GET", "HEAD") and not path.startswith(_FOR_PROGRAMS):
        if scope.get(IS_SCREEN):  # one that was revoked: nobody stands before it who could sign in
            await RedirectResponse("/pair", 303, {"cache-control": "no-store"})(scope, receive, send)
            return
        wanted = path + ("?" + scope["query_string"].decode("latin-1") if scope["query_string"] else "")
        answer = RedirectResponse("/signin?next=" + quote(wanted, safe=""), 303, {"cache-control": "no-store"})
        await answer(scope, receive, send)
        return
    await problem_response(problem)(scope, receive, send)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
