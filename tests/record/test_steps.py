"""Which intervals make a step, where a business day begins in the middle of one."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from wallboard.core.quarters import QUARTER_MS
from wallboard.core.settings import Site
from wallboard.record.steps import day_named, rows, steps

SITE = Site(zone="UTC", day_starts="04:10")
NOW = round(datetime(2026, 11, 24, tzinfo=UTC).timestamp() * 1000)


def test_a_day_that_begins_within_a_quarter_has_every_quarter_that_begins_in_it() -> None:
    day = day_named("2026-11-22", SITE)
    quarter = day.started_ms - day.started_ms % QUARTER_MS
    recorded = {quarter: {"offered": 1}, quarter + QUARTER_MS: {"offered": 2}, quarter + 2 * QUARTER_MS: {"offered": 4}}
    for step in ("15m", "1h", "1d"):
        found = rows(steps(day.started_ms, day.ends_ms, step, SITE), recorded, {}, [], NOW, "queues")
        assert sum(row["offered"] for row in found) == 6, "the first one is told with the day before"
    before = day_named("2026-11-21", SITE)
    found = rows(steps(before.started_ms, before.ends_ms, "15m", SITE), recorded, {}, [], NOW, "queues")
    assert sum(row["offered"] for row in found) == 1


@pytest.mark.parametrize(
    ("zone", "label", "hours"),
    [("Europe/Kyiv", "2026-03-29", 23), ("Australia/Lord_Howe", "2026-04-05", 24.5), ("Europe/Kyiv", "2026-10-25", 25),
     ("Australia/Lord_Howe", "2026-10-04", 23.5)],
)  # fmt: skip
def test_steps_of_a_day_on_which_the_clock_turns_are_those_of_its_hours(zone: str, label: str, hours: float) -> None:
    site = Site(zone=zone)
    day = day_named(label, site)
    for step, length in (("15m", 0.25), ("1h", 1.0), ("1d", hours)):
        found = list(steps(day.started_ms, day.ends_ms, step, site))
        assert len(found) == -(-hours // length), "what is left of an hour is a step of its own"
        assert (found[0].begins_ms, found[-1].ends_ms) == (day.started_ms, day.ends_ms)
        assert all(one.ends_ms == other.begins_ms for one, other in pairwise(found))
    assert day.ends_ms - day.started_ms == hours * 3_600_000


@pytest.mark.parametrize("label", ["2026-1-2", "0001-01-01", "9999-12-31", "2026-02-30", "20261122", "today", ""])
def test_only_a_date_in_our_time_names_a_day(label: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        day_named(label, SITE)
