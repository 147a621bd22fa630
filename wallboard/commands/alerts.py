"""How does one begin with alerts? `init` prints six rules with their actions; `try` says when a rule would have fired;
`report` whether they still mean something; `test` sends a message to a receiver."""

import asyncio
import secrets
from typing import Any

import click

from wallboard.alerts.delivery import SENDERS
from wallboard.alerts.message import test_of
from wallboard.alerts.notify import Undelivered
from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.noise import noise
from wallboard.commands.trying import attempt
from wallboard.core.errors import WallboardError

# Docs of each key: docs/alerts.md. Limits are meant to be changed.
RULES = """\
# Who is told outside the wall? A receiver, [notify.leads], and `notify` in each rule that is for it: docs/notify.md

# Somebody waits for much longer than the target allows.
[alert.long-wait]
metric = "oldest_wait_s"
queues = ["*"]
raise = "> 40"                        # twice the default target of 20 s
clear = "< 20"
for = "30s"
severity = "critical"
action = "Open the overflow queue, or call people back from their breaks."
# notify = ["leads"]                  # where there is a [notify.leads]

# People wait and nobody could take them.
[alert.nobody-ready]
metric = "waiting"
queues = ["*"]
raise = "> 0"
for = "1m"
severity = "critical"
action = "Ask who can be ready now; move somebody from a queue that can spare one."
and = [{ metric = "ready", raise = "< 1" }]

# Many hang up before they are answered.
[alert.many-abandon]
metric = "abandon_rate"
window = "m15"
queues = ["*"]
raise = "> 10"
clear = "< 5"
min_n = 10
for = "2m"
keep_for = "5m"
action = "Look for what is wrong: an announcement, a line, a campaign; offer call-backs."

# Offers were missed three times in a row. About a person: leads only.
[alert.missed-offers]
metric = "missed_in_row"
raise = "> 2"
action = "Ask whether everything is well: head set, phone, a forgotten log-off."

# Wrap-up takes longer than its queue allows. About a person: leads only.
[alert.long-wrapup]
metric = "wrapup_over_s"
raise = "> 60"
clear = "<= 0"
action = "Ask whether help is needed with the case."

# A source says nothing: its numbers are old.
[alert.silent-source]
metric = "silent_s"
raise = "> 30"
clear = "< 10"
when = "always"
severity = "critical"
action = "Run `wallboard doctor SOURCE`, see /sources."
"""


@click.group()
def alerts() -> None:
    """Rules to begin with, and what to try before they are live."""


alerts.add_command(attempt)
alerts.add_command(noise)


@alerts.command()
def init() -> None:
    """Print six rules with actions, to be put into wallboard.toml: wallboard alerts init >> wallboard.toml"""
    click.echo(RULES, nl=False)


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
    message = test_of(receiver, secrets.token_hex(8), clock_ms())
    try:
        asyncio.run(SENDERS[to.kind](to, message))
    except Undelivered as error:
        raise WallboardError(f"{receiver} was not reached: {error}") from None
    click.echo(f"sent to {receiver}")
