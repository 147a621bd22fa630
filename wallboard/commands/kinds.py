"""How are instants, intervals and formats written on the command line?"""

import re
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import click

from wallboard.core.errors import Refused
from wallboard.core.events import Event
from wallboard.core.sources import Format
from wallboard.stream.found import format_names, format_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class Instant(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """RFC 3339 with an offset, to milliseconds UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time: write it like 2026-11-22T09:00:00+02:00", param, ctx)
        if found.tzinfo is None:
            self.fail(f"{value!r} has no offset: add Z or one such as +02:00", param, ctx)
        return (found - EPOCH) // timedelta(milliseconds=1)


class Interval(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """`30s`, `1m`, `2h`, to milliseconds."""

    name = "interval"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d+)(ms|s|m|h|d)", str(value))
        if not found or int(found[1]) == 0:
            self.fail(f"{value!r} is no interval: write it like 30s, 1m or 2h", param, ctx)
        return int(found[1]) * _UNIT_MS[found[2]]


class Until(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """An instant, or an interval from now."""

    name = "time or interval"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if re.fullmatch(r"\d+(ms|s|m|h|d)", str(value)):
            return time.time_ns() // 1_000_000 + Interval().convert(value, param, ctx)
        try:
            datetime.fromisoformat(str(value))
        except ValueError:
            forms = "2026-11-22T09:00:00+02:00, or as an interval from now, 30s, 15m, 2h or 1d"
            self.fail(f"{value!r} is no time: write it like {forms}", param, ctx)
        return Instant().convert(value, param, ctx)


class Found(NamedTuple):
    """An installed format under the name that was asked for."""

    name: str
    format: Format

    def read(self, files: Sequence[Path]) -> Iterator[Event]:
        return self.format.read(files)


class Recording(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """The name of an installed format."""

    name = "format"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Found:
        if isinstance(value, Found):
            return value
        try:
            return Found(str(value), format_of(str(value)))
        except Refused:
            self.fail(f"no format {value!r}: expected one of {', '.join(format_names())}", param, ctx)
