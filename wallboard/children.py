"""What keeps a process running? A Child for each part: started, started again when it ends, stopped in time."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from wallboard.logfile import LogFile

AGAIN_S = (0.2, 0.4, 0.8, 1.5, 3.0)  # pauses before it is started again
GOOD_RUN_S = 3  # after so long it had come up, and its next end is a first one again
STOP_S = 9.0  # for all of them
_PR_SET_PDEATHSIG = 1


class Child:
    """One `wallboard …` process. `tell` gets what a person should know, in a few words."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        log: Path | None,
        tell: Callable[[str], None],
        fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._arguments = [sys.executable, "-m", "wallboard", *arguments, "--parent", str(os.getpid())]
        self._environ = dict(environ)
        self._log = LogFile(log) if log else None
        self._tell = tell
        self._fds = tuple(fds)
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_running(), name=self.name)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def let_go(self) -> None:
        """It is not started again from now on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def stop(self, within_s: float) -> None:
        """SIGTERM; SIGKILL to what has not ended then."""
        await self.let_go()
        process = self._process
        if process is None or process.returncode is not None:
            return
        _signal(process, signal.SIGTERM)
        try:
            async with asyncio.timeout(within_s):
                await process.wait()
        except TimeoutError:
            self._tell(f"{self.name} did not stop within {within_s:.0f} s and was killed")
            _signal(process, signal.SIGKILL)
            await process.wait()

    async def _keep_running(self) -> None:
        tries = 0
        while True:
            started_s = asyncio.get_running_loop().time()
            code = await self._run()
            if asyncio.get_running_loop().time() - started_s >= GOOD_RUN_S:
                tries = 0
            pause_s = AGAIN_S[min(tries, len(AGAIN_S) - 1)]
            tries += 1
            where = f", see {self._log.path}" if self._log else ""
            self._tell(f"{self.name} {_ending(code)}, again in {pause_s:g} s{where}")
            await asyncio.sleep(pause_s)

    async def _run(self) -> int:
        """From start to end; the exit code."""
        with self._log.opened() if self._log else contextlib.nullcontext() as output:
            self._process = await asyncio.create_subprocess_exec(
                *self._arguments,
                env=self._environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=self._fds,
            )
        rotating = asyncio.create_task(self._log.keep_small()) if self._log else None
        try:
            return await self._process.wait()
        finally:
            if rotating:
                rotating.cancel()


def die_with(parent: int) -> None:
    """In a child: end when the parent does, however it ends, and leave Ctrl-C to the parent.

    The kernel does it on Linux; a parent that was gone before the call is seen by its number.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(0)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)


def _ending(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with {code}"


async def stop_all(children: Sequence[Sequence[Child]]) -> None:
    """In reverse; those that are alike at once, however many they are."""
    until_s = time.monotonic() + STOP_S
    for child in chain(*children):
        await child.let_go()  # Ctrl-C reaches all of them at once: none is to come back
    for alike in reversed(children):
        left_s = max(0.5, until_s - time.monotonic())
        await asyncio.gather(*(child.stop(left_s) for child in alike))
