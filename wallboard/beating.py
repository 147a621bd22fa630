"""Is all well? The leading worker says so to `[heartbeat] url` while it is: it reads the stream and is not behind.

Nothing else is told: silence is the message.
"""

import asyncio
from collections.abc import Callable

import httpcore
import structlog

from wallboard.alerts.targets import Checked
from wallboard.heartbeat import Heartbeat
from wallboard.live.pipeline import Pipeline

LOOK_S = 1.0
ANSWER_S = 10.0
BEHIND_MS = 10_000

log = structlog.get_logger("heartbeat")


class Beating:
    """`token`: the fencing token while this worker leads, else None."""

    def __init__(self, pipeline: Pipeline, heartbeat: Callable[[], Heartbeat | None]) -> None:
        self._pipeline = pipeline
        self._heartbeat = heartbeat
        self._failing = False
        self.token: int | None = None

    async def run(self) -> None:
        """Until cancelled."""
        beat_s = -float("inf")
        while True:
            await asyncio.sleep(LOOK_S)
            wanted, now_s = self._heartbeat(), asyncio.get_running_loop().time()
            if wanted and now_s - beat_s >= wanted.every_s and self._is_well():
                beat_s = now_s
                await self._beat(wanted)

    def _is_well(self) -> bool:
        line = self._pipeline
        return self.token is not None and line.ready and line.reachable and line.lag_ms() < BEHIND_MS

    async def _beat(self, wanted: Heartbeat) -> None:
        limits = dict.fromkeys(("connect", "read", "write", "pool"), ANSWER_S)
        try:
            async with asyncio.timeout(2 * ANSWER_S), httpcore.AsyncConnectionPool(
                network_backend=Checked(wanted.allow)
            ) as pool, pool.stream("GET", wanted.url, extensions={"timeout": limits}) as answer:  # fmt: skip
                status = answer.status
            reason = "" if 200 <= status < 300 else f"it answers {status}"
        except Exception as error:  # the root of this task; the address is a secret and stays out of the log
            reason = type(error).__name__ if str(error) and wanted.url in str(error) else str(error) or repr(error)
        if reason and not self._failing:
            log.warning("the heartbeat is not heard", reason=reason)
        self._failing = bool(reason)
