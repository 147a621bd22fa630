"""Who went to the OpenID provider and is to come back? For ten minutes, once, and in the same browser.

Each stands under a digest of two secrets together: the `state` that travels through the provider and the one that this
browser keeps as a cookie. Whoever has only one of them finds nothing, and uses nothing up.
"""

import hashlib
import secrets
from typing import NamedTuple

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from wallboard.stream.keys import AWAY_S, Keys
from wallboard.stream.redis import answering

_SECRET_BYTES = 32
_LONGEST_SECRET = 128


class Trip(Struct, frozen=True):
    """`nonce`: must stand in what the provider signs. `verifier`: proves to it who asked (PKCE, RFC 7636). `next`: the
    page that was wanted."""

    nonce: str
    verifier: str
    next: str


class Left(NamedTuple):
    state: str
    browser: str
    trip: Trip


class Away:
    """Every method raises StreamUnavailable when Redis does not answer."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def leave(self, wanted: str) -> Left:
        state, browser, nonce, verifier = (secrets.token_urlsafe(_SECRET_BYTES) for _ in range(4))
        trip = Trip(nonce, verifier, wanted)
        with answering("sessions"):
            await self._redis.set(self._key(state, browser), msgspec.json.encode(trip), ex=AWAY_S)
        return Left(state, browser, trip)

    async def back(self, state: str, browser: str) -> Trip | None:
        """Once. None: too old, back already, or another browser's."""
        if not all(0 < len(one) <= _LONGEST_SECRET for one in (state, browser)):
            return None
        with answering("sessions"):
            stored = await self._redis.getdel(self._key(state, browser))
        return msgspec.json.decode(stored, type=Trip) if stored else None

    def _key(self, state: str, browser: str) -> str:
        both = f"{state} {browser}".encode("utf-8", "surrogateescape")
        return self._keys.away(hashlib.sha256(both).hexdigest())
