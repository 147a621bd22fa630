"""What are the parts of a running wallboard? `up` starts all of them; `web`, `worker`, `collect` are one each."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import click

from wallboard.commands.given import Given, clock_ms, given
from wallboard.commands.inforce import InForce
from wallboard.commands.line import line
from wallboard.config import Config

if TYPE_CHECKING:
    import uvicorn

LOADS_S = 10.0  # so long one of several web processes lets the others serve while it loads

Part = Callable[[InForce, Config], Coroutine[Any, Any, None]]


def at(command: Callable[..., None]) -> Callable[..., None]:
    """`host` and `port`, where they differ from the configuration."""
    port = click.option("--port", type=click.IntRange(1, 65_535), help="The port to listen on (default 8000).")
    host = click.option("--host", help="The address to listen on (default 127.0.0.1; 0.0.0.0: every one).")
    return host(port(command))


_several = click.option(
    "--processes", type=click.IntRange(1, 64), default=1, help="How many web processes, on one address."
)


@click.command()
@given
@at
@_several
@click.option("--verbose", is_flag=True, help="The parts' logs here, as JSON lines, instead of in files.")
def up(host: str | None, port: int | None, processes: int, verbose: bool, **where: Any) -> None:
    """Start everything: Redis unless one is given, worker, web and the configured collectors.

    With nothing configured, or with --demo, a simulated centre. Prints one link that signs the first person in.
    """
    from wallboard.up import up as start

    _listen_at(host, port)
    asyncio.run(start(Given(**where), processes=processes, verbose=verbose))


@click.command()
@given
@at
@_several
@click.option("--fd", type=int, hidden=True)
@click.option("--share", type=int, hidden=True)
@click.option("--ready-fd", type=int, hidden=True)
@click.option("--parent", type=int, hidden=True)
def web(
    host: str | None, port: int | None, processes: int, fd: int | None, share: int | None, ready_fd: int | None,
    parent: int | None, **where: Any,
) -> None:  # fmt: skip
    """Serve the boards, the pages and the API. Several processes start anew one after another on SIGHUP."""
    _begin(parent)
    _listen_at(host, port)
    if processes > 1:
        from wallboard.webs import web_processes

        asyncio.run(web_processes(Given(**where), processes))
        return
    listener = socket.socket(fileno=fd) if fd is not None else None
    _run(Given(**where), lambda _, config: _web(config, listener, share, ready_fd))


@click.command()
@given
@click.option("--parent", type=int, hidden=True)
def worker(parent: int | None, **where: Any) -> None:
    """Write checkpoints and trim the stream: one at a time does, further ones stand by."""
    _begin(parent)
    from wallboard.commands.working import work

    _run(Given(**where), work)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@given
@click.option("--parent", type=int, hidden=True)
def collect(names: Sequence[str], parent: int | None, **where: Any) -> None:
    """Read the sources NAME… (none: all that are configured) and follow changes of the configuration."""
    _begin(parent)
    _run(Given(**where), lambda force, config: _collect(names, force, config))


def _listen_at(host: str | None, port: int | None) -> None:
    """Over what the file and the environment say, in the processes of this one too."""
    if host:
        os.environ["WALLBOARD_SERVER_HOST"] = host
    if port:
        os.environ["WALLBOARD_SERVER_PORT"] = str(port)


def _begin(parent: int | None) -> None:
    from wallboard import logs

    if parent is not None:
        from wallboard.children import die_with

        die_with(parent)
    logs.configure()


def _run(where: Given, part: Part) -> None:
    """The part until it is told to stop; anew where a changed configuration asks for that."""
    import uvloop

    from wallboard.live.memory import expect_much

    expect_much()
    while uvloop.run(_followed(where, part)):
        pass


async def _followed(where: Given, part: Part) -> bool:
    """True: start again."""
    from wallboard.ownredis import kept

    force = InForce(where)
    async with kept(force.config) as url, force.followed():
        return await _until_told(part(force, force.lasting(url)), force.stale)


async def _until_told(part: Coroutine[Any, Any, None], stale: asyncio.Event) -> bool:
    """Runs the part until it ends, a signal comes (False) or the configuration is stale (True)."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) is not signal.SIG_IGN:  # under `up`, Ctrl-C is the parent's
            loop.add_signal_handler(number, told.set)
    tasks = [asyncio.create_task(part), asyncio.create_task(told.wait()), asyncio.create_task(stale.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            tasks[0].result()
        return not told.is_set() and stale.is_set()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _web(config: Config, listener: socket.socket | None, share: int | None, ready_fd: int | None) -> None:
    from wallboard.address import listening, remember
    from wallboard.web import openfiles
    from wallboard.web.app import create_app
    from wallboard.web.serve import server_for

    openfiles.ask_for(config.server.max_screens)

    proxies = ",".join(config.server.trusted_proxies) or None
    app = create_app(config, loads_s=0 if ready_fd is None else LOADS_S)
    server = server_for(app, proxies=proxies, fast_frames=config.server.fast_frames)
    if listener:  # a copy: uvicorn closes what it serves, and after a new start the same address goes on
        own = listener.dup()
    elif share:
        own = listening(config.server, share=share)
    else:
        own = listening(config.server)
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        remember(config)
    serving = asyncio.create_task(server.serve(sockets=[own]))
    telling = asyncio.create_task(_tell_ready(ready_fd, server, app.state.parts.pipeline.loaded))
    try:
        await asyncio.shield(serving)
    finally:
        telling.cancel()
        server.should_exit = True
        await serving


async def _tell_ready(fd: int | None, server: "uvicorn.Server", loaded: asyncio.Event) -> None:
    """The parent, once this one has its state and takes connections."""
    if fd is not None:
        await loaded.wait()
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.02)
        os.write(fd, b".")


async def _collect(names: Sequence[str], force: InForce, config: Config) -> None:
    from wallboard.core.sources import Surroundings
    from wallboard.live.collecting import collect as run
    from wallboard.stream.health import HealthRecords

    async with line(config) as parts:
        health = HealthRecords(parts.redis, parts.keys)
        await run(
            names,
            lambda: config.collectors,
            lambda: Surroundings(clock_ms, force.config.settings, config.data),
            parts.stream,
            health,
        )
