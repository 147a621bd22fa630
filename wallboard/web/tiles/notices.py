"""Which notices does a tile show at first paint, the gravest first (static/js/tiles/notices.js)?"""

from wallboard.core.select import selects
from wallboard.web.figures import ago, seconds_since
from wallboard.web.levels import ICONS, grave
from wallboard.web.paging import paged_texts
from wallboard.web.picture import Document, Picture


def paint(tile: Document, picture: Picture) -> Document:
    rows = [
        (name, row)
        for name, row in picture.state.get("notices", {}).items()
        if row.get("until", float("inf")) > picture.now_ms and _meant(row, tile)
    ]
    rows.sort(key=lambda item: (grave(item[1].get("level")), -item[1]["posted_at"]))
    page = paged_texts([row["text"] for _, row in rows], tile["fits"], picture.now_ms)
    shown = [_notice(name, row, picture) for name, row in rows[page["from"] : page["to"]]]
    return {**page, "shown": shown, "none": "notices.none"}


def _meant(row: Document, tile: Document) -> bool:
    teams = row.get("teams") is None or "teams" not in tile or bool(set(row["teams"]) & set(tile["teams"]))
    named: list[str] = tile.get("queues", [])
    return teams and (row.get("queues") is None or any(selects(named, queue) for queue in row["queues"]))


def _notice(name: str, row: Document, picture: Picture) -> Document:
    level = row.get("level") or "info"
    word = picture.say(f"notice.{level}")
    return {
        "id": name,
        "level": level,
        "icon": ICONS.get(level, "info"),
        "text": row["text"],
        "when": f"{word} · {ago(seconds_since(row['posted_at'], picture.now_ms), picture.say)}",
    }
