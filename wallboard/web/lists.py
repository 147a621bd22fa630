"""Which rows do the lists show at first paint? Queues, agents, messages and sources, as static/js/tiles/*.js choose."""

from collections.abc import Sequence

from wallboard.alerts.pacing import FLOOD_ABOVE, SPAN_MS
from wallboard.core.doing import DOINGS, doing_of
from wallboard.core.numbers import counted_since
from wallboard.core.select import selects
from wallboard.web.alphabet import by_alphabet
from wallboard.web.figures import ago, changed, figure, lasting, moved, seconds_since, span, time_of_day
from wallboard.web.picture import (
    LEAST,
    Document,
    Picture,
    certainty,
    closed,
    level_of,
    paged,
    paged_texts,
    source_late,
)
from wallboard.web.shortened import shortened
from wallboard.web.words import Words

Row = tuple[str, Document]

LEADERS = 5
REST_S = 2 * 3600  # of work without a pause or two minutes between contacts: time for a break
# They keep their place though nobody is in them.
ALWAYS = ("idle", "ringing", "engaged", "holding", "wrapup", "paused")
ENOUGH, NOTABLE = 20, 5  # outcomes of an hour, points of a percentage (static/js/tiles/reasons.js)
WORST = ("alarm", "warn", "over", "good", "")
LONGEST = 10  # letters of a heading that have room in its column (static/js/tiles/queues.js)
GRAVEST = ("critical", "warning", "good", "info")
ICONS = {"critical": "alarm", "warning": "warn", "good": "good"}


def queues_of(tile: Document, picture: Picture) -> list[Row]:
    named: list[str] = tile.get("queues", [])
    rows = picture.state.get("queues", {}).items()
    if "teams" in tile:
        return [row for row in rows if row[1].get("team") in tile["teams"]]
    return [(name, row) for name, row in rows if (not row.get("hidden") or name in named) and selects(named, name)]


def queues(tile: Document, picture: Picture) -> Document:
    found = queues_of(tile, picture)
    most = max((row["now"].get("waiting", 0) for _, row in found), default=0) if tile.get("style") == "bar" else 0
    levels = {name: _level(row, tile, picture) for name, row in found}
    by_name = by_alphabet(picture.say.language)
    found.sort(key=lambda item: (*_worst(levels[item[0]], item[1]["now"], picture.now_ms), by_name(item[1]["name"])))
    page = paged(found, tile["fits"], picture.now_ms)
    headings = [_heading(column["metric"], picture.say) for column in tile["columns"]]
    return {
        "headings": headings,
        "long": any(len(heading["word"]) > LONGEST for heading in headings),
        "sources": sources_of(found),
        "none": _none_of(tile, picture.say),
        **page,
        "shown": [_line(name, row, levels[name], most, tile, picture) for name, row in page["shown"]],
    }


def _none_of(tile: Document, say: Words) -> str:
    """Who names queues or teams learns which ones nobody has told of: a slip of the pen shows."""
    named: list[str] = tile.get("teams") or tile.get("queues", [])
    if not named or any(set("*?[!") & set(name) for name in named):
        return say("queues.none")
    return say("queues.none_of_team" if tile.get("teams") else "queues.none_named", names=", ".join(named))


def _heading(metric: str, say: Words) -> Document:
    return {"metric": metric, "word": say(f"column.{metric}", otherwise=say(f"metric.{metric}"))}


def _level(row: Document, tile: Document, picture: Picture) -> str:
    if "metric" in tile:
        value = counted_since(row.get(tile["window"], {}), tile["metric"], picture.now_ms)
        return level_of(tile, value, tile["reads"], picture.now_ms)
    return "over" if row["now"].get("over_target", 0) > 0 else ""


def _worst(level: str, now: Document, now_ms: int) -> tuple[float, ...]:
    """The worst is the least."""
    oldest = counted_since(now, "oldest_at", now_ms) or float("inf")
    return WORST.index(level), -now.get("over_target", 0), oldest, -now.get("waiting", 0)


