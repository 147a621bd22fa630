"""Who takes what changed, and what of it is worked out for them?"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from wallboard.live.documents import Change, Documents
from wallboard.live.pieces import BREATHE


class Sink(Protocol):
    """Takes what changed, tick by tick (live/hub.py)."""

    def shows(self, change: Change) -> bool:
        """Whether it will read the documents."""

    def publish(self, changes: Sequence[Change], since_ms: int | None, due_ms: float | None) -> None:
        """`since_ms`: when the oldest event behind these changes arrived; `due_ms`: when the tick that publishes was
        due, by a clock that never steps. None: no event, no tick."""

    def restart(self) -> None:
        """The state was loaded anew: everything may be different."""


def changed(
    touched: Iterable[tuple[str, str]], documents: Documents, sinks: Sequence[Sink], changes: list[Change]
) -> Iterator[None]:
    """Those of `touched` that may be other ones than were published, added to `changes`, with what will be read. In
    pieces: of thousands it takes a while."""
    for count, (kind, name) in enumerate(sorted(touched), start=1):
        if change := documents.change(kind, name):
            changes.append(change)
            if any(sink.shows(change) for sink in sinks):
                change.make()
        if count % BREATHE == 0:
            yield
