"""What did this process append itself? Its reader takes such an event as it is and does not decode it once more.

append ─▶ Redis says the entry's id ─▶ kept ─▶ the reader comes to that entry ─▶ given, and kept no more
"""

from collections.abc import Iterable

from wallboard.core.events import Event

MOST = (
    20_000  # above it the oldest are let go, and decoded when they are read: a reader may be far behind, or before us
)


class Own:
    """One for the appending and the reading Stream of a process."""

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}

    def keep(self, ids: Iterable[str | None], events: Iterable[Event]) -> None:
        """`ids`: of the new entries, None for a duplicate."""
        for entry_id, event in zip(ids, events, strict=True):
            if entry_id is not None:
                self._events[entry_id] = event
        while len(self._events) > MOST:
            del self._events[next(iter(self._events))]

    def take(self, entry_id: str) -> Event | None:
        return self._events.pop(entry_id, None)
