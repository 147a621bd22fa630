"""Who may come in? `person link` prints a new single-use link."""

import asyncio
from typing import Any

import click

from wallboard.address import running_base
from wallboard.commands.given import Given, given
from wallboard.commands.line import running_line
from wallboard.stream.signin import Person, SignIn

SCOPES = ("admin",)


@click.group()
def person() -> None:
    """Who may come in."""


@person.command()
@click.argument("name")
@given
def link(name: str, **where: Any) -> None:
    """Print a link that signs NAME in: good once, for 15 minutes."""
    click.echo(asyncio.run(_link(name, Given(**where))))


async def _link(name: str, where: Given) -> str:
    config = where.load()
    async with running_line(config) as line:
        code = await SignIn(line.redis, line.keys).issue(Person(name, SCOPES))
    return f"{running_base(config)}/signin#{code}"
