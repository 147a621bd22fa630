"""What did not get into the stream? Repeats, those among them that say another thing, refused events and what a map
leaves out, told once a second and source."""

import secrets
from collections.abc import Iterable

from msgspec import Struct

from wallboard.core.events import Rejection, SourceCounted

SECOND_MS = 1000
SHOWN = 10  # ids and rejections that travel as examples; the rest is only counted
SOURCES_MAX = 1000  # of which counts wait to be told; what other sources did meanwhile is not counted


class _Count(Struct):
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    left_out: int = 0
    duplicate_ids: list[str] = []
    conflict_ids: list[str] = []
    rejections: list[Rejection] = []


class Counting:
    """Add up, then take what is `due`."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}
        self._told_ms: dict[str, int] = {}

    def duplicate(self, source: str, ids: Iterable[str | None]) -> None:
        for known in ids:
            if count := self._of(source):
                count.duplicates += 1
                if known and len(count.duplicate_ids) < SHOWN:
                    count.duplicate_ids.append(known)

    def conflict(self, source: str, ids: Iterable[str | None]) -> None:
        """A repeat that says another thing than the first; it is a duplicate too."""
        for known in ids:
            if count := self._of(source):
                count.duplicates += 1
                count.conflicts += 1
                if known and len(count.conflict_ids) < SHOWN:
                    count.conflict_ids.append(known)

    def reject(self, source: str, rejections: Iterable[Rejection]) -> None:
        for rejection in rejections:
            if count := self._of(source):
                count.rejected += 1
                if len(count.rejections) < SHOWN:
                    count.rejections.append(rejection)

    def leave_out(self, source: str) -> None:
        """A payload that is no mistake, and of which a map makes nothing."""
        if count := self._of(source):
            count.left_out += 1

    def due(self, now_ms: int) -> list[SourceCounted]:
        """One event for each source that has something to tell and told nothing within the last second."""
        self._told_ms = {name: at for name, at in self._told_ms.items() if now_ms - SECOND_MS < at <= now_ms}
        ready = [source for source in self._counts if source not in self._told_ms]
        return [self._take(source, now_ms) for source in ready]

    def _of(self, source: str) -> _Count | None:
        if source not in self._counts and len(self._counts) < SOURCES_MAX:
            self._counts[source] = _Count()
        return self._counts.get(source)

    def _take(self, source: str, now_ms: int) -> SourceCounted:
        count = self._counts.pop(source)
        self._told_ms[source] = now_ms
        return SourceCounted(
            source=source,
            id=secrets.token_hex(8),  # an append whose answer was lost is repeated
            duplicates=count.duplicates,
            conflicts=count.conflicts,
            rejected=count.rejected,
            left_out=count.left_out,
            duplicate_ids=count.duplicate_ids,
            conflict_ids=count.conflict_ids,
            rejections=count.rejections,
        )
