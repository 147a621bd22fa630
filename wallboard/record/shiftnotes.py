"""What did one shift leave to the next in words? A note a lead and shift, seen until somebody else has read it.

Whatever is written and read stands in the audit trail, without the text.
"""

import secrets
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Engine, String, Table, Text, delete, insert, select, update

from wallboard.record.audit import note
from wallboard.record.database import TABLES, Record

MOST = 50  # that are told at once to one caller, the newest
KEPT_MS = 90 * 86_400_000
_ID_BYTES = 6

_notes = Table(
    "shift_notes", TABLES,
    Column("id", String(16), primary_key=True), Column("shift_ms", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True), Column("who", String(256), nullable=False),
    Column("by", String(256), nullable=False), Column("teams", Text), Column("text", Text, nullable=False),
    Column("read_by", String(256)), Column("read_ms", BigInteger),
)  # fmt: skip


class ShiftNote(NamedTuple):
    """`shift_ms`: when its shift began. `by`: the writer's account, whatever it is called. `teams`: None: for all."""

    id: str
    shift_ms: int
    at_ms: int
    who: str
    by: str
    teams: tuple[str, ...] | None
    text: str
    read_by: str | None = None
    read_ms: int | None = None


class ShiftNotes:
    """Blocking: call it from a thread. Every method raises RecordUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def write(
        self, shift_ms: int, text: str, *, who: str, by: str, teams: tuple[str, ...] | None, now_ms: int
    ) -> ShiftNote:
        """In place of the writer's own of this shift that nobody has read yet."""
        made = ShiftNote(secrets.token_hex(_ID_BYTES), shift_ms, now_ms, str(who), by, teams, text)
        own = (_notes.c.by == by) & (_notes.c.shift_ms == shift_ms) & _notes.c.read_ms.is_(None)
        with self._connected() as to:
            to.execute(delete(_notes).where(own))
            row = made._asdict() | {"teams": None if teams is None else msgspec.json.encode(teams).decode()}
            to.execute(insert(_notes).values(row))
            note(to, now_ms, who, "shift.noted", {"id": made.id})
        return made

    def read(self, name: str, *, who: str, now_ms: int) -> ShiftNote | None:
        """Somebody has read it; the first one counts. None: there is no such note."""
        of = _notes.c
        with self._connected() as to:
            put = update(_notes).where(of.id == name, of.read_ms.is_(None)).values(read_by=str(who), read_ms=now_ms)
            if to.execute(put).rowcount:
                note(to, now_ms, who, "shift.read", {"id": name})
            return _one(to, name)

    def one(self, name: str) -> ShiftNote | None:
        with self._connected() as to:
            return _one(to, name)

    def newest(self, by: str) -> ShiftNote | None:
        """The last one of this writer."""
        asked = select(_notes).where(_notes.c.by == by).order_by(_notes.c.at_ms.desc(), _notes.c.id).limit(1)
        with self._connected() as to:
            found = to.execute(asked).first()
            return _told(found) if found else None

    def standing(self, shift_ms: int, now_ms: int, sees: Callable[[ShiftNote], bool]) -> list[ShiftNote]:
        """Those that nobody has read yet, and those of the shift that began then, the newest first."""
        of = _notes.c
        asked = select(_notes).where(of.read_ms.is_(None) | (of.shift_ms == shift_ms), of.at_ms >= now_ms - KEPT_MS)
        with self._connected() as to:
            found = map(_told, to.execute(asked.order_by(of.at_ms.desc(), of.id)))
            return list(islice(filter(sees, found), MOST))

    def drop(self, now_ms: int) -> int:
        """Take out what is older than KEPT_MS; how many there were."""
        with self._connected() as to:
            return to.execute(delete(_notes).where(_notes.c.at_ms < now_ms - KEPT_MS)).rowcount


def _one(to: Connection, name: str) -> ShiftNote | None:
    found = to.execute(select(_notes).where(_notes.c.id == name)).first()
    return _told(found) if found else None


def _told(row: object) -> ShiftNote:
    found = ShiftNote(*row)  # type: ignore[misc]
    teams = found.teams if found.teams is None else tuple(msgspec.json.decode(str(found.teams), type=list[str]))
    return found._replace(teams=teams)
