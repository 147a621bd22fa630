"""How is somebody's program run? In its own process group, complaints to our log, ended as a whole."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from collectors.command.wire import Line, Lines
from wallboard.core.errors import SourceError
from wallboard.core.words import shown

TERM_S = 2  # from the polite signal to the other one
LAST_WORD_S = 1  # to read what it still said when it ended
COMPLAINTS_MAX = 100  # lines of standard error a minute that go to the log
CHUNK = 64 * 1024

log = structlog.get_logger()


class Program:
    """A running program. `complaint`: the last line of its standard error, fit to be shown."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.complaint = ""
        self._name = name
        self._process = process
        self._hearing = asyncio.create_task(self._hear(), name=f"complaints {name}")

    async def read(self) -> bytes:
        """The next bytes of its standard output; empty: it closed it."""
        return await _piped(self._process.stdout).read(CHUNK)

    async def code(self) -> int:
        """Its exit code, negative for a signal. `complaint` is its last one then."""
        code = await self._process.wait()
        await asyncio.wait([self._hearing], timeout=LAST_WORD_S)
        return code

    async def end(self) -> None:
        """The whole group: politely, and after TERM_S for good. Children that outlive the program too."""
        # asyncio tells the end only when the pipes are closed too: what nobody reads any more is read here.
        ending = asyncio.create_task(self._read_out(), name=f"end {self._name}")
        self._signal(signal.SIGTERM)
        try:
            _, unended = await asyncio.wait([ending], timeout=TERM_S)
            if unended:
                log.warning("program does not end, killed", source=self._name)
        finally:
            self._signal(signal.SIGKILL)
            await asyncio.wait([ending], timeout=LAST_WORD_S)
            ending.cancel()
            self._hearing.cancel()
            await asyncio.wait([ending, self._hearing])

    async def _read_out(self) -> None:
        while await _piped(self._process.stdout).read(CHUNK):
            pass
        await self._process.wait()

    async def _hear(self) -> None:
        lines, said = Lines(), _Said(self._name)
        while data := await _piped(self._process.stderr).read(CHUNK):
            for line in lines.feed(data):
                self._complain(line, said)
        for line in lines.end():
            self._complain(line, said)

    def _complain(self, line: Line, said: "_Said") -> None:
        words = shown((line.data or b"(a line too long to show)").decode("utf-8", "replace"))
        if words:
            self.complaint = words
            said.log(words)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


class _Said:
    """COMPLAINTS_MAX lines a minute reach the log; the rest is left out."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._minute = 0
        self._logged = 0

    def log(self, words: str) -> None:
        minute = int(asyncio.get_running_loop().time() // 60)
        self._logged = self._logged + 1 if minute == self._minute else 1
        self._minute = minute
        if self._logged <= COMPLAINTS_MAX:
            log.info("program says", source=self._name, line=words)


@asynccontextmanager
async def running(
    name: str, command: Sequence[str], cwd: str | None, environment: Mapping[str, str]
) -> AsyncIterator[Program]:
    """Raises SourceError (fatal) when there is no such program."""
    program = Program(name, await _started(command, cwd, environment))
    try:
        yield program
    finally:
        await program.end()


async def _started(
    command: Sequence[str], cwd: str | None, environment: Mapping[str, str]
) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=cwd,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise SourceError(f"cannot start {command[0]}: {error}", fatal=True) from None
    except OSError as error:
        raise SourceError(f"cannot start {command[0]}: {error}") from None


def _piped(stream: asyncio.StreamReader | None) -> asyncio.StreamReader:
    assert stream is not None, "started with a pipe"
    return stream
