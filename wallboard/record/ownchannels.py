"""Where do leads want to be told? The channels that each added: of an account, whatever it is called.

    add ─▶ (a webhook, Apprise) told there          add ─▶ code ─▶ confirm, or the chat's number ─▶ told there

Whatever changes stands in the audit trail, without the address.
"""

import hashlib
import secrets
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    String,
    Table,
    Text,
    column,
    delete,
    func,
    insert,
    select,
    table,
    update,
)

from wallboard.core.errors import Conflict
from wallboard.core.rules import OWN, Severity
from wallboard.record.audit import note
from wallboard.record.database import TABLES, Record

MOST = 5  # of one account
CODE_MS = 3_600_000  # so long a code is good
MOST_TRIES = 5  # of one code
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is read as another one
Kind = Literal["webhook", "mail", "telegram", "apprise"]  # of receivers
_CODE_LETTERS = 10
_ID_BYTES = 6

_channels = Table(
    "own_channels", TABLES,
    Column("id", String(16), primary_key=True), Column("person", String(32), nullable=False, index=True),
    Column("kind", String(16), nullable=False), Column("target", Text, nullable=False),
    Column("secret", Text, nullable=False), Column("least", String(16), nullable=False), Column("quiet", Text),
    Column("made_ms", BigInteger, nullable=False), Column("confirmed_ms", BigInteger), Column("code", String(64)),
    Column("code_ms", BigInteger), Column("tries", Integer, nullable=False),
)  # fmt: skip
_of = _channels.c


class OwnChannel(Struct, frozen=True, kw_only=True):
    """What a lead gave. `person`: the account's id. `target`: a mail address, the number of a chat, an address of a
    webhook or of Apprise. `secret`: of a webhook, as it was shown. Instants in ms UTC; `confirmed_ms` None: nothing is
    told there yet. `code_ms`: when the last code was made."""

    id: str
    person: str
    kind: Kind
    target: str
    secret: str = ""
    least: Severity = "info"
    quiet: str | None = None
    made_ms: int = 0
    confirmed_ms: int | None = None
    code: str | None = None
    code_ms: int | None = None
    tries: int = 0

    @property
    def receiver(self) -> str:
        """Its name as a receiver, which none of the file has."""
        return OWN + self.id

    def __repr__(self) -> str:
        return f"OwnChannel(id={self.id!r}, kind={self.kind!r})"


