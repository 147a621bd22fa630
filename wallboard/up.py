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
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import click

from wallboard.address import answers, link_base, listening, remember
from wallboard.children import Child
from wallboard.commands.check import board_mistakes, record_mistakes, source_mistakes
from wallboard.commands.given import Given, clock_ms
from wallboard.commands.inforce import needs_new_start
from wallboard.config import Config
from wallboard.core.errors import ConfigError, WallboardError
from wallboard.ownredis import kept

STOP_S = 9.0
READY_S = 30.0
ANEW_S = 120.0  # for one of several web processes to have its state, before it is said that the new start failed
_SIMULATED = "SIMULATED: nothing is configured, this centre is invented (docs/configuration.md: add a source)"
_NO_SOURCE = "No source is configured yet: add a [collector.NAME], or send events (`wallboard post`)"


async def up(where: Given, *, processes: int = 1, verbose: bool = False) -> None:
    """Until SIGTERM or SIGINT. `processes`: of the web part. Raises WallboardError where something must be changed
    first."""
    told = _told()
    config: Config | None = _loaded(where)
    while config is not None:
        config = await _family(where, config, told, processes, verbose)


async def web_processes(where: Given, count: int) -> None:
    """`web --processes N`: N children on one address, each with a listening socket of its own. SIGHUP: a new start, one
    after another."""
    told = _told()
    config = _loaded(where)
    again = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, again.set)
    with _reserved(config) as port:
        arguments = ["web", "--share", str(port), *_where(where, config)]
        webs = [_Web(f"web {n}", arguments) for n in range(1, count + 1)]
        for web in webs:
            web.child.start()
        while not told.is_set():
            await _either(told, again)
            if again.is_set() and not told.is_set():
                again.clear()
                await _start_anew(webs, arguments, told)
        await _stop([[web.child for web in webs]])


