"""What can be done about a source? `source forget` takes some out: test data, a retired PBX."""

import asyncio
import getpass
from typing import Any

import click

from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.known import floor_of
from wallboard.commands.line import running_line
from wallboard.core.errors import WallboardError
from wallboard.core.events import SourceForgotten
from wallboard.core.words import meant, some_of
from wallboard.record.audit import Audit
from wallboard.record.database import open_record

BY = "wallboard source"  # in the audit trail


@click.group()
def source() -> None:
    """What can be done about a source."""


@source.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@given
def forget(names: tuple[str, ...], **where: Any) -> None:
    """Take the sources NAME and all that they told out of the state. One comes back when it tells something new."""
    asyncio.run(_forget(list(dict.fromkeys(names)), Given(**where)))
    for name in names:
        click.echo(f"forgot {name}")


async def _forget(names: list[str], where: Given) -> None:
    """All of them, or none where one is not there."""
    config, who = where.load(), getpass.getuser()
    async with running_line(config) as line:
        known = (await floor_of(line)).sources
        for name in names:
            if name not in known:
                raise WallboardError(f"no source '{name}': there is {some_of(name, known)}{meant(name, known)}")
        audit = Audit(open_record(config.data, config.database_url))
        for name in names:
            await asyncio.to_thread(audit.write, clock_ms(), BY, "source.forgotten", id=name, user=who)
            await line.stream.append([SourceForgotten(name=name, who=who, source="wallboard")])
