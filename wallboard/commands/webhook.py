"""What would this payload become? `webhook try` reads a file by the map of a configured source; nothing is sent."""

from pathlib import Path
from typing import Any

import click
import msgspec

from wallboard.commands.given import Given, given
from wallboard.config import FILE
from wallboard.core.errors import ConfigError, Mistake, Refused, WallboardError
from wallboard.core.events import encode
from wallboard.core.mapping import events_of
from wallboard.sense import WEBHOOK
from wallboard.webhooks import Webhook, webhook_of


@click.group()
def webhook() -> None:
    """Programs that send their own JSON (docs/webhooks.md)."""


@webhook.command("try")
@click.argument("name")
@click.argument("payload_file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@given
def try_(name: str, payload_file: Path, **where: Any) -> None:
    """Print the events that the payload in FILE becomes by the map of the source NAME, one a line."""
    source = _configured(name, Given(**where))
    try:
        payload = msgspec.json.decode(payload_file.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WallboardError(f"{payload_file} is not JSON: {error}") from None
    made = list(events_of(payload, source.by))
    for one in made:
        rule = f"[[event]] {one.rule + 1}, {source.by.rules[one.rule].type}"
        if isinstance(one.found, Refused):
            click.echo(f"wallboard: {rule}: {one.found}", err=True)
        else:
            click.echo(encode(one.found))
    if not made:
        click.echo(f"wallboard: none of the {len(source.by.rules)} [[event]] of the map fits this payload", err=True)
    if not made or any(isinstance(one.found, Refused) for one in made):
        raise click.exceptions.Exit(1)


def _configured(name: str, where: Given) -> Webhook:
    config = where.load()
    names = [one for one, options in config.collectors.items() if options.get("kind") == WEBHOOK]
    if name not in names:
        raise WallboardError(
            f'no source {name} of kind = "webhook" is configured; there is: {", ".join(names) or "none"}'
        )
    mistakes: list[Mistake] = []
    found = webhook_of(name, config.collectors[name], config.base, str(config.file or FILE), mistakes)
    if found is None:
        raise ConfigError(mistakes)
    return found
