"""What does the tile of one number show at first paint (static/js/tiles/number.js)?"""

from typing import Any

from wallboard.core.explain import OF_NEED
from wallboard.core.need import AHEAD_MS
from wallboard.core.numbers import counted_since, number_in
from wallboard.live.view import LATENCY as _LATENCY
from wallboard.web.besides import bar, goal_of, spark, turn
from wallboard.web.figures import exactly, figure
from wallboard.web.levels import level_of
from wallboard.web.picture import Document, Picture, certainty, hint, row_of
from wallboard.web.tiles.queues import queues_of

LONGEST = 5  # figures that a number's size of text leaves room for (wallboard/record/boxes.py)
KPI = "kpi."
LATENCY = KPI + _LATENCY
_IN_TARGET = frozenset({
    "service_level", "service_level_in_30m", "service_level_in_60m", "answered_in_target", "abandoned_in_target",
})  # fmt: skip


def paint(tile: Document, picture: Picture) -> Document:
    row = _row(tile, picture)
    value = _value(tile, row, picture.now_ms)
    shown = figure(value, tile["reads"], picture.now_ms, picture.say)
    unit = shown.unit or str(row.get("unit", ""))
    length = len(shown.text) + bool(unit)
    n, few = certainty(row, tile["metric"], tile["window"]) if "window" in tile else (None, False)
    goal = goal_of(tile, value, few, picture)
    trail = picture.state.get("trails", {}).get(tile.get("trail", ""), {})
    return {
        "bar": bar(tile, value, picture) if "end" in tile else None,
        "goal": goal,
        "turn": turn(trail, picture.say),
        "spark": spark(trail, tile) if "trail" in tile else None,
        "aside": goal is not None or "trail" in tile,
        "figure": shown.text,
        "unit": unit,
        "long": min(length, 12) if length > LONGEST else 0,
        "level": "" if few else level_of(tile, value, tile["reads"], picture.now_ms),
        "n": n,
        "few": few,
        "hint": hint(row, tile["metric"], tile["window"], picture) if "window" in tile else "",
        "formula": _in_time(tile, picture),
        "sources": _sources(tile, row),
        "at_ms": _worked_out_ms(tile, row),
    }


def _sources(tile: Document, row: Document) -> list[str] | None:
    if tile["metric"] == LATENCY and row:
        return None  # it is the server's own
    return [row["source"]] if "source" in row else row.get("sources", [])


def _worked_out_ms(tile: Document, row: Document) -> int | None:
    """Of what is worked out at an instant of its own, that; None of all that is as old as its sources' last word."""
    if tile["metric"] == LATENCY:
        return row.get("as_of")
    until_ms = row.get("now", {}).get("need_until") if tile["metric"] in OF_NEED else None
    return None if until_ms is None else until_ms - AHEAD_MS


def _in_time(tile: Document, picture: Picture) -> str:
    """Of a service level the time in which contacts are to be answered, where all its queues have the same."""
    if tile["metric"] not in _IN_TARGET:
        return ""
    found = {queue.get("target", {}).get("seconds") for _, queue in queues_of(tile, picture)}
    seconds = found.pop() if len(found) == 1 else None
    return "" if seconds is None else f"≤\u00a0{exactly(seconds, picture.say)}"


def _row(tile: Document, picture: Picture) -> Document:
    if tile["metric"].startswith(KPI):
        return picture.state.get("kpis", {}).get(tile["metric"].removeprefix(KPI), {})
    return row_of(tile, picture)


def _value(tile: Document, row: Document, now_ms: int) -> Any:
    if tile["metric"].startswith(KPI):
        return row.get("value")
    if tile["reads"] == "instant":
        return counted_since(row.get(tile["window"], {}), tile["metric"], now_ms)
    return number_in(row.get(tile["window"], {}), tile["metric"])
