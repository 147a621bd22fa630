"""Who has signed in? Single-use codes and sessions in Redis, each with the id of a person and nothing of their rights.

Only digests are stored, so that a dump of Redis opens no door.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from wallboard.stream.keys import SESSION_S, SIGN_IN_CODE_S, Keys
from wallboard.stream.redis import answering

_SECRET_BYTES = 32
_LONGEST_SECRET = 128  # longer ones are none of ours and are not even hashed
_RENEW_BELOW_S = SESSION_S - 300  # a session in use is renewed every five minutes, not with every request
_REF = 16  # characters of a digest by which a list names a session


class Session(Struct, frozen=True):
    """`person`: the id in the record. `browser`, `address`: as it said and where it was at sign-in."""

    person: str
    began_ms: int = 0
    browser: str = ""
    address: str = ""
    by: Literal["link", "password", "oidc"] = "link"


class Listed(NamedTuple):
    """A session as its owner sees it. `ref` opens nothing. `used_s`: so long ago, within five minutes."""

    ref: str
    session: Session
    used_s: int


class SignIn:
    """Codes are good once and for 15 minutes; sessions end 30 days after they were last used, or by `end`.

    Every method raises StreamUnavailable when Redis does not answer.
    """

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def issue(self, person: str) -> str:
        """A new code for a link such as `http://host:port/signin#CODE`."""
        code = secrets.token_urlsafe(_SECRET_BYTES)
        with answering("sessions"):
            await self._redis.set(self._keys.sign_in_code(_digest(code)), person, ex=SIGN_IN_CODE_S)
        return code

    async def redeem(self, code: str) -> str | None:
        """The person whom this code signs in, once. None: unknown, used before, or too old."""
        if not _may_be_ours(code):
            return None
        with answering("sessions"):
            stored = await self._redis.getdel(self._keys.sign_in_code(_digest(code)))
        return _text(stored) if stored else None

    async def begin(self, session: Session) -> str:
        """A new session's token."""
        token = secrets.token_urlsafe(_SECRET_BYTES)
        digest, of = _digest(token), self._keys.sessions_of(session.person)
        with answering("sessions"):
            pipe = self._redis.pipeline()
            pipe.set(self._keys.session(digest), msgspec.json.encode(session), ex=SESSION_S)
            pipe.sadd(of, digest)
            pipe.expire(of, SESSION_S)
            await pipe.execute()
        return token

    async def session(self, token: str) -> Session | None:
        """None: signed out, expired, or never ours."""
        return (await self.sessions([token]))[0]

    async def sessions(self, tokens: Sequence[str]) -> list[Session | None]:
        """The same of several, in one question. Being asked for is being used."""
        digests = [_digest(token) if _may_be_ours(token) else None for token in tokens]
        with answering("sessions"):
            found = dict(await self._read({one for one in digests if one}))
            for digest, (session, left_s) in found.items():
                if left_s < _RENEW_BELOW_S:
                    await self._redis.expire(self._keys.session(digest), SESSION_S)
                    await self._redis.expire(self._keys.sessions_of(session.person), SESSION_S)
        return [found[one][0] if one in found else None for one in digests]

    async def of(self, person: str) -> list[Listed]:
        """All sessions of a person, the one that was used last first."""
        with answering("sessions"):
            digests = {_text(digest) for digest in await self._redis.smembers(self._keys.sessions_of(person))}
            found = dict(await self._read(digests))
            if ended := digests - found.keys():
                await self._redis.srem(self._keys.sessions_of(person), *ended)
        listed = [Listed(one[:_REF], session, SESSION_S - left_s) for one, (session, left_s) in found.items()]
        return sorted(listed, key=lambda one: (one.used_s, -one.session.began_ms))

    async def counts(self, people: Sequence[str]) -> dict[str, int]:
        """How many sessions each of these people has."""
        with answering("sessions"):
            pipe = self._redis.pipeline(transaction=False)
            for person in people:
                pipe.smembers(self._keys.sessions_of(person))
            digests = dict(zip(people, await pipe.execute(), strict=True))
            for known in filter(None, digests.values()):
                pipe.exists(*(self._keys.session(_text(digest)) for digest in known))
            counted = iter(await pipe.execute())
        return {person: int(next(counted)) if known else 0 for person, known in digests.items()}

    async def end(self, token: str) -> None:
        with answering("sessions"):
            await self._redis.delete(self._keys.session(_digest(token)))

    async def end_of(self, person: str, ref: str | None = None, *, but: str = "") -> int:
        """Ends the session of this person that a list names by `ref`, or all of them but the one with token `but`."""
        with answering("sessions"):
            digests = [_text(digest) for digest in await self._redis.smembers(self._keys.sessions_of(person))]
            ending = [one for one in digests if (ref is None or one[:_REF] == ref) and one != _digest(but)]
            keys = [self._keys.session(one) for one in ending]
            ended = int(await self._redis.delete(*keys)) if keys else 0
            if ending == digests:
                await self._redis.delete(self._keys.sessions_of(person))
            return ended

    async def _read(self, digests: Iterable[str]) -> list[tuple[str, tuple[Session, int]]]:
        """Those that have not ended, each with the seconds that are left."""
        asked = list(digests)
        if not asked:
            return []
        pipe = self._redis.pipeline(transaction=False)
        for digest in asked:
            pipe.get(self._keys.session(digest))
            pipe.ttl(self._keys.session(digest))
        answers = await pipe.execute()
        read = [
            (one, _decode(stored), left_s)
            for one, stored, left_s in zip(asked, answers[::2], answers[1::2], strict=True)
        ]
        return [(digest, (session, left_s)) for digest, session, left_s in read if session is not None]


def ref_of(token: str) -> str:
    """By which name a list shows this session."""
    return _digest(token)[:_REF]


def _may_be_ours(secret: str) -> bool:
    return 0 < len(secret) <= _LONGEST_SECRET


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _text(stored: bytes | str) -> str:
    return stored if isinstance(stored, str) else stored.decode()


def _decode(stored: bytes | None) -> Session | None:
    """None also for what an older version wrote: those people sign in again."""
    try:
        return msgspec.json.decode(stored, type=Session) if stored else None
    except msgspec.MsgspecError:
        return None
