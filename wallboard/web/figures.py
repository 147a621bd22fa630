"""How is a value written at first paint? As static/js/format.js writes it: nothing jumps when that takes over."""

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date
from babel.numbers import format_decimal

from wallboard.web.words import Words

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
WEEKDAYS = 6  # so many days ahead a weekday means only one


class Figure(NamedTuple):
    text: str
    unit: str = ""


def figure(value: Any, reads: str, now_ms: int, say: Words) -> Figure:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return Figure(say("absent"))
    if reads == "percent":
        return Figure(_decimal(value, "#,##0.0", say), "%")
    if reads == "seconds":
        return Figure(span(value, say))
    if reads == "instant":
        return Figure(span(seconds_since(int(value), now_ms), say))
    return Figure(_decimal(value, "#,##0.#" if reads == "count" else "#,##0.##", say))


def seconds_since(at_ms: int, now_ms: int) -> int:
    return max(0, (now_ms - at_ms) // 1000)


def span(seconds: float, say: Words) -> str:
    """0:07, 12:34, 1:02:03, 2 d 3 h."""
    whole = max(0, int(seconds + 0.5))
    if whole >= DAY_S:
        days, hours = say("span.d", n=whole // DAY_S), whole % DAY_S // HOUR_S
        return f"{days} {say('span.h', n=hours)}" if hours else days
    minutes, rest = divmod(whole, MINUTE_S)
    return f"{minutes}:{rest:02}" if whole < HOUR_S else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def exactly(seconds: float, say: Words) -> str:
    """As a target is written: 20 s, 2 min, 1:30, 4 h."""
    if seconds < MINUTE_S:
        return say("span.s", n=f"{seconds:g}")
    if seconds % HOUR_S == 0:
        return say("span.h", n=f"{seconds / HOUR_S:g}")
    whole = seconds % MINUTE_S == 0 and seconds < HOUR_S
    return say("span.min", n=f"{seconds / MINUTE_S:g}") if whole else span(seconds, say)


def lasting(text: str, say: Words) -> str:
    """`30s`, as rules have it, in words."""
    plain = text.strip()
    return say({"s": "span.s", "m": "span.min", "h": "span.h"}[plain[-1]], n=plain[:-1].strip())


def changed(number: float, reads: str, say: Words) -> str:
    """A number of a rule, which is less than nothing where it fell."""
    return ("−" if number < 0 else "") + "\u00a0".join(filter(None, figure(abs(number), reads, 0, say)))


def moved(number: float, reads: str, say: Words) -> str:
    """By how much something changed: with its sign."""
    return ("+" if number > 0 else "") + changed(number, reads, say)


def ago(seconds: float, say: Words) -> str:
    return say("ago", span=_roughly(int(seconds), say))


def _roughly(whole: int, say: Words) -> str:
    for unit, size in (("d", DAY_S), ("h", HOUR_S), ("min", MINUTE_S)):
        if whole >= size:
            return say(f"span.{unit}", n=whole // size)
    return say("span.s", n=max(0, whole))


def time_of_day(at_ms: int, zone: str, shape: str = "%H:%M:%S") -> str:
    return _local(at_ms, zone).strftime(shape)


def moment(at_ms: int, now_ms: int, zone: str) -> str:
    """The time of day; with its date when that was not today."""
    at, now = _local(at_ms, zone), _local(now_ms, zone)
    return at.strftime("%H:%M:%S" if at.date() == now.date() else "%Y-%m-%d %H:%M:%S")


def coming(at_ms: int, now_ms: int, zone: str, say: Words) -> str:
    """When it will be: 08:00; on another day with its weekday, from a week on with its date."""
    at, now = _local(at_ms, zone), _local(now_ms, zone)
    if at.date() == now.date():
        return at.strftime("%H:%M")
    near = at_ms - now_ms < WEEKDAYS * DAY_S * 1000
    return f"{format_date(at, 'EEE', locale=say.language) if near else at.date()}\u00a0{at:%H:%M}"


def date(at_ms: int, zone: str, say: Words) -> str:
    shape = "EEEE d MMMM" if say.language == "en" else "EEEE, d MMMM"
    return format_date(_local(at_ms, zone), shape, locale=say.language)


def _decimal(value: float, shape: str, say: Words) -> str:
    grouped = say.language != "pl" or abs(value) >= 10_000  # 1234 but 12 345: Babel does not know that of Polish
    return format_decimal(value, shape, locale=say.language, group_separator=grouped)


def _local(at_ms: int, zone: str) -> datetime:
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo("UTC")
    return datetime.fromtimestamp(at_ms / 1000, place)
