"""Where is the record? One SQL database: a file in the data folder, or the one that WALLBOARD_DATABASE_URL names.

SQLAlchemy Core, used from a thread: nothing here runs in an event loop. Every table of the record stands in `TABLES`,
and how it came about in migrations/ (Alembic): whoever writes first brings the record up to date.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from wallboard.core.errors import Mistake, RecordUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

FILE = "record.sqlite"
BUSY_MS = 5_000  # another process writes: so long a statement waits
CONNECT_S = 5  # to another machine
STATEMENT_MS = 10_000
TABLES = MetaData()
_MIGRATIONS = Path(__file__).parent / "migrations"
_BEFORE_MIGRATIONS = ("history_intervals", "h0001")  # a record that has this table and no version is of this one
_ONE_AT_A_TIME = 7_301_402  # of PostgreSQL's advisory locks

log = logging.getLogger("record")  # as libraries do: where a command logs nothing, neither does this


def open_record(data: Path, url: str | None = None) -> Engine:
    """Raises Mistake for an address that cannot be meant. Nothing is opened before it is used."""
    url = url or f"sqlite:///{data / FILE}"
    try:
        where = make_url(url)
        limits = f"-c statement_timeout={STATEMENT_MS}"
        remote = {"connect_timeout": CONNECT_S, "options": limits, "tcp_user_timeout": 2 * STATEMENT_MS}
        arguments = remote if where.get_backend_name() == "postgresql" else {}
        engine = create_engine(where, pool_pre_ping=True, connect_args=arguments)
    except ArgumentError:
        shape = "expected one such as postgresql+psycopg://user:password@host/name"
        raise Mistake("environment", "WALLBOARD_DATABASE_URL", f"is no address of a database: {shape}") from None
    except (NoSuchModuleError, ImportError) as error:
        reason = f"{error}: PostgreSQL needs its driver, pip install 'wallboard[postgres]'"
        raise Mistake("environment", "WALLBOARD_DATABASE_URL", reason) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _many_readers)
    return engine


class Record:
    """The database, brought up to date when it is first used. Blocking: call it from a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._made = False

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """One transaction. Whatever the database says becomes RecordUnavailable."""
        try:
            if not self._made:
                migrate(self._engine)
                self._made = True
            with self._engine.begin() as to:
                yield to
        except (SQLAlchemyError, OSError) as error:
            raise RecordUnavailable(f"the record does not answer: {said(error)}") from error


def migrate(engine: Engine, version: str = "head") -> None:
    """Make the tables, or bring them up to date (or to an older version); safe when several begin at once.

    Raises RecordUnavailable for a record that a newer version wrote.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)  # of what it does; some it says when it is imported
    from alembic import command
    from alembic.runtime.migration import MigrationContext

    config = _alembic()
    with alone(engine) as to:
        config.attributes["connection"] = to
        known = known_versions()
        found = MigrationContext.configure(to).get_current_revision()
        if found is not None and found not in known:
            raise RecordUnavailable(f"the record was written by a newer version ({found}): upgrade wallboard here too")
        if found is None and inspect(to).has_table(_BEFORE_MIGRATIONS[0]):
            command.stamp(config, _BEFORE_MIGRATIONS[1])
        command.upgrade(config, version)
        if (now := MigrationContext.configure(to).get_current_revision()) != found:
            log.info("the record was brought to version %s (before: %s)", now, found or "none")


def known_versions() -> set[str]:
    """Of the record, as far as this wallboard goes back."""
    from alembic.script import ScriptDirectory

    return {one.revision for one in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def standing(engine: Engine) -> str:
    """What kind of database it is, and of which version the record in it. Raises RecordUnavailable, makes nothing."""
    from alembic.runtime.migration import MigrationContext

    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return "SQLite, not made yet"
    try:
        with engine.connect() as to:
            found = MigrationContext.configure(to).get_current_revision()
            version = ".".join(map(str, to.dialect.server_version_info or ()))
    except SQLAlchemyError as error:
        raise RecordUnavailable(f"the record does not answer: {said(error)}") from error
    return f"{engine.dialect.name} {version}, {f'version {found}' if found else 'not made yet'}"


def said(error: Exception) -> str:
    """The database's own words, on one line."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _alembic() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """One transaction, in which nobody else migrates."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with engine.connect() as to:
        if engine.dialect.name == "sqlite":
            to.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            to.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        yield to
        to.commit()


def _many_readers(connection: object, _: object) -> None:
    """Readers go on while one writes; what was committed survives the process and the power."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for setting in (f"busy_timeout = {BUSY_MS}", "journal_mode = WAL", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