class OwnChannels:
    """Blocking: call it from a thread. Every method raises RecordUnavailable when the database does not answer.
    `by`: who does it, for the trail."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def all(self) -> list[OwnChannel]:
        """The oldest first."""
        with self._connected() as to:
            return [_told(row) for row in to.execute(select(_channels).order_by(_of.made_ms, _of.id))]

    def of(self, person: str) -> list[OwnChannel]:
        """Those of one account, the oldest first."""
        mine = select(_channels).where(_of.person == person).order_by(_of.made_ms, _of.id)
        with self._connected() as to:
            return [_told(row) for row in to.execute(mine)]

    def add(self, wanted: OwnChannel, *, by: str, now_ms: int) -> OwnChannel:
        """With an id of its own. Raises Conflict where there are MOST, the same one, or no such account any more."""
        made = msgspec.structs.replace(wanted, id=secrets.token_hex(_ID_BYTES), made_ms=now_ms)
        with self._connected() as to:
            _hold(to, made.person)
            mine = _of.person == made.person
            if to.execute(select(func.count()).where(mine)).scalar_one() >= MOST:
                raise Conflict(f"there are {MOST} channels already: remove one first")
            same = mine & (_of.kind == made.kind) & (_of.target == made.target)
            if to.execute(select(_of.id).where(same)).first():
                raise Conflict("this channel is there already")
            to.execute(insert(_channels).values(msgspec.structs.asdict(made)))
            note(to, now_ms, by, "channel.added", _named(made) | {"least": made.least, "quiet": made.quiet})
        return made

    def change(self, channel: OwnChannel, *, by: str, now_ms: int, **to_be: Any) -> OwnChannel | None:
        """`least`, `quiet`. None: it is not there any more."""
        before = {name: getattr(channel, name) for name in to_be if getattr(channel, name) != to_be[name]}
        if not before:
            return channel
        with self._connected() as to:
            if not to.execute(update(_channels).where(_of.id == channel.id).values(to_be)).rowcount:
                return None
            after = {name: to_be[name] for name in before}
            note(to, now_ms, by, "channel.changed", _named(channel) | {"before": before, "after": after})
        return msgspec.structs.replace(channel, **to_be)

    def code(self, channel: OwnChannel, *, by: str, now_ms: int) -> str | None:
        """A new one, which makes the last one void. None: it is not there any more, or confirmed."""
        code = "".join(secrets.choice(LETTERS) for _ in range(_CODE_LETTERS))
        waits = (_of.id == channel.id) & _of.confirmed_ms.is_(None)
        with self._connected() as to:
            put = update(_channels).where(waits).values(code=_digest(code), code_ms=now_ms, tries=0)
            if not to.execute(put).rowcount:
                return None
            note(to, now_ms, by, "channel.code", _named(channel))
        return code

    def confirm(self, channel: OwnChannel, code: str, *, by: str, now_ms: int) -> bool:
        """Whether that was its code, in time; of wrong ones MOST_TRIES are heard."""
        hears = (_of.id == channel.id) & (_of.tries < MOST_TRIES)
        with self._connected() as to:
            if not to.execute(update(_channels).where(hears).values(tries=_of.tries + 1)).rowcount:
                return False
            return _confirmed(to, _waits_for(code, now_ms) & (_of.id == channel.id), by, now_ms) is not None

    def waiting(self, code: str, now_ms: int) -> OwnChannel | None:
        """The chat of Telegram that this code is for, while it is good."""
        with self._connected() as to:
            found = to.execute(select(_channels).where(_chat_for(code, now_ms))).first()
            return _told(found) if found else None

    def link(self, code: str, chat: str, *, by: str, now_ms: int) -> OwnChannel | None:
        """Whoever sends this code to the bot has this chat. None: it is good no more."""
        with self._connected() as to:
            return _confirmed(to, _chat_for(code, now_ms), by, now_ms, target=chat)

    def remove(self, channel: OwnChannel, *, by: str, now_ms: int) -> bool:
        with self._connected() as to:
            gone = to.execute(delete(_channels).where(_of.id == channel.id)).rowcount > 0
            if gone:
                note(to, now_ms, by, "channel.removed", _named(channel))
        return gone


def plain_code(text: str) -> str:
    """As it was made, however it was typed."""
    return "".join(text.upper().replace("-", " ").split())


def _waits_for(code: str, now_ms: int) -> Any:
    """The one with this code, while it is good."""
    return (_of.code == _digest(plain_code(code))) & (_of.code_ms > now_ms - CODE_MS)


def _chat_for(code: str, now_ms: int) -> Any:
    return _waits_for(code, now_ms) & (_of.kind == "telegram")


def _confirmed(to: Connection, waits: Any, by: str, now_ms: int, **to_be: Any) -> OwnChannel | None:
    found = to.execute(select(_channels).where(waits)).first()
    if found is None:
        return None
    put = to_be | {"confirmed_ms": now_ms, "code": None, "tries": 0}
    if not to.execute(update(_channels).where(waits).values(put)).rowcount:
        return None
    confirmed = msgspec.structs.replace(_told(found), **put)
    note(to, now_ms, by, "channel.confirmed", _named(confirmed))
    return confirmed


def _hold(to: Connection, person: str) -> None:
    """Nobody else adds one for this account meanwhile. Raises Conflict where it is gone."""
    id_, seen = column("id", String), column("seen_ms", BigInteger)
    people = table("people", id_, seen)
    if not to.execute(update(people).where(id_ == person).values(seen_ms=seen)).rowcount:
        raise Conflict("this account is gone")


def _named(channel: OwnChannel) -> dict[str, object]:
    """For the trail: no address."""
    return {"id": channel.id, "kind": channel.kind, "person": channel.person}


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _told(row: Any) -> OwnChannel:
    return OwnChannel(**row._mapping)
