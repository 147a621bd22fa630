"""How are several web processes kept on one address? Each has a listening socket of its own; a new start is one after
another."""

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

from wallboard.address import listening
from wallboard.children import STOP_S, Child, stop_all
from wallboard.commands.given import Given
from wallboard.config import Config
from wallboard.starting import loaded, options_of, tell, told_to_stop

ANEW_S = 120.0  # for one of several web processes to have its state, before it is said that the new start failed


class Part(NamedTuple):
    """A process to be started. `fds`: what it gets of ours."""

    name: str
    command: Sequence[str]
    fds: Sequence[int] = ()


async def web_processes(where: Given, count: int) -> None:
    """`web --processes N`: N children on one address, each with a listening socket of its own. SIGHUP: a new start, one
    after another."""
    told = told_to_stop()
    config = loaded(where)
    again = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, again.set)
    with reserved(config) as port:
        arguments = ["web", "--share", str(port), *options_of(where, config)]
        webs = [Web(f"web {n}", arguments) for n in range(1, count + 1)]
        for web in webs:
            web.child.start()
        while not told.is_set():
            await _either_of(told, again)
            if again.is_set() and not told.is_set():
                again.clear()
                await start_anew(webs, arguments, told)
        await stop_all([[web.child for web in webs]])


@contextmanager
def webs_of(config: Config, count: int) -> Iterator[Sequence[Part]]:
    """One web process gets the listening socket; several have one each, at an address that is kept."""
    if count == 1:
        with listening(config.server) as listener:
            listener.listen(1024)
            fd = listener.fileno()
            yield [Part("web", ["web", "--fd", str(fd)], [fd])]
    else:
        with reserved(config) as port:
            yield [Part(f"web-{n}", ["web", "--share", str(port)]) for n in range(1, count + 1)]


@contextmanager
def reserved(config: Config) -> Iterator[int]:
    """The port of the configured address, kept as ours. Nobody listens on this socket."""
    with listening(config.server) as alone:  # says so where another program has it
        port: int = alone.getsockname()[1]
    with listening(config.server, share=port):
        yield port


class Web:
    """One of several web processes. `said`: it serves; each says so through a pipe of its own."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self.said = asyncio.Event()
        self._read_fd, self._say_fd = os.pipe()
        asyncio.get_running_loop().add_reader(self._read_fd, self._hear)
        say = [*arguments, "--ready-fd", str(self._say_fd)]
        self.child = Child(name, say, os.environ, None, tell, [self._say_fd])

    def _hear(self) -> None:
        os.read(self._read_fd, 64)
        self.said.set()

    async def stop(self) -> None:
        await self.child.stop(STOP_S)
        asyncio.get_running_loop().remove_reader(self._read_fd)
        os.close(self._read_fd)
        os.close(self._say_fd)


async def start_anew(webs: list[Web], arguments: Sequence[str], told: asyncio.Event) -> None:
    """One after another: the new one first, and once it serves the old one ends. So screens always find as many
    as there were, and where a new one does not come up all go on as they are."""
    for place, old in enumerate(webs):
        if told.is_set():
            return
        new = Web(old.child.name, arguments)
        new.child.start()
        with suppress(TimeoutError):
            async with asyncio.timeout(ANEW_S):
                await _either_of(new.said, told)
        if not new.said.is_set():
            await new.stop()
            if not told.is_set():
                tell(f"{old.child.name} is not ready after {ANEW_S:.0f} s: all go on as they are")
            return
        webs[place] = new
        await old.stop()
        tell(f"{new.child.name} serves again")


async def _either_of(*events: asyncio.Event) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
