"""Who has most of a number at first paint (static/js/tiles/leaders.js)? Who has least is nobody's business."""

from wallboard.web.alphabet import by_alphabet
from wallboard.web.figures import figure
from wallboard.web.picture import LEAST, Document, Picture, sources_of
from wallboard.web.tiles.agents import agents_of

LEADERS = 5


def paint(tile: Document, picture: Picture) -> Document:
    found = [(name, row, value) for name, row in agents_of(tile, picture) if (value := _ranked(tile, row)) > 0]
    by_name = by_alphabet(picture.say.language)
    found.sort(key=lambda one: (-one[2], by_name(one[1].get("name", "")), one[0]))
    values = [value for _, _, value in found]
    rows = [
        {
            "id": name,
            "place": values.index(value) + 1,
            "name": row.get("name") or picture.say("absent"),
            "value": "".join(figure(_value(tile, row), tile["reads"], picture.now_ms, picture.say)),
        }
        for name, row, value in found[:LEADERS]
    ]
    fitting = next((n for n, holds in enumerate(tile["fits"]) if holds >= len(rows)), len(tile["fits"]) - 1)
    sources = sources_of([(name, row) for name, row, _ in found])
    return {"shown": rows[: tile["fits"][fitting]], "fit": fitting, "sources": sources}


def _ranked(tile: Document, row: Document) -> float:
    """0 where it is not known, a mean of too few marks or a percentage of too few. Of a mean mark the share of what
    it is out of: people may be marked by different scales."""
    metric: str = tile["metric"]
    figures = row.get(tile["window"], {})
    if figures.get("n", {}).get(metric, LEAST) < LEAST:
        return 0
    if metric != "rating_avg":
        return _value(tile, row)
    best = figures.get("rating_best", 0)
    return _value(tile, row) / best if best and figures.get("rated", 0) >= LEAST else 0


def _value(tile: Document, row: Document) -> float:
    metric: str = tile["metric"]
    if metric.startswith("tags."):
        return float(row.get("tags", {}).get(metric.removeprefix("tags."), 0))
    return float(row.get(tile["window"], {}).get(metric, 0))
