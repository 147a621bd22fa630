"""Which events come next, how long are they waited for, and up to when was the stream certainly read?"""

import asyncio
from collections.abc import Callable

from wallboard.core.state import Floor
from wallboard.live.ticks import Ticks
from wallboard.stream.stream import Entry, Stream

BATCH = 200  # events between two looks at the clock
IDLE_MS = 1000  # time passes at least this often


class Reading:
    """`read_ms`: whatever arrived before was read. `behind`: more is there already."""

    def __init__(self, stream: Stream, clock_ms: Callable[[], int], ticks: Ticks) -> None:
        self._stream = stream
        self._clock_ms = clock_ms
        self._ticks = ticks
        self.read_ms = 0
        self.behind = False
        self._flows = False  # what was read last had been there already: so will what comes until the next tick

    async def next(self, cursor: str, shown: Floor | None) -> list[Entry]:
        """What follows `cursor`. `shown`: the floor that is published, None: it is not loaded yet.

        What a tick allows to wait is slept, since Redis ends a short BLOCK up to 100 ms late (it looks ten times a
        second)."""
        pauses = shown is not None and not self.behind and (pause_ms := self._ticks.until_read_ms()) > 0
        if pauses:
            await asyncio.sleep(pause_ms / 1000)
        block_ms = None if pauses and self._flows else self._wait_ms(shown)
        asked_ms = self._clock_ms()
        entries = await self._stream.read(cursor, count=BATCH, block_ms=block_ms)
        self.behind = len(entries) == BATCH
        self._flows = bool(entries) and entries[0].arrival_ms < asked_ms
        if entries:
            last_ms = entries[-1].arrival_ms
            self.read_ms = last_ms if self.behind else max(last_ms, asked_ms)
        else:
            self.read_ms = asked_ms + (block_ms or 0)
        return entries

    def _wait_ms(self, shown: Floor | None) -> int | None:
        """How long to wait for events: until something falls due, or a second; not at all where a tick is due."""
        if shown is None or shown.touched:
            return None
        due_ms = shown.next_due_ms()
        return max(1, min(IDLE_MS, due_ms - self._clock_ms())) if due_ms is not None else IDLE_MS
