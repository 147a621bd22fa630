"""Where do past days come from? The leading worker follows the stream and keeps what happened in files, a day each.

It reads by itself, from the last entry that is kept: after a death it goes on there, and the pipeline waits for no
disk. The stream holds two hours, so a worker may be away for so long.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from wallboard.core.errors import StreamGap, StreamUnavailable
from wallboard.record.days import Days
from wallboard.stream.stream import BEGIN, Row, Stream

KEEP_S = 10.0
RUSH_S = 1.0  # while thousands come a second: a little at a time, else all else waits for seconds
AT_ONCE = 2_000  # entries
DROP_S = 3_600.0

log = structlog.get_logger("days")


class Keeper:
    """`token`: the fencing token while this worker leads, else None. `stream` is its own: it remembers its place."""

    def __init__(self, stream: Stream, days: Days, clock_ms: Callable[[], int], keep_days: int) -> None:
        self._stream = stream
        self._days = days
        self._clock_ms = clock_ms
        self._keep_days = keep_days
        self._dropped_s = -DROP_S
        self._failing = self._followed = False
        self.token: int | None = None

    async def run(self) -> None:
        """Until cancelled. What could not be kept is read again."""
        pause_s = KEEP_S
        while True:
            await asyncio.sleep(pause_s)
            pause_s = KEEP_S
            if self.token is None:
                continue
            try:
                pause_s = RUSH_S if await self.keep() >= AT_ONCE else KEEP_S
                self._failing = False
            except StreamUnavailable:
                continue  # the pipeline says so
            except OSError as error:
                self._failed(reason=str(error) or repr(error))
            except Exception:  # the root of this task: live figures go on whatever this does
                self._failed(exc_info=True)

    def _failed(self, **why: str | bool) -> None:
        """Said once, until it is kept again."""
        if not self._failing:
            log.warning("days are not kept", folder=str(self._days.folder), **why)
        self._failing = True

    async def keep(self) -> int:
        """All that the stream has beyond what is kept; how many. Raises StreamUnavailable, OSError."""
        await self._drop()
        kept, after = 0, await asyncio.to_thread(self._days.place) or BEGIN
        while self._keep_days:
            rows = await self._read(after)
            kept += await asyncio.to_thread(self._days.append, rows)
            if len(rows) < AT_ONCE:
                break
            after = rows[-1].id
        return kept

    async def _read(self, after: str) -> list[Row]:
        try:
            if not self._followed:
                await self._stream.check(after)
                self._followed = True
            return await self._stream.rows(after, count=AT_ONCE)
        except StreamGap as gap:
            self._followed = True
            log.warning("a day has a hole: the stream had gone on without anybody to keep it", reason=str(gap))
            return await self._stream.rows(after, count=AT_ONCE)

    async def _drop(self) -> None:
        """Once an hour: what is older than it may be. Of 0 days, all of it."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._dropped_s >= DROP_S:
            self._dropped_s = now_s
            today = datetime.fromtimestamp(self._clock_ms() / 1000, UTC).date()
            await asyncio.to_thread(self._days.drop, today - timedelta(days=self._keep_days - 1))
