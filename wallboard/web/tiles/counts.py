"""How many people does a board that names nobody show in which state at first paint (static/js/tiles/counts.js)?"""

from wallboard.core.doing import DOINGS
from wallboard.web.paging import paged
from wallboard.web.picture import Document, Picture

ALWAYS = ("idle", "ringing", "engaged", "holding", "wrapup", "paused")  # these keep their place with nobody in them


def paint(tile: Document, picture: Picture) -> Document:
    row = picture.state.get("counts", {}).get(tile["of"]["id"], {"there": 0, "doing": {}, "sources": []})
    doing = row["doing"]
    told = [{"doing": name, "count": doing.get(name, 0)} for name in DOINGS if name in doing or name in ALWAYS]
    shown = told if doing else [{"doing": "there", "count": row["there"]}] if row["there"] else []
    return {
        **paged(shown, tile["fits"], picture.now_ms), "shares": _shares(told), "sources": row["sources"],
        "hint": "" if doing or not row["there"] else picture.say("few_people"),
    }  # fmt: skip


def _shares(told: list[Document]) -> list[Document]:
    """Of a bar of 100, who is doing what; who is offline has no part in it."""
    there, at, found = sum(one["count"] for one in told if one["doing"] != "offline"), 0, []
    for one in told:
        if one["count"] and one["doing"] != "offline":
            found.append({"doing": one["doing"], "x": _rounded(at, there), "wide": _rounded(one["count"], there)})
            at += one["count"]
    return found


def _rounded(count: int, there: int) -> float:
    return round(100 * count / there, 2)