def _line(name: str, row: Document, level: str, most: int, tile: Document, picture: Picture) -> Document:
    """`most`: wait in the queue where most do; 0 where there are no bars."""
    now = row["now"]
    return {
        "id": name,
        "name": row["name"],
        "level": "warn" if level == "over" else level,
        "chip": _chip(level, now.get("over_target", 0), picture.say) or closed(row, picture, "closed_chip"),
        "icon": {"": "quiet", "good": "quiet", "over": "warn"}.get(level, level),
        "hours": "yes" if level in ("", "good") else "no",
        "cells": [_cell(row, column, picture) for column in tile["columns"]],
        "load": round(100 * now.get("waiting", 0) / most, 1) if most else None,
    }


def _chip(level: str, over: int, say: Words) -> str:
    if level in ("", "good"):
        return ""
    return say("level.over", count=over) if level == "over" else say(f"level.{level}")


def _cell(row: Document, column: Document, picture: Picture) -> Document:
    value = counted_since(row.get(column["window"], {}), column["metric"], picture.now_ms)
    shown = figure(value, column["reads"], picture.now_ms, picture.say)
    unit = f" {shown.unit}" if shown.unit else ""
    few = certainty(row, column["metric"], column["window"])[1]
    return {"metric": column["metric"], "text": shown.text + unit, "zero": value in (0, None), "few": few}


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


def agents(tile: Document, picture: Picture) -> Document:
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


def rests(agent: Document, now_ms: int) -> bool:
    """Whether it is time for a break; only leads are told since when somebody works."""
    since_ms = agent.get("stretch_since")
    return since_ms is not None and doing_of(agent) != "offline" and now_ms - since_ms >= REST_S * 1000


def counts(tile: Document, picture: Picture) -> Document:
    """People by state, where the board names nobody."""
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


def reasons(tile: Document, picture: Picture) -> Document:
    """Codes of the last hour, and which are more or less than today."""
    of = tile.get("of") or {"kind": "groups", "id": "all"}
    row = picture.state.get(of["kind"], {}).get(of["id"], {})
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


def leaders(tile: Document, picture: Picture) -> Document:
    """Who has most of it, at most LEADERS: who has least is nobody's business."""
    found = [(name, row, value) for name, row in agents_of(tile, picture) if (value := _ranked(tile, row)) > 0]
    by_name = by_alphabet(picture.say.language)
    found.sort(key=lambda one: (-one[2], by_name(one[1].get("name", "")), one[0]))
    values = [value for _, _, value in found]
    rows = [
        {
            "id": name,
            "place": values.index(value) + 1,
            "name": row.get("name") or picture.say("absent"),
            "value": "".join(figure(value, tile["reads"], picture.now_ms, picture.say)),
        }
        for name, row, value in found[:LEADERS]
    ]
    fitting = next((n for n, holds in enumerate(tile["fits"]) if holds >= len(rows)), len(tile["fits"]) - 1)
    sources = sources_of([(name, row) for name, row, _ in found])
    return {"shown": rows[: tile["fits"][fitting]], "fit": fitting, "sources": sources}


def _ranked(tile: Document, row: Document) -> float:
    """0 where it is not known, a mean of too few marks or a percentage of too few."""
    metric: str = tile["metric"]
    if metric.startswith("tags."):
        return float(row.get("tags", {}).get(metric.removeprefix("tags."), 0))
    figures = row.get(tile["window"], {})
    if metric == "rating_avg" and figures.get("rated", 0) < LEAST:
        return 0
    if figures.get("n", {}).get(metric, LEAST) < LEAST:
        return 0
    return float(figures.get(metric, 0))


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


def notices(tile: Document, picture: Picture) -> Document:
    rows = [
        (name, row)
        for name, row in picture.state.get("notices", {}).items()
        if row.get("until", float("inf")) > picture.now_ms and _meant(row, tile)
    ]
    rows.sort(key=lambda item: (_grave(item[1]), -item[1]["posted_at"]))
    page = paged_texts([row["text"] for _, row in rows], tile["fits"], picture.now_ms)
    shown = [_notice(name, row, picture) for name, row in rows[page["from"] : page["to"]]]
    return {**page, "shown": shown, "none": "notices.none"}


def _meant(row: Document, tile: Document) -> bool:
    teams = row.get("teams") is None or "teams" not in tile or bool(set(row["teams"]) & set(tile["teams"]))
    named: list[str] = tile.get("queues", [])
    return teams and (row.get("queues") is None or any(selects(named, queue) for queue in row["queues"]))


