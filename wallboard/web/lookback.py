"""What takes long is worked out beside the web process: questions about kept days, each in a child of its own.

One child at a time, so that neither screens nor the tick wait; who asks the same within some minutes gets the same.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import msgspec
import structlog

from wallboard.web.problems import Problem
from wallboard.web.readback import Alerts, Found, Raised, Rows, Trials, Tried

PATIENT_S = 2.0  # so long whoever asks waits; then they ask again
LONGEST_S = 900.0
KEPT_MS = 300_000
MOST = 20  # answers that are kept or awaited
HERE = "wallboard.web.readback"

T = TypeVar("T", Found, Rows, Tried)
log = structlog.get_logger("lookback")


class Unanswered(Exception):
    """The child's own last words."""


class LookBack:
    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._asked: dict[bytes, tuple[int, asyncio.Task[bytes]]] = {}
        self._alone = asyncio.Semaphore(1)

    async def alerts(self, asked: Alerts) -> Found | None:
        """None: not yet, ask again. Raises Problem 503 where it cannot be known."""
        return await self._ask(asked, Found)

    async def raised(self, asked: Raised) -> Rows | None:
        """As `alerts`."""
        return await self._ask(asked, Rows)

    async def trials(self, asked: Trials) -> Tried | None:
        """As `alerts`."""
        return await self._ask(asked, Tried)

    async def stop(self) -> None:
        tasks = [task for _, task in self._asked.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, asked: Alerts | Raised | Trials, kind: type[T]) -> T | None:
        key = msgspec.json.encode(asked)
        self._forget()
        if key not in self._asked:
            if len(self._asked) >= MOST:
                raise Problem(503, "Others ask about past days just now. Try again soon.", headers={"retry-after": "9"})
            self._asked[key] = self._clock_ms(), asyncio.create_task(self._child(key))
        task = self._asked[key][1]
        await asyncio.wait([task], timeout=PATIENT_S)
        if not task.done():
            return None
        try:
            return await _read(task.result(), kind)
        except (Unanswered, TimeoutError, asyncio.CancelledError) as error:
            self._asked.pop(key, None)
            log.warning("past days were not read", reason=str(error) or "it took too long")
            text = f"It cannot be worked out: {error}" if str(error) else "It takes too long: take fewer days."
            raise Problem(503, text) from None

    def _forget(self) -> None:
        """What is old; and the oldest answers, where there are too many."""
        now_ms = self._clock_ms()
        done = [key for key, (at_ms, task) in self._asked.items() if task.done() and now_ms - at_ms >= KEPT_MS]
        for key in done:
            del self._asked[key]
        if len(self._asked) >= MOST and (oldest := next((k for k, (_, t) in self._asked.items() if t.done()), None)):
            del self._asked[oldest]

    async def _child(self, question: bytes) -> bytes:
        async with self._alone:
            pipe = asyncio.subprocess.PIPE
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", HERE, stdin=pipe, stdout=pipe, stderr=pipe
            )
            try:
                async with asyncio.timeout(LONGEST_S):
                    told, wrong = await child.communicate(question)
            finally:
                if child.returncode is None:
                    with suppress(ProcessLookupError):
                        child.kill()
                    await child.wait()
            if child.returncode:
                raise Unanswered((wrong.decode(errors="replace").strip().splitlines() or ["it was ended"])[-1])
            return told


async def _read(told: bytes, kind: type[T]) -> T:
    """A line at a time: an answer of many days is much, and whoever is served meanwhile does not wait for it."""
    head, *lines = told.splitlines()
    found = msgspec.json.decode(head, type=kind)
    for line in lines:
        found.take(line)
        await asyncio.sleep(0)
    return found
