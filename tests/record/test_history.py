"""The record of past days: written whole, never by a worker whose time is over, gone when it is old enough."""

import importlib
import json
import pkgutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Engine, inspect, text

from wallboard import record
from wallboard.commands.check import check
from wallboard.core.afterwards import LATER, Booking, Known
from wallboard.core.errors import LeaseLost, Mistake, RecordUnavailable
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.core.visits import Tag
from wallboard.record import database
from wallboard.record.database import FILE, TABLES, migrate, open_record, standing
from wallboard.record.history import History, SeenDay

NEWEST = ScriptDirectory(str(Path(database.__file__).parent / "migrations")).get_current_head()
NINE = 1_795_338_000_000
DAY_MS = 86_400_000


@pytest.fixture
def history(opened: Callable[[], Engine]) -> History:
    return History(opened())


def quarter(number: int, name: str = "support", kind: str = "queues", basis: str = "event") -> Interval:
    return Interval(kind, name, NINE + number * QUARTER_MS, basis)


def test_what_is_written_is_read_in_order_and_written_again_it_is_replaced(history: History) -> None:
    history.write({quarter(1): {"offered": 2}, quarter(0): {"offered": 1, "answered_wait\t12": 1}}, [], 1, NINE)
    history.write({quarter(1): {"offered": 3}}, [], 1, NINE + 1)
    assert history.read("queues", "support", NINE, NINE + DAY_MS, "event") == {
        NINE: {"offered": 1, "answered_wait\t12": 1},
        NINE + QUARTER_MS: {"offered": 3},
    }
    assert list(history.read("queues", "support", NINE, NINE + 1, "event")) == [NINE]
    assert history.read("queues", "support", NINE, NINE + DAY_MS, "offer") == {}
    assert history.written_ms() == NINE + 1


def test_a_worker_that_was_asleep_writes_nothing_over_its_successor(history: History) -> None:
    history.write({quarter(0): {"offered": 2}}, [], 8, NINE)
    with pytest.raises(LeaseLost):
        history.write({quarter(0): {"offered": 1}}, [], 7, NINE + 1)
    assert history.read("queues", "support", NINE, NINE + DAY_MS, "event")[NINE] == {"offered": 2}


def test_an_older_worker_that_writes_at_the_same_moment_is_refused(opened: Callable[[], Engine]) -> None:
    """It comes while the newer one's transaction is open, and waits for its end."""
    history, engine = History(opened()), opened()
    history.write({}, [], 6, NINE)
    with ThreadPoolExecutor(1) as threads, engine.connect() as newer:
        newer.execute(text("UPDATE history_progress SET fence = 8"))
        older = threads.submit(history.write, {quarter(0): {"offered": 1}}, [], 7, NINE + 1)
        time.sleep(0.3)
        newer.commit()
        with pytest.raises(LeaseLost):
            older.result(20)
    assert history.names("queues") == []


def test_a_day_says_since_when_it_was_seen_and_the_first_word_stays(history: History) -> None:
    first = SeenDay("main", "2026-11-22", NINE - 9 * 3_600_000, NINE + 15 * 3_600_000, NINE, NINE, "live")
    history.write({}, [first], 1, NINE)
    history.write({}, [first._replace(since_ms=NINE + 60_000, until_ms=NINE + 90_000)], 1, NINE)
    assert history.days(NINE, NINE + 1) == [first._replace(until_ms=NINE + 90_000)]
    anew = first._replace(since_ms=NINE + 3_600_000, until_ms=NINE + 3_700_000)
    history.write({}, [anew], 1, NINE)
    assert history.days(NINE, NINE + 1) == [anew], "nobody looked for an hour: the day is whole from there on"
    assert history.days(NINE + DAY_MS, NINE + 2 * DAY_MS) == []


def test_old_intervals_go_and_those_of_persons_sooner(history: History) -> None:
    told = {quarter(0): {"offered": 1}, quarter(0, "anna", "agents"): {"handled": 1}, quarter(8): {"offered": 1}}
    history.write(told, [], 1, NINE)
    assert history.drop(NINE, NINE + 1) == 1
    assert history.names("agents") == []
    assert history.drop(NINE + QUARTER_MS, NINE) == 1
    assert list(history.read("queues", "support", 0, NINE + DAY_MS, "event")) == [NINE + 8 * QUARTER_MS]


