"""What stands below a tile's one number? Its bar, its target, which way it moves, and the line of its last hour.

The same as static/js/tiles/besides.js draws. Shapes are of 100 by 100, a bar of 100 by 1.
"""

from typing import Any

from wallboard.web.figures import figure, seconds_since
from wallboard.web.levels import passes
from wallboard.web.picture import Document, Picture
from wallboard.web.words import Words

SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
HOUR = 60  # points of a line
ROOM = 4  # above and below the line
LEAST_SPAN = 10  # percent that a line is high at least


def measured(tile: Document, value: Any, now_ms: int) -> float | None:
    """In the unit of limits and trails."""
    if not isinstance(value, int | float):
        return None
    return seconds_since(int(value), now_ms) if tile["reads"] == "instant" else value


def bar(tile: Document, value: Any, picture: Picture) -> Document:
    """How full, and where its target stands; each from 0 to 100."""
    known = measured(tile, value, picture.now_ms) or 0
    found: Document = {"wide": _share(known, tile["end"])}
    if "target" in tile:
        found["aim"] = _share(tile["target"][1], tile["end"])
    return found


def goal_of(tile: Document, value: Any, few: bool, picture: Picture) -> Document | None:
    if "target" not in tile:
        return None
    sign, bound = tile["target"]
    reads = "seconds" if tile["reads"] == "instant" else "decimal" if tile["reads"] == "percent" else tile["reads"]
    unit = " %" if tile["reads"] == "percent" else ""
    limit = f"{SIGNS[sign]} {figure(bound, reads, picture.now_ms, picture.say).text}{unit}"
    known = measured(tile, value, picture.now_ms)
    reached = known is not None and not few and passes((sign, bound), known)
    return {"reached": reached, "word": picture.say("goal.reached" if reached else "goal.aim", limit=limit)}


def turn(trail: Document, say: Words) -> Document | None:
    """Against 15 minutes ago. `good`: empty where nobody can say."""
    if "turn" not in trail:
        return None
    good = {True: "yes", False: "no", None: ""}[trail.get("good")]
    return {"way": trail["turn"], "good": good, "word": say(f"turn.{trail['turn']}")}


def spark(trail: Document, tile: Document) -> str:
    """The path of the last hour, the newest point on the right; broken where nothing is known."""
    points: list[float | None] = trail.get("points", [])
    known = [point for point in points if point is not None]
    if len(known) < 2:
        return ""
    low, high = _span(known, tile["reads"])
    first, path, open_ = HOUR - len(points), [], False
    for place, point in enumerate(points):
        if point is not None:
            x = 100 * (first + place) / (HOUR - 1)
            y = ROOM + (100 - 2 * ROOM) * (1 - (point - low) / (high - low))
            path.append(f"{'L' if open_ else 'M'}{x:.1f} {y:.1f}")
        open_ = point is not None
    return "".join(path)


def _span(known: list[float], reads: str) -> tuple[float, float]:
    """A percentage is looked at closely; all else from zero, so that a small change looks small."""
    low, high = min(known), max(known)
    if reads == "percent":
        extra = max(0, LEAST_SPAN - (high - low)) / 2
        return low - extra, high + extra
    low, high = min(0, low), max(0, high)
    return (low, high) if high > low else (low, low + 1)


def _share(value: float, end: float) -> float:
    return round(100 * min(max(value / end, 0), 1), 1)
