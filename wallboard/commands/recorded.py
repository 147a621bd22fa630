"""How does recorded or invented input come onto the wall? `replay` sends a recording, `simulate` writes one."""

import asyncio
import secrets
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import takewhile
from pathlib import Path
from typing import Any, cast

import click
from msgspec.structs import replace as changed

from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.kinds import Found, Instant, Recording
from wallboard.commands.line import running_line
from wallboard.commands.progress import progress
from wallboard.core.errors import StreamUnavailable, WallboardError
from wallboard.core.events import Event, encode
from wallboard.core.sources import Surroundings
from wallboard.core.windows import MINUTE_MS
from wallboard.live.backoff import Backoff
from wallboard.stream.found import collector_of
from wallboard.stream.stream import Stream

OLD_MS = 15 * MINUTE_MS  # older than this it is in no rolling window of 15 minutes
GIVE_UP_S = 60  # Redis away for so long: say so and end


@click.command()
@click.option("--from", "recording", type=Recording(), required=True, help="The files' format.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--speed", type=click.FloatRange(min=0), default=1.0, help="Times real time; 0: as fast as it goes.")
@click.option("--shift-to-now", is_flag=True, help="Move the recording by whole minutes so that it ends now.")
@click.option("--source", default="replay", help="The source of events that name none.")
@given
def replay(
    recording: Found, files: Sequence[Path], speed: float, shift_to_now: bool, source: str, **where: Any
) -> None:
    """Send recorded input down the live line, at its own pace or faster."""
    options = {
        "kind": "replay",
        "format": recording.name,
        "files": [str(file.absolute()) for file in files],
        "speed": speed,
        "shift_to_now": shift_to_now,
    }
    sent, counted, newest_ms = asyncio.run(_replay(Given(**where), source, options))
    click.echo(f"sent {sent} events, {sent - counted} of them were there before", err=True)
    if newest_ms and clock_ms() - newest_ms > OLD_MS:
        hours = (clock_ms() - newest_ms) / 3_600_000
        click.echo(f"the newest is {hours:.1f} h old: --shift-to-now makes a recording end now", err=True)


async def _replay(where: Given, source: str, options: Mapping[str, object]) -> tuple[int, int, int]:
    """Events sent, how many of them count, and the newest one's time (0: none told)."""
    config = where.load()
    around = Surroundings(clock_ms, config.settings, config.data)
    collector = collector_of("replay")(source, options, around)
    run, sent, counted, newest_ms = secrets.token_hex(6), 0, 0, 0
    async with running_line(config) as parts:
        async for batch in collector.events(None):
            signed = [_signed(event, source, f"{run}-{sent + index}") for index, event in enumerate(batch.events)]
            counted += await _append(parts.stream, signed)
            sent += len(signed)
            newest_ms = max([newest_ms, *(event.time or 0 for event in signed)])
            if sys.stderr.isatty():
                click.echo(f"\r{sent:,} events ", nl=False, err=True)
    return sent, counted, newest_ms


def _signed(event: Event, source: str, own_id: str) -> Event:
    return changed(event, source=event.source or source, id=event.id or own_id)


async def _append(stream: Stream, events: Sequence[Event]) -> int:
    """How many of them are counted. A repeat is safe: each has its id."""
    backoff, until_s = Backoff(least_s=0.1, most_s=2), asyncio.get_running_loop().time() + GIVE_UP_S
    while True:
        try:
            return len(events) - len((await stream.append(events)).duplicates)
        except StreamUnavailable as error:
            if asyncio.get_running_loop().time() > until_s:
                raise WallboardError(f"{error} - start it, then replay again: nothing counts twice") from None
            await asyncio.sleep(backoff.next_s())


@click.command()
@click.option("--seed", type=int, default=1, help="The same seed and start tell the same day.")
@click.option("--agents", type=click.IntRange(1, 10_000), default=12)
@click.option("--queues", type=click.IntRange(1, 1_000), default=5)
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Contacts an hour; default: what suits.")
@click.option("--start", "start_ms", type=Instant(), help="Default: so that it ends now.")
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), default=60.0)
@click.option("--until", "until_ms", type=Instant(), help="Instead of --minutes.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; default: standard output.")
def simulate(
    seed: int,
    agents: int,
    queues: int,
    rate: float | None,
    start_ms: int | None,
    minutes: float,
    until_ms: int | None,
    out: Path | None,
) -> None:
    """Write a believable centre as events, one JSON object a line."""
    length_ms = round(minutes * MINUTE_MS)
    end_ms = until_ms or (start_ms + length_ms if start_ms is not None else clock_ms())
    first_ms = start_ms if start_ms is not None else (end_ms - length_ms) // MINUTE_MS * MINUTE_MS
    if first_ms >= end_ms:
        raise click.UsageError("--until must be after --start")
    # The collector carries its centre along: `wallboard` itself knows no collector.
    centre = cast(Any, collector_of("simulator")).simulate(seed, agents, queues, rate, first_ms)
    events = takewhile(lambda event: event.time <= end_ms, centre)
    with out.open("wb") if out else nullcontext(sys.stdout.buffer) as file:
        for event in progress(events, "events"):
            file.write(encode(event) + b"\n")
        file.flush()
