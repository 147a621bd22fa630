"""How does a person come in and go out? With a single-use link, with name and password, or by a
provider (web/oidc.py).

`GET /signin` shows the page, whose script posts JSON to `POST /signin`: the code of a link, which stands behind `#` and
so reaches no log, or name and password. `POST /signout` ends the session.
"""

import asyncio
import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.record.people import Person
from wallboard.stream.signin import Session
from wallboard.web.body import body_of
from wallboard.web.browsers import number_of, remember
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates
from wallboard.web.recorded import answering
from wallboard.web.wiring import Parts, parts_of

_BODY_AT_MOST = 4_096
_TRIES_PER_S = 1 / 6  # of wrong codes from one address, after the first ten
_TRIES_AT_ONCE = 10
_BROWSER = 200  # characters of what it says it is
NOBODY_COMES_IN = "Nobody can sign in; try again soon."


class _Posted(Struct, forbid_unknown_fields=True):
    """Of a link the `code`; else `name` and `password`."""

    code: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_-]*$")] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    password: Annotated[str, Meta(min_length=1, max_length=256)] | None = None


_posted = msgspec.json.Decoder(_Posted)


class SignInPage:
    """The page and its POST. Wrong codes and passwords are counted for each address."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates
        self._tries = Rates(_TRIES_PER_S, _TRIES_AT_ONCE)

    async def show(self, request: Request) -> Response:
        wanted = safe_next(request.query_params.get("next", "/"))
        signed_in = parts_of(request).sessions.cookie in request.cookies
        provider = parts_of(request).config.oidc
        context = {"next": wanted, "signed_in": signed_in, "provider": provider and provider.called}
        answer = self._templates.TemplateResponse(request, "signin.html", context)
        answer.headers["cache-control"] = "no-store"
        return answer

    async def post(self, request: Request) -> Response:
        posted = await _read(request)
        parts = parts_of(request)
        if posted.code is None:
            person = await self._with_password(request, posted.name or "", posted.password or "")
            return await signed_in(request, person, "password")
        found = await _redeem(parts, posted.code)  # before the count: nobody guesses a good one
        if found is None:
            self._tries.spend(_address(request), 1, parts.clock_ms())
            raise Problem(401, _USED)
        return await signed_in(request, found, "link")

    async def _with_password(self, request: Request, name: str, password: str) -> Person:
        """Counted before it is looked at, so that one address cannot have many looked at together. Raises Problem."""
        parts, address = parts_of(request), _address(request)
        with answering(NOBODY_COMES_IN):
            person = await asyncio.to_thread(parts.people.named, name)
        browser = number_of(request, person)
        counted = f"browser {browser}" if browser else address
        self._tries.spend(counted, 1, parts.clock_ms())
        known = person.password if person and not person.disabled else None
        try:
            fits = await parts.passwords.fits(name, known, password, by=address, browser=browser or "")
        except Problem:  # not looked at
            self._tries.give_back(counted, 1, parts.clock_ms())
            raise
        if not fits or person is None:
            raise Problem(401, _WRONG)
        self._tries.give_back(counted, 1, parts.clock_ms())
        return person


_USED = "This link was used before or is older than 15 minutes. Ask for a new one."
_WRONG = "There is nobody of this name with this password. An administrator can give you a new link."


async def sign_out(request: Request) -> Response:
    sessions = parts_of(request).sessions
    answer = JSONResponse({}, headers={"cache-control": "no-store", "clear-site-data": '"cache", "storage"'})
    if token := request.cookies.get(sessions.cookie):
        with answering("The session still stands; try again soon."):
            await sessions.end(token)
        sessions.clear_cookie(answer)
    return answer


def safe_next(wanted: str) -> str:
    """Where to go after signing in: a path on this server, else the front page."""
    inside = re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f-\x9f]*", wanted)
    return wanted if inside and len(wanted) <= 1_000 and not wanted.startswith("/signin") else "/"


async def _read(request: Request) -> _Posted:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, 'Send application/json: {"code": "…"}, or {"name": "…", "password": "…"}.')
    body = await body_of(request, _BODY_AT_MOST)
    try:
        posted = _posted.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        posted = _Posted()
    if (posted.code is None) == (posted.name is None or posted.password is None):
        raise Problem(400, 'Expected {"code": "…"} of a sign-in link, or {"name": "…", "password": "…"}.', at="$")
    return posted


async def _redeem(parts: Parts, code: str) -> Person | None:
    """Whom the code signs in. None: it is good no more, or the account is disabled."""
    with answering(NOBODY_COMES_IN):
        person_id = await parts.sessions.signin.redeem(code)
        found = await asyncio.to_thread(parts.people.of, [person_id]) if person_id else {}
    person = found.get(person_id or "")
    return person if person and not person.disabled else None


async def signed_in(
    request: Request, person: Person, by: Literal["link", "password", "oidc"], answer: Response | None = None
) -> Response:
    """A session of its own for each sign-in: one that somebody planted before is worth nothing, one that this browser
    had ends. `answer`: what the cookie is set on."""
    parts = parts_of(request)
    before = request.cookies.get(parts.sessions.cookie)
    browser = request.headers.get("user-agent", "")[:_BROWSER]
    with answering(NOBODY_COMES_IN):
        token = await parts.sessions.begin(Session(person.id, parts.clock_ms(), browser, _address(request), by))
        if before:
            await parts.sessions.end(before)
        await asyncio.to_thread(parts.people.came, person.id, parts.clock_ms())
    told = {"name": person.name, "choose": person.password is None and person.subject is None}
    answer = answer or JSONResponse(told, headers={"cache-control": "no-store"})
    parts.sessions.set_cookie(answer, token)
    if by == "password":
        remember(request, person, answer)
    return answer


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
