"""Who changed what, and when? One line for whatever is granted, revoked, switched on or corrected.

`note` writes within the transaction of the change itself: there is no change without its line.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, String, Table, Text, delete, insert, select

from wallboard.record.database import TABLES, Record

MOST = 1_000  # lines in one answer
BY = "by"  # in what is kept of a line's detail: of which kind, and the id, which is taken out with a person
_SHOWN = 2_000  # characters of one detail
_NAME = 256  # and of the longest name

audit = Table(
    "audit", TABLES,
    Column("n", Integer, primary_key=True, autoincrement=True), Column("at_ms", BigInteger, nullable=False, index=True),
    Column("who", String(256), nullable=False), Column("what", String(64), nullable=False),
    Column("detail", Text, nullable=False),
)  # fmt: skip


class By(str):
    """Who does something: their name, which may change or be somebody else's later, and as which person or program."""

    __slots__ = ("id", "kind")
    kind: str
    id: str

    def __new__(cls, name: str, kind: str, id_: str) -> "By":
        made = super().__new__(cls, name)
        made.kind, made.id = kind, id_
        return made


class Line(NamedTuple):
    """`what`: such as `person.changed`. `detail`: whom or what it was done to, before and after. `by`: `person:ID` or
    `program:ID`, where it is known."""

    n: int
    at_ms: int
    who: str
    what: str
    detail: Mapping[str, object]
    by: str | None = None


def note(to: Connection, at_ms: int, who: str, what: str, detail: Mapping[str, object]) -> None:
    """One line more. Secrets do not belong into `detail`."""
    whose = {BY: {who.kind: who.id}} if isinstance(who, By) and who.id else {}
    to.execute(insert(audit).values(at_ms=at_ms, who=who[:256], what=what[:64], detail=_told({**detail, **whose})))


def _told(detail: Mapping[str, object]) -> str:
    """Too long a one with fewer items of each list and less text. Names stay whole or go: they must be found again
    when a person is erased (record/erasing.py)."""
    told = msgspec.json.encode(detail).decode()
    for most in (50, 10, 2, 0):
        if len(told) > _SHOWN:
            told = msgspec.json.encode({"shortened": True} | _shorter(detail, most)).decode()
    return told if len(told) <= _SHOWN else '{"shortened":true}'


def _shorter(told: Any, most: int) -> Any:
    if isinstance(told, dict):
        return {name: _shorter(value, most) for name, value in told.items()}
    if isinstance(told, (list, tuple)):
        return [_shorter(value, most) for value in told[:most]]
    return f"{told[:_NAME]}…" if isinstance(told, str) and len(told) > _NAME else told


class Audit:
    """Blocking: call it from a thread. Every method raises RecordUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def write(self, at_ms: int, who: str, what: str, **detail: object) -> None:
        with self._connected() as to:
            note(to, at_ms, who, what, detail)

    def write_each(self, at_ms: int, who: str, lines: Iterable[tuple[str, Mapping[str, object]]]) -> None:
        """Several at once: of each what was done, and its detail."""
        with self._connected() as to:
            for what, detail in lines:
                note(to, at_ms, who, what, detail)

    def names(self) -> list[str]:
        """Everybody who did something, once each."""
        with self._connected() as to:
            return list(to.execute(select(audit.c.who).distinct()).scalars())

    def drop(self, before_ms: int) -> int:
        """Takes out what is older. How many lines."""
        with self._connected() as to:
            return to.execute(delete(audit).where(audit.c.at_ms < before_ms)).rowcount

    def read(self, before: int | None = None, most: int = MOST) -> list[Line]:
        """The newest first; `before`: only lines with a smaller `n`."""
        asked = select(audit).order_by(audit.c.n.desc()).limit(min(most, MOST))
        if before is not None:
            asked = asked.where(audit.c.n < before)
        with self._connected() as to:
            return [
                _line(row.n, row.at_ms, row.who, row.what, msgspec.json.decode(row.detail)) for row in to.execute(asked)
            ]


def _line(n: int, at_ms: int, who: str, what: str, detail: dict[str, object]) -> Line:
    whose = detail.pop(BY, None)
    by = next((f"{kind}:{of}" for kind, of in whose.items()), None) if isinstance(whose, dict) else None
    return Line(n, at_ms, who, what, detail, by)
