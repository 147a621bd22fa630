"""Events as the keeper finds them in the stream: for tests of kept days."""

from collections.abc import Iterable

from wallboard.core.events import Event, encode
from wallboard.stream.stream import Row


def happened(events: Iterable[Event]) -> list[Row]:
    """Each arrived at its own time, in their order."""
    return [Row(f"{one.time or 0}-{nth}", encode(one)) for nth, one in enumerate(events)]
