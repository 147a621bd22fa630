"""Which programs may come in? Tokens `wb_<id>_<secret>`: what they may do, where, until when, when last used.

Only a digest of the secret is kept. It has 192 random bits, so that a fast hash is enough: there is nothing to guess.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Row,
    String,
    Table,
    Text,
    column,
    delete,
    insert,
    select,
    table,
    update,
)

from wallboard.core.errors import Refused
from wallboard.record.audit import note
from wallboard.record.database import TABLES, Record
from wallboard.record.people import key

BY_QUEUE = frozenset({"events:write", "state:read", "people:read"})  # scopes that a limit to queues can bind
MOST = 1_000  # every web process holds all of them
_ID_BYTES = 6
_SECRET_BYTES = 24
_SHAPE = re.compile(r"wb_([0-9a-f]{12})_([A-Za-z0-9_-]{32})")

_tokens = Table(
    "tokens", TABLES,
    Column("id", String(16), primary_key=True), Column("digest", String(64), nullable=False),
    Column("name", String(256), nullable=False), Column("scopes", Text, nullable=False), Column("source", String(256)),
    Column("queues", Text), Column("teams", Text),
    Column("created_ms", BigInteger, nullable=False), Column("created_by", String(256), nullable=False),
    Column("expires_ms", BigInteger), Column("used_ms", BigInteger),
)  # fmt: skip


class Token(NamedTuple):
    """One program's. `queues`, `teams`: nothing else may be said or read; None: no limit. `source`: it speaks as this
    source and no other."""

    id: str
    digest: str
    name: str
    scopes: frozenset[str]
    source: str | None
    queues: frozenset[str] | None
    teams: frozenset[str] | None
    created_ms: int
    created_by: str
    expires_ms: int | None
    used_ms: int | None

    def opens(self, secret: str) -> bool:
        return hmac.compare_digest(_digest(secret), self.digest)

    def is_over(self, now_ms: int) -> bool:
        return self.expires_ms is not None and self.expires_ms <= now_ms


class Wanted(NamedTuple):
    """What a new token shall be."""

    name: str
    scopes: frozenset[str]
    source: str | None = None
    queues: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    expires_ms: int | None = None


class Tokens:
    """Blocking: call it from a thread. Every method raises RecordUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def create(self, wanted: Wanted, by: str, now_ms: int) -> tuple[Token, str]:
        """The token as kept, and as it is given to the program: this once. Raises Refused, at `$` where there are too
        many already, at `$.name` or `$.source` where somebody is called so."""
        _check(wanted)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        token = Token(
            secrets.token_hex(_ID_BYTES), _digest(secret), wanted.name, wanted.scopes, wanted.source, wanted.queues,
            wanted.teams, now_ms, str(by), wanted.expires_ms, None,
        )  # fmt: skip
        with self._connected() as to:
            _check_free(to, wanted)
            if len(to.execute(select(_tokens.c.id)).all()) >= MOST:
                raise Refused("$", f"there are {MOST} tokens already: revoke some first")
            to.execute(insert(_tokens).values(**token._asdict() | _lists(token)))
            note(to, now_ms, by, "token.created", _detail(token))
        return token, f"wb_{token.id}_{secret}"

    def all(self) -> dict[str, Token]:
        """By id, the oldest first."""
        with self._connected() as to:
            rows = to.execute(select(_tokens).order_by(_tokens.c.created_ms, _tokens.c.id)).all()
        return {row.id: _token(row) for row in rows}

    def revoke(self, token: str, by: str, now_ms: int) -> bool:
        """False: there is none."""
        with self._connected() as to:
            row = to.execute(select(_tokens).where(_tokens.c.id == token)).first()
            if row is None:
                return False
            to.execute(delete(_tokens).where(_tokens.c.id == token))
            note(to, now_ms, by, "token.revoked", _detail(_token(row)))
            return True

    def used(self, when: Mapping[str, int]) -> None:
        """Token → when it was last used; never set back by a process that knew less."""
        of = _tokens.c
        with self._connected() as to:
            for token, at_ms in when.items():
                newer = of.used_ms.is_(None) | (of.used_ms < at_ms)
                to.execute(update(_tokens).where(of.id == token, newer).values(used_ms=at_ms))


def parted(text: str) -> tuple[str, str] | None:
    """Id and secret of what a program sent. None: no token of ours."""
    found = _SHAPE.fullmatch(text)
    return (found[1], found[2]) if found else None


def _check(wanted: Wanted) -> None:
    """Raises Refused for limits that would bind nothing."""
    if wanted.queues is not None and not wanted.scopes <= BY_QUEUE:
        only = ", ".join(sorted(BY_QUEUE))
        raise Refused("$.queues", f"only {only} can be limited to queues: make a second token for the rest")
    if "admin" in wanted.scopes and (wanted.teams is not None or wanted.source is not None):
        at = "$.teams" if wanted.teams is not None else "$.source"
        raise Refused(at, "admin cannot be limited: it could make a token that is not")


def _check_free(to: Connection, wanted: Wanted) -> None:
    """The trail tells who it was by their name: no program is called like a person. Raises Refused."""
    people = set(to.execute(select(column("name_key", String)).select_from(table("people"))).scalars())
    for field in ("name", "source"):
        name = getattr(wanted, field)
        if name and key(name) in people:
            raise Refused(f"$.{field}", f"'{name}' is a person here: choose a name that tells the program from them")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _detail(token: Token) -> dict[str, object]:
    hidden = ("digest", "created_ms", "created_by", "used_ms")
    return {name: value for name, value in token._asdict().items() if name not in hidden and value is not None}


def _lists(token: Token) -> dict[str, str | None]:
    return {name: _told(getattr(token, name)) for name in ("scopes", "queues", "teams")}


def _told(names: Iterable[str] | None) -> str | None:
    return None if names is None else msgspec.json.encode(sorted(names)).decode()


def _token(row: Row[tuple[object, ...]]) -> Token:
    told = row._asdict()
    return Token(**told | {name: _names(told[name]) for name in ("scopes", "queues", "teams")})


def _names(told: str | None) -> frozenset[str] | None:
    return None if told is None else msgspec.json.decode(told, type=frozenset[str])
