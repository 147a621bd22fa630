"""How does one begin with alerts? `init` prints five rules with their actions; `try` says when a rule would have fired;
`report` whether they still mean something; `test` sends a message to a receiver."""

import asyncio
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from wallboard.alerts.delivery import SENDERS
from wallboard.alerts.message import test_of
from wallboard.alerts.notify import Undelivered
from wallboard.commands.given import Given, clock_ms, file_option, given
from wallboard.commands.noise import noise
from wallboard.commands.strangers import strangers
from wallboard.commands.trying import attempt
from wallboard.configfile import as_written
from wallboard.core.errors import Mistake, RecordUnavailable, WallboardError
from wallboard.firstrules import first_rules


@click.group()
def alerts() -> None:
    """Rules to begin with, and what to try before they are live."""


alerts.add_command(attempt)
alerts.add_command(noise)


@alerts.command()
@file_option
def init(file: Path | None) -> None:
    """Print five rules with actions, to be put into wallboard.toml: wallboard alerts init >> wallboard.toml

    The first one, of long waits, once more for each target that queues of the file have of their own. Those that the
    file has already are left out.
    """
    config = as_written(file, os.environ)
    begun = first_rules(config.settings.queue, config.settings.alert)
    if begun.there:
        click.echo(f"init: left out, since they are there: {', '.join(begun.there)}", err=True)
    gap = "\n" if begun.text and config.file and config.file.stat().st_size else ""
    click.echo(gap + begun.text, nl=False)


@alerts.command()
@click.argument("receiver")
@given
def test(receiver: str, **where: Any) -> None:
    """Send a message to RECEIVER, a [notify.NAME] of wallboard.toml, now and once."""
    config = Given(**where).load()
    to = config.receivers.get(receiver)
    if to is None:
        known = ", ".join(config.receivers) or "none"
        raise WallboardError(f"no receiver '{receiver}' is configured: there is {known}; write [notify.{receiver}]")
    language = next(iter(config.settings.sites.values())).language
    message = test_of(receiver, secrets.token_hex(8), clock_ms(), language)
    try:
        asyncio.run(SENDERS[to.kind](to, message))
    except Undelivered as error:
        raise WallboardError(f"{receiver} was not reached: {error}") from None
    click.echo(f"sent to {receiver}, from here: /alerts/delivery tells what the worker sends")
    with suppress(Mistake, RecordUnavailable):
        if reason := strangers(config).get(receiver):
            click.echo(f"but of alerts: {reason}", err=True)
