"""How does a recording become something that happens now? Every instant in its events is moved alike."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from wallboard.core.events import Event, FloorObserved, ListedContact
from wallboard.core.fields import INSTANTS
from wallboard.core.windows import MINUTE_MS

FAST_WITHIN_MS = 15 * MINUTE_MS  # what comes later than this counts in its day only, not in the windows
_LONGEST_ID = 240  # leaves room for the suffix


def shifted(events: Iterable[Event], by_ms: int) -> Iterator[Event]:
    """The same events `by_ms` later. Ids get the shift as suffix: moved, it is not the same recording."""
    for event in events:
        yield _moved(event, by_ms) if by_ms else event


def shift_to_now(last_ms: int, now_ms: int) -> int:
    """The shift by whole minutes that brings the last event to now, at most a minute before it."""
    return (now_ms - last_ms) // MINUTE_MS * MINUTE_MS


def too_fast(first_ms: int, last_ms: int, speed: float) -> str | None:
    """Why this recording cannot be sent shifted at this speed (0: as fast as it goes); None: it can."""
    minutes = (last_ms - first_ms) / MINUTE_MS
    if 0 < speed < 1:
        return f"speed {speed:g} would put a recording shifted to now into the future: give speed 1 or more"
    if speed != 1 and last_ms - first_ms > FAST_WITHIN_MS:
        return (
            f"the recording lasts {minutes:.0f} minutes; shifted to now, more than 15 minutes can only be "
            "sent at speed 1: use `wallboard compute` for its numbers"
        )
    return None


def _moved(event: Event, by_ms: int) -> Event:
    changes: dict[str, Any] = {
        name: value + by_ms
        for name in event.__struct_fields__
        if name in INSTANTS and (value := getattr(event, name)) is not None
    }
    if event.id is not None:
        changes["id"] = f"{event.id[:_LONGEST_ID]}{by_ms // MINUTE_MS:+d}m"
    if isinstance(event, FloorObserved) and event.queues is not None:
        changes["queues"] = {
            queue: [_moved_contact(row, by_ms) for row in rows] for queue, rows in event.queues.items()
        }
    return replace(event, **changes)


def _moved_contact(row: ListedContact, by_ms: int) -> ListedContact:
    return row if row.since is None else replace(row, since=row.since + by_ms)
