"""When did it happen, by definition, where a source's clock is ahead?

CONTRACT section 1: what is dated more than 60 s ahead of its arrival happened when it arrived. docs/kpis.md: what is
less ahead counts at once, where it is dated.
"""

from typing import Any

AHEAD = 60_000


def on_our_clock(events: list[Any], arrived: dict[int, int]) -> tuple[list[Any], dict[int, int]]:
    """The events, and by each one's `id()` when it arrived."""
    pairs = [(taken(event, arrived[id(event)]), arrived[id(event)]) for event in events]
    return [event for event, _ in pairs], {id(event): at for event, at in pairs}


def taken(event: Any, arrived: int) -> Any:
    if event.time <= arrived + AHEAD:
        return event
    said = {name: getattr(event, name) for name in event.__struct_fields__}
    return type(event)(**said | {"time": arrived})
