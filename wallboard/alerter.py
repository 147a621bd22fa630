"""Who says that an alert is raised or over? The leading worker puts what the floor wants told into the stream.

It comes back through the stream, to every process alike, and is told then (core/alerting.py). Ids and the fencing
token make it safe to say twice: after a death, and by one that was only asleep.
"""

import asyncio

import structlog

from wallboard.core.errors import LeaseLost, StreamUnavailable
from wallboard.live.pipeline import Pipeline
from wallboard.stream.stream import Stream

LOOK_S = 0.2
AT_ONCE = 500

log = structlog.get_logger("alerts")


class Alerter:
    """`token`: the fencing token while this worker leads, else None."""

    def __init__(self, pipeline: Pipeline, stream: Stream) -> None:
        self._pipeline = pipeline
        self._stream = stream
        self.token: int | None = None

    async def run(self) -> None:
        """Until cancelled. What could not be told stays untold."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self.token is None or not self._pipeline.ready:
                continue
            try:
                await self._tell(self.token)
            except (LeaseLost, StreamUnavailable) as reason:
                log.info("alerts wait to be told", reason=str(reason) or type(reason).__name__)
            except Exception:  # the root of this task
                log.exception("alerts were not told")

    async def _tell(self, token: int) -> None:
        alerting = self._pipeline.floor.alerting
        untold = list(alerting.untold.values())[:AT_ONCE] if alerting else []
        if untold:
            await self._stream.append(untold, fence=token)
