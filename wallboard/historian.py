"""How does the live state become history? The leading worker writes changed intervals to the record, every few seconds.

    contacts ─▶ quarters   ┐
    agents   ─▶ attendance ┴ core/past ─ changed intervals, whole ─▶ record/history      in a thread: the loop goes on

It stands beside the lease: a record that does not answer stops neither checkpoints nor screens, and what could not be
written waits.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from wallboard.core.afterwards import COUNTS_MS
from wallboard.core.errors import LeaseLost, RecordUnavailable, StreamUnavailable
from wallboard.core.past import Past
from wallboard.core.state import Floor
from wallboard.live.pipeline import Pipeline
from wallboard.record.audit import Audit
from wallboard.record.history import HOLE_MS, History, SeenDay
from wallboard.record.shiftnotes import ShiftNotes
from wallboard.stream.health import Writing

WRITE_S = 5.0
AT_ONCE = 2_000  # intervals in one transaction
DROP_S = 3_600.0
DAY_MS = 86_400_000
SEEN_MS = 60_000  # as often as this is said that somebody looks, where nothing happens

log = structlog.get_logger("history")


class Historian:
    """`token`: the fencing token while this worker leads, else None. `tell`: who is told how the writing goes."""

    def __init__(
        self,
        pipeline: Pipeline,
        history: History,
        clock_ms: Callable[[], int],
        days: int,
        agent_days: int,
        tell: Callable[[Writing], Awaitable[None]] | None = None,
        audit: tuple[Audit, int] | None = None,
        notes: ShiftNotes | None = None,
    ) -> None:
        """`audit`: the trail, and for how many days it is kept. `notes`: of shifts, of which the old ones go."""
        self._pipeline = pipeline
        self._history = history
        self._clock_ms = clock_ms
        self._days, self._agent_days = days, agent_days
        self._past: Past | None = None
        self._tell, self._audit, self._notes = tell, audit, notes
        self._writing = Writing()
        self._dropped_s = -DROP_S
        self._said_ms = 0
        self.token: int | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(WRITE_S)
            if self.token is None or not self._pipeline.ready:
                continue
            try:
                await self.write(self.token)
                await self._went_well()
            except LeaseLost:
                self._past = None  # another one writes: when this one leads again it looks what was written
            except RecordUnavailable as error:
                await self._failed(str(error))
            except Exception as error:  # the root of this task: live figures go on whatever the history does
                log.exception("history was not written")
                self._past = None
                await self._failed(type(error).__name__)

    async def write(self, token: int) -> None:
        """All that changed. Raises LeaseLost and RecordUnavailable; what was not written stays changed."""
        past = await self._kept()
        for _ in past.look():
            await asyncio.sleep(0)
        while True:
            taken, rested = past.take_changed(AT_ONCE), past.take_rested(AT_ONCE)
            if not taken and not rested and self._now_ms - self._said_ms < SEEN_MS:
                break
            try:
                self._said_ms = self._now_ms
                orphans = past.orphans(rested)
                later = past.book(rested, await asyncio.to_thread(self._history.kept, orphans) if orphans else {})
                days = _seen_days(self._pipeline.floor)
                await asyncio.to_thread(self._history.write, taken, days, token, self._said_ms, later)
            except BaseException:
                past.put_back(taken, rested)
                raise
        await self._drop_old()

    @property
    def _now_ms(self) -> int:
        return self._pipeline.floor.now_ms

    async def _kept(self) -> Past:
        """Of the floor that the pipeline has now: it makes a new one after a gap."""
        if self._past is None or self._past.floor is not self._pipeline.floor:
            floor = self._pipeline.floor
            written_ms = await asyncio.to_thread(self._history.written_ms)
            known = await asyncio.to_thread(self._history.days, floor.now_ms, floor.now_ms + 1)
            since_ms = max((day.since_ms for day in known), default=0)
            mine_ms = max(day.since_ms for day in _seen_days(floor))
            self._past = Past(floor, written_ms, anew=bool(known) and mine_ms > since_ms + HOLE_MS)
        return self._past

    async def _drop_old(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s - self._dropped_s < DROP_S:
            return
        self._dropped_s = now_s
        now_ms = self._clock_ms()
        before_ms, agents_ms = (now_ms - days * DAY_MS for days in (self._days, self._agent_days))
        contacts_ms = now_ms - COUNTS_MS - DAY_MS  # what is told of them may be told a day late
        if dropped := await asyncio.to_thread(self._history.drop, before_ms, agents_ms, contacts_ms):
            log.info("old intervals dropped", intervals=dropped)
        if self._audit:
            trail, days = self._audit
            await asyncio.to_thread(trail.drop, now_ms - days * DAY_MS)
        if self._notes:
            await asyncio.to_thread(self._notes.drop, now_ms)

    async def _went_well(self) -> None:
        if self._writing.reason:
            log.info("history is written again")
        await self._say(Writing(written_at=self._clock_ms(), failures=self._writing.failures))

    async def _failed(self, reason: str) -> None:
        if not self._writing.reason:
            log.warning("history is not written, what is open waits", reason=reason)
        await self._say(Writing(self._writing.written_at, self._writing.failures + 1, reason))

    async def _say(self, writing: Writing) -> None:
        self._writing = writing
        if self._tell and self.token is not None:  # only the one that writes has something to say
            with suppress(StreamUnavailable):  # it is said again in a few seconds
                await self._tell(writing)


def _seen_days(floor: Floor, told_by: str = "live") -> list[SeenDay]:
    """The running day of each site, and from when to when it was seen."""
    return [
        SeenDay(
            site, day.label, day.started_ms, day.ends_ms, max(day.started_ms, floor.since_ms), floor.now_ms, told_by
        )
        for site, day in floor.ground.calendar.days.items()
    ]