def test_an_import_replaces_the_whole_day_and_live_words_make_it_a_live_one_again(history: History) -> None:
    """So that groups are the sum of their queues."""
    other = {quarter(100): {"offered": 5}}
    history.write({quarter(0): {"offered": 9}, quarter(0, "sales"): {"offered": 5}, **other}, [], 1, 1)
    day = SeenDay(
        "main", "2026-11-22", NINE - 9 * 3_600_000, NINE + 15 * 3_600_000, NINE - 9 * 3_600_000, NINE, "import"
    )
    history.fill({quarter(0): {"offered": 1}}, [day])
    assert history.read("queues", "support", 0, NINE + DAY_MS, "event") == {NINE: {"offered": 1}}
    assert history.read("queues", "sales", 0, NINE + DAY_MS, "event") == {}
    assert len(history.read("queues", "support", NINE + DAY_MS, NINE + 2 * DAY_MS, "event")) == 1
    assert history.days(NINE, NINE + 1) == [day]
    history.write({}, [day._replace(told_by="live")], 1, NINE)
    assert history.days(NINE, NINE + 1) == [day._replace(told_by="live")]


def test_what_comes_of_a_contact_later_is_added_and_kept_with_it_or_not_at_all(history: History) -> None:
    known = Known(NINE, "support", "anna", None, {}, {"thanks": Tag(NINE + 5, "support", "anna")})
    at = quarter(0, basis=LATER)
    history.write({quarter(0): {"handled": 4, "success": 1}}, [], 1, NINE)
    history.write({}, [], 1, NINE, Booking({("pbx", "a"): known}, {at: {"success": 1, "failure": -1}}))
    history.write({}, [], 1, NINE, Booking({}, {at: {"success": 2, "failure": 1}}))
    summed = {NINE: {"handled": 4, "success": 4}}
    assert history.read("queues", "support", NINE, NINE + DAY_MS, "event") == summed
    assert history.read("queues", "support", NINE, NINE + DAY_MS, "offer") == {NINE: {"success": 3}}
    assert history.read("queues", "support", NINE, NINE + DAY_MS, "time") == {}
    with pytest.raises(LeaseLost):
        history.write({}, [], 0, NINE, Booking({("pbx", "b"): known}, {at: {"success": 1}}))
    assert history.kept([("pbx", "a"), ("pbx", "b"), ("chat", "a")]) == {("pbx", "a"): known}
    assert history.kept([("pbx", f"c{n}") for n in range(1_200)]) == {}
    history.write({quarter(0): {"handled": 5}}, [], 1, NINE)
    assert history.read("queues", "support", NINE, NINE + DAY_MS, "event") == {NINE: {"handled": 5, "success": 3}}
    history.drop(0, 0, NINE + 1)
    assert history.kept([("pbx", "a")]) == {}


def test_names_of_any_kind_are_data(history: History) -> None:
    hostile = "x'); DROP TABLE history_intervals; --"
    history.write({quarter(0, hostile): {"offered": 1}}, [], 1, NINE)
    assert history.names("queues") == [hostile]


def test_more_rows_than_one_statement_takes(history: History) -> None:
    history.write({quarter(0, f"q{n}"): {"offered": n} for n in range(1, 1_800)}, [], 1, NINE)
    assert len(history.names("queues")) == 1_799


def test_a_database_that_cannot_be_opened_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(RecordUnavailable, match="does not answer"):
        History(open_record(tmp_path / "data")).names("queues")
    (tmp_path / FILE).write_bytes(b"no database, but long enough to look like one" * 100)
    with pytest.raises(RecordUnavailable, match="not a database"):
        History(open_record(tmp_path)).names("queues")


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x", "postgresql+nothing://x"])
def test_an_address_that_cannot_be_meant_is_a_mistake(tmp_path: Path, url: str) -> None:
    with pytest.raises(Mistake, match="WALLBOARD_DATABASE_URL"):
        open_record(tmp_path, url)


