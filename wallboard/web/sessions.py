"""Whose browser is this? The session cookie, and the rights that its person has now."""

import asyncio
import re
from collections.abc import Mapping, Sequence

from starlette.responses import Response

from wallboard.record.people import People
from wallboard.stream.signin import Session, SignIn
from wallboard.web.remembered import Remembered
from wallboard.web.who import Who, who_of

_COOKIE_S = 400 * 86_400  # the longest that browsers keep; the server decides, and renews what is in use


class Sessions:
    """A kind of credential (web/known.py). Rights are looked up by the person's id: a change of them reaches all."""

    def __init__(self, signin: SignIn, people: People, *, namespace: str, https: bool) -> None:
        self.signin = signin
        self._people = people
        self._https = https
        self._sessions = Remembered(signin.session)
        self._rights = Remembered(self._rights_of)
        # One name per namespace: browsers share cookies between all ports of a host.
        name = re.sub(r"[^A-Za-z0-9_-]", "_", namespace) + "-session"
        self.cookie = f"__Host-{name}" if https else name

    async def who(self, secret: str, now_s: float) -> Who | None:
        session = await self._sessions.get(secret, now_s)
        return await self._rights.get(session.person, now_s) if session else None

    async def again(self, secrets: Sequence[str]) -> Mapping[str, Who]:
        sessions = dict(zip(secrets, await self.signin.sessions(secrets), strict=True))
        people = await asyncio.to_thread(self._people.of, {one.person for one in sessions.values() if one})
        rights = {person_id: who_of(person) for person_id, person in people.items()}
        return {token: who for token, one in sessions.items() if one and (who := rights.get(one.person))}

    async def begin(self, session: Session) -> str:
        """A new session's token."""
        return await self.signin.begin(session)

    async def end(self, token: str) -> None:
        try:
            await self.signin.end(token)
        finally:
            self._sessions.forget(token)

    def changed(self, person_id: str) -> None:
        """Their rights are other ones now: in this process at once."""
        self._rights.forget(person_id)

    def set_cookie(self, response: Response, token: str) -> None:
        """Lax: Strict would drop the session on links from mail. Unsafe methods check Origin as well."""
        response.set_cookie(
            self.cookie, token, max_age=_COOKIE_S, path="/", secure=self._https, httponly=True, samesite="lax"
        )

    def clear_cookie(self, response: Response) -> None:
        response.delete_cookie(self.cookie, path="/", secure=self._https, httponly=True, samesite="lax")

    async def _rights_of(self, person_id: str) -> Who | None:
        person = (await asyncio.to_thread(self._people.of, [person_id])).get(person_id)
        return who_of(person) if person else None
