"""Which sources tell, and since when do others not (static/js/tiles/sources.js)?"""

from wallboard.web.figures import ago, seconds_since
from wallboard.web.paging import paged
from wallboard.web.picture import Document, Picture, source_late

FIRST = {"late": -2, "down": -2, "silent": -1}


def paint(tile: Document, picture: Picture) -> Document:
    rows = [_source(name, row, picture) for name, row in picture.state.get("sources", {}).items()]
    rows.sort(key=lambda row: (FIRST.get(row["state"], 0), row["id"]))
    return paged(rows, tile["fits"], picture.now_ms)


def _source(name: str, row: Document, picture: Picture) -> Document:
    state = "late" if row["state"] != "down" and source_late(row, picture.now_ms) else row["state"]
    heard_ms = row.get("last_event_at")
    return {
        "id": name,
        "state": state,
        "icon": {"live": "live", "late": "stale", "down": "stale", "silent": "warn"}.get(state, "quiet"),
        "word": picture.say(f"source.{state}", otherwise=state),
        "when": ago(seconds_since(heard_ms, picture.now_ms), picture.say) if heard_ms else picture.say("absent"),
    }
