"""What did boards and the configuration grant last? Kept, so that each change of a file is one line of the audit trail.

Whoever looks, and however often it starts: the line and what it was compared with are written in one transaction.
"""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import Column, Connection, Engine, String, Table, Text, delete, insert, select

from wallboard.record.audit import note
from wallboard.record.board import Board
from wallboard.record.database import TABLES, Record

Said = Mapping[str, object]
BOARD = "board:"  # before the id of one; all else are sections of the configuration
BY = "configuration"

_granted = Table(
    "granted", TABLES, Column("name", String(128), primary_key=True), Column("said", Text, nullable=False)
)  # fmt: skip


class Granted:
    """Blocking: call it from a thread. Raises RecordUnavailable when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._connected = Record(engine).connected

    def follow(
        self, now: Mapping[str, Said], plain: Mapping[str, Said], others: Collection[str], now_ms: int
    ) -> list[str]:
        """The names of what says something else than last, each with its line. `plain`: what each says where nobody
        asked for anything, a board as long as it names nobody; `others`: of what is not to be looked at."""
        told = []
        with self._connected() as to:
            rows = to.execute(select(_granted)).all()
            before = {row.name: msgspec.json.decode(row.said) for row in rows}
            for name in sorted((before.keys() | now.keys()) - set(others)):
                nothing = plain.get(name, Board().of_people if name.startswith(BOARD) else {})
                was, is_now = before.get(name, nothing), now.get(name, nothing)
                if was == is_now:
                    continue
                there = keep(to, name, now.get(name))
                if there == (name in before):  # else somebody was quicker
                    note(to, now_ms, BY, *_line(name, was, is_now))
                    told.append(name)
        return told


def keep(to: Connection, name: str, said: object) -> bool:
    """None: it grants nothing any more. Whether something was kept of it before."""
    there = to.execute(delete(_granted).where(_granted.c.name == name)).rowcount == 1
    if said is not None:
        to.execute(insert(_granted).values(name=name, said=msgspec.json.encode(said).decode()))
    return there


def _line(name: str, was: Said, is_now: Said) -> tuple[str, dict[str, object]]:
    if name.startswith(BOARD):
        return "board.people", {"board": name.removeprefix(BOARD), "before": was, "after": is_now}
    keys = [key for key in {**was, **is_now} if was.get(key) != is_now.get(key)]
    told = {"before": {key: was.get(key) for key in keys}, "after": {key: is_now.get(key) for key in keys}}
    return "configuration.changed", {"id": f"[{name}]", **told}
