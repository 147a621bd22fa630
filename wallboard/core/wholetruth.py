"""How is a source's whole truth (`floor.observed`) taken in? What follows from it, one after another and by pieces."""

from collections.abc import Generator

from wallboard.core import events as ev
from wallboard.core.allrows import AllRows
from wallboard.core.deeds import Deed, Did
from wallboard.core.observed import Parts, synthetic
from wallboard.core.taking import entities_of, hear_again, puts_right, take

PIECE = 100  # of what follows: 1 to 3 ms


def take_whole(
    rows: AllRows, event: ev.FloorObserved, at_ms: int, source: str, deeds: list[Deed]
) -> Generator[None, None, Deed]:
    """Yields after each piece; until the last one the floor is half told."""
    if rows.listening.hear(source, rows.arrival_ms):
        hear_again(rows, source)
    if rows.alerting:
        rows.alerting.hear(ev.type_of(event), at_ms, entities_of(rows, event, source, None))
    parts = rows.parts.setdefault(source, Parts())
    whole = parts.add(event, at_ms)
    if whole is None:
        return Deed(Did.NOTED, f"part {event.part} of {event.parts}")
    rows.settle()  # else it would depend on who looked when of which agents others speak too
    for queue in whole.queues or ():
        rows.tallies.note(rows.settings.queue_of(source, queue), source, None, deeds)
    changed, follows = 0, synthetic(rows.contacts, rows.people, rows.settings, whole, parts.at_ms, source)
    for count, one in enumerate(follows, start=1):
        changed += puts_right(take(rows, one, parts.at_ms, source, deeds, is_listed=True))
        if count % PIECE == 0:
            rows.settle()
            yield
    return Deed(Did.NOTED, f"whole truth of {source}: {changed} things put right")
