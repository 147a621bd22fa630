"""The record of past days: written whole, never by a worker whose time is over, gone when it is old enough."""

from pathlib import Path

import pytest

from wallboard.core.errors import LeaseLost, Mistake, RecordUnavailable
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.record.database import FILE, open_record
from wallboard.record.history import History, SeenDay

NINE = 1_795_338_000_000
DAY_MS = 86_400_000


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(open_record(tmp_path / "data"))


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


def test_a_day_says_since_when_it_was_seen_and_the_first_word_stays(history: History) -> None:
    first = SeenDay("main", "2026-11-22", NINE - 9 * 3_600_000, NINE + 15 * 3_600_000, NINE, "live")
    history.write({}, [first], 1, NINE)
    history.write({}, [first._replace(since_ms=NINE + 3_600_000)], 1, NINE)
    assert history.days(NINE, NINE + 1) == [first]
    assert history.days(NINE + DAY_MS, NINE + 2 * DAY_MS) == []


def test_old_intervals_go_and_those_of_persons_sooner(history: History) -> None:
    told = {quarter(0): {"offered": 1}, quarter(0, "anna", "agents"): {"handled": 1}, quarter(8): {"offered": 1}}
    history.write(told, [], 1, NINE)
    assert history.drop(NINE, NINE + 1) == 1
    assert history.names("agents") == []
    assert history.drop(NINE + QUARTER_MS, NINE) == 1
    assert list(history.read("queues", "support", 0, NINE + DAY_MS, "event")) == [NINE + 8 * QUARTER_MS]


def test_an_import_replaces_the_day_of_its_queues_and_leaves_others(history: History) -> None:
    history.write(
        {quarter(0): {"offered": 9}, quarter(1): {"offered": 9}, quarter(0, "sales"): {"offered": 5}}, [], 1, 1
    )
    day = SeenDay("main", "2026-11-22", NINE - 9 * 3_600_000, NINE + 15 * 3_600_000, NINE - 9 * 3_600_000, "import")
    history.fill({quarter(0): {"offered": 1}}, [day])
    assert history.read("queues", "support", 0, NINE + DAY_MS, "event") == {NINE: {"offered": 1}}
    assert history.read("queues", "sales", 0, NINE + DAY_MS, "event") == {NINE: {"offered": 5}}
    assert history.days(NINE, NINE + 1) == [day]


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
