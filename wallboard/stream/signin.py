"""Who has signed in? Single-use codes and sessions in Redis.

Only digests are stored, so that a dump of Redis opens no door.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from redis.asyncio import Redis

from wallboard.stream.keys import SESSION_S, SIGN_IN_CODE_S, Keys
from wallboard.stream.redis import answering

_SECRET_BYTES = 32
_LONGEST_SECRET = 128  # longer ones are none of ours and are not even hashed
_RENEW_BELOW_S = SESSION_S - 86_400  # a session in use is renewed once a day, not with every request


class Person(NamedTuple):
    """Somebody who signed in, and what they may do."""

    name: str
    scopes: tuple[str, ...]


class SignIn:
    """Codes are good once and for 15 minutes; sessions end 30 days after they were last used, or by `end`.

    Every method raises StreamUnavailable when Redis does not answer.
    """

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def issue(self, person: Person) -> str:
        """A new code for a link such as `http://host:port/signin#CODE`."""
        code = secrets.token_urlsafe(_SECRET_BYTES)
        with answering("sessions"):
            await self._redis.set(self._keys.sign_in_code(_digest(code)), _encode(person), ex=SIGN_IN_CODE_S)
        return code

    async def redeem(self, code: str) -> tuple[str, Person] | None:
        """A new session's token for a code. None: unknown, used before, or too old."""
        if not _may_be_ours(code):
            return None
        with answering("sessions"):
            stored = await self._redis.getdel(self._keys.sign_in_code(_digest(code)))
            if stored is None:
                return None
            token = secrets.token_urlsafe(_SECRET_BYTES)
            await self._redis.set(self._keys.session(_digest(token)), stored, ex=SESSION_S)
        return token, _decode(stored)

    async def session(self, token: str) -> Person | None:
        """Whose session this is. None: signed out, expired, or never ours."""
        return (await self.sessions([token]))[0]

    async def sessions(self, tokens: Sequence[str]) -> list[Person | None]:
        """The same of several, in one question."""
        keys = [self._keys.session(_digest(token)) if _may_be_ours(token) else None for token in tokens]
        known = [key for key in keys if key]
        if not known:
            return [None] * len(tokens)
        with answering("sessions"):
            pipe = self._redis.pipeline(transaction=False)
            for key in known:
                pipe.get(key)
                pipe.ttl(key)
            answers = await pipe.execute()
            found = dict(zip(known, zip(answers[::2], answers[1::2], strict=True), strict=True))
            for key, (stored, left_s) in found.items():
                if stored is not None and left_s < _RENEW_BELOW_S:
                    await self._redis.expire(key, SESSION_S)
        people = {key: None if stored is None else _decode(stored) for key, (stored, _) in found.items()}
        return [people[key] if key else None for key in keys]

    async def end(self, token: str) -> None:
        with answering("sessions"):
            await self._redis.delete(self._keys.session(_digest(token)))


def _may_be_ours(secret: str) -> bool:
    return 0 < len(secret) <= _LONGEST_SECRET


def _encode(person: Person) -> bytes:
    return msgspec.json.encode(person)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _decode(stored: bytes | str) -> Person:
    return msgspec.json.decode(stored, type=Person)
