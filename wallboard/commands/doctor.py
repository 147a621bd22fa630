"""What is wrong with this installation? Redis, worker, clocks, disk, record, alerts and sources, one line a finding.

`ok: …` or `problem: … - do this`; exit 1 when there is a problem.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.line import running_line
from wallboard.commands.strangers import strangers
from wallboard.commands.unheard import reaches_nobody, untaken, without_link
from wallboard.config import Config
from wallboard.core.errors import SourceError, WallboardError
from wallboard.core.sources import Surroundings
from wallboard.live.vitals import LOOK_S, LOOKS
from wallboard.sense import WEBHOOK
from wallboard.stream.found import collector_of
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import Outbox

LEAST_VERSION = (6, 2)
CLOCK_MS = 1_000  # a difference above it makes ages and windows visibly wrong
LEAST_FREE_BYTES = 1 << 30
EXAMINE_S = 20
_PROBLEM = re.compile(r"(\[[^\]]*\] )?problem:")


@click.command()
@click.argument("source", required=False)
@click.option("--json", "as_json", is_flag=True, help="The findings as a JSON list.")
@given
def doctor(source: str | None, as_json: bool, **where: Any) -> None:
    """Examine Redis, the worker, clocks, disk, the record, whether alerts are told, every source; or only SOURCE."""
    config, mistakes = Given(**where).as_far_as_good()
    if source is not None and source not in config.collectors:
        known = ", ".join(config.collectors) or "none"
        raise WallboardError(
            f"no source '{source}' is configured, there is {known}; of one that sends its events itself "
            f"/sources/{quote(source, safe='')} says what came"
        )
    findings = [f"problem: {one} - correct it: what runs goes on with the last good file" for one in mistakes]
    findings += asyncio.run(_findings(config, source))
    click.echo(msgspec.json.encode(findings) if as_json else "\n".join(findings))
    if any(_PROBLEM.match(finding) for finding in findings):
        raise click.exceptions.Exit(1)


async def _findings(config: Config, source: str | None) -> list[str]:
    findings: list[str] = []
    if source is None:
        findings += [finding async for finding in _redis(config)]
        findings += _disk(config.data)
        findings.append(await asyncio.to_thread(_record, config))
        findings += await asyncio.to_thread(_unheard, config)
    for name, options in config.collectors.items():
        if source in (None, name):
            findings += [f"[{name}] {line}" async for line in _examined(name, options, config)]
    return findings


async def _redis(config: Config) -> AsyncIterator[str]:
    try:
        async with running_line(config) as line:
            for finding in await _redis_findings(line.redis):
                yield finding
            yield await _worker(Lease(line.redis, line.keys))
            async for finding in untaken(Outbox(line.redis, line.keys), config):
                yield finding
    except RedisError as error:
        yield f"problem: Redis does not answer: {error} - start it or correct [redis] url"
    except WallboardError as error:
        yield f"problem: {error}"


async def _worker(lease: Lease) -> str:
    """Looks again while another one may be taking over."""
    for look in range(LOOKS):
        if look:
            await asyncio.sleep(LOOK_S)
        held, _ = await lease.led()
        if held:
            return "ok: a worker runs"
    return "problem: no worker runs: nothing is raised, told or kept as history - start `wallboard worker`"


async def _redis_findings(redis: Redis) -> list[str]:
    info: Mapping[str, Any] = await redis.info()
    before_ms = clock_ms()
    seconds, microseconds = await redis.time()
    apart_ms = seconds * 1000 + microseconds // 1000 - (before_ms + clock_ms()) // 2
    return [_version(info), _persistence(info), _eviction(info), _clock(apart_ms)]


def _version(info: Mapping[str, Any]) -> str:
    version = str(info.get("redis_version", "0"))
    found = tuple(int(part) for part in version.split(".")[:2])
    if found < LEAST_VERSION:
        return f"problem: Redis {version} is too old - install 6.2 or newer, or Valkey"
    return f"ok: Redis {version}"


def _persistence(info: Mapping[str, Any]) -> str:
    if info.get("aof_last_write_status", "ok") != "ok":
        return "problem: Redis cannot write its append-only file - free its disk"
    if not info.get("aof_enabled"):
        return "problem: Redis keeps no append-only file, a restart loses events - set appendonly yes"
    return "ok: Redis keeps an append-only file"


def _eviction(info: Mapping[str, Any]) -> str:
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        return f"problem: Redis may drop keys ({policy}) - set maxmemory-policy noeviction"
    return "ok: Redis drops nothing (noeviction)"


def _clock(apart_ms: int) -> str:
    if abs(apart_ms) > CLOCK_MS:
        return f"problem: the clock of Redis is {apart_ms / 1000:+.1f} s from ours - run NTP on both machines"
    return f"ok: the clock of Redis is {apart_ms:+d} ms from ours"


def _disk(data: Path) -> Iterator[str]:
    folder = next(one for one in (data, *data.parents) if one.exists())
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        yield f"problem: {free >> 20} MiB are free at {folder} - free some or move it with --data"
    else:
        yield f"ok: {free >> 30} GiB are free at {folder}"


def _record(config: Config) -> str:
    from wallboard.record.database import open_record, standing

    try:
        engine = open_record(config.data, config.database_url)
        try:
            return f"ok: the record is {standing(engine)}"
        finally:
            engine.dispose()
    except WallboardError as error:
        return f"problem: {error} - start it or correct WALLBOARD_DATABASE_URL"


def _unheard(config: Config) -> list[str]:
    """Whom alerts do not reach, whatever runs."""
    try:
        found = strangers(config)
    except WallboardError:
        found = {}  # said of the record already
    lines = [f"[notify.{name}] person = {why} - correct it or add the account" for name, why in found.items()]
    if why := reaches_nobody(config, found):
        lines.append(why)
    if why := without_link(config):
        lines.append(f"[server] public_url {why} - set it")
    return [f"problem: {line}" for line in lines]


async def _examined(name: str, options: Mapping[str, object], config: Config) -> AsyncIterator[str]:
    if options.get("kind") == WEBHOOK:
        yield f"ok: its program sends to /api/v1/in/{name}; nothing here fetches it (docs/webhooks.md)"
        return
    around = Surroundings(clock_ms, config.settings, config.data)
    try:
        async with asyncio.timeout(EXAMINE_S):
            for line in await collector_of(options.get("kind"))(name, options, around).examine():
                yield line
    except TimeoutError:
        yield f"problem: no answer within {EXAMINE_S} s - is the source reachable from this machine?"
    except SourceError as error:
        yield f"problem: {error}"
