"""What was the floor like then? Recorded input through the same core as live, without Redis or a clock."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from wallboard.commands.floortables import minute_heads, minute_row, show
from wallboard.commands.kinds import Found, Instant, Interval, Recording
from wallboard.commands.progress import progress
from wallboard.configfile import as_written
from wallboard.core import kpis
from wallboard.core.deeds import Did
from wallboard.core.errors import WallboardError
from wallboard.core.events import Event
from wallboard.core.settings import Settings
from wallboard.core.state import Floor

KNOWN_MS = 24 * 3_600_000  # so long an id is


class Moment(NamedTuple):
    """The floor at an instant: the same object each time, further on."""

    at_ms: int
    floor: Floor


class Warnings:
    """What a reader of the figures should know; printed beside them, never among them."""

    def __init__(self) -> None:
        self.read = 0
        self.duplicates = 0
        self.late = 0
        self.nothing_yet = False

    def lines(self) -> Iterator[str]:
        if self.nothing_yet:
            yield "nothing had happened by then: all of these events come later"
        if self.duplicates:
            yield f"{self.duplicates} events were there before (same source and id) and were counted once"
        if self.late:
            yield f"{self.late} events came more than 15 minutes late: counted in their day only"


@click.command()
@click.option("--from", "recording", type=Recording(), required=True, help="The files' format.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--at", "at_ms", type=Instant(), help="The instant (RFC 3339). Default: the last event's.")
@click.option("--every", "every_ms", type=Interval(), help="A row for each step, such as 1m.")
@click.option("--config", "file", type=click.Path(path_type=Path), help="The file wallboard.toml.")
@click.option("--json", "as_json", is_flag=True, help="The state document on standard output.")
def compute(
    recording: Found,
    files: Sequence[Path],
    at_ms: int | None,
    every_ms: int | None,
    file: Path | None,
    as_json: bool,
) -> None:
    """Compute the floor from recorded input and print it as it was at an instant.

    Several FILES are read as one, in order. `-` is not a file: write what a pipe gives into one first.
    """
    settings = as_written(file, os.environ).settings
    warnings = Warnings()
    events = progress(recording.read(files), "events")
    moments = _moments(settings, events, recording.name, at_ms, every_ms, warnings)
    if every_ms is None:
        _print(moments, as_json)
    else:
        _print_rows(moments, as_json)
    for line in warnings.lines():
        click.echo(f"compute: {line}", err=True)


def _moments(
    settings: Settings,
    events: Iterable[Event],
    source: str,
    at_ms: int | None,
    every_ms: int | None,
    warnings: Warnings,
) -> Iterator[Moment]:
    """The floor at each whole step (if any: then in order of time) and at the end. Arrival: the greatest time yet."""
    floor = Floor(settings)
    now_ms = 0
    told = once(_told_until(events, at_ms, warnings), source, warnings)
    for time_ms, event in _in_order(told) if every_ms else _as_they_stand(told):
        if every_ms and now_ms:
            yield from _steps(floor, now_ms, time_ms, every_ms)
        now_ms = max(now_ms, time_ms)
        warnings.late += any(deed.code is Did.LATE for deed in floor.apply(event, now_ms))
    if not warnings.read:
        raise WallboardError(f"these files hold no event: is --from {source} right?")
    warnings.nothing_yet = not now_ms
    end_ms = at_ms if at_ms is not None else now_ms
    if every_ms and now_ms:
        yield from _steps(floor, now_ms, end_ms, every_ms)
    floor.advance(end_ms)
    yield Moment(end_ms, floor)


def _as_they_stand(events: Iterable[Event]) -> Iterator[tuple[int, Event]]:
    """With the time of each: the greatest so far where it has none."""
    greatest_ms = 0
    for event in events:
        yield (time_ms := event.time or greatest_ms), event
        greatest_ms = max(greatest_ms, time_ms)


def _in_order(events: Iterable[Event]) -> list[tuple[int, Event]]:
    """So that no row lacks what stands further below in the files; equal times keep their order."""
    return sorted(_as_they_stand(events), key=lambda one: one[0])


def _told_until(events: Iterable[Event], at_ms: int | None, warnings: Warnings) -> Iterator[Event]:
    for event in events:
        warnings.read += 1
        if at_ms is None or event.time is None or event.time <= at_ms:
            yield event


def once(events: Iterable[Event], source: str, warnings: Warnings) -> Iterator[Event]:
    """Each (source, id) once within 24 hours, as the stream takes it; what names no source is the recording's."""
    seen: dict[tuple[str | None, str], int] = {}  # when it happened
    greatest_ms = 0
    for event in events:
        told = event if event.source else msgspec.structs.replace(event, source=source)
        at_ms = greatest_ms if told.time is None else told.time
        greatest_ms = max(greatest_ms, at_ms)
        if told.id is not None:
            key = told.source, told.id
            if abs(at_ms - seen.get(key, -KNOWN_MS)) < KNOWN_MS:
                warnings.duplicates += 1
                continue
            seen[key] = at_ms
        yield told


def _steps(floor: Floor, now_ms: int, until_ms: int, every_ms: int) -> Iterator[Moment]:
    """The whole steps from `now_ms` on and before `until_ms`: all of that instant has been told by then."""
    at_ms = -(-now_ms // every_ms) * every_ms
    while at_ms < until_ms:
        floor.advance(at_ms)
        yield Moment(at_ms, floor)
        at_ms += every_ms


def _print(moments: Iterator[Moment], as_json: bool) -> None:
    *_, last = moments
    document = kpis.document(last.floor)
    if as_json:
        _write_json(document)
    else:
        click.echo(show(document, last.at_ms))


def _print_rows(moments: Iterator[Moment], as_json: bool) -> None:
    if not as_json:
        click.echo(minute_heads())
    for at_ms, floor in moments:
        document = kpis.document(floor)
        if as_json:
            _write_json({"now": at_ms, "state": document})
        else:
            click.echo(minute_row(document, at_ms))


def _write_json(value: dict[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.flush()
