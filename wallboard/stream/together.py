"""How do many small appends cost one? What is asked for while Redis answers goes to it together, as the next append.

append ─▶ waiting ─▶ the writer is free ─▶ one append of all that wait ─▶ each its own part of the answer

Where several came at once more are on their way: the next append waits until PAUSE_S after this one began. Who is alone
waits for nobody.

What this saves is the command: sending one costs this process several times what its event does. (The disk Redis
shares by itself: it syncs once for all that it read in one turn.) Order is kept, and nobody is told before Redis has
answered.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import Event, encode
from wallboard.stream.append import SLICE_BYTES, SLICE_EVENTS
from wallboard.stream.stream import Appended, Stream

PAUSE_S = 0.008
FEW = 20  # events; an append of more gains nothing from company and goes alone
MOST_WAITING = 1_000  # appends; above it they go alone, and wait for a connection of their own


class _Asked(NamedTuple):
    events: Sequence[Event]
    size: int  # bytes
    told: "asyncio.Future[Appended]"


class Together:
    """One a process. Whoever starts it keeps `run` running; `append` waits for it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._waiting: deque[_Asked] = deque()
        self._came = asyncio.Event()

    async def append(self, events: Sequence[Event]) -> Appended:
        """As Stream's. What Redis does not take fails for all who went together: each appends its own again."""
        if len(events) > FEW or len(self._waiting) >= MOST_WAITING:
            return await self._stream.append(events)
        told: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Asked(events, sum(len(encode(event)) for event in events), told))
        self._came.set()
        return await told

    async def run(self) -> None:
        """Until cancelled. Who waits then is told that it was not taken."""
        going: list[_Asked] = []
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._came.wait()
                going, began_s = self._next(), loop.time()
                try:
                    _tell(going, await self._stream.append([event for asked in going for event in asked.events]))
                except StreamUnavailable as error:
                    self._refuse(going, str(error))
                if len(going) > 1 and (left_s := began_s + PAUSE_S - loop.time()) > 0:
                    await asyncio.sleep(left_s)
        finally:
            self._refuse(going, "events were not appended: this process stops")

    def _next(self) -> list[_Asked]:
        """As many as one script call takes: it takes all of them or none."""
        going: list[_Asked] = []
        count = size = 0
        while self._waiting:
            asked = self._waiting[0]
            count, size = count + len(asked.events), size + asked.size
            if going and (count > SLICE_EVENTS or size > SLICE_BYTES):
                return going
            going.append(self._waiting.popleft())
        self._came.clear()
        return going

    def _refuse(self, going: Sequence[_Asked], reason: str) -> None:
        """Those behind them too: each would wait as long for the same answer."""
        for asked in (*going, *self._waiting):
            if not asked.told.done():
                asked.told.set_exception(StreamUnavailable(reason))
        self._waiting.clear()
        self._came.clear()


def _tell(going: Sequence[_Asked], appended: Appended) -> None:
    begin = 0
    for asked in going:
        end = begin + len(asked.events)
        ids = appended.ids[begin:end]
        duplicates = [index for index, entry_id in enumerate(ids) if entry_id is None]
        conflicts = [place - begin for place in appended.conflicts if begin <= place < end]
        begin = end
        if not asked.told.done():  # who asked may have gone away
            asked.told.set_result(Appended(ids, duplicates, conflicts))
