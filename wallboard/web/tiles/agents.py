"""Which people does a board that names them show at first paint, and what of each (static/js/tiles/agents.js)?"""

from wallboard.core.doing import DOINGS, doing_of
from wallboard.core.select import selects
from wallboard.web.alphabet import by_alphabet
from wallboard.web.figures import seconds_since, span
from wallboard.web.paging import paged
from wallboard.web.picture import Document, Picture, Row, sources_of
from wallboard.web.words import Words

REST_S = 2 * 3600  # of work without a pause or two minutes between contacts: time for a break


def paint(tile: Document, picture: Picture) -> Document:
    found = agents_of(tile, picture)
    doings = [doing_of(row) for _, row in found]
    there = [(name, row) for (name, row), doing in zip(found, doings, strict=True) if doing != "offline"]
    by_name = by_alphabet(picture.say.language)
    there.sort(key=lambda item: (by_name(item[1].get("name", "")), item[0]))
    totals = [{"doing": doing, "count": doings.count(doing)} for doing in DOINGS if doing in doings]
    page = paged(there, tile["fits"], picture.now_ms)
    cards = [_card(name, row, picture) for name, row in page["shown"]]
    resting = sum(rests(row, picture.now_ms) for _, row in there)
    hint = picture.say("rest", count=resting) if resting else ""
    return {**page, "totals": totals, "shown": cards, "hint": hint, "sources": sources_of(found)}


def agents_of(tile: Document, picture: Picture) -> list[Row]:
    named: list[str] = tile.get("queues", [])
    found = []
    for name, row in picture.state.get("agents", {}).items():
        mine = (
            row.get("team") in tile["teams"]
            if "teams" in tile
            else named in ([], ["*"]) or any(selects(named, queue) for queue in row.get("queues", []))
        )
        if mine and selects(tile.get("agents", []), name):
            found.append((name, row))
    return found


def rests(agent: Document, now_ms: int) -> bool:
    """Whether it is time for a break; only leads are told since when somebody works."""
    since_ms = agent.get("stretch_since")
    return since_ms is not None and doing_of(agent) != "offline" and now_ms - since_ms >= REST_S * 1000


def _card(name: str, row: Document, picture: Picture) -> Document:
    doing = doing_of(row)
    limit = {"paused": row.get("pause_over_at"), "wrapup": row.get("wrapup_over_at")}.get(doing)
    overdue = limit is not None and limit <= picture.now_ms
    at = (doing == "paused" and row.get("presence_since")) or row.get("since")
    slots = row.get("slots", {})
    return {
        "id": name,
        "name": row.get("name") or picture.say("absent"),
        "doing": doing,
        "overdue": overdue,
        "word": _doing_word(row, doing, overdue, picture.say),
        "since": "" if at is None else span(seconds_since(at, picture.now_ms), picture.say),
        "rest": rests(row, picture.now_ms),
        "thanks": row.get("tags", {}).get("thanks", 0),
        "slots": f"{slots['used']}/{slots['allowed']}" if slots.get("allowed", 1) > 1 else "",
    }


def _doing_word(agent: Document, doing: str, overdue: bool, say: Words) -> str:
    if doing == "paused":
        reason = agent.get("reason") or say("doing.paused")
        return f"{reason}, {say('doing.too_long')}" if overdue else reason
    word = say(f"doing.{doing}")
    if agent.get("presence") == "paused" and doing != "unreachable":
        return say("doing.paused_too", doing=word)
    return word
