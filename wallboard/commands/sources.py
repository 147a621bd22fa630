"""What can be done about a source? `source forget` takes one out: test data, a retired PBX."""

import asyncio
import getpass
from typing import Any

import click

from wallboard.commands.given import Given, given
from wallboard.commands.line import running_line
from wallboard.core.events import SourceForgotten


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
    async with running_line(where.load()) as line:
        await line.stream.append([SourceForgotten(name=name, who=getpass.getuser(), source="wallboard")])
