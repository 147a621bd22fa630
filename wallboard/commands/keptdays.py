"""Which past days are meant? `--days A..B`, and their files."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from wallboard.config import Config
from wallboard.core.errors import WallboardError
from wallboard.core.events import Event
from wallboard.record.days import ENDING, Days
from wallboard.record.span import Span

QUARTER_MS = 900_000


class _Days(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """`2026-11-02`, or `2026-11-02..2026-11-08`."""

    name = "days"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Span:
        if isinstance(value, Span):
            return value
        first, _, last = str(value).partition("..")
        try:
            span = Span(date.fromisoformat(first), date.fromisoformat(last or first))
        except ValueError:
            self.fail(f"{value!r} is no day: write 2026-11-02, or 2026-11-02..2026-11-08", param, ctx)
        if span.last < span.first:
            self.fail(f"{value!r} ends before it begins", param, ctx)
        return span


DAYS = _Days()


def zone_of(config: Config) -> ZoneInfo:
    """By whose clock days are meant: the first site's."""
    return ZoneInfo(next(iter(config.settings.sites.values())).zone)


def clock(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def kept(config: Config, span: Span) -> Sequence[Path]:
    """Their files, and those beside them. Raises WallboardError where there is none."""
    found = span.files(Days(config.events))
    if not found:
        raise nothing_kept(config, span)
    return found


def nothing_kept(config: Config, span: Span) -> WallboardError:
    there = [path.name.removesuffix(ENDING) for path in Days(config.events).files(date.min, date.max)]
    some = f"there is {there[0]} to {there[-1]}" if there else "no day is kept yet"
    return WallboardError(f"nothing is kept of {span.first} to {span.last} in {os.fspath(config.events)}: {some}")


class Seen:
    """On which days do the events lie that went by? A file is of a day by UTC, and may hold an hour of it alone."""

    def __init__(self) -> None:
        self._quarters = set[int]()  # of an hour: no zone's midnight lies within one

    def through(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if event.time is not None:
                self._quarters.add(event.time // QUARTER_MS)
            yield event

    def days(self, span: Span, zone: ZoneInfo) -> int:
        """How many of these."""
        seen = {datetime.fromtimestamp(one * QUARTER_MS // 1000, zone).date() for one in self._quarters}
        return sum(span.first <= day <= span.last for day in seen)
