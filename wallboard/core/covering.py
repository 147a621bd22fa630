"""Which queues does a number cover, and since when?"""

from collections.abc import Callable

from wallboard.core.kpis import Document
from wallboard.core.select import selects_queue
from wallboard.core.state import Floor
from wallboard.core.windows import MINUTE_MS, ROLLING


def queues_of(floor: Floor, kind: str, name: str) -> Callable[[str], bool]:
    """Which queues belong to a queue's or group's number."""
    settings, (prefix, _, own) = floor.settings, name.partition(":")
    if kind == "queues":
        return lambda queue: queue == name
    if prefix == "site":
        return lambda queue: settings.site_of(queue) == own
    if prefix == "team":
        return lambda queue: settings.for_queue(queue).team == own
    if (patterns := floor.tallies.sets.get(name)) is not None:
        return lambda queue: selects_queue(patterns, queue, settings.for_queue(queue).team)
    return lambda queue: True


def is_in(floor: Floor, kind: str, name: str, at_ms: int, window: str) -> bool:
    """Whether a window holds an instant; `day` and `shift` are those of the queue's or the person's site."""
    if window in ROLLING:
        minute, running = at_ms // MINUTE_MS, floor.now_ms // MINUTE_MS
        return running - ROLLING[window] < minute
    site = floor.people.site_of(name) if kind == "agents" else floor.settings.site_of(name)
    in_day, in_shift = floor.ground.is_in(site, at_ms)
    return in_day if window == "day" else in_shift


def bounds(floor: Floor, kind: str, name: str, window: str) -> Document:
    """When the window began; nothing where sites began it at different times."""
    if window in ROLLING:
        return {"from": (floor.now_ms // MINUTE_MS - ROLLING[window] + 1) * MINUTE_MS}
    if window == "now" or kind == "kpis":
        return {}
    sites = [floor.people.site_of(name)] if kind == "agents" else _sites(floor, kind, name)
    running = floor.ground.calendar.days if window == "day" else floor.ground.calendar.shifts
    begun = {one.started_ms for site in sites if (one := running.get(site)) is not None}
    return {"from": begun.pop()} if len(begun) == 1 else {}


def _sites(floor: Floor, kind: str, name: str) -> list[str]:
    belongs = queues_of(floor, kind, name)
    return sorted({floor.settings.site_of(queue) for queue in floor.tallies.queues if belongs(queue)})
