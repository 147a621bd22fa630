"""What did this process append itself? Its reader takes such an event as it is and does not decode it once more.

append ─▶ Redis says the entry's id ─▶ kept ─▶ the reader comes to that entry ─▶ given, and kept no more

A reader that came to the entry before its id was told here has decoded it: then it is not kept.
"""

from collections import OrderedDict
from collections.abc import Iterable

from wallboard.core.events import Event, FloorObserved

# Events, and who and what stands in them; above it the oldest are let go, and decoded when they are read: a reader may
# be far behind, or before us.
MOST = 20_000


class Own:
    """One for the appending and the reading Stream of a process."""

    def __init__(self) -> None:
        self._events: OrderedDict[str, Event] = OrderedDict()  # a dict finds its first one ever later as these go
        self._size = 0
        self._passed = (0, 0)

    def __len__(self) -> int:
        return len(self._events)

    def keep(self, ids: Iterable[str | None], events: Iterable[Event]) -> None:
        """`ids`: of the new entries, None for a duplicate."""
        new = {entry_id: event for entry_id, event in zip(ids, events, strict=True) if entry_id is not None}
        if not new or _place(next(reversed(new))) <= self._passed:
            return
        self._events |= new
        self._size += sum(map(_size, new.values()))
        while self._size > MOST:
            self.take(next(iter(self._events)))

    def take(self, entry_id: str) -> Event | None:
        event = self._events.pop(entry_id, None)
        if event is not None:
            self._size -= _size(event)
        return event

    def passed(self, entry_id: str) -> None:
        """The reader has read up to this entry, and asks for no earlier one."""
        self._passed = _place(entry_id)
        while self._events and _place(oldest := next(iter(self._events))) <= self._passed:
            self.take(oldest)

    def clear(self) -> None:
        """The stream may be another one now, in which these ids are others' or are given once more."""
        self._events.clear()
        self._size, self._passed = 0, (0, 0)


def _place(entry_id: str) -> tuple[int, int]:
    arrival_ms, _, number = entry_id.partition("-")
    return int(arrival_ms), int(number)


def _size(event: Event) -> int:
    if not isinstance(event, FloorObserved):
        return 1
    waiting = sum(len(listed) for listed in (event.queues or {}).values())
    return 1 + waiting + sum(1 + len(agent.queues or ()) for agent in (event.agents or {}).values())
