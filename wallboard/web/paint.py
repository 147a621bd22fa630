"""What does a board show before any script runs? Its tiles as the templates draw them.

The same choices as static/js/board.js and tiles/*.js make, which then take over the same elements.
"""

from wallboard.web.figures import ago, date, moment, seconds_since, time_of_day
from wallboard.web.picture import Document, Picture, age_of, crowded, partly, row_of, sources_of, window_text
from wallboard.web.tiles import agents, alerts, counts, leaders, notices, number, queues, reasons, sources
from wallboard.web.tiles.queues import queues_of
from wallboard.web.words import Words

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


def _trend(tile: Document, picture: Picture) -> Document:
    """The script draws it; who feeds it is known at once."""
    return {"sources": row_of(tile, picture).get("sources", [])}


def _heat(tile: Document, picture: Picture) -> Document:
    return {"sources": sources_of(queues_of(tile, picture))}


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
    "number": number.paint, "queues": queues.paint, "agents": agents.paint, "counts": counts.paint,
    "leaders": leaders.paint, "notices": notices.paint, "alerts": alerts.paint, "reasons": reasons.paint,
    "sources": sources.paint, "trend": _trend, "heat": _heat, "clock": _clock, "text": _text, "image": _image,
}  # fmt: skip
_AGED = _PAINT.keys() - {"clock", "text", "image"}  # the others show nothing that anybody told
