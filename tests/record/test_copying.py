"""The rows of a record come back in whatever database, of whatever version they are."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from wallboard.core.errors import RecordUnavailable
from wallboard.record import copying
from wallboard.record.copying import Row, copied, put_back, standing
from wallboard.record.database import migrate, open_record
from wallboard.record.tokens import Tokens, Wanted


def made(folder: Path, names: int = 3) -> Engine:
    engine = open_record(folder)
    for n in range(names):
        Tokens(engine).create(Wanted(f"програма {n}", frozenset({"events:write"})), by="Олена", now_ms=n)
    return engine


def test_a_record_of_sqlite_comes_back_in_either_database(
    opened: Callable[[], Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "AT_ONCE", 5)
    one, other = made(tmp_path / "old", 12), opened()
    with copied(one) as (version, rows):
        put_back(other, version, rows)
    assert Tokens(other).all() == Tokens(one).all()
    assert standing(other) == ["audit", "tokens"]


def test_what_comes_back_can_be_copied_again_and_stands_instead_of_what_was(
    opened: Callable[[], Engine], tmp_path: Path
) -> None:
    other = opened()
    Tokens(other).create(Wanted("old", frozenset()), by="x", now_ms=1)
    with copied(made(tmp_path / "old")) as (version, found):
        rows = list(found)
    put_back(other, version, rows)
    with copied(other) as (_, again):
        assert list(again) == rows


def test_an_older_record_is_brought_up_to_date(opened: Callable[[], Engine]) -> None:
    other = opened()
    put_back(other, "t0001", [])
    assert {"tokens", "boards"} <= set(inspect(other).get_table_names())


def test_a_newer_record_is_not_taken(opened: Callable[[], Engine]) -> None:
    with pytest.raises(RecordUnavailable, match="upgrade"):
        put_back(opened(), "z9999", [])


def test_rows_that_do_not_fit_are_refused_with_what_the_database_says(opened: Callable[[], Engine]) -> None:
    other = opened()
    migrate(other)
    with other.connect() as to:
        version = to.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    with pytest.raises(RecordUnavailable):
        put_back(other, version, [Row("tokens", {"id": "1"})])
    with pytest.raises(RecordUnavailable):
        put_back(other, version, [Row("nowhere", {"id": "1"})])
