"""How do past days come into the history? `import` computes them from recorded input and fills the record.

Nothing live is touched: no stream, no alert, no screen. A day is taken over when it is over; one that was seen live
stays as it is unless `--replace` says otherwise.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from wallboard.commands.compute import Warnings, once
from wallboard.commands.given import clock_ms
from wallboard.commands.kinds import Found, Recording
from wallboard.commands.progress import progress
from wallboard.config import Config
from wallboard.configfile import as_written
from wallboard.core.afterwards import Known
from wallboard.core.contactrow import Key
from wallboard.core.events import Event
from wallboard.core.ledger import add_to
from wallboard.core.past import Past
from wallboard.core.quarters import QUARTER_MS, Amounts, Interval
from wallboard.core.settings import Settings, Site
from wallboard.core.state import Floor
from wallboard.core.story import Story
from wallboard.core.windows import Day, business_day
from wallboard.record.database import open_record
from wallboard.record.history import History, SeenDay

ALL = 1 << 30
LOOK_MS = 3_600_000


@click.command("import")
@click.option("--from", "recording", type=Recording(), required=True, help="The files' format.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also days that were seen live.")
@click.option("--config", "file", type=click.Path(path_type=Path), help="The file wallboard.toml.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder (default .wallboard beside the file).")
def import_(recording: Found, files: Sequence[Path], replace: bool, file: Path | None, data: Path | None) -> None:
    """Fill the history from recorded input of past days; several FILES are read as one, in order."""
    config = as_written(file, os.environ, data=data)  # never the simulated centre's
    warnings = Warnings()
    events = once(progress(recording.read(files), "events"), recording.name, warnings)
    recorded = counted(config.settings, events)
    if not recorded.intervals:
        raise click.ClickException("these files hold no contact: nothing was filled")
    said = _filled(config, recorded, replace=replace)
    for line in (*said, *(f"import: {line}" for line in warnings.lines())):
        click.echo(line, err=True)


class Recorded:
    """What a recording amounts to. `first_ms`, `last_ms`: its first and last instant, UTC."""

    def __init__(self) -> None:
        self.intervals: dict[Interval, Amounts] = {}
        self.contacts: dict[Key, Known] = {}
        self.first_ms = self.last_ms = 0

    def take(self, past: Past, rested: Mapping[Key, Story]) -> None:
        """What changed since the last time."""
        for _ in past.look(at_once=True):
            pass
        self.intervals |= past.take_changed(ALL)
        later = past.book(rested, self.contacts)
        self.contacts |= later.known
        for at, added in later.amounts.items():
            amounts = self.intervals.setdefault(at, {})
            for name, amount in added.items():
                add_to(amounts, name, amount)


def counted(settings: Settings, events: Iterable[Event]) -> Recorded:
    floor, found = Floor(settings), Recorded()
    past: Past | None = None
    now_ms = look_ms = 0
    for event in events:
        at_ms = event.time or now_ms
        now_ms = max(now_ms, at_ms)
        if past is None:
            found.first_ms = at_ms
            floor.advance(now_ms)
            past = Past(floor, 0)
        while look_ms <= now_ms:  # time sheets keep some hours, and a day that ends is forgotten
            floor.advance(max(floor.now_ms, look_ms))
            found.take(past, past.take_rested(ALL))
            look_ms = min([(floor.now_ms // LOOK_MS + 1) * LOOK_MS, *_ends(floor)])
        floor.apply(event, now_ms)
    if past is not None:
        floor.advance(now_ms)
        found.take(past, past.ended())
    found.intervals = {one: amounts for one, amounts in found.intervals.items() if amounts}
    found.last_ms = now_ms
    return found


def _ends(floor: Floor) -> list[int]:
    """Just before the running days end."""
    return [day.ends_ms - 1 for day in floor.ground.calendar.days.values() if day.ends_ms - 1 > floor.now_ms]


def _filled(config: Config, found: Recorded, *, replace: bool) -> list[str]:
    """Writes what may be written, day by day of the first site; gives what to say of each."""
    history, now_ms = History(open_record(config.data, config.database_url)), clock_ms()
    said: list[str] = []
    first, *others = config.settings.sites
    for day in _days(config.settings, found.first_ms, found.last_ms):
        if day.ends_ms > now_ms:
            said.append(f"{day.label}: is not over, so it is left to the live line")
            continue
        if not replace and any(_is_live_within(day, one, others) for one in history.days(day.started_ms, day.ends_ms)):
            said.append(f"{day.label}: was seen live and stays as it is (--replace takes the files' figures instead)")
            continue
        within = range(day.started_ms, day.ends_ms)
        mine = {one: amounts for one, amounts in found.intervals.items() if one.started_ms in within}
        ended = {key: one for key, one in found.contacts.items() if one.ended_ms in within}
        elsewhere = [part for site in others for part in _parts(site, config.settings.sites[site], day, found)]
        history.fill(mine, [_seen(first, day, found)], ended, elsewhere)
        queues = {one.id for one in mine if one.kind == "queues"}
        said.append(f"{day.label}: filled, queues: {len(queues)}, contacts that ended: {len(ended)}")
    return said


def _days(settings: Settings, first_ms: int, last_ms: int) -> list[Day]:
    site = next(iter(settings.sites.values()))
    days = [business_day(first_ms, site.zone, site.day_starts)]
    while days[-1].ends_ms <= last_ms:
        days.append(business_day(days[-1].ends_ms, site.zone, site.day_starts))
    return days


def _is_live_within(day: Day, seen: SeenDay, others: Iterable[str]) -> bool:
    """By the days of the first site, or of one that is in the file no more: whoever saw another's saw the first's."""
    return (
        seen.site not in others
        and seen.told_by == "live"
        and seen.since_ms < day.ends_ms
        and day.started_ms < seen.until_ms
    )


def _parts(name: str, site: Site, day: Day, found: Recorded) -> Iterator[SeenDay]:
    """Of the days of another site: what of them lies within `day`."""
    own = business_day(day.started_ms, site.zone, site.day_starts)
    while own.started_ms < day.ends_ms:
        part = _seen(name, own, found)
        part = part._replace(since_ms=max(part.since_ms, day.started_ms), until_ms=min(part.until_ms, day.ends_ms))
        if part.since_ms < part.until_ms:
            yield part
        own = business_day(own.ends_ms, site.zone, site.day_starts)


def _seen(site: str, day: Day, found: Recorded) -> SeenDay:
    since_ms = max(day.started_ms, found.first_ms // QUARTER_MS * QUARTER_MS)
    return SeenDay(site, day.label, day.started_ms, day.ends_ms, since_ms, min(day.ends_ms, found.last_ms), "import")
