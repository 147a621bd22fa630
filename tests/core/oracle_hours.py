"""When is a desk open that opens each evening, and how long was that, by definition? Written out night by night."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

OPEN = "22:30-05:00"  # at wall times that every night has once, in every zone here


def nights(begin: int, end: int, zone: str) -> Iterator[tuple[int, int]]:
    """Each opening and closing around [begin, end], in order."""
    place = ZoneInfo(zone)
    on = datetime.fromtimestamp(begin / 1000, place).date() - timedelta(days=2)
    while on <= datetime.fromtimestamp(end / 1000, place).date():
        opens = datetime(on.year, on.month, on.day, 22, 30, tzinfo=place)
        on += timedelta(days=1)
        closes = datetime(on.year, on.month, on.day, 5, 0, tzinfo=place)
        yield round(opens.timestamp() * 1000), round(closes.timestamp() * 1000)


def is_open(at: int, zone: str) -> bool:
    return any(opens <= at < closes for opens, closes in nights(at, at, zone))


def open_time(begin: int, end: int, zone: str) -> int:
    return sum(max(0, min(closes, end) - max(opens, begin)) for opens, closes in nights(begin, end, zone))


def as_if_since(begin: int, now: int, zone: str) -> int:
    """Now less the open time since `begin`; while it is closed, as it was at the closing."""
    if is_open(now, zone):
        now = max(now, begin)  # where a clock that is ahead lets it begin later
        return now - open_time(begin, now, zone)
    closed = closed_at(now, zone)
    return max(begin, closed) - open_time(begin, max(begin, closed), zone)


def closed_at(now: int, zone: str) -> int:
    """When it closed last."""
    return max(closes for _, closes in nights(now, now, zone) if closes <= now)
