"""What a source's adapter looks like, for everybody's collectors and recorded formats."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from wallboard.core.errors import Refused
from wallboard.core.events import Event, Rejection
from wallboard.core.settings import Settings


class Batch(NamedTuple):
    """Events to append together. `position`, if given, is kept in Redis in the same atomic step.

    `rejections`: what the source sent beside them that is no event; counted and shown on /sources.
    `retold`: one event may be told twice in other words (two accounts of one call); that is no conflict then.
    """

    events: Sequence[Event]
    position: str | None = None
    rejections: Sequence[Rejection] = ()
    retold: bool = False


class Surroundings(NamedTuple):
    """What a collector is given: nothing else of the house is visible to it."""

    clock_ms: Callable[[], int]
    settings: Settings
    data: Path


class Collector(Protocol):
    """One source. Constructed anew after each failure; `events` runs until the source ends or fails.

    `note` and `lag_ms` are what it has to say about itself now (shown on /sources; None: nothing).
    `connected` is False while the source cannot be seen: no heartbeat is sent then.
    Raises SourceError: retryable, or fatal until a person changes something.
    """

    connected: bool
    note: str | None
    lag_ms: int | None

    def __init__(self, name: str, options: Mapping[str, object], around: Surroundings) -> None: ...

    def events(self, position: str | None) -> AsyncIterator[Batch]:
        """From `position` on (as last given in a Batch; None: from the business day's beginning)."""
        ...

    async def examine(self) -> list[str]:
        """`wallboard doctor NAME`: one line a finding, `ok: …` or `problem: … - do this`."""
        ...


class Format(Protocol):
    """A recorded format, found through the entry-point group `wallboard.formats`."""

    name: str

    def read(self, files: Sequence[Path]) -> Iterator[Event]:
        """Several files as one, in order; `.gz` is opened; every event has its `time`. Raises Mistake."""
        ...

    def lines(self, body: bytes) -> Iterator[Event | Refused]:
        """Raw lines from HTTP, each by itself: one or more events, or why the line is refused (`$[line]`).
        A line's events carry ids made of its text, so that sending it again counts nothing."""
        ...
