"""What does the record keep of boards? Those that were made in the editor, and what each board was before.

A change names the revision that it is made from: of two at once the second is told so, on any database.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from wallboard.record.audit import note
from wallboard.record.database import TABLES, Record

Told = Mapping[str, object] | None
KEPT = 100  # revisions of a board; the oldest go
MOST_BOARDS = 500  # in the record

_boards = Table(
    "boards", TABLES,
    Column("id", String(64), primary_key=True), Column("text", Text, nullable=False),
    Column("revision", Integer, nullable=False),
)  # fmt: skip
_revisions = Table(
    "board_revisions", TABLES,
    Column("board", String(64)), Column("revision", Integer),
    Column("at_ms", BigInteger, nullable=False), Column("who", String(256), nullable=False),
    Column("text", Text),
    PrimaryKeyConstraint("board", "revision"),
)  # fmt: skip


class Behind(Exception):
    """The board is not what the change was made from any more: somebody else was quicker."""


class Revision(NamedTuple):
    """`who` wrote it; empty: it was there before. `text`: None where it was taken away, or was not asked for."""

    revision: int
    at_ms: int
    who: str
    text: str | None


class Made(NamedTuple):
    """A board of the record."""

    text: str
    revision: int


class Revisions:
    """Blocking: call it from a thread. Every method raises RecordUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def standing(self) -> dict[str, int]:
        """Id → revision of the boards that were made here."""
        with self._connected() as to:
            return {row.id: row.revision for row in to.execute(select(_boards.c.id, _boards.c.revision))}

    def texts(self) -> dict[str, Made]:
        with self._connected() as to:
            return {row.id: Made(row.text, row.revision) for row in to.execute(select(_boards))}

    def text(self, board: str) -> Made | None:
        with self._connected() as to:
            row = to.execute(select(_boards).where(_boards.c.id == board)).first()
        return Made(row.text, row.revision) if row else None

    def of(self, board: str) -> list[Revision]:
        """The newest first, without their texts."""
        of = _revisions.c
        asked = select(of.revision, of.at_ms, of.who).where(of.board == board).order_by(of.revision.desc())
        with self._connected() as to:
            return [Revision(*row, None) for row in to.execute(asked)]

    def one(self, board: str, revision: int) -> Revision | None:
        of = _revisions.c
        asked = select(of.revision, of.at_ms, of.who, of.text).where(of.board == board, of.revision == revision)
        with self._connected() as to:
            row = to.execute(asked).first()
        return Revision(*row) if row else None

    def put(
        self, board: str, text: str, who: str, now_ms: int, *, was: Made | None, before: str | None, told: Told = None
    ) -> Made:
        """The board as it is now. Raises Behind where it is not `was` any more.

        `before`: what stood there if there is no `was`; it is kept too. `told`: for the audit trail.
        """
        with self._connected() as to, _alone():
            last = _last(to, board)
            if was is None and before is not None and last == 0:
                last = _keep(to, board, 1, now_ms, "", before)
            row = {"text": text, "revision": last + 1}
            if was is None:
                to.execute(insert(_boards).values(id=board, **row))
            elif to.execute(update(_boards).where(_same(board, was)).values(**row)).rowcount != 1:
                raise Behind
            _audit(to, board, "board.changed" if was or before else "board.added", who, now_ms, last + 1, told)
            return Made(text, _keep(to, board, last + 1, now_ms, who, text))

    def remove(self, board: str, who: str, now_ms: int, was: Made) -> None:
        """Raises Behind where it is not `was` any more."""
        with self._connected() as to, _alone():
            if to.execute(delete(_boards).where(_same(board, was))).rowcount != 1:
                raise Behind
            last = _last(to, board)
            _audit(to, board, "board.removed", who, now_ms, last + 1)
            _keep(to, board, last + 1, now_ms, who, None)

    def note(self, board: str, text: str | None, who: str, now_ms: int, before: str | None, told: Told = None) -> None:
        """A board that stands elsewhere was changed: what it was is kept too, where that is news."""
        with self._connected() as to, _alone():
            last = _last(to, board)
            newest = (_revisions.c.board == board) & (_revisions.c.revision == last)
            if before is not None and to.execute(select(_revisions.c.text).where(newest)).scalar() != before:
                last = _keep(to, board, last + 1, now_ms, "", before)
            what = "board.removed" if text is None else "board.changed"
            _audit(to, board, what, who, now_ms, last + 1, told)
            _keep(to, board, last + 1, now_ms, who, text)


def _audit(to: Connection, board: str, what: str, who: str, now_ms: int, revision: int, told: Told = None) -> None:
    """That it changed, and what it says of people now where that is another thing than before."""
    note(to, now_ms, who, what, {"board": board, "revision": revision})
    if told is not None:
        note(to, now_ms, who, "board.people", {"board": board, **told})


@contextmanager
def _alone() -> Iterator[None]:
    """Of two at once the second finds a key taken, or its row changed."""
    try:
        yield
    except IntegrityError:
        raise Behind from None


def _same(board: str, was: Made) -> ColumnElement[bool]:
    return (_boards.c.id == board) & (_boards.c.revision == was.revision)


def _last(to: Connection, board: str) -> int:
    found = to.execute(select(func.max(_revisions.c.revision)).where(_revisions.c.board == board)).scalar()
    return int(found or 0)


def _keep(to: Connection, board: str, revision: int, now_ms: int, who: str, text: str | None) -> int:
    row = {"board": board, "revision": revision, "at_ms": now_ms, "who": who[:256], "text": text}
    to.execute(insert(_revisions).values(**row))
    old = (_revisions.c.board == board) & (_revisions.c.revision <= revision - KEPT)
    to.execute(delete(_revisions).where(old))
    return revision
