"""Events as the keeper finds them in the stream: for tests of kept days."""

from collections.abc import Iterable

from wallboard.core.events import Event, encode
from wallboard.record.days import Happened


def happened(events: Iterable[Event]) -> list[Happened]:
    """Each arrived at its own time, in their order."""
    return [Happened(f"{one.time or 0}-{nth}", one.time or 0, encode(one)) for nth, one in enumerate(events)]
