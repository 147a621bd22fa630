"""How is this source? Its state, told as health record, heartbeat and counts while its Runner reads it.

starting ──▶ connected ──▶ ended                the source has no more
   ▲             │
   └── waiting ◀─┤ tries again at retry_at
   └── failed  ◀─┘ a person must change something; tries again at retry_at all the same
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress

import structlog

from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import SourceBeat, SourceCounted
from wallboard.core.sources import Collector, Surroundings
from wallboard.core.words import shown
from wallboard.live.counting import Counting
from wallboard.stream.health import Health, HealthRecords, State
from wallboard.stream.stream import Stream

LOOK_S = 1  # between looks at the collector; counts are told then
BEAT_LOOKS = 4  # heartbeat and health at every fourth look, and at once when the state changes

log = structlog.get_logger()


class Standing:
    """Of the source called `name`. `collector` is the one that runs now, if any."""

    def __init__(
        self,
        name: str,
        options: Mapping[str, object],
        around: Surroundings,
        stream: Stream,
        health: HealthRecords,
    ) -> None:
        self.name = name
        self.collector: Collector | None = None
        self.state: State = "starting"
        self.counting = Counting()
        self._options = options
        self._clock_ms = around.clock_ms
        self._stream = stream
        self._health = health
        self._since_ms = around.clock_ms()
        self._note: str | None = None
        self._retry_at_ms: int | None = None
        self._connected_at_s: float | None = None
        self._untold: list[SourceCounted] = []  # at most one, kept while Redis takes nothing

    async def say(self, state: State, note: str | None = None, retry_at_ms: int | None = None) -> None:
        """From now on the source is `state`. Unwritten while Redis is away: the next look writes it."""
        self._turn(state, note, retry_at_ms)
        with suppress(StreamUnavailable):
            await self._write()

    def connected_s(self) -> float:
        """How long the source has been connected without a break."""
        return 0 if self._connected_at_s is None else _now_s() - self._connected_at_s

    def without_secrets(self, text: str) -> str:
        """Fit for a note: on one line, bounded, the options' secrets blotted out."""
        for key, value in self._options.items():
            if _SECRET.search(key) and isinstance(value, str) and value:
                text = text.replace(value, "***")
        return shown(text)

    async def keep_telling(self) -> None:
        """Until cancelled. The one task that speaks while the Runner's reads."""
        looks = 0
        while True:
            await asyncio.sleep(LOOK_S)
            looks += 1
            try:
                await self._tell(beat=looks % BEAT_LOOKS == 0)
            except StreamUnavailable:
                continue  # the Runner logs it; a beat that comes late is worth nothing
            except Exception:  # the root of this task
                log.exception("heartbeat failed", source=self.name)

    async def _tell(self, *, beat: bool) -> None:
        if self._look() or beat:
            await self._write()
            await self._beat()
        self._untold = self._untold or self.counting.due(self._clock_ms())
        if self._untold:
            await self._stream.append(self._untold)
            self._untold = []

    def _look(self) -> bool:
        """Take over whether the collector is connected; True when that changed."""
        if self.collector is None:
            return False
        state: State = "connected" if self.collector.connected else "starting"
        if state == self.state:
            return False
        self._turn(state)
        return True

    def _turn(self, state: State, note: str | None = None, retry_at_ms: int | None = None) -> None:
        if state != self.state:
            self._since_ms = self._clock_ms()
            self._connected_at_s = _now_s() if state == "connected" else None
        self.state, self._note, self._retry_at_ms = state, note, retry_at_ms

    async def _write(self) -> None:
        kind = self._options.get("kind")
        health = Health(
            state=self.state,
            since=self._since_ms,
            at_ms=self._clock_ms(),
            kind=shown(kind) if isinstance(kind, str) else None,
            note=self._note or self._own_note(),
            lag_ms=self._lag_ms(),
            retry_at=self._retry_at_ms,
        )
        await self._health.write(self.name, health)

    async def _beat(self) -> None:
        if self.state == "connected":
            beat = SourceBeat(source=self.name, lag_ms=self._lag_ms(), note=self._own_note())
            await self._stream.append([beat])

    def _own_note(self) -> str | None:
        """The collector's word about itself."""
        note = self.collector.note if self.collector else None
        return self.without_secrets(note) if note else None

    def _lag_ms(self) -> int | None:
        lag_ms = self.collector.lag_ms if self.collector else None
        return None if lag_ms is None else max(0, lag_ms)


_SECRET = re.compile(r"(secret|password|token|key)$", re.IGNORECASE)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
