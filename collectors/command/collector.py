"""The simplest source: any program that prints one event a line, as JSON (docs/collectors.md)."""

import os
import shlex
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path

import msgspec

from collectors.command.program import Program, running
from collectors.command.translate import translate
from collectors.command.wire import Line, Lines
from wallboard.core.errors import SourceError
from wallboard.core.events import Rejection
from wallboard.core.options import read_options
from wallboard.core.sources import Batch, Surroundings

ALWAYS_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`env`: names of further environment variables that the program may see."""

    command: list[str] | str
    kind: str = "command"
    cwd: str | None = None
    env: list[str] = []
    restart: bool = True


class CommandCollector:
    """Starts the program and reads it until it ends. It is started anew then, unless `restart = false`."""

    def __init__(self, name: str, options: Mapping[str, object], around: Surroundings) -> None:
        self.name = name
        self.connected = False
        self.note: str | None = None
        self.lag_ms: int | None = None
        self._options = read_options(options, Options)
        self._command = _split(self._options.command)

    async def events(self, position: str | None) -> AsyncGenerator[Batch, None]:
        """A program has no position: its events carry ids where a repeat must count once."""
        options = self._options
        async with running(self.name, self._command, options.cwd, _environment(options.env)) as program:
            self.connected = True
            lines = Lines()
            while data := await program.read():
                yield self._batch(lines.feed(data))
            yield self._batch(lines.end())
            self.connected = False
            _judge(await program.code(), program, restart=options.restart)

    async def examine(self) -> list[str]:
        program = self._command[0]
        path = shutil.which(program, path=os.environ.get("PATH")) or shutil.which(program)
        if path is None and not (Path(self._options.cwd or ".") / program).exists():
            return [f"problem: there is no program {program} - give its whole path, and make it executable"]
        return [f"ok: {program} is {path or 'in its folder'}; its events are checked while it runs"]

    def _batch(self, lines: Sequence[Line]) -> Batch:
        told = [found for line in lines if (found := translate(line)) is not None]
        rejections = [found for found in told if isinstance(found, Rejection)]
        if rejections:
            self.note = f"refused {rejections[-1].at}: {rejections[-1].error}"
        return Batch([found for found in told if not isinstance(found, Rejection)], None, rejections)


def _split(command: list[str] | str) -> list[str]:
    try:
        parts = shlex.split(command) if isinstance(command, str) else command
    except ValueError as error:
        raise SourceError(f"command is not a shell line: {error}", fatal=True) from None
    if not parts:
        raise SourceError("command is empty: give the program and its arguments", fatal=True)
    return parts


def _environment(names: Sequence[str]) -> dict[str, str]:
    """Only what a program needs and what was named: the server's own secrets are no business of it."""
    return {name: os.environ[name] for name in (*ALWAYS_PASSED, *names) if name in os.environ}


def _judge(code: int, program: Program, *, restart: bool) -> None:
    last = f": {program.complaint}" if program.complaint else ""
    if code < 0:
        raise SourceError(f"the program was ended by signal {-code}{last}")
    if code > 0:
        raise SourceError(f"the program ended with code {code}{last}")
    if restart:
        raise SourceError("the program ended by itself (code 0) and is started again")
