"""What was a text before? Revisions of named texts, counted from 1: a table for boards, and one for alert rules."""

from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

from wallboard.record.database import TABLES

KEPT = 100  # revisions of a text; the oldest go


class Revision(NamedTuple):
    """`who` wrote it; empty: it was there before. `text`: None where it was taken away, or was not asked for."""

    revision: int
    at_ms: int
    who: str
    text: str | None


class Earlier:
    """One table. Each method works within the transaction that it is given."""

    def __init__(self, table: str, of: str, longest: int) -> None:
        """`of`: the column of the name, of so many characters at most."""
        self._table = Table(
            table, TABLES,
            Column(of, String(longest)), Column("revision", Integer),
            Column("at_ms", BigInteger, nullable=False), Column("who", String(256), nullable=False),
            Column("text", Text),
            PrimaryKeyConstraint(of, "revision"),
        )  # fmt: skip
        self._of = of
        self._name, self._revision = self._table.c[of], self._table.c.revision

    def names(self, to: Connection) -> list[str]:
        """Of everything that has revisions."""
        return list(to.execute(select(self._name).distinct()).scalars())

    def all(self, to: Connection, name: str) -> list[Revision]:
        """The newest first, without their texts."""
        of = self._table.c
        asked = select(of.revision, of.at_ms, of.who).where(self._name == name).order_by(self._revision.desc())
        return [Revision(*row, None) for row in to.execute(asked)]

    def one(self, to: Connection, name: str, revision: int) -> Revision | None:
        of = self._table.c
        asked = select(of.revision, of.at_ms, of.who, of.text)
        row = to.execute(asked.where(self._name == name, self._revision == revision)).first()
        return Revision(*row) if row else None

    def last(self, to: Connection, name: str) -> int:
        """The newest revision's number; 0: there is none."""
        found = to.execute(select(func.max(self._revision)).where(self._name == name)).scalar()
        return int(found or 0)

    def keep(self, to: Connection, name: str, revision: int, now_ms: int, who: str, text: str | None) -> int:
        row = {self._of: name, "revision": revision, "at_ms": now_ms, "who": who[:256], "text": text}
        to.execute(insert(self._table).values(**row))
        to.execute(delete(self._table).where(self._name == name, self._revision <= revision - KEPT))
        return revision

    def found(self, to: Connection, name: str, now_ms: int, before: str | None) -> int:
        """What stands elsewhere is kept as it is found, where that is news; the newest revision's number."""
        last = self.last(to, name)
        newest = self.one(to, name, last)
        if before is None or (newest and newest.text == before):
            return last
        return self.keep(to, name, last + 1, now_ms, "", before)
