"""What stands in the record, row by row, whatever database it is: for `wallboard backup` and `restore`.

One transaction reads it, one writes it. The tables are made as they were (Alembic, at the copy's version), filled, and
then brought up to date: so an older copy comes back, and one from SQLite comes back in PostgreSQL.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Integer, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from wallboard.core.errors import RecordUnavailable
from wallboard.record.database import alone, known_versions, migrate, said

AT_ONCE = 500  # rows
VERSION = "alembic_version"


class Row(msgspec.Struct, forbid_unknown_fields=True):
    table: str
    row: dict[str, str | int | float | bool | None]


@contextmanager
def copied(engine: Engine) -> Iterator[tuple[str, Iterator[Row]]]:
    """The version of the record, and its rows as they were at one moment. Raises RecordUnavailable."""
    migrate(engine)
    try:
        with _unchanging(engine) as to:
            tables = _tables(to)
            version = to.execute(select(tables[VERSION].c.version_num)).scalar_one()
            yield version, _rows(to, [table for name, table in tables.items() if name != VERSION])
    except SQLAlchemyError as error:
        raise RecordUnavailable(f"the record does not answer: {said(error)}") from error


def standing(engine: Engine) -> list[str]:
    """The tables that hold something."""
    try:
        with alone(engine) as to:
            tables = [table for name, table in _tables(to).items() if name != VERSION]
            return [table.name for table in tables if to.execute(select(table).limit(1)).first() is not None]
    except SQLAlchemyError as error:
        raise RecordUnavailable(f"the record does not answer: {said(error)}") from error


def put_back(engine: Engine, version: str, rows: Iterable[Row]) -> None:
    """Instead of what stands there. Raises RecordUnavailable; the record is then as it was, or empty."""
    if version not in known_versions():
        raise RecordUnavailable(f"its version {version} is of a newer wallboard: upgrade it here first")
    try:
        with alone(engine) as to:
            _drop(to)
        migrate(engine, version)
        with engine.begin() as to:
            _fill(to, _tables(to), rows)
        migrate(engine)
    except (SQLAlchemyError, KeyError) as error:
        raise RecordUnavailable(f"the record does not take it: {said(error)}") from error


@contextmanager
def _unchanging(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees nothing of what others write meanwhile."""
    with engine.connect() as to:
        if engine.dialect.name == "sqlite":
            to.exec_driver_sql("BEGIN")
        else:
            to = to.execution_options(isolation_level="REPEATABLE READ")
        yield to
        to.rollback()


def _tables(to: Connection) -> dict[str, Table]:
    """As they are, those first that others point to."""
    found = MetaData()
    found.reflect(to)
    return {table.name: table for table in found.sorted_tables}


def _rows(to: Connection, tables: Iterable[Table]) -> Iterator[Row]:
    for table in tables:
        found = to.execution_options(yield_per=AT_ONCE).execute(select(table))
        for row in found.mappings():
            yield Row(str(table.name), {str(name): value for name, value in row.items()})


def _fill(to: Connection, tables: dict[str, Table], rows: Iterable[Row]) -> None:
    waiting: list[dict[str, Any]] = []
    name = ""
    for row in rows:
        if waiting and (row.table != name or len(waiting) >= AT_ONCE):
            to.execute(insert(tables[name]), waiting)
            waiting = []
        name = row.table
        waiting.append(row.row)
    if waiting:
        to.execute(insert(tables[name]), waiting)
    if to.dialect.name == "postgresql":
        _count_on(to, tables.values())


def _count_on(to: Connection, tables: Iterable[Table]) -> None:
    """Numbers that PostgreSQL gives by itself go on behind those that were brought."""
    for table in tables:
        for column in table.primary_key:
            sequence = (
                to.execute(
                    text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
                ).scalar()
                if isinstance(column.type, Integer)
                else None
            )
            if sequence and (last := to.execute(select(func.max(column))).scalar()):
                to.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _drop(to: Connection) -> None:
    found = MetaData()
    found.reflect(to)
    if inspect(to).get_table_names():
        found.drop_all(to)