class _Web:
    """One of several web processes. `said`: it serves; each says so through a pipe of its own."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self.said = asyncio.Event()
        self._read_fd, self._say_fd = os.pipe()
        asyncio.get_running_loop().add_reader(self._read_fd, self._hear)
        say = [*arguments, "--ready-fd", str(self._say_fd)]
        self.child = Child(name, say, os.environ, None, _tell, [self._say_fd])

    def _hear(self) -> None:
        os.read(self._read_fd, 64)
        self.said.set()

    async def stop(self) -> None:
        await self.child.stop(STOP_S)
        asyncio.get_running_loop().remove_reader(self._read_fd)
        os.close(self._read_fd)
        os.close(self._say_fd)


async def _start_anew(webs: list[_Web], arguments: Sequence[str], told: asyncio.Event) -> None:
    """One after another: the new one first, and once it serves the old one ends. So screens always find as many
    as there were, and where a new one does not come up all go on as they are."""
    for place, old in enumerate(webs):
        if told.is_set():
            return
        new = _Web(old.child.name, arguments)
        new.child.start()
        with suppress(TimeoutError):
            async with asyncio.timeout(ANEW_S):
                await _either(new.said, told)
        if not new.said.is_set():
            await new.stop()
            if not told.is_set():
                _tell(f"{old.child.name} is not ready after {ANEW_S:.0f} s: all go on as they are")
            return
        webs[place] = new
        await old.stop()
        _tell(f"{new.child.name} serves again")


async def _either(*events: asyncio.Event) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _loaded(where: Given) -> Config:
    """With what the parts would find out one by one, each in its own log. Raises WallboardError."""
    config = where.load()
    if mistakes := [*record_mistakes(config)]:
        raise ConfigError(mistakes)
    return config


async def _family(where: Given, config: Config, told: asyncio.Event, processes: int, verbose: bool) -> Config | None:
    """One run of all parts. The configuration of the next run; None: told to stop."""
    with _alone(config.data), _webs(config, processes) as webs:
        remember(config)
        async with kept(config) as url:
            children = _children(where, config, url, webs, verbose)
            for child in chain(*children):
                child.start()
            greeting = asyncio.create_task(_greet(config, url))
            try:
                return await _next(where, config, told)
            finally:
                greeting.cancel()
                await asyncio.wait([greeting])
                await _stop(children)


class _Part(NamedTuple):
    """A process to be started. `fds`: what it gets of ours."""

    name: str
    command: Sequence[str]
    fds: Sequence[int] = ()


def _children(where: Given, config: Config, url: str, webs: Sequence[_Part], verbose: bool) -> list[list[Child]]:
    """In the order of their start, those that are alike together."""
    environ = {**os.environ, "WALLBOARD_REDIS_URL": url}

    def child(part: _Part) -> Child:
        log = None if verbose else config.data / "log" / f"{part.name}.log"
        return Child(part.name, [*part.command, *_where(where, config)], environ, log, _tell, part.fds)

    return [[child(_Part("worker", ["worker"]))], [*map(child, webs)], [child(_Part("collect", ["collect"]))]]


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
            _tell(f"the configuration is not taken over, the last good one stays:\n{found}")
            is_wrong = True
            continue
        _tell("the configuration is taken over again" if is_wrong else "")
        is_wrong = False
        _tell_mistakes(found)
        if needs_new_start(config, found):
            if config.simulated and not found.simulated:
                _tell("something is configured: the simulated centre ends")
            return found
    raise AssertionError("watch does not end")


async def _greet(config: Config, url: str) -> None:
    """Says where the wall is, once it answers."""
    await _until_ready(config)
    _tell(_SIMULATED if config.simulated else "" if config.collectors else _NO_SOURCE)
    _tell_mistakes(config)
    link = f"{link_base(config.server)}/signin#{await _code(config.at_redis(url))}"
    click.echo(f"Open {link}")
    click.echo("The link signs the administrator in, once, within 15 minutes; Ctrl-C stops everything.", err=True)


async def _until_ready(config: Config) -> None:
    until_s = time.monotonic() + READY_S
    while not await asyncio.to_thread(answers, config.server, "/readyz"):
        if time.monotonic() > until_s:
            _tell(f"the wall is not ready after {READY_S:.0f} s: look into {config.data / 'log'}")
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


async def _stop(children: Sequence[Sequence[Child]]) -> None:
    """In reverse; those that are alike at once, however many they are."""
    until_s = time.monotonic() + STOP_S
    for child in chain(*children):
        await child.let_go()  # Ctrl-C reaches all of them at once: none is to come back
    for alike in reversed(children):
        left_s = max(0.5, until_s - time.monotonic())
        await asyncio.gather(*(child.stop(left_s) for child in alike))


def _where(where: Given, config: Config) -> list[str]:
    """The children's options: the same file and folder, simulated or not as it was found here."""
    options = ["--config", str(where.file)] if where.file else []
    options += ["--data", str(where.data)] if where.data else []
    return [*options, "--demo"] if config.simulated else options


@contextmanager
def _webs(config: Config, count: int) -> Iterator[Sequence[_Part]]:
    """One web process gets the listening socket; several have one each, at an address that is kept."""
    if count == 1:
        with listening(config.server) as listener:
            listener.listen(1024)
            fd = listener.fileno()
            yield [_Part("web", ["web", "--fd", str(fd)], [fd])]
    else:
        with _reserved(config) as port:
            yield [_Part(f"web-{n}", ["web", "--share", str(port)]) for n in range(1, count + 1)]


@contextmanager
def _reserved(config: Config) -> Iterator[int]:
    """The port of the configured address, kept as ours. Nobody listens on this socket."""
    with listening(config.server) as alone:  # says so where another program has it
        port: int = alone.getsockname()[1]
    with listening(config.server, share=port):
        yield port


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


def _told() -> asyncio.Event:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


def _tell_mistakes(config: Config) -> None:
    """Which sources and boards cannot work as they are written; all others do."""
    for mistake in (*source_mistakes(config), *board_mistakes(config.boards)):
        _tell(str(mistake))


def _tell(text: str) -> None:
    if text:
        click.echo(text, err=True)
