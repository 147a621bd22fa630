"""How does everything start with one command? Redis, worker, web and collectors as one family of processes.

    up ── private Redis (unless one is given)
       ├─ worker
       ├─ web        gets the listening socket from `up`: while it restarts, connections wait, none is refused
       │             (of several each has its own: the others take them)
       └─ collect    all configured sources

Started in this order, stopped in reverse within STOP_S. A child that ends is started again; when `up` ends,
however it ends, they end too. A changed file is applied by the parts themselves; only another address, another
Redis, or the end of the simulated centre starts the family anew.
"""

import asyncio
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from wallboard.address import remember
from wallboard.children import Child, stop_all
from wallboard.commands.given import Given
from wallboard.commands.inforce import needs_new_start
from wallboard.config import Config
from wallboard.core.errors import ConfigError, WallboardError
from wallboard.greeting import greet
from wallboard.ownredis import kept
from wallboard.starting import loaded, options_of, tell, tell_mistakes, told_to_stop
from wallboard.webs import Part, webs_of


async def up(where: Given, *, processes: int = 1, verbose: bool = False) -> None:
    """Until SIGTERM or SIGINT. `processes`: of the web part. Raises WallboardError where something must be changed
    first."""
    told = told_to_stop()
    config: Config | None = loaded(where)
    while config is not None:
        config = await _family(where, config, told, processes, verbose)


async def _family(where: Given, config: Config, told: asyncio.Event, processes: int, verbose: bool) -> Config | None:
    """One run of all parts. The configuration of the next run; None: told to stop."""
    with _alone(config.data), webs_of(config, processes) as webs:
        remember(config)
        async with kept(config) as url:
            children = _children(where, config, url, webs, verbose)
            for child in chain(*children):
                child.start()
            greeting = asyncio.create_task(greet(config, url))
            try:
                return await _next(where, config, told)
            finally:
                greeting.cancel()
                await asyncio.wait([greeting])
                await stop_all(children)


def _children(where: Given, config: Config, url: str, webs: Sequence[Part], verbose: bool) -> list[list[Child]]:
    """In the order of their start, those that are alike together."""
    environ = {**os.environ, "WALLBOARD_REDIS_URL": url}

    def child(part: Part) -> Child:
        log = None if verbose else config.data / "log" / f"{part.name}.log"
        return Child(part.name, [*part.command, *options_of(where, config)], environ, log, tell, part.fds)

    return [[child(Part("worker", ["worker"]))], [*map(child, webs)], [child(Part("collect", ["collect"]))]]


async def _next(where: Given, config: Config, told: asyncio.Event) -> Config | None:
    """Waits for the end of this run."""
    stop = asyncio.create_task(told.wait())
    change = asyncio.create_task(_changed(where, config))
    try:
        await asyncio.wait([stop, change], return_when=asyncio.FIRST_COMPLETED)
        return None if stop.done() else change.result()
    finally:
        stop.cancel()
        change.cancel()
        await asyncio.wait([stop, change])


async def _changed(where: Given, config: Config) -> Config:
    """The first configuration that this run cannot follow; mistakes are told and the last good one goes on."""
    is_wrong = False
    async for found in where.watch():
        if isinstance(found, ConfigError):
            tell(f"the configuration is not taken over, the last good one stays:\n{found}")
            is_wrong = True
            continue
        tell("the configuration is taken over again" if is_wrong else "")
        is_wrong = False
        tell_mistakes(found)
        if needs_new_start(config, found):
            if config.simulated and not found.simulated:
                tell("something is configured: the simulated centre ends")
            return found
    raise AssertionError("watch does not end")


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One `up` a data folder."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / "up.lock").open("w")
    except OSError as error:
        raise WallboardError(f"cannot write into {data}: {error.strerror} - give another folder with --data") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WallboardError(f"another `wallboard up` runs with {data}: stop it or give another --data") from None
        yield
