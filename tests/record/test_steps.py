"""Which intervals make a step, where a business day begins in the middle of one."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from wallboard.core.quarters import QUARTER_MS
from wallboard.core.settings import Site
from wallboard.record.history import SeenDay
from wallboard.record.steps import Step, day_named, rows, spans, steps

SITE = Site(zone="UTC", day_starts="04:10")
DAY_MS = 86_400_000
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


def test_a_person_s_percentages_say_of_how_many_they_are() -> None:
    day = day_named("2026-11-22", Site())
    recorded = {day.started_ms: {"handled": 4, "transferred": 1, "success": 1, "failure": 2}}
    [row] = rows(steps(day.started_ms, day.ends_ms, "1d", Site()), recorded, {}, [], NOW, "agents")
    assert (row["n"]["success_rate"], row["n"]["transfer_rate"]) == (3, 4)


@pytest.mark.parametrize("label", ["2026-1-2", "0001-01-01", "9999-12-31", "2026-02-30", "20261122", "today", ""])
def test_only_a_date_in_our_time_names_a_day(label: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        day_named(label, SITE)


@pytest.mark.parametrize(
    ("seen", "staffed", "number"),
    [
        ((757, 2_000), {0: (1_600, 0)}, 1_600 / 900),  # up at 757 s, told of two agents before it was
        ((757, 2_000), {0: (600, 300)}, 1.0),  # told from 300 s on
        ((757, 2_000), {0: (143, 757)}, 1.0),
        ((757, 2_000), {0: (60, 840)}, 60 / 143),  # seen before anybody came
        ((757, 2_000), {}, None),
        ((1_000, 2_000), {0: (600, 300)}, 1.0),  # only told of
        ((0, 760), {0: (1_460, 0)}, 1_460 / 760),  # until the files end
        ((-10_000, 760), {0: (660, 100)}, 660 / 760),
    ],
)
def test_staffed_is_a_mean_over_what_was_seen_or_told_of_the_quarter(
    seen: tuple[int, int], staffed: dict[int, tuple[int, int]], number: float | None
) -> None:
    """All in seconds from noon."""
    noon = day_named("2026-11-22", SITE).started_ms // DAY_MS * DAY_MS + DAY_MS // 2
    spent = {
        noon + at * 1000: {"staffed_ms": ms * 1000, "staffed_after_ms": after * 1000}
        for at, (ms, after) in staffed.items()
    }
    looked = [(noon + seen[0] * 1000, noon + seen[1] * 1000)]
    (row,) = rows([Step(noon, noon + QUARTER_MS)], {}, spent, looked, NOW, "queues")
    assert row.get("staffed") == (pytest.approx(number) if number else None)


def test_staffed_of_an_hour_is_over_the_quarters_that_are_known() -> None:
    """Told of the second, up from the middle of the third, nobody there in the fourth."""
    noon = day_named("2026-11-22", SITE).started_ms // DAY_MS * DAY_MS + DAY_MS // 2
    half = QUARTER_MS // 2
    spent = {
        noon + QUARTER_MS: {"staffed_ms": half, "staffed_after_ms": half},
        noon + 2 * QUARTER_MS: {"staffed_ms": QUARTER_MS},
    }
    seen = [(noon + 2 * QUARTER_MS + half, noon + DAY_MS)]
    (row,) = rows([Step(noon, noon + 4 * QUARTER_MS)], {}, spent, seen, NOW, "queues")
    assert row["staffed"] == 0.6  # (7.5 + 15) / (7.5 + 15 + 15)


def test_what_was_said_last_before_a_day_s_end_holds_up_to_it_and_the_next_day_goes_on() -> None:
    """Days that begin at 04:10: the quarter from 04:00 on is of both."""
    day, before = day_named("2026-11-22", SITE), day_named("2026-11-21", SITE)
    days = [
        SeenDay("main", one.label, one.started_ms, one.ends_ms, one.started_ms, one.ends_ms - 50_000, "live")
        for one in (before, day)
    ]
    assert spans([*days, days[0]._replace(site="other")]) == [(before.started_ms, day.ends_ms)]
    early = days[1]._replace(until_ms=day.ends_ms - 100_000)
    assert spans([early]) == [(day.started_ms, day.ends_ms - 100_000)]
    at_ms = day.started_ms // QUARTER_MS * QUARTER_MS
    spent = {at_ms: {"staffed_ms": QUARTER_MS}}
    step = Step(at_ms - 300_000, day.started_ms)
    (row,) = rows([step], {}, spent, spans(days), NOW, "queues")
    assert row["staffed"] == 1.0
