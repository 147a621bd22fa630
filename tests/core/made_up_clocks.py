"""What does a source say whose clock is ahead?"""

from msgspec.structs import replace

from wallboard.core import events as ev

BEGAN = ("since", "opened_at")
Arrivals = list[tuple[int, ev.Event]]


def with_a_clock_ahead(told: Arrivals, source: str, ahead_ms: int) -> Arrivals:
    """Everything that it tells it dates so long after it came. Nothing else happened at the instant at which that came,
    but for the other parts of a listing."""
    if not ahead_ms:
        return told
    taken = {event.time for _, event in told}
    came: dict[int, int] = {}
    found = Arrivals()
    for arrival_ms, event in told:
        if event.source != source or event.time is None:
            found.append((arrival_ms, event))
            continue
        at_ms = came.get(event.time, arrival_ms)
        while event.time not in came and at_ms in taken:
            at_ms += 1
        came[event.time] = at_ms
        taken.add(at_ms)
        by_ms = at_ms + ahead_ms - event.time
        began = {name: at + by_ms for name in BEGAN if (at := getattr(event, name, None)) is not None}
        found.append((at_ms, replace(event, time=at_ms + ahead_ms, **began)))
    return sorted(found, key=lambda one: one[0])
