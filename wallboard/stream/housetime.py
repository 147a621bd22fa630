"""What time is it? Redis's, which stamps every event: the same for all processes, whatever their machines' clocks do.

A clock that stood an hour ahead would empty every window, and screens would call all that they show an hour old.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from redis.asyncio import Redis

from wallboard.core.errors import StreamUnavailable
from wallboard.stream.keys import Keys
from wallboard.stream.redis import answering
from wallboard.stream.script import Script

LOOK_S = 10.0
LOOKS = 6  # the best of so many stands
MS = 1_000_000  # in ns: cut to ms once, at the end, or it would be ahead by what was cut before
STEP_NS = 1000 * MS  # further back than this is no slow answer: Redis's own clock was set, or another Redis answers

_TIME = Script("return redis.call('TIME')")  # KEYS: any, for a cluster's slot

log = structlog.get_logger()


def steady_ns() -> int:
    """Never steps, and goes on while the machine sleeps."""
    return time.clock_gettime_ns(_STEADY)


def steady_ms() -> int:
    return steady_ns() // MS


class HouseTime:
    """Call it for the time in ms since 1970. Until the first look it is this machine's.

    It is never ahead of Redis, so that nothing can arrive in a past that has been read: an answer's way makes it late,
    and the least late of the last LOOKS stands.
    """

    def __init__(self, redis: Redis, keys: Keys, steady: Callable[[], int] = steady_ns) -> None:
        self._redis = redis
        self._key = keys.lease
        self._steady_ns = steady
        self._ahead_ns = time.time_ns() - steady()
        self._seen: deque[int] = deque(maxlen=LOOKS)
        self._refused = ""

    def __call__(self) -> int:
        return (self._steady_ns() + self._ahead_ns) // MS

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Looked after."""
        await self.look()
        keeping = asyncio.create_task(self._keep(), name="time")
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    async def look(self) -> None:
        """Ask Redis. Where it does not answer, time goes on as it went."""
        try:
            with answering("the time was not asked for"):
                seconds, micros = await _TIME.run(self._redis, [self._key], [])
        except StreamUnavailable as error:
            if str(error) != self._refused:
                self._refused = str(error)
                log.warning("time not told: this machine's clock goes on", reason=self._refused)
            return
        self._refused = ""
        ahead_ns = int(seconds) * 1000 * MS + int(micros) * 1000 - self._steady_ns()
        if self._seen and ahead_ns < max(self._seen) - STEP_NS:
            self._seen.clear()
        self._seen.append(ahead_ns)
        self._ahead_ns = max(self._seen)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()


_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
