"""Why did people contact us in the last hour, and what was more or less than today (static/js/tiles/reasons.js)?"""

from wallboard.web.alphabet import by_alphabet
from wallboard.web.paging import paged
from wallboard.web.picture import Document, Picture, row_of
from wallboard.web.words import Words

ENOUGH, NOTABLE = 20, 5  # outcomes of an hour, points of a percentage


def paint(tile: Document, picture: Picture) -> Document:
    row = row_of(tile, picture)
    hour, day = ({code: n for code, n in row.get(at, {}).get("codes", {}).items() if n > 0} for at in ("m60", "day"))
    by_name = by_alphabet(picture.say.language)
    codes = sorted(hour, key=lambda code: (-hour[code], by_name(code)))
    rows = [_reason(code, hour, day, picture.say) for code in codes]
    return {"sources": row.get("sources", []), **paged(rows, tile["fits"], picture.now_ms)}


def _reason(code: str, hour: dict[str, int], day: dict[str, int], say: Words) -> Document:
    share = 100 * hour[code] / sum(hour.values())
    change = int(share - 100 * day.get(code, 0) / max(1, sum(day.values())) + 1000.5) - 1000  # as Math.round
    told = sum(hour.values()) >= ENOUGH and abs(change) >= NOTABLE
    return {
        "code": code, "count": hour[code], "share": f"{int(share + 0.5)}\u00a0%", "width": f"{round(share, 1):g}",
        "way": ("up" if change > 0 else "down") if told else "",
        "change": say("reasons.change", points=f"{'+' if change > 0 else '−'}{abs(change)}") if told else "",
    }  # fmt: skip
