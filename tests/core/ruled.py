"""A floor with one alert rule, contacts that wait on it, and what it has to say by the second."""

from typing import Any

import msgspec

from wallboard.core import events as ev
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings, Site
from wallboard.core.state import Floor
from wallboard.core.watchful import watchful

NOON = 1_795_348_800_000  # 2026-11-22 12:00 UTC, a Sunday
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000


def floor_with(rule: dict[str, Any], known: dict[str, Queue] | None = None, site: Site | None = None) -> Floor:
    made = msgspec.convert({"metric": "waiting", "raise": "> 2", "queues": ["support"], "when": "always"} | rule, Rule)
    assert not list(made.faults())
    sites = {"main": site} if site else {}
    floor = watchful(Floor(Settings(alert={"r": made}, queue=known or {}, site=sites)))
    floor.advance(NOON)
    return floor


def waits(floor: Floor, contact: str, after_ms: int, queue: str = "support") -> None:
    event = ev.Queued(contact=contact, queue=queue, source="pbx", time=NOON + after_ms)
    floor.apply(event, NOON + after_ms)


def gone(floor: Floor, contact: str, after_ms: int) -> None:
    floor.apply(ev.Abandoned(contact=contact, source="pbx", time=NOON + after_ms), NOON + after_ms)


def said(floor: Floor) -> list[tuple[str, float]]:
    """What is to be told, and how many seconds after noon it is said to have been."""
    assert floor.alerting
    told = floor.alerting.untold.values()
    return [(ev.type_of(one).partition(".")[2], ((one.time or 0) - NOON) / SECOND) for one in told]


def three_wait(floor: Floor) -> None:
    for number in range(3):
        waits(floor, f"c{number}", 500)
