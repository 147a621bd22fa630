"""How does a person come in by the house's own sign-in? OpenID Connect: authorization code with PKCE.

`GET /signin/oidc` sends the browser to the provider, which sends it to `GET /signin/oidc/back` with a code. Whose it is
the provider tells us directly (web/claims.py); the account is found by issuer and subject, never by name. Its role, and
what it is bound to where the file names claims for that, are those of the claims, anew at each sign-in.
"""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wallboard.core.errors import Conflict
from wallboard.core.fields import Text
from wallboard.provider import Provider
from wallboard.record.people import ROLES, Bound, People, Person, Role
from wallboard.stream.keys import AWAY_S
from wallboard.web.claims import Asked
from wallboard.web.cookie import Cookie
from wallboard.web.problems import Problem
from wallboard.web.rate import Rates
from wallboard.web.recorded import answering
from wallboard.web.signin import NOBODY_COMES_IN, safe_next, signed_in
from wallboard.web.wiring import Parts, parts_of

HERE, BACK = "/signin/oidc", "/signin/oidc/back"
BY = "OpenID provider"  # in the audit trail
_NEW_PER_S, _NEW_AT_ONCE = 0.5, 100  # for one address: a whole house may have one
_ALL_PER_S, _ALL_AT_ONCE = 20, 500
_ALL = ""
_NAMESAKES = 50
_BOUND_AT_MOST = 200  # boards, teams or agents of one person
_NAMES = ("name", "preferred_username", "email", "sub")  # where the claim of the file says nothing
_NO_STORE = {"cache-control": "no-store"}


