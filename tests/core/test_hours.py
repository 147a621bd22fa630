"""Opening hours against a slow look at every minute, in zones with odd clocks, over nights, holidays and DST."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.hours import LOOK_DAYS, AnyOf, Hours, parse_openings

MINUTE = 60_000
ZONES = ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
TEXTS = [
    "Mon-Fri 08:00-20:00, Sat 09:00-15:00", "22:00-06:00", "Fri-Mon 10:00-11:30", "00:00-24:00",
    "Sun 01:00-04:00, Sun 03:30-05:00", "Mon 08:00-12:00,Wed 08:00-12:00, Mon 13:00-17:00",
]  # fmt: skip


def at(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def hours(text: str, zone: str = "UTC", *holidays: str) -> Hours:
    return Hours(parse_openings(text), zone, frozenset(holidays))


def test_a_week_by_hand():
    desk = hours("Mon-Fri 08:00-20:00, Sat 09:00-15:00", "Europe/Kyiv", "2026-12-25")
    monday = at("2026-12-21 07:59", "Europe/Kyiv")
    assert not desk.is_open(monday)
    assert desk.opens_ms(monday) == at("2026-12-21 08:00", "Europe/Kyiv")
    assert desk.is_open(at("2026-12-21 08:00", "Europe/Kyiv"))
    assert not desk.is_open(at("2026-12-21 20:00", "Europe/Kyiv")), "half-open"
    assert not desk.is_open(at("2026-12-25 12:00", "Europe/Kyiv")), "a holiday"
    assert desk.opens_ms(at("2026-12-24 20:00", "Europe/Kyiv")) == at("2026-12-26 09:00", "Europe/Kyiv")
    assert desk.closed_since_ms(at("2026-12-25 12:00", "Europe/Kyiv")) == at("2026-12-24 20:00", "Europe/Kyiv")


def test_a_mail_of_friday_evening_waits_until_monday_in_open_time_only():
    desk = hours("Mon-Fri 08:00-20:00")
    friday, monday = at("2026-11-20 19:50"), at("2026-11-23 08:20")
    assert desk.open_ms(friday, monday) == 30 * MINUTE  # 10 min on Friday, 20 on Monday
    assert desk.after_open_ms(friday, 30 * MINUTE) == monday


def test_a_place_that_is_always_open_never_changes():
    assert hours("00:00-24:00", "Europe/Kyiv").next_change_ms(at("2026-11-20 19:50")) is None


def test_a_long_holiday_is_passed_over():
    assert hours("Mon 08:00-09:00", "UTC", *[f"2026-11-{day:02}" for day in range(1, 31)]).opens_ms(
        at("2026-11-01 00:00")
    ) == at("2026-12-07 08:00")


def test_a_day_with_hours_of_its_own_has_those_alone_holiday_or_not():
    """2026-12-24 is a Thursday, 12-25 a Friday that is a holiday, 12-31 a Thursday."""
    text = "Mon-Fri 08:00-20:00, 2026-12-24 09:00-13:00, 2026-12-25 10:00-12:00, 2026-12-31 closed"
    desk = hours(text, "Europe/Kyiv", "2026-12-25", "2026-12-28")
    opened = [
        day for day in ("23 19:59", "24 08:59", "24 09:00", "24 13:00", "25 11:00", "25 12:00", "28 09:00", "31 10:00")
        if desk.is_open(at(f"2026-12-{day}", "Europe/Kyiv"))
    ]  # fmt: skip
    assert opened == ["23 19:59", "24 09:00", "25 11:00"]
    assert desk.opens_ms(at("2026-12-30 20:00", "Europe/Kyiv")) == at("2027-01-01 08:00", "Europe/Kyiv")


def test_two_spans_of_one_day_and_one_into_the_next_night():
    desk = hours("08:00-20:00, 2026-12-24 09:00-12:00, 2026-12-24 22:00-02:00")
    opened = [hour for hour in range(48) if desk.is_open(at("2026-12-24 00:00") + hour * 60 * MINUTE)]
    assert opened == [9, 10, 11, 22, 23, 24, 25, *range(32, 44)]


def test_of_several_places_one_is_open_while_any_of_them_is():
    both = AnyOf((hours("08:00-12:00"), hours("10:00-14:00"), hours("20:00-21:00", "Europe/Kyiv")))
    day = at("2026-12-21 00:00")
    assert [hour for hour in range(24) if both.is_open(day + hour * 60 * MINUTE)] == [8, 9, 10, 11, 12, 13, 18]
    assert both.next_change_ms(at("2026-12-21 14:00")) == at("2026-12-21 20:00", "Europe/Kyiv")
    assert AnyOf((hours("00:00-24:00"),)).next_change_ms(day) is None


@pytest.mark.parametrize("text", ["2026-13-01 closed", "2026-02-30 08:00-09:00", "2026-12-24", "Mon closed"])
def test_what_is_no_day_is_refused(text: str):
    with pytest.raises(ValueError, match=r"is no (date|opening): expected"):
        hours(text)


@pytest.mark.parametrize(
    "text", ["", "Mon-Fri", "8-20", "Mon 25:00-26:00", "Mon 08:61-09:00", "Foo 08:00-09:00", "Mon 08:00-20:00;"]
)
def test_what_is_no_opening_is_refused_with_an_example(text: str):
    with pytest.raises(ValueError, match="expected opening hours such as"):
        parse_openings(text)


_instants = st.integers(at("2026-03-01 00:00") // MINUTE, at("2026-11-30 00:00") // MINUTE).map(lambda m: m * MINUTE)
_nights = st.sampled_from([at(day) for day in (
    "2026-03-29 00:00", "2026-10-25 00:00", "2026-03-08 04:00",
    "2026-11-01 04:00", "2026-04-04 14:00", "2026-10-03 14:00",
)]).flatmap(lambda near: st.integers(-600, 600).map(lambda m: near + m * MINUTE))  # fmt: skip


@given(st.sampled_from(TEXTS), st.sampled_from(ZONES), _instants | _nights, st.integers(0, 4000))
def test_open_time_is_what_looking_at_every_minute_gives(text: str, zone: str, begin_ms: int, minutes: int):
    desk = hours(text, zone)
    end_ms = begin_ms + minutes * MINUTE
    slow = sum(desk.is_open(begin_ms + minute * MINUTE) for minute in range(minutes)) * MINUTE
    assert desk.open_ms(begin_ms, end_ms) == slow
    after = desk.after_open_ms(begin_ms, slow)
    if after is not None:
        assert desk.open_ms(begin_ms, after) == slow


@given(st.sampled_from(TEXTS), st.sampled_from(ZONES), _instants | _nights)
def test_between_two_changes_nothing_changes(text: str, zone: str, at_ms: int):
    desk = hours(text, zone)
    change = desk.next_change_ms(at_ms)
    if change is None:
        return
    assert desk.is_open(change - 1) == desk.is_open(at_ms)
    minutes = range(0, min(change - at_ms, 3 * 86_400_000), 7 * MINUTE)
    assert all(desk.is_open(at_ms + offset) == desk.is_open(at_ms) for offset in minutes)
    if desk.opens_ms(at_ms) != change:
        assert not desk.is_open(change)


@given(st.sampled_from(TEXTS), st.sampled_from(ZONES), _instants)
def test_the_wall_clock_says_whether_it_is_open(text: str, zone: str, at_ms: int):
    """Away from the nights on which clocks change, by definition."""
    local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
    if any(abs(at_ms - near) < 2 * 86_400_000 for near in DST_NIGHTS):
        return
    minute = local.hour * 60 + local.minute
    told = any(
        (one.weekday == local.weekday() and one.begin <= minute < one.end)
        or ((one.weekday + 1) % 7 == local.weekday() and one.begin <= minute + 1440 < one.end)
        for one in parse_openings(text)
    )  # fmt: skip
    assert hours(text, zone).is_open(at_ms) == told


DST_NIGHTS = [at(day) for day in ("2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04")]


def test_who_is_told_a_moment_ahead_waits_from_then_on_and_not_from_when_it_was_told():
    desk, begin_ms = hours("08:00-20:00"), at("2026-12-21 12:00:20")
    assert desk.frozen_since_ms(begin_ms, at("2026-12-21 12:00")) == begin_ms


def test_of_a_wait_that_a_source_dates_to_1970_no_more_days_are_looked_at_than_ahead():
    """Seconds where milliseconds are meant lie in January 1970: each look at 20,000 days took 150 ms."""
    desk = hours("Mon-Fri 08:00-20:00", "Europe/Kyiv")
    now_ms = at("2026-11-23 12:00")
    longest_ms = LOOK_DAYS * 24 * 60 * MINUTE
    assert desk.open_ms(now_ms // 1000, now_ms) == desk.open_ms(now_ms - longest_ms, now_ms) < longest_ms
