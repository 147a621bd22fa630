"""What does the record keep of boards? Those that were made in the editor, and what each board was before.

A change names the revision that it is made from: of two at once the second is told so, on any database.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from wallboard.record.audit import note
from wallboard.record.database import TABLES, Record
from wallboard.record.earlier import Earlier, Revision
from wallboard.record.granted import BOARD, keep

Told = Mapping[str, object] | None
MOST_BOARDS = 500  # in the record

_boards = Table(
    "boards", TABLES,
    Column("id", String(64), primary_key=True), Column("text", Text, nullable=False),
    Column("revision", Integer, nullable=False),
)  # fmt: skip
_earlier = Earlier("board_revisions", "board", 64)


class Behind(Exception):
    """The board is not what the change was made from any more: somebody else was quicker."""


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
        with self._connected() as to:
            return _earlier.all(to, board)

    def one(self, board: str, revision: int) -> Revision | None:
        with self._connected() as to:
            return _earlier.one(to, board, revision)

    def put(
        self, board: str, text: str, who: str, now_ms: int, *, was: Made | None, before: str | None, told: Told = None
    ) -> Made:
        """The board as it is now. Raises Behind where it is not `was` any more.

        `before`: what stood there if there is no `was`; it is kept too. `told`: for the audit trail.
        """
        with self._connected() as to, _alone():
            last = _earlier.last(to, board)
            if was is None and before is not None and last == 0:
                last = _earlier.keep(to, board, 1, now_ms, "", before)
            row = {"text": text, "revision": last + 1}
            if was is None:
                to.execute(insert(_boards).values(id=board, **row))
            elif to.execute(update(_boards).where(_same(board, was)).values(**row)).rowcount != 1:
                raise Behind
            _audit(to, board, "board.changed" if was or before else "board.added", who, now_ms, last + 1, told)
            return Made(text, _earlier.keep(to, board, last + 1, now_ms, who, text))

    def remove(self, board: str, who: str, now_ms: int, was: Made) -> None:
        """Raises Behind where it is not `was` any more."""
        with self._connected() as to, _alone():
            if to.execute(delete(_boards).where(_same(board, was))).rowcount != 1:
                raise Behind
            last = _earlier.last(to, board)
            _audit(to, board, "board.removed", who, now_ms, last + 1)
            _earlier.keep(to, board, last + 1, now_ms, who, None)

    def note(self, board: str, text: str | None, who: str, now_ms: int, before: str | None, told: Told = None) -> None:
        """A board that stands elsewhere was changed: what it was is kept too, where that is news."""
        with self._connected() as to, _alone():
            last = _earlier.found(to, board, now_ms, before)
            what = "board.removed" if text is None else "board.changed"
            _audit(to, board, what, who, now_ms, last + 1, told)
            _earlier.keep(to, board, last + 1, now_ms, who, text)


def _audit(to: Connection, board: str, what: str, who: str, now_ms: int, revision: int, told: Told = None) -> None:
    """That it changed, and what it says of people now where that is another thing than before: no file says it."""
    note(to, now_ms, who, what, {"board": board, "revision": revision})
    if told is not None:
        note(to, now_ms, who, "board.people", {"board": board, **told})
    if told is not None or what == "board.removed":
        keep(to, BOARD + board, told["after"] if told else None)


@contextmanager
def _alone() -> Iterator[None]:
    """Of two at once the second finds a key taken, or its row changed."""
    try:
        yield
    except IntegrityError:
        raise Behind from None


def _same(board: str, was: Made) -> ColumnElement[bool]:
    return (_boards.c.id == board) & (_boards.c.revision == was.revision)