class ProviderSignIn:
    """The two routes; 404 where no provider is configured."""

    def __init__(self, parts: Parts) -> None:
        self._provider = parts.config.oidc
        self._asked = Asked(self._provider) if self._provider else None
        self._back = (parts.config.server.public_url or "").rstrip("/") + BACK
        self._cookie = Cookie("away", namespace=parts.config.namespace, https=parts.https)
        self._new = Rates(_NEW_PER_S, _NEW_AT_ONCE)
        self._all = Rates(_ALL_PER_S, _ALL_AT_ONCE)

    async def leave(self, request: Request) -> Response:
        provider, asked = self._configured()
        parts = parts_of(request)
        self._new.spend(request.client.host if request.client else "", 1, parts.clock_ms())
        self._all.spend(_ALL, 1, parts.clock_ms())
        at = await asked.addresses()
        with answering(NOBODY_COMES_IN):
            left = await parts.away.leave(safe_next(request.query_params.get("next", "/")))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(left.trip.verifier.encode()).digest()).rstrip(b"=")
        query = urlencode({
            "response_type": "code", "client_id": provider.client_id, "redirect_uri": self._back,
            "scope": " ".join(provider.scopes), "state": left.state, "nonce": left.trip.nonce,
            "code_challenge": challenge.decode(), "code_challenge_method": "S256",
        })  # fmt: skip
        joined = "&" if "?" in at.authorization_endpoint else "?"
        answer = RedirectResponse(f"{at.authorization_endpoint}{joined}{query}", 302, _NO_STORE)
        self._cookie.set(answer, left.browser, AWAY_S)
        return answer

    async def back(self, request: Request) -> Response:
        provider, asked = self._configured()
        parts, query = parts_of(request), request.query_params
        with answering(NOBODY_COMES_IN):
            trip = await parts.away.back(query.get("state", ""), self._cookie.of(request) or "")
        if trip is None:
            raise Problem(400, _NOT_BEGUN)
        if query.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
            raise Problem(400, _NOT_BEGUN)
        if "code" not in query:
            raise Problem(403, f"{provider.called} did not sign you in. Open the sign-in page to try again.")
        now_ms = parts.clock_ms()
        claims = await asked.claims(query["code"], trip.verifier, trip.nonce, self._back, now_ms // 1000)
        person = await _account(parts, provider, claims)
        answer = RedirectResponse(trip.next, 303, _NO_STORE)
        self._cookie.clear(answer)
        return await signed_in(request, person, "oidc", answer)

    def _configured(self) -> tuple[Provider, Asked]:
        if self._provider is None or self._asked is None:
            raise Problem(404, "No OpenID provider is configured here: docs/people.md says how, under [oidc].")
        return self._provider, self._asked


_NOT_BEGUN = (
    "This sign-in did not begin in this browser, is older than 10 minutes, or was used. "
    "Open the sign-in page and begin again there."
)


async def _account(parts: Parts, provider: Provider, claims: Mapping[str, Any]) -> Person:
    """Whose claims these are. Raises Problem 403, 409 and 503."""
    with answering(NOBODY_COMES_IN):
        role = _role_of(provider, claims)
        if role is None:
            await _let_go(parts, _subject_of(provider, claims))
            raise Problem(403, f"{provider.called} knows you, but gives you no role here. {_ASK}")
        try:
            person = await asyncio.to_thread(settled, parts.people, provider, claims, role, parts.clock_ms())
        except Conflict as error:
            raise Problem(409, f"You could not be signed in: {error}.") from None
    parts.sessions.changed(person.id)
    if person.disabled:
        raise Problem(403, f"Your account here is disabled. {_ASK}")
    return person


_ASK = "Ask an administrator of the wallboard."


async def _let_go(parts: Parts, subject: str) -> None:
    """Who has a role no more is signed out everywhere."""
    person = await asyncio.to_thread(parts.people.at_provider, subject)
    if person is not None:
        await parts.sessions.signin.end_of(person.id)


def settled(people: People, provider: Provider, claims: Mapping[str, Any], role: Role, now_ms: int) -> Person:
    """The account, made where there is none, with what the claims give. Raises Conflict."""
    subject, name = _subject_of(provider, claims), name_of(provider, claims)
    for number in range(1, _NAMESAKES):
        person = people.at_provider(subject)
        if person is not None:
            to_be: dict[str, Any] = {"role": role, "bound": _bound_of(provider, claims, person.bound)}
            if all(getattr(person, key) == value for key, value in to_be.items()):
                return person
            changed = people.change(person.id, by=BY, now_ms=now_ms, **to_be)
            if changed is not None:
                return changed
            continue
        called = name if number == 1 else f"{name} {number}"  # somebody else's account is never taken over by a name
        try:
            return people.add(called, role, _bound_of(provider, claims), by=BY, now_ms=now_ms, subject=subject)
        except Conflict:
            continue  # the name is taken, or another sign-in made this account just now
    raise Conflict(f"there are too many people called {name}")


def _role_of(provider: Provider, claims: Mapping[str, Any]) -> Role | None:
    """The one that may most, where several are given."""
    said = set(_texts(claims, provider.role_claim))
    given = [role for name, role in provider.roles.items() if name in said]
    return max(given, key=ROLES.index, default=provider.default_role)


def _bound_of(provider: Provider, claims: Mapping[str, Any], before: Bound = Bound()) -> Bound:  # noqa: B008 (frozen)
    """A claim that the file names and the provider does not send binds to nothing at all, not to everything."""
    named = {"boards": provider.boards_claim, "teams": provider.teams_claim, "agents": provider.agents_claim}
    return msgspec.structs.replace(before, **{key: _texts(claims, claim) for key, claim in named.items() if claim})


def name_of(provider: Provider, claims: Mapping[str, Any]) -> str:
    for claim in (provider.name_claim, *_NAMES):
        for text in _texts(claims, claim):
            if text.strip():
                return text.strip()[:200]
    return "Nameless"


def _subject_of(provider: Provider, claims: Mapping[str, Any]) -> str:
    return f"{provider.issuer} {claims['sub']}"


def _texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The claim of this name, or at this path (`realm_access.roles`): a text or a list of them; else nothing."""
    found: Any = claims
    for part in [name] if name in claims else name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    listed = found if isinstance(found, list) else [found]
    return tuple(text for text in listed[:_BOUND_AT_MOST] if _is_text(text))


def _is_text(value: object) -> bool:
    try:
        msgspec.convert(value, Text)
    except msgspec.ValidationError:
        return False
    return True
