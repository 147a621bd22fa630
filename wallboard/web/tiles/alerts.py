"""Which alerts does a tile show at first paint, and what of each (static/js/tiles/alerts.js)?"""

from wallboard.alerts.pacing import FLOOD_ABOVE, SPAN_MS
from wallboard.core.select import selects
from wallboard.web.alerttexts import number_of, order_of, text_now, value_now
from wallboard.web.figures import ago, seconds_since, time_of_day
from wallboard.web.levels import ICONS
from wallboard.web.paging import paged_texts
from wallboard.web.picture import Document, Picture
from wallboard.web.shortened import shortened


def paint(tile: Document, picture: Picture) -> Document:
    rows = [(name, row) for name, row in picture.state.get("alerts", {}).items() if _of_tile(row, tile)]
    rows.sort(key=lambda item: (order_of(item[1]), item[1]["raised_at"]))
    texts = [text_now(row, picture.say, picture.now_ms) for _, row in rows]
    page = paged_texts(texts, tile["fits"], picture.now_ms, acts=any(_action(row) for _, row in rows))
    fit = tile["fits"][page["fit"]]
    letters = fit["letters"] if not page["alone"] else fit["alone_acting"] if page["acts"] else fit["alone"]
    shown = [
        _alert(name, row, shortened(text, row.get("name", ""), fit["line"], letters // fit["line"]), picture)
        for (name, row), text in list(zip(rows, texts, strict=True))[page["from"] : page["to"]]
    ]
    came = sum(row["raised_at"] > picture.now_ms - SPAN_MS for _, row in rows)
    flood = picture.say("alert.flood", count=came) if came > FLOOD_ABOVE else ""
    return {**page, "shown": shown, "none": "alerts.none", "hint": flood}


def _of_tile(row: Document, tile: Document) -> bool:
    if "teams" in tile:
        return row.get("team") in tile["teams"]
    queues: list[str] = tile.get("queues", [])
    return queues in ([], ["*"]) or (row["kind"] == "queues" and selects(queues, row["of"]))


def _alert(name: str, row: Document, text: str, picture: Picture) -> Document:
    level, say = row["severity"], picture.say
    when = [say(f"notice.{level}", otherwise=level), ago(seconds_since(row["raised_at"], picture.now_ms), say)]
    if "snoozed_until" in row:
        when.append(say("alert.snoozed", time=time_of_day(row["snoozed_until"], picture.zone, "%H:%M")))
    elif "left" in row:
        when.append(say("alert.left"))
    elif who := row.get("owner") or row.get("acknowledged_by"):
        when.append(say("alert.owner" if "owner" in row else "alert.seen", who=who))
    now, raised = (number_of(row, value, say) for value in (value_now(row, picture.now_ms), row.get("value")))
    if say("absent") not in (now, raised) and now != raised:
        when.append(say("alert.raised", value=raised))
    return {
        "id": name, "level": level, "icon": ICONS.get(level, "info"), "text": text, "when": " · ".join(when),
        "sleeps": "snoozed_until" in row, "action": _action(row),
    }  # fmt: skip


def _action(row: Document) -> str:
    """What to do about it; nothing while it is snoozed."""
    return "" if "snoozed_until" in row else row.get("action", "")
