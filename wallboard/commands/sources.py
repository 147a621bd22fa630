"""What can be done about a source? `source forget` takes one out: test data, a retired PBX."""

import asyncio
import getpass
from typing import Any

import click

from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.known import floor_of
from wallboard.commands.line import running_line
from wallboard.core.errors import WallboardError
from wallboard.core.events import SourceForgotten
from wallboard.core.words import meant
from wallboard.record.audit import Audit
from wallboard.record.database import open_record

BY = "wallboard source"  # in the audit trail


@click.group()
def source() -> None:
    """What can be done about a source."""


@source.command()
@click.argument("name")
@given
def forget(name: str, **where: Any) -> None:
    """Take the source NAME and all that it told out of the state. It comes back when it tells something new."""
    asyncio.run(_forget(name, Given(**where)))
    click.echo(f"forgot {name}")


async def _forget(name: str, where: Given) -> None:
    config, who = where.load(), getpass.getuser()
    async with running_line(config) as line:
        known = sorted((await floor_of(line)).sources)
        if name not in known:
            raise WallboardError(f"no source '{name}': there is {', '.join(known) or 'none'}{meant(name, known)}")
        audit = Audit(open_record(config.data, config.database_url))
        await asyncio.to_thread(audit.write, clock_ms(), BY, "source.forgotten", id=name, user=who)
        await line.stream.append([SourceForgotten(name=name, who=who, source="wallboard")])
