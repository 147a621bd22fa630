"""Which events came last of each source, and what did each do? For `tail` and `/sources/{id}`."""

from collections import deque
from typing import NamedTuple

from wallboard.core.deeds import Deed
from wallboard.core.events import Event
from wallboard.core.fields import UNKNOWN_SOURCE

_KEPT = 200  # events a source
_SOURCES = 500


class Recent(NamedTuple):
    """An event as it arrived and what it did."""

    entry_id: str
    arrival_ms: int
    event: Event
    deeds: list[Deed]


class RecentEvents(dict[str, deque[Recent]]):
    """Source → its last events, the newest at the end."""

    def keep(self, recent: Recent) -> None:
        """Of one source too many the one that was heard first is dropped."""
        source = recent.event.source or UNKNOWN_SOURCE
        kept = self.get(source)
        if kept is None:
            if len(self) >= _SOURCES:
                del self[next(iter(self))]
            kept = self[source] = deque(maxlen=_KEPT)
        kept.append(recent)
