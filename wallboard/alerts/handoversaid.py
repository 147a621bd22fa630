"""How are times and the worst of a shift said? The same on /shift and in its mail."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from wallboard.alerts.handover import HOUR_MS
from wallboard.alerts.handoverworst import Longest, WorstHour
from wallboard.catalogs import Words
from wallboard.core.alerts import TEAM
from wallboard.core.quarters import QUARTER_MS
from wallboard.record.steps import Row


def worst(longest: Longest | None, hour: WorstHour | None, zone: ZoneInfo, page: Words) -> Iterator[str]:
    """A sentence each, of what is known."""
    if longest:
        key = "shift.longest_call" if longest.line.is_spoken else "shift.longest"
        span = {"from": time_of(longest.at_ms, zone), "to": time_of(longest.at_ms + QUARTER_MS, zone)}
        yield page(key, time=lasting(1000 * longest.wait_s), queue=longest.line.name, **span)
    if hour:
        row, of = hour.row, "" if hour.group is None else f"{hour.group.removeprefix(TEAM)}, "
        span = {"from": time_of(row["at"], zone), "to": time_of(row["until"], zone)}
        level = percent(row["service_level"], page.language).replace(" ", "\u00a0")
        yield page("shift.worst", of=of, level=level, **span)


def hours(row: Row, zone: ZoneInfo) -> str:
    """When it began; of several of which nothing is known the end too."""
    begins, ends = (time_of(row[name], zone) for name in ("at", "until"))
    return f"{begins}–{ends}" if row["until"] - row["at"] > HOUR_MS else begins


def time_of(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%H:%M")


def raised(at_ms: int, started_ms: int, zone: ZoneInfo) -> str:
    """The time of day; of what was there when the shift began the day too, where it was another one."""
    at, started = (datetime.fromtimestamp(ms / 1000, zone) for ms in (at_ms, started_ms))
    return at.strftime("%H:%M" if at_ms >= started_ms or at.date() == started.date() else "%Y-%m-%d %H:%M")


def lasting(ms: int) -> str:
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    return f"{minutes}:{seconds:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def percent(value: float, language: str) -> str:
    return f"{format_decimal(value, '0.0', locale=language)} %"
