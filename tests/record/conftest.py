"""Tests of the record run on both databases."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from wallboard.record.database import open_record

sys.path.insert(0, str(Path(__file__).resolve().parent))  # postgres.py, which is no test

import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="needs PostgreSQL's driver: pip install 'wallboard[postgres]'")
    if not (postgres.binary("initdb") and postgres.binary("postgres")):
        pytest.skip("needs a PostgreSQL server: apt-get install postgresql")
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def record_url(request: pytest.FixtureRequest) -> str | None:
    """None: the file in the data folder."""
    if request.param == "sqlite":
        return None
    server: str = request.getfixturevalue("postgres_server")
    return postgres.new_database(server)


@pytest.fixture
def opened(record_url: str | None, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Opens the record as one more process would; all are closed at the end."""
    engines: list[Engine] = []

    def open_one() -> Engine:
        engines.append(open_record(tmp_path / "data", record_url))
        return engines[-1]

    yield open_one
    for engine in engines:
        engine.dispose()
