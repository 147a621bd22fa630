"""When is "today", and what is in the last 15, 30, 60 minutes? Minutes, windows and business days."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE_MS = 60_000
ROLLING = {"m15": 15, "m30": 30, "m60": 60}  # the running minute and the 14, 29, 59 before it
KEPT_MINUTES = 60


class Day(NamedTuple):
    """A site's business day: its date, and [started, ends) in ms UTC. 23 and 25 hours happen."""

    label: str
    started_ms: int
    ends_ms: int


def minute_of(at_ms: int) -> int:
    return at_ms // MINUTE_MS


def business_day(at_ms: int, zone: str, day_starts: str) -> Day:
    """The business day of `zone` that holds `at_ms`; it begins at `day_starts` ("06:00") by the wall clock.

    Where the clock skips that time, it begins as much later as is skipped; of a time that comes twice it is the first.
    """
    place = ZoneInfo(zone)
    local = datetime.fromtimestamp(at_ms / 1000, place)
    date = local.date()
    for days in (1, 0, -1):
        started = _start(date.toordinal() + days, zone, day_starts)
        if started <= at_ms:
            ends = _start(date.toordinal() + days + 1, zone, day_starts)
            return Day((date + timedelta(days)).isoformat(), started, ends)
    raise AssertionError("a day holds every instant")


@lru_cache(maxsize=512)
def _start(ordinal: int, zone: str, day_starts: str) -> int:
    hour, minute = map(int, day_starts.split(":"))
    wall = datetime.fromordinal(ordinal).replace(hour=hour, minute=minute, tzinfo=ZoneInfo(zone))
    return round(wall.timestamp() * 1000)
