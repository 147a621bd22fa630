"""Where is the wall? Said once it answers, with the link that signs the administrator in."""

import asyncio
import time

import click

from wallboard.address import answers, link_base
from wallboard.commands.given import clock_ms
from wallboard.config import Config
from wallboard.starting import tell, tell_mistakes

READY_S = 30.0
_SIMULATED = "SIMULATED: nothing is configured, this centre is invented (docs/configuration.md: add a source)"
_NO_SOURCE = "No source is configured yet: add a [collector.NAME], or send events (`wallboard post`)"


async def greet(config: Config, url: str) -> None:
    """Says where the wall is, once it answers."""
    await _until_ready(config)
    tell(_SIMULATED if config.simulated else "" if config.collectors else _NO_SOURCE)
    tell_mistakes(config)
    link = f"{link_base(config.server)}/signin#{await _code(config.at_redis(url))}"
    click.echo(f"Open {link}")
    click.echo("The link signs the administrator in, once, within 15 minutes; Ctrl-C stops everything.", err=True)


async def _until_ready(config: Config) -> None:
    until_s = time.monotonic() + READY_S
    while not await asyncio.to_thread(answers, config.server, "/readyz"):
        if time.monotonic() > until_s:
            tell(f"the wall is not ready after {READY_S:.0f} s: look into {config.data / 'log'}")
            return
        await asyncio.sleep(0.1)


async def _code(config: Config) -> str:
    from wallboard.commands.line import line
    from wallboard.record.audit import Audit
    from wallboard.record.database import open_record
    from wallboard.record.people import People
    from wallboard.stream.signin import SignIn

    record = open_record(config.data, config.database_url)
    first = await asyncio.to_thread(People(record).first, clock_ms())
    detail = {"id": first.id, "name": first.name}
    await asyncio.to_thread(lambda: Audit(record).write(clock_ms(), "wallboard up", "person.link", **detail))
    async with line(config) as parts:
        return await SignIn(parts.redis, parts.keys).issue(first.id)
