"""Which queues does a tile show at first paint, in which order, and what of each (static/js/tiles/queues.js)?"""

from wallboard.core.numbers import counted_since
from wallboard.core.select import selects
from wallboard.web.alphabet import by_alphabet
from wallboard.web.figures import figure
from wallboard.web.levels import level_of
from wallboard.web.paging import paged
from wallboard.web.picture import Document, Picture, Row, certainty, closed, sources_of
from wallboard.web.words import Words

_WORST = ("alarm", "warn", "over", "good", "")
LONGEST = 10  # letters of a heading that have room in its column


def paint(tile: Document, picture: Picture) -> Document:
    found = queues_of(tile, picture)
    most = max((row["now"].get("waiting", 0) for _, row in found), default=0) if tile.get("style") == "bar" else 0
    levels = {name: _level(row, tile, picture) for name, row in found}
    by_name = by_alphabet(picture.say.language)
    found.sort(key=lambda item: (*_worst(levels[item[0]], item[1]["now"], picture.now_ms), by_name(item[1]["name"])))
    page = paged(found, tile["fits"], picture.now_ms)
    headings = [_heading(column["metric"], picture.say) for column in tile["columns"]]
    return {
        "headings": headings,
        "long": any(len(heading["word"]) > LONGEST for heading in headings),
        "sources": sources_of(found),
        "none": _none_of(tile, picture.say),
        **page,
        "shown": [_line(name, row, levels[name], most, tile, picture) for name, row in page["shown"]],
    }


def queues_of(tile: Document, picture: Picture) -> list[Row]:
    named: list[str] = tile.get("queues", [])
    rows = picture.state.get("queues", {}).items()
    if "teams" in tile:
        return [row for row in rows if row[1].get("team") in tile["teams"]]
    return [(name, row) for name, row in rows if (not row.get("hidden") or name in named) and selects(named, name)]


def _none_of(tile: Document, say: Words) -> str:
    """Who names queues or teams learns which ones nobody has told of: a slip of the pen shows."""
    named: list[str] = tile.get("teams") or tile.get("queues", [])
    if not named or any(set("*?[!") & set(name) for name in named):
        return say("queues.none")
    return say("queues.none_of_team" if tile.get("teams") else "queues.none_named", names=", ".join(named))


def _heading(metric: str, say: Words) -> Document:
    return {"metric": metric, "word": say(f"column.{metric}", otherwise=say(f"metric.{metric}"))}


def _level(row: Document, tile: Document, picture: Picture) -> str:
    if "metric" in tile:
        value = counted_since(row.get(tile["window"], {}), tile["metric"], picture.now_ms)
        return level_of(tile, value, tile["reads"], picture.now_ms)
    return "over" if row["now"].get("over_target", 0) > 0 else ""


def _worst(level: str, now: Document, now_ms: int) -> tuple[float, ...]:
    """The worst is the least."""
    oldest = counted_since(now, "oldest_at", now_ms) or float("inf")
    return _WORST.index(level), -now.get("over_target", 0), oldest, -now.get("waiting", 0)


def _line(name: str, row: Document, level: str, most: int, tile: Document, picture: Picture) -> Document:
    """`most`: wait in the queue where most do; 0 where there are no bars."""
    now = row["now"]
    return {
        "id": name,
        "name": row["name"],
        "level": "warn" if level == "over" else level,
        "chip": _chip(level, now.get("over_target", 0), picture.say) or closed(row, picture, "closed_chip"),
        "icon": {"": "quiet", "good": "quiet", "over": "warn"}.get(level, level),
        "hours": "yes" if level in ("", "good") else "no",
        "cells": [_cell(row, column, picture) for column in tile["columns"]],
        "load": round(100 * now.get("waiting", 0) / most, 1) if most else None,
    }


def _chip(level: str, over: int, say: Words) -> str:
    if level in ("", "good"):
        return ""
    return say("level.over", count=over) if level == "over" else say(f"level.{level}")


def _cell(row: Document, column: Document, picture: Picture) -> Document:
    value = counted_since(row.get(column["window"], {}), column["metric"], picture.now_ms)
    shown = figure(value, column["reads"], picture.now_ms, picture.say)
    unit = f" {shown.unit}" if shown.unit else ""
    few = certainty(row, column["metric"], column["window"])[1]
    return {"metric": column["metric"], "text": shown.text + unit, "zero": value in (0, None), "few": few}
