"""Alerts as the leading worker tells them, and what the server lists of them."""

from collections.abc import Callable
from typing import Any

from tests.waiting import now_ms
from wallboard.core.events import AlertRaised

ALERTS = "/api/v1/alerts"


async def raised(served: Any, severity: str = "critical", **more: str) -> None:
    """As the leading worker tells it."""
    said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 2", "since": str(now_ms())} | more
    await served.parts.stream.append([
        AlertRaised(alert="a1", rule="wait", severity=severity, value=3, attributes=said, source="wallboard", id="1+")
    ])  # fmt: skip
    await until(served, lambda open_: "a1" in open_)


async def until(served: Any, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The open ones by id, once that holds of them."""
    return by_id(await served.until(ALERTS, lambda listed: holds(by_id(listed))))


def by_id(listed: dict[str, Any]) -> dict[str, Any]:
    return {row["id"]: row for row in listed["open"]}
