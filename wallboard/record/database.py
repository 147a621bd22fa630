"""Where is the record? One SQL database: a file in the data folder, or the one that WALLBOARD_DATABASE_URL names.

SQLAlchemy Core, used from a thread: nothing here runs in an event loop. Every table of the record stands in `TABLES`.
"""

from pathlib import Path

from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from wallboard.core.errors import Mistake

FILE = "record.sqlite"
BUSY_MS = 5_000  # another process writes: so long a statement waits
TABLES = MetaData()


def open_record(data: Path, url: str | None = None) -> Engine:
    """Raises Mistake for an address that cannot be meant. Nothing is opened before it is used."""
    url = url or f"sqlite:///{data / FILE}"
    try:
        engine = create_engine(make_url(url), pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError) as error:
        raise Mistake("environment", "WALLBOARD_DATABASE_URL", f"cannot be used: {error}") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _many_readers)
    return engine


def make_tables(engine: Engine) -> None:
    """Those that are not there yet, and the folder of a file."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    TABLES.create_all(engine)


def _many_readers(connection: object, _: object) -> None:
    """Readers go on while one writes; what was committed survives the process and the power."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for setting in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {BUSY_MS}"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
