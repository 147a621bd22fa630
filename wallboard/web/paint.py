"""What does a board show before any script runs? Its tiles as the templates draw them.

The same choices as static/js/board.js and tiles/*.js make, which then take over the same elements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wallboard.core.select import selects
from wallboard.web.figures import ago, date, figure, moment, seconds_since, span, time_of_day
from wallboard.web.words import Words

Document = dict[str, Any]
Row = tuple[str, Document]

SILENT_MS = 12_000
PAGE_MS = 10_000
LONGEST = 5
AT_WORK = frozenset({"ringing", "engaged", "holding", "wrapup"})
DOINGS = (
    "idle", "ringing", "engaged", "holding", "wrapup", "paused", "busy", "unreachable", "unknown", "offline",
)  # fmt: skip
WORST = ("alarm", "warn", "over", "good", "")
GRAVEST = ("critical", "warning", "good", "info")
KPI = "kpi."


@dataclass(frozen=True)
class Picture:
    """The state as it stands at `now_ms`, and the words to say it in."""

    state: Mapping[str, Mapping[str, Document]]
    now_ms: int
    say: Words

    @property
    def zone(self) -> str:
        return next((str(site["zone"]) for site in self.state.get("sites", {}).values()), "UTC")

    @property
    def time(self) -> str:
        return time_of_day(self.now_ms, self.zone)


def painted(board: Document, picture: Picture) -> list[Document]:
    """Each tile with what its template needs."""
    return [_tile(place, tile, picture) for place, tile in enumerate(board["tiles"])]


def _tile(place: int, tile: Document, picture: Picture) -> Document:
    paint = _PAINT.get(tile["kind"], _later)
    shown: Document = {"level": "", "sources": None, "page": 1, "pages": 1} | paint(tile, picture)
    late, at_ms = age_of(shown["sources"], picture)
    return shown | {
        "id": f"tile-{place}",
        "kind": tile["kind"],
        "template": f"tiles/{tile['kind'] if tile['kind'] in _PAINT else 'later'}.html",
        "title": tile.get("title") or _title(tile, picture.say),
        "window": picture.say(f"window.{tile['window']}") if "window" in tile else "",
        "stale": late,
        "level": "" if late else shown["level"],
        "age": _age_text(late, at_ms, picture),
    }


def _title(tile: Document, say: Words) -> str:
    if tile["kind"] != "number":
        return say(f"kind.{tile['kind']}")
    metric: str = tile["metric"]
    return say(f"metric.{metric}", otherwise=metric.partition(".")[2] or metric)


def source_late(source: Document, now_ms: int) -> bool:
    state: str = source["state"]
    silent: bool = now_ms - source["last_event_at"] > SILENT_MS + 1000
    return state == "late" or (state == "live" and silent)


def age_of(names: Sequence[str] | None, picture: Picture) -> tuple[bool, int | None]:
    """Whether a source is late, and until when the data is good; None: nothing came yet."""
    if names is None:
        return False, picture.now_ms
    sources = picture.state.get("sources", {})
    rows = [sources[name] for name in names if name in sources]
    late = [row for row in rows if source_late(row, picture.now_ms)]
    ages = [min(row["last_event_at"], picture.now_ms) for row in late or rows]
    return bool(late), min(ages, default=None)


def _age_text(late: bool, at_ms: int | None, picture: Picture) -> str:
    if at_ms is None:
        return picture.say("no_data_yet")
    if late:
        return picture.say("no_data_since", time=moment(at_ms, picture.now_ms, picture.zone))
    return ago(seconds_since(at_ms, picture.now_ms), picture.say)


def _paged(items: Sequence[Any], fits: Sequence[int], now_ms: int) -> Document:
    """The page whose turn it is, as static/js/paging.js turns them."""
    fit = next((step for step, holds in enumerate(fits) if holds >= len(items)), len(fits) - 1)
    holds = fits[fit]
    pages = max(1, -(-len(items) // holds))
    page = now_ms // PAGE_MS % pages
    return {"shown": items[page * holds : (page + 1) * holds], "fit": fit, "page": page + 1, "pages": pages}


# number


def _number(tile: Document, picture: Picture) -> Document:
    row = _row(tile, picture)
    value = _value(tile, row)
    shown = figure(value, tile["reads"], picture.now_ms, picture.say)
    unit = shown.unit or str(row.get("unit", ""))
    length = len(shown.text) + bool(unit)
    return {
        "figure": shown.text,
        "unit": unit,
        "long": min(length, 12) if length > LONGEST else 0,
        "level": level_of(tile, value, tile["reads"], picture.now_ms),
        "sources": [row["source"]] if "source" in row else row.get("sources", []),
    }


def _row(tile: Document, picture: Picture) -> Document:
    if tile["metric"].startswith(KPI):
        return picture.state.get("kpis", {}).get(tile["metric"].removeprefix(KPI), {})
    of = tile.get("of") or {"kind": "groups", "id": "all"}
    return picture.state.get(of["kind"], {}).get(of["id"], {})


def _value(tile: Document, row: Document) -> Any:
    if tile["metric"].startswith(KPI):
        return row.get("value")
    found: Any = row.get(tile["window"], {})
    for name in tile["metric"].split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def level_of(tile: Document, value: Any, reads: str, now_ms: int) -> str:
    if not isinstance(value, int | float) or not (tile.get("warn") or tile.get("alarm")):
        return ""
    measured = seconds_since(int(value), now_ms) if reads == "instant" else value
    if _passes(tile.get("alarm"), measured):
        return "alarm"
    return "warn" if _passes(tile.get("warn"), measured) else "good"


def _passes(limit: tuple[str, float] | None, value: float) -> bool:
    if limit is None:
        return False
    sign, bound = limit
    return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[sign]


# queues


def queues_of(tile: Document, picture: Picture) -> list[Row]:
    named: list[str] = tile.get("queues", [])
    rows = picture.state.get("queues", {}).items()
    if "teams" in tile:
        return [row for row in rows if row[1].get("team") in tile["teams"]]
    return [(name, row) for name, row in rows if (not row.get("hidden") or name in named) and selects(named, name)]


def _queues(tile: Document, picture: Picture) -> Document:
    queues = queues_of(tile, picture)
    lines = sorted((_line(name, row, tile, picture) for name, row in queues), key=lambda line: line["order"])
    return {
        "headings": [_heading(column["metric"], picture.say) for column in tile["columns"]],
        "sources": _sources(queues),
        **_paged(lines, tile["fits"], picture.now_ms),
    }


def _heading(metric: str, say: Words) -> Document:
    return {"metric": metric, "word": say(f"column.{metric}", otherwise=say(f"metric.{metric}"))}


def _line(name: str, row: Document, tile: Document, picture: Picture) -> Document:
    now = row["now"]
    if "metric" in tile:
        value = row.get(tile["window"], {}).get(tile["metric"])
        level = level_of(tile, value, tile["reads"], picture.now_ms)
    else:
        level = "over" if now.get("over_target", 0) > 0 else ""
    over, oldest = now.get("over_target", 0), now.get("oldest_at", float("inf"))
    return {
        "id": name,
        "name": row["name"],
        "level": "warn" if level == "over" else level,
        "chip": _chip(level, over, picture.say),
        "cells": [_cell(row, column, picture) for column in tile["columns"]],
        "order": (WORST.index(level), -over, oldest, -now.get("waiting", 0), row["name"]),
    }


def _chip(level: str, over: int, say: Words) -> str:
    if level in ("", "good"):
        return ""
    return say("level.over", count=over) if level == "over" else say(f"level.{level}")


def _cell(row: Document, column: Document, picture: Picture) -> Document:
    value = row.get(column["window"], {}).get(column["metric"])
    shown = figure(value, column["reads"], picture.now_ms, picture.say)
    unit = f" {shown.unit}" if shown.unit else ""
    return {"metric": column["metric"], "text": shown.text + unit, "zero": value in (0, None)}


# agents


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


def doing_of(agent: Document) -> str:
    """A contact first, then what the person set, then what the system sees."""
    seen = str(agent.get("activity", "unknown"))
    if seen in AT_WORK or seen == "unreachable":
        return seen
    presence = agent.get("presence")
    return presence if presence in ("offline", "paused") else seen


def _agents(tile: Document, picture: Picture) -> Document:
    agents = agents_of(tile, picture)
    doings = [doing_of(row) for _, row in agents]
    there = [(name, row) for (name, row), doing in zip(agents, doings, strict=True) if doing != "offline"]
    there.sort(key=lambda item: (item[1]["name"].casefold(), item[0]))
    totals = [{"doing": doing, "count": doings.count(doing)} for doing in DOINGS if doing in doings]
    paged = _paged(there, tile["fits"], picture.now_ms)
    cards = [_card(name, row, picture) for name, row in paged["shown"]]
    return {**paged, "totals": totals, "shown": cards, "sources": _sources(agents)}


def _card(name: str, row: Document, picture: Picture) -> Document:
    doing = doing_of(row)
    limit = {"paused": row.get("pause_over_at"), "wrapup": row.get("wrapup_over_at")}.get(doing)
    overdue = limit is not None and limit <= picture.now_ms
    since = row.get("presence_since") if doing == "paused" else None
    slots = row.get("slots", {})
    return {
        "id": name,
        "name": row["name"],
        "doing": doing,
        "overdue": overdue,
        "word": _doing_word(row, doing, overdue, picture.say),
        "since": span(seconds_since(since or row["since"], picture.now_ms), picture.say),
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


# notices, sources, clock, text


def _notices(tile: Document, picture: Picture) -> Document:
    rows = [
        (name, row)
        for name, row in picture.state.get("notices", {}).items()
        if row.get("until", float("inf")) > picture.now_ms and _meant(row, tile)
    ]
    rows.sort(key=lambda item: (_grave(item[1]), -item[1]["posted_at"]))
    paged = _paged_texts([row["text"] for _, row in rows], tile["fits"], picture.now_ms)
    shown = rows[paged["page"] - 1 :][:1] if paged["alone"] else rows
    return {**paged, "shown": [_notice(name, row, picture) for name, row in shown]}


def _paged_texts(texts: Sequence[str], fits: Sequence[Document], now_ms: int) -> Document:
    """All together where two lines are enough for each, else one after another, each as large as it can be."""
    longest = max(map(len, texts), default=0)
    for step, fit in enumerate(fits):
        if len(texts) > 1 and fit["holds"] >= len(texts) and fit["letters"] >= longest:
            return {"fit": step, "alone": False, "page": 1, "pages": 1}
    pages = max(1, len(texts))
    page = now_ms // PAGE_MS % pages
    roomy = (step for step, fit in enumerate(fits) if not texts or fit["alone"] >= len(texts[page]))
    return {"fit": next(roomy, len(fits) - 1), "alone": True, "page": page + 1, "pages": pages}


def _meant(row: Document, tile: Document) -> bool:
    teams = row.get("teams") is None or "teams" not in tile or bool(set(row["teams"]) & set(tile["teams"]))
    named = set(tile.get("queues", [])) - {"*"}
    return teams and (row.get("queues") is None or not named or bool(set(row["queues"]) & named))


def _grave(row: Document) -> int:
    return GRAVEST.index(row["level"]) if row.get("level") in GRAVEST else len(GRAVEST)


def _notice(name: str, row: Document, picture: Picture) -> Document:
    level = row.get("level") or "info"
    word = picture.say(f"notice.{level}")
    return {
        "id": name,
        "level": level,
        "icon": {"critical": "alarm", "warning": "warn", "good": "good"}.get(level, "info"),
        "text": row["text"],
        "when": f"{word} · {ago(seconds_since(row['posted_at'], picture.now_ms), picture.say)}",
    }


def _source_rows(tile: Document, picture: Picture) -> Document:
    rows = [_source(name, row, picture) for name, row in picture.state.get("sources", {}).items()]
    rows.sort(key=lambda row: (row["state"] != "late", row["id"]))
    return _paged(rows, tile["fits"], picture.now_ms)


def _source(name: str, row: Document, picture: Picture) -> Document:
    state = "late" if source_late(row, picture.now_ms) else row["state"]
    return {
        "id": name,
        "state": state,
        "icon": {"live": "live", "late": "stale"}.get(state, "quiet"),
        "word": picture.say(f"source.{state}", otherwise=state),
        "when": ago(seconds_since(row["last_event_at"], picture.now_ms), picture.say),
    }


def _clock(tile: Document, picture: Picture) -> Document:
    return {"time": time_of_day(picture.now_ms, picture.zone, "%H:%M"), "date": date(picture.now_ms, picture.zone)}


def _text(tile: Document, picture: Picture) -> Document:
    return {"text": tile["text"]}


def _later(tile: Document, picture: Picture) -> Document:
    return {}


def _sources(rows: Sequence[Row]) -> list[str]:
    return sorted({source for _, row in rows for source in row.get("sources", ())})


_PAINT = {
    "number": _number, "queues": _queues, "agents": _agents, "notices": _notices, "sources": _source_rows,
    "clock": _clock, "text": _text,
}  # fmt: skip
