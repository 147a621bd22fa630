"""How bad is a number, and how grave a message? As static/js/levels.js judges."""

from typing import Any

from wallboard.web.figures import seconds_since
from wallboard.web.picture import Document

GRAVEST = ("critical", "warning", "good", "info")
ICONS = {"critical": "alarm", "warning": "warn", "good": "good"}


def level_of(tile: Document, value: Any, reads: str, now_ms: int) -> str:
    if not isinstance(value, int | float) or not (tile.get("warn") or tile.get("alarm")):
        return ""
    measured = seconds_since(int(value), now_ms) if reads == "instant" else value
    if passes(tile.get("alarm"), measured):
        return "alarm"
    return "warn" if passes(tile.get("warn"), measured) else "good"


def passes(limit: tuple[str, float] | None, value: float) -> bool:
    if limit is None:
        return False
    sign, bound = limit
    return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[sign]


def grave(level: str | None) -> int:
    """The gravest is the least."""
    return GRAVEST.index(level) if level in GRAVEST else len(GRAVEST)
