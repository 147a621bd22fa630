"""How does the writing of the history go? What the leading worker says of it, for `/metrics`."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from wallboard.core.errors import StreamUnavailable
from wallboard.rounds import until_round_s
from wallboard.stream.health import HealthRecords, Writing

ASK_S = 5.0


class HistoryTold:
    """The worker's last word; nothing is said before there was one."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._last: Writing | None = None

    async def keep_asking(self, health: HealthRecords) -> None:
        """Until cancelled. While Redis is away the last word stands and grows old."""
        while True:
            with suppress(StreamUnavailable):
                self._last = await health.read_history()
            await asyncio.sleep(until_round_s(ASK_S))

    def readings(self) -> Iterable[tuple[str, str, float]]:
        if self._last is None:
            return
        yield "wallboard_history_failures_total", "Times the record did not take the history.", self._last.failures
        if (written_ms := self._last.written_at) is not None:
            at_s, lag_ms = written_ms / 1000, max(0, self._clock_ms() - written_ms)
            yield "wallboard_history_written_timestamp_seconds", "When all of the history was last written.", at_s
            yield "wallboard_history_lag_seconds", "How long ago that was.", lag_ms / 1000
