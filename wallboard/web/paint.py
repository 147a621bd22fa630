"""What does a board show before any script runs? Its tiles as the templates draw them.

The same choices as static/js/board.js and tiles/*.js make, which then take over the same elements.
"""

from typing import Any

from wallboard.core.explain import OF_NEED
from wallboard.core.need import AHEAD_MS
from wallboard.core.numbers import counted_since, number_in
from wallboard.live.view import LATENCY as _LATENCY
from wallboard.web import lists
from wallboard.web.besides import bar, goal_of, spark, turn
from wallboard.web.figures import ago, date, exactly, figure, moment, seconds_since, time_of_day
from wallboard.web.picture import Document, Picture, age_of, certainty, crowded, hint, level_of, partly, window_text
from wallboard.web.words import Words

LONGEST = 5  # figures that a number's size of text leaves room for (wallboard/record/boxes.py)
KPI = "kpi."
LATENCY = KPI + _LATENCY
IN_TARGET = frozenset({
    "service_level", "service_level_in_30m", "service_level_in_60m", "answered_in_target", "abandoned_in_target",
})  # fmt: skip


_PLAIN: Document = {"level": "", "sources": None, "hint": "", "formula": "", "at_ms": None, "page": 1, "pages": 1}


def painted(board: Document, picture: Picture) -> list[Document]:
    """Each tile with what its template needs."""
    return [_tile(place, tile, picture) for place, tile in enumerate(board["tiles"])]


def _tile(place: int, tile: Document, picture: Picture) -> Document:
    paint = _PAINT[tile["kind"]]
    shown = _PLAIN | paint(tile, picture)
    late, at_ms = age_of(shown["sources"], picture, shown["at_ms"])
    title = tile.get("title") or _title(tile, picture.say)
    hint_said = partly(shown["sources"], picture) if late else shown["hint"]
    formula = "" if late else shown["formula"]
    said = [window_text(tile, shown.get("n"), picture), formula if hint_said else ""]
    window = " · ".join(text for text in said if text)  # below is no room for both
    return shown | {
        "id": f"tile-{place}",
        "kind": tile["kind"],
        "template": f"tiles/{tile['kind']}.html",
        "title": title,
        "window": window,
        "crowded": crowded(tile, title, window),
        "stale": late,
        "level": "" if late else shown["level"],
        "hint": hint_said,
        "formula": formula,
        "age": "" if tile["kind"] not in _AGED else _age_text(late, at_ms, picture),
    }


def _title(tile: Document, say: Words) -> str:
    if tile["kind"] == "leaders":
        return f"{say('kind.leaders')}: {_metric_word(tile['metric'], say)}"
    if tile["kind"] == "trend":
        return ", ".join(_metric_word(one["metric"], say) for one in tile["metrics"])
    if tile["kind"] == "heat":
        return say("heat.title", metric=_metric_word(tile["metric"], say))
    if tile["kind"] != "number":
        return say("kind.agents" if tile["kind"] == "counts" else f"kind.{tile['kind']}")
    return _metric_word(tile["metric"], say)


def _metric_word(metric: str, say: Words) -> str:
    return say(f"metric.{metric}", otherwise=metric.partition(".")[2] or metric)


def _age_text(late: bool, at_ms: int | None, picture: Picture) -> str:
    if at_ms is None:
        return picture.say("no_data_yet")
    if late:
        return picture.say("no_data_since", time=moment(at_ms, picture.now_ms, picture.zone))
    return ago(seconds_since(at_ms, picture.now_ms), picture.say)


def _number(tile: Document, picture: Picture) -> Document:
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
    if tile["metric"] not in IN_TARGET:
        return ""
    found = {queue.get("target", {}).get("seconds") for _, queue in lists.queues_of(tile, picture)}
    seconds = found.pop() if len(found) == 1 else None
    return "" if seconds is None else f"≤\u00a0{exactly(seconds, picture.say)}"


def _row(tile: Document, picture: Picture) -> Document:
    if tile["metric"].startswith(KPI):
        return picture.state.get("kpis", {}).get(tile["metric"].removeprefix(KPI), {})
    of = tile.get("of") or {"kind": "groups", "id": "all"}
    return picture.state.get(of["kind"], {}).get(of["id"], {})


def _value(tile: Document, row: Document, now_ms: int) -> Any:
    if tile["metric"].startswith(KPI):
        return row.get("value")
    if tile["reads"] == "instant":
        return counted_since(row.get(tile["window"], {}), tile["metric"], now_ms)
    return number_in(row.get(tile["window"], {}), tile["metric"])


def _trend(tile: Document, picture: Picture) -> Document:
    """The script draws it; who feeds it is known at once."""
    of = tile.get("of") or {"kind": "groups", "id": "all"}
    return {"sources": picture.state.get(of["kind"], {}).get(of["id"], {}).get("sources", [])}


def _heat(tile: Document, picture: Picture) -> Document:
    return {"sources": lists.sources_of(lists.queues_of(tile, picture))}


def _clock(tile: Document, picture: Picture) -> Document:
    return {
        "time": time_of_day(picture.now_ms, picture.zone, "%H:%M"),
        "date": date(picture.now_ms, picture.zone, picture.say),
    }


def _text(tile: Document, picture: Picture) -> Document:
    return {"text": tile["text"]}


def _image(tile: Document, picture: Picture) -> Document:
    return {"image": tile["image"], "alt": tile["alt"]}


_PAINT = {
    "number": _number, "queues": lists.queues, "agents": lists.agents, "counts": lists.counts,
    "leaders": lists.leaders, "notices": lists.notices, "alerts": lists.alerts, "trend": _trend,
    "heat": _heat,
    "reasons": lists.reasons, "sources": lists.sources, "clock": _clock, "text": _text, "image": _image,
}  # fmt: skip
_AGED = _PAINT.keys() - {"clock", "text", "image"}  # the others show nothing that anybody told