def test_migrations_make_the_tables_that_the_code_uses(opened: Callable[[], Engine]) -> None:
    for module in pkgutil.iter_modules(record.__path__, "wallboard.record."):
        importlib.import_module(module.name)  # so that all of them have named their tables
    engine = opened()
    migrate(engine)
    found = inspect(engine)
    assert {*found.get_table_names()} - {"alembic_version"} == {*TABLES.tables}
    for name, table in TABLES.tables.items():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}, name
        assert found.get_pk_constraint(name)["constrained_columns"] == [one.name for one in table.primary_key.columns]


def test_a_record_from_before_there_were_migrations_keeps_what_it_has(opened: Callable[[], Engine]) -> None:
    engine = opened()
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir()
    TABLES.create_all(engine, [TABLES.tables[f"history_{name}"] for name in ("intervals", "days", "progress")])
    with engine.begin() as to:
        to.execute(text("ALTER TABLE history_days DROP COLUMN until_ms"))
        day = {
            "site": "main",
            "day": "1970-01-01",
            "started_ms": 0,
            "ends_ms": DAY_MS,
            "since_ms": 0,
            "told_by": "live",
        }
        columns = ", ".join(day)
        to.execute(text(f"INSERT INTO history_days ({columns}) VALUES (:{', :'.join(day)})"), day)
        row = {"kind": "queues", "id": "support", "started_ms": 1, "basis": "event", "amounts": '{"offered":7}'}
        to.execute(TABLES.tables["history_intervals"].insert(), row)
    history = History(opened())
    assert history.read("queues", "support", 0, 2, "event") == {1: {"offered": 7}}
    with engine.begin() as to:
        assert to.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [NEWEST]
    assert [one.until_ms for one in history.days(0, 1)] == [DAY_MS]


def test_a_start_says_of_the_record_what_was_done_to_it_and_else_nothing(tmp_path: Path) -> None:
    """Alembic's own lines come from its import on, so that this is a process of its own."""
    program = (
        "from pathlib import Path; from wallboard import logs; logs.configure();"
        "from wallboard.record.database import migrate, open_record;"
        f"migrate(open_record(Path({str(tmp_path)!r})))"
    )

    def said() -> list[str]:
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        return [json.loads(line)["event"] for line in ran.stderr.splitlines()]

    assert said() == [f"the record was brought to version {NEWEST} (before: none)"]
    assert said() == []


def test_several_that_begin_at_once_make_it_once(opened: Callable[[], Engine]) -> None:
    histories = [History(opened()) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(lambda one: one.written_ms(), histories)) == [0] * 6


def test_a_record_of_a_newer_version_is_refused_and_left_alone(opened: Callable[[], Engine]) -> None:
    engine = opened()
    migrate(engine)
    with engine.begin() as to:
        to.execute(text("UPDATE alembic_version SET version_num = 'h9999'"))
    with pytest.raises(RecordUnavailable, match="newer version \\(h9999\\)"):
        History(opened()).names("queues")
    with engine.begin() as to:
        assert to.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["h9999"]


def test_a_database_that_is_not_there_is_told_soon_and_without_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    history = History(open_record(tmp_path, "postgresql+psycopg://me:s3cret@127.0.0.1:9/x"))
    began_s = time.monotonic()
    with pytest.raises(RecordUnavailable) as told:
        history.names("queues")
    assert "s3cret" not in str(told.value)
    assert time.monotonic() - began_s < 60


def test_the_doctor_is_told_how_the_record_stands_and_makes_nothing(opened: Callable[[], Engine]) -> None:
    engine = opened()
    assert standing(engine).endswith("not made yet")
    assert not Path(engine.url.database or "").exists() or engine.dialect.name == "postgresql"
    migrate(engine)
    assert standing(engine).startswith(engine.dialect.name)
    assert standing(engine).endswith(f"version {NEWEST}")


def test_check_names_an_address_of_the_database_that_cannot_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wallboard.toml").write_text("")
    monkeypatch.setenv("WALLBOARD_DATABASE_URL", "postgres:/me:s3cret")
    told = CliRunner().invoke(check, [str(tmp_path / "wallboard.toml")])
    assert told.exit_code == 1
    assert "WALLBOARD_DATABASE_URL: is no address of a database" in told.output
    assert "s3cret" not in told.output
