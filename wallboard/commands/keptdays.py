"""Which past days are meant? `--days A..B`, and their files."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from wallboard.config import Config
from wallboard.core.errors import WallboardError
from wallboard.record.days import ENDING, Days
from wallboard.record.span import Span


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
    days = Days(config.events)
    found = span.files(days)
    if not found:
        there = [path.name.removesuffix(ENDING) for path in days.files(date.min, date.max)]
        some = f"there is {there[0]} to {there[-1]}" if there else "no day is kept yet"
        raise WallboardError(f"nothing is kept of {span.first} to {span.last} in {os.fspath(config.events)}: {some}")
    return found