def _grave(row: Document) -> int:
    return GRAVEST.index(row["level"]) if row.get("level") in GRAVEST else len(GRAVEST)


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


def alerts(tile: Document, picture: Picture) -> Document:
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


def order_of(row: Document) -> tuple[bool, int, bool]:
    is_somebodys = "left" not in row and ("acknowledged_by" in row or "owner" in row)
    return "snoozed_until" in row, _grave({"level": row["severity"]}), is_somebodys


def alert_text(row: Document, say: Words) -> str:
    """With its number at its raise."""
    return text_with(row, number_of(row, row.get("value"), say), say)


def raised_text(row: Document, say: Words) -> str:
    """With its number at its raise, which says that it is that: of what is over, or not known now."""
    if "value" not in row:
        return alert_text(row, say)
    return text_with(row, say("alert.raised", value=number_of(row, row["value"], say)), say)


def text_now(row: Document, say: Words, now_ms: int) -> str:
    """With its number now where the row has it."""
    now = _value_now(row, now_ms)
    return raised_text(row, say) if now is None else text_with(row, number_of(row, now, say), say)


def number_of(row: Document, value: float | None, say: Words) -> str:
    return say("absent") if value is None else (moved if "within" in row else changed)(value, row["reads"], say)


def text_with(row: Document, value: str, say: Words) -> str:
    """`value`: what stands as its number."""
    sign, number = "".join(c for c in row["limit"] if c in "<>="), float(row["limit"].strip("<>= "))
    metric = say(f"metric.{row['metric']}", otherwise=row["metric"])
    if "event" in row:
        metric = say("alert.no_event", event=row["event"])
    if "within" in row:
        metric = say("alert.change", metric=metric, time=lasting(row["within"], say))
    said = {"metric": metric, "value": value, "limit": f"{sign}\u00a0{changed(number, row['reads'], say)}"}
    return say("alert.says", name=row["name"], **said) if "name" in row else say("alert.says_of_all", **said)


def _alert(name: str, row: Document, text: str, picture: Picture) -> Document:
    level, say = row["severity"], picture.say
    when = [say(f"notice.{level}", otherwise=level), ago(seconds_since(row["raised_at"], picture.now_ms), say)]
    if "snoozed_until" in row:
        when.append(say("alert.snoozed", time=time_of_day(row["snoozed_until"], picture.zone, "%H:%M")))
    elif "left" in row:
        when.append(say("alert.left"))
    elif who := row.get("owner") or row.get("acknowledged_by"):
        when.append(say("alert.owner" if "owner" in row else "alert.seen", who=who))
    now, raised = (number_of(row, value, say) for value in (_value_now(row, picture.now_ms), row.get("value")))
    if say("absent") not in (now, raised) and now != raised:
        when.append(say("alert.raised", value=raised))
    found = {"id": name, "level": level, "icon": ICONS.get(level, "info"), "text": text, "when": " · ".join(when)}
    found["sleeps"] = "snoozed_until" in row
    return found | {"action": _action(row)}


def _action(row: Document) -> str:
    """What to do about it; nothing while it is snoozed."""
    return "" if "snoozed_until" in row else row.get("action", "")


def _value_now(row: Document, now_ms: int) -> float | None:
    """None: not known."""
    return seconds_since(row["grows_since"], now_ms) if "grows_since" in row else row.get("value_now")


def sources(tile: Document, picture: Picture) -> Document:
    rows = [_source(name, row, picture) for name, row in picture.state.get("sources", {}).items()]
    rows.sort(key=lambda row: (row["state"] not in ("late", "down"), row["id"]))
    return paged(rows, tile["fits"], picture.now_ms)


def _source(name: str, row: Document, picture: Picture) -> Document:
    state = "late" if row["state"] != "down" and source_late(row, picture.now_ms) else row["state"]
    heard_ms = row.get("last_event_at")
    return {
        "id": name,
        "state": state,
        "icon": {"live": "live", "late": "stale", "down": "stale"}.get(state, "quiet"),
        "word": picture.say(f"source.{state}", otherwise=state),
        "when": ago(seconds_since(heard_ms, picture.now_ms), picture.say) if heard_ms else picture.say("absent"),
    }


def sources_of(rows: Sequence[Row]) -> list[str]:
    return sorted({source for _, row in rows for source in row.get("sources", ())})
