"""Which past days are meant? From a day to a day, and the files in which their events are kept (record/days.py)."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wallboard.record.days import Days

_DAY = timedelta(days=1)


class Span(NamedTuple):
    """Both days whole, by the clock of a zone."""

    first: date
    last: date

    def bounds_ms(self, zone: ZoneInfo) -> tuple[int, int]:
        """From midnight to midnight, ms UTC."""
        begin, end = (datetime(one.year, one.month, one.day, tzinfo=zone) for one in (self.first, self.last + _DAY))
        return int(begin.timestamp() * 1000), int(end.timestamp() * 1000)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def files(self, days: Days) -> list[Path]:
        """With the day before to warm up, and the one after: days of files are UTC's."""
        return days.files(self.first - _DAY, self.last + _DAY)
