"""What is mine? Name, password and sessions of whoever is signed in: `/account` and the calls behind it."""

import asyncio
from typing import Annotated, Any, TypedDict
from urllib.parse import urlsplit

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.core.errors import Conflict
from wallboard.core.fields import Text
from wallboard.record.audit import By
from wallboard.record.people import Person, key
from wallboard.stream.signin import Listed, ref_of
from wallboard.web.auth import CREDENTIAL, who_asks
from wallboard.web.body import body_of, read_as
from wallboard.web.browsers import remember
from wallboard.web.calls import Answer, Call
from wallboard.web.passwords import unfit
from wallboard.web.problems import Problem
from wallboard.web.recorded import answering, asked_record
from wallboard.web.signin import safe_next
from wallboard.web.wiring import Parts, parts_of

BODY_BYTES = 4_096
BY_LINK_MS = 15 * 60_000  # so long after signing in by a link the old password is not asked for
NO_STORE = {"cache-control": "no-store"}

Secret = Annotated[str, Meta(min_length=1, max_length=256)]


class Chosen(Struct, forbid_unknown_fields=True, kw_only=True):
    """`old`: needed where there is a password, but for 15 minutes after signing in with a link."""

    password: Secret
    old: Secret | None = None
    name: Text | None = None


class Mine(TypedDict):
    """A session. `used`: ms UTC, within five minutes."""

    ref: str
    began: int
    used: int
    browser: str
    address: str
    by: str
    here: bool


class Sessions(TypedDict):
    sessions: list[Mine]


class Named(TypedDict):
    name: str


class AccountPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        person = await _myself(request)
        wanted = safe_next(request.query_params.get("next", "/account"))
        oidc = parts_of(request).config.oidc
        provider = person.subject and (oidc.called if oidc else urlsplit(person.subject).hostname)
        context = {
            "person": person,
            "provider": provider,
            "next": wanted,
            "new": wanted != "/account",
            "https": parts_of(request).https,
        }
        return self._templates.TemplateResponse(request, "account.html", context, headers=NO_STORE)


@Call(
    summary="Choose a name and a password",
    scope="",
    description="Of whoever is signed in. Their other sessions end.",
    body=Chosen,
    answers={200: Answer("Under which name they sign in from now on.", Named)},
    problems=(409, 422),
)
async def choose(request: Request) -> Response:
    """`POST /api/v1/account/password`."""
    person, parts = await _myself(request), parts_of(request)
    if person.subject is not None:
        raise Problem(409, "You sign in with an OpenID provider: a password here would go on when you are gone there.")
    asked = read_as(await body_of(request, BODY_BYTES), Chosen, '{"password": "…", "old": "…"}')
    token = request.scope[CREDENTIAL].secret
    await _knows(request, person, asked, token)
    name = (asked.name or person.name).strip()
    if wrong := unfit(asked.password, name):
        raise Problem(422, wrong, at="$.password")
    await _check_new(parts, person, name)
    to_be = {"name": name, "password": await parts.passwords.hash(asked.password)}
    with answering():
        try:
            now = await asyncio.to_thread(
                lambda: parts.people.change(
                    person.id,
                    by=By(person.name, "person", person.id),
                    now_ms=parts.clock_ms(),
                    what="person.password",
                    **to_be,
                )
            )
        except Conflict as error:
            raise Problem(409, f"{str(error).capitalize()}.", at="$.name") from None
        await parts.sessions.signin.end_of(person.id, but=token)
    parts.sessions.changed(person.id)
    answer = JSONResponse({"name": name}, headers=NO_STORE)
    if now is not None:
        remember(request, now, answer)
    return answer


async def _check_new(parts: Parts, person: Person, name: str) -> None:
    """Nobody takes a name of the audit trail for themselves; an administrator may give it. Raises Problem 409."""
    if key(name) == key(person.name):
        return
    known = await asked_record(parts.audit.names)
    if key(name) in map(key, known):
        text = f"Somebody did things here as {name}: choose another name, or ask an administrator for this one."
        raise Problem(409, text, at="$.name")


async def _knows(request: Request, person: Person, asked: Chosen, token: str) -> None:
    """Raises Problem 403: somebody else may sit at this browser."""
    parts = parts_of(request)
    with answering():
        session = await parts.sessions.signin.session(token)
    fresh = session is not None and session.by == "link" and parts.clock_ms() - session.began_ms < BY_LINK_MS
    if person.password is None or fresh:
        return
    if asked.old is None or not await parts.passwords.fits(person.name, person.password, asked.old, by=person.id):
        raise Problem(403, "The old password is not right. An administrator can give you a new link.", at="$.old")


@Call(summary="Where I am signed in", scope="", answers={200: Answer("Every session, the last used first.", Sessions)})
async def sessions(request: Request) -> Response:
    """`GET /api/v1/account/sessions`."""
    person, parts = await _myself(request), parts_of(request)
    with answering():
        found = await parts.sessions.signin.of(person.id)
    here = ref_of(request.scope[CREDENTIAL].secret)
    return JSONResponse({"sessions": [told(one, parts.clock_ms(), here) for one in found]}, headers=NO_STORE)


@Call(summary="Sign out elsewhere", scope="", answers={200: Answer("How many sessions ended.", dict[str, int])})
async def end_others(request: Request) -> Response:
    """`DELETE /api/v1/account/sessions`: all but this one."""
    person, parts = await _myself(request), parts_of(request)
    with answering():
        ended = await parts.sessions.signin.end_of(person.id, but=request.scope[CREDENTIAL].secret)
    await _noted(parts, person)
    return JSONResponse({"ended": ended}, headers=NO_STORE)


@Call(
    summary="End one of my sessions",
    scope="",
    answers={200: Answer("How many sessions ended.", dict[str, int])},
    problems=(404,),
)
async def end(request: Request) -> Response:
    """`DELETE /api/v1/account/sessions/{ref}`."""
    person, parts = await _myself(request), parts_of(request)
    with answering():
        ended = await parts.sessions.signin.end_of(person.id, request.path_params["ref"])
    if not ended:
        raise Problem(404, "This session has ended already, or was never yours.")
    await _noted(parts, person)
    return JSONResponse({"ended": ended}, headers=NO_STORE)


async def _noted(parts: Parts, person: Person) -> None:
    by, now_ms = By(person.name, "person", person.id), parts.clock_ms()
    await asked_record(parts.audit.write, now_ms, by, "person.signed_out", id=person.id, name=person.name)


def told(one: Listed, now_ms: int, here: str = "") -> dict[str, Any]:
    session = one.session
    return {
        "ref": one.ref, "began": session.began_ms, "used": now_ms - one.used_s * 1000, "browser": session.browser,
        "address": session.address, "by": session.by, "here": one.ref == here,
    }  # fmt: skip


async def _myself(request: Request) -> Person:
    """Raises Problem 403 for whoever is no person."""
    who = who_asks(request)
    if who.kind != "person":
        raise Problem(403, "This is for people who signed in: a program has neither password nor sessions.")
    found = (await asked_record(parts_of(request).people.of, [who.id])).get(who.id)
    if found is None:
        raise Problem(401, "This account was removed.")
    return found
