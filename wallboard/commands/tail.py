"""Why is my event not on the board? Each event as it arrives, and what it did."""

import asyncio
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.line import running_line
from wallboard.core.events import Event, SourceBeat, SourceCounted, encode, type_of, without_customer
from wallboard.core.fields import UNKNOWN_SOURCE
from wallboard.core.listening import conflict, left_out
from wallboard.core.settings import Settings
from wallboard.core.words import shown
from wallboard.live.pipeline import Pipeline
from wallboard.live.recent import Recent
from wallboard.stream.checkpoint import Checkpoints

MOST_SAID = 3  # of what one line says was done; the counts stand before it, and `--json` has all
_LEFT_OUT = frozenset({"type", "time", "source", "id"})


@click.command()
@click.option("--source", help="Only this source's events.")
@click.option("--beats", is_flag=True, help="Heartbeats too.")
@click.option("--json", "as_json", is_flag=True, help="A JSON line each.")
@given
def tail(source: str | None, beats: bool, as_json: bool, **where: Any) -> None:
    """Print each event as it arrives and what it did, until Ctrl-C."""
    asyncio.run(_tail(Given(**where), _Printer(source, beats, as_json)))


class _Printer:
    """Prints what a pipeline took since the last look."""

    def __init__(self, source: str | None, beats: bool, as_json: bool) -> None:
        self._source = source
        self._beats = beats
        self._as_json = as_json
        self._seen = (0, 0)

    def look(self, pipeline: Pipeline, *, silently: bool) -> None:
        new = sorted(self._new(pipeline), key=_place)
        if new:
            self._seen = _place(new[-1])
        for recent in () if silently else new:
            if self._wanted(recent.event):
                click.echo(self._line(recent, pipeline.floor.settings))

    def _new(self, pipeline: Pipeline) -> Iterator[Recent]:
        for kept in pipeline.recent.values():
            for recent in reversed(kept):
                if _place(recent) <= self._seen:
                    break
                yield recent

    def _wanted(self, event: Event) -> bool:
        if isinstance(event, SourceBeat) and not self._beats:
            return False
        return self._source is None or (event.source or UNKNOWN_SOURCE) == self._source

    def _line(self, recent: Recent, settings: Settings) -> str:
        did, event = list(_did(recent)), without_customer(recent.event)
        if self._as_json:
            line = {"entry": recent.entry_id, "event": msgspec.Raw(encode(event)), "did": did}
            return msgspec.json.encode(line).decode()
        zone = ZoneInfo(next(iter(settings.sites.values())).zone)
        clock = datetime.fromtimestamp(recent.arrival_ms / 1000, zone).strftime("%H:%M:%S.%f")[:-3]
        told = f"{event.source or UNKNOWN_SOURCE}  {type_of(event)} {_fields(event)}".rstrip()
        more = [f"and {len(did) - MOST_SAID} more"] if len(did) > MOST_SAID else []
        return f"{clock}  {told}  → {'; '.join(did[:MOST_SAID] + more)}"


async def _tail(where: Given, printer: _Printer) -> None:
    config = where.load_good()
    async with running_line(config) as line:
        pipeline = Pipeline(line.reader, Checkpoints(line.redis, line.keys), clock_ms)
        end = await line.stream.last_id()

        running = asyncio.create_task(pipeline.run())

        async def look() -> None:
            try:
                printer.look(pipeline, silently=_id(pipeline.cursor) <= _id(end) and not pipeline.ready)
            except BrokenPipeError:  # `tail | head`: the reader has enough
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                running.cancel()

        pipeline.after_batch.append(look)
        try:
            await asyncio.wait([running])
        finally:
            running.cancel()
            await asyncio.wait([running])


def _did(recent: Recent) -> Iterator[str]:
    """In words; what ingest counted instead of appending is told one by one."""
    if isinstance(recent.event, SourceCounted):
        yield from map(conflict, recent.event.conflict_ids)
        yield from (f"duplicate of {one}" for one in recent.event.duplicate_ids)
        yield from (f"rejected {one.id or 'an event'}: {one.error} - at {one.at}" for one in recent.event.rejections)
        if recent.event.left_out:
            yield left_out(recent.event.left_out)
        return
    yield from (deed.text for deed in recent.deeds)


def _fields(event: Event) -> str:
    """What ingest counted: the counts alone, since each stands in what was done."""
    fields = msgspec.to_builtins(event)
    if isinstance(event, SourceCounted):
        fields = {name: value for name, value in fields.items() if isinstance(value, int)}
    return " ".join(f"{name}={shown(str(value), 80)}" for name, value in fields.items() if name not in _LEFT_OUT)


def _place(recent: Recent) -> tuple[int, int]:
    return _id(recent.entry_id)


def _id(entry: str) -> tuple[int, int]:
    ms, _, number = entry.partition("-")
    return int(ms), int(number or 0)
