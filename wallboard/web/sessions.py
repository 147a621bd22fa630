"""Whose browser is this? The session cookie, and what this process remembers of sessions it has seen."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response

from wallboard.core.errors import StreamUnavailable
from wallboard.stream.signin import Person, SignIn

_FRESH_S = 4.0  # how long a session is believed without asking again: a revocation bites within 5 s
_STALE_S = 600.0  # how long a known session is believed while Redis is away: a wall must survive a reload
_REMEMBERED = 10_000
_COOKIE_S = 400 * 86_400  # the longest that browsers keep; the server decides, and renews what is in use


class _Seen(NamedTuple):
    person: Person
    at_s: float


class Sessions:
    def __init__(self, signin: SignIn, *, namespace: str, https: bool) -> None:
        self.signin = signin
        self._https = https
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        # One name per namespace: browsers share cookies between all ports of a host.
        name = re.sub(r"[^A-Za-z0-9_-]", "_", namespace) + "-session"
        self.cookie = f"__Host-{name}" if https else name

    async def person(self, token: str, now_s: float) -> Person | None:
        """Who signed in with this token. `now_s` is monotonic. Raises StreamUnavailable."""
        seen = self._seen.get(token)
        if seen and now_s - seen.at_s < _FRESH_S:
            return seen.person
        try:
            person = await self.signin.session(token)
        except StreamUnavailable:
            if seen and now_s - seen.at_s < _STALE_S:
                return seen.person
            raise
        self._remember(token, person, now_s)
        return person

    async def good(self, tokens: Sequence[str]) -> set[str]:
        """Those of these tokens whose session has not ended. Raises StreamUnavailable."""
        people = await self.signin.sessions(tokens)
        return {token for token, person in zip(tokens, people, strict=True) if person is not None}

    async def redeem(self, code: str) -> tuple[str, Person] | None:
        return await self.signin.redeem(code)

    async def end(self, token: str) -> None:
        self._seen.pop(token, None)
        await self.signin.end(token)

    def set_cookie(self, response: Response, token: str) -> None:
        """Lax: Strict would drop the session on links from mail. Unsafe methods check Origin as well."""
        response.set_cookie(
            self.cookie, token, max_age=_COOKIE_S, path="/", secure=self._https, httponly=True, samesite="lax"
        )

    def clear_cookie(self, response: Response) -> None:
        response.delete_cookie(self.cookie, path="/", secure=self._https, httponly=True, samesite="lax")

    def _remember(self, token: str, person: Person | None, now_s: float) -> None:
        self._seen.pop(token, None)
        if person is None:
            return
        self._seen[token] = _Seen(person, now_s)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
