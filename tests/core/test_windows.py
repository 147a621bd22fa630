"""Business days begin by the site's wall clock: days of 23 and 25 hours exist."""

from datetime import UTC, datetime

import pytest

from wallboard.core.windows import business_day


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("at", "zone", "starts", "label", "hours"),
    [
        ("2026-11-22T12:00", "UTC", "00:00", "2026-11-22", 24),
        ("2026-11-22T03:59", "Europe/Kyiv", "06:00", "2026-11-21", 24),
        ("2026-11-22T04:00", "Europe/Kyiv", "06:00", "2026-11-22", 24),
        ("2026-03-29T12:00", "Europe/Kyiv", "00:00", "2026-03-29", 23),
        ("2026-10-25T12:00", "Europe/Kyiv", "00:00", "2026-10-25", 25),
        ("2026-04-05T05:00", "Australia/Lord_Howe", "00:00", "2026-04-05", 24.5),
        ("2026-11-22T12:30", "Pacific/Kiritimati", "00:00", "2026-11-23", 24),
    ],
)
def test_the_business_day_holds_the_instant(at: str, zone: str, starts: str, label: str, hours: float):
    day = business_day(ms(at), zone, starts)
    assert day.label == label
    assert day.started_ms <= ms(at) < day.ends_ms
    assert (day.ends_ms - day.started_ms) / 3_600_000 == hours


def test_days_follow_each_other_without_a_gap_through_a_whole_year():
    at = ms("2026-01-01T00:00")
    for _ in range(370):
        day = business_day(at, "Europe/Kyiv", "03:30")  # inside the hour that one night skips and another repeats
        assert business_day(day.ends_ms - 1, "Europe/Kyiv", "03:30") == day
        assert business_day(day.ends_ms, "Europe/Kyiv", "03:30").started_ms == day.ends_ms
        at = day.ends_ms
