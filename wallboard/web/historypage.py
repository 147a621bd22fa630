"""What was that day like? `/history`: step by step as a chart and a table, the same weekday a week before beside."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.core.settings import Site
from wallboard.core.windows import business_day
from wallboard.record.steps import STEPS, Row, day_named
from wallboard.web.asking import KINDS, once_each
from wallboard.web.charts import PLOTLY_ADDRESS, STYLE_POLICY
from wallboard.web.costly import costs
from wallboard.web.figures import figure
from wallboard.web.history import Asked, as_csv, asked_of, site_of, told
from wallboard.web.problems import Problem
from wallboard.web.sight import sees_floor
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.words import LANGUAGES, Words, words

Document = dict[str, Any]

POLICY = (
    f"default-src 'self'; {STYLE_POLICY}; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
COLUMNS = {  # metric → how it is read
    "offered": "count", "answered": "count", "abandoned": "count", "service_level": "percent",
    "asa_s": "seconds", "aht_s": "seconds", "handled": "count", "staffed": "decimal",
}  # fmt: skip
BESIDE = ("offered", "service_level")  # of the same weekday a week before
WEEK = 7
STEP = "30m"
MINUTE_MS, HOUR_MS = 60_000, 3_600_000


class HistoryPage:
    """The numbers stand in the page; `history.js` draws them."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        sees_floor(request)
        costs(request)
        parts = parts_of(request)
        query = {name: value for name, value in once_each(request).items() if name != "lang"}
        if not query.keys() & KINDS.keys():
            query["group"] = "all"
        query.setdefault("step", STEP)
        query.setdefault("day", _today(parts, query))
        asked = asked_of(query, parts)
        if asked.kind == "agents":
            raise Problem(400, "This page shows queues and groups. A person's past: GET /api/v1/history?agent=ID.")
        asked = asked._replace(metrics=tuple(COLUMNS))
        lang = request.query_params.get("lang", "")
        context = await _context(parts, asked, query["day"], words(spoken(request)), lang if lang in LANGUAGES else "")
        answer = self._templates.TemplateResponse(request, "history.html", context)
        answer.headers["cache-control"] = "no-store"
        answer.headers["content-security-policy"] = POLICY
        return answer


async def history_csv(request: Request) -> Response:
    """The page's table as a file."""
    sees_floor(request)
    costs(request)
    parts = parts_of(request)
    asked = asked_of(once_each(request), parts)
    if asked.kind == "agents":
        raise Problem(400, "A person's past: GET /api/v1/history?agent=ID with Accept: text/csv.")
    return as_csv(asked, await told(parts, asked))


async def _context(parts: Parts, asked: Asked, label: str, say: Words, lang: str) -> Document:
    """`lang`: the language that the address asks for, if it does; its links go on to ask for it."""
    found, beside = await told(parts, asked, must_be_known=False), await _week_before(parts, asked, label)
    whole = await told(parts, asked._replace(step="1d"), must_be_known=False)
    zone = ZoneInfo(asked.site.zone)
    chosen = f"{'queue' if asked.kind == 'queues' else 'group'}={asked.name}"
    here = {chosen.partition("=")[0]: asked.name, "step": asked.step, "by": asked.by}

    def link(day: str) -> str:
        return f"/history?{urlencode(here | {'day': day} | ({'lang': lang} if lang else {}))}"

    day = date.fromisoformat(label)
    rows = [_line(time, row, beside.get((time, nth), {}), say) for time, nth, row in _named(found["rows"], zone)]
    now_ms = parts.clock_ms()
    for line, row in zip(rows, found["rows"], strict=True):
        line["ahead"] = row["at"] > now_ms and all(cell["value"] is None for cell in line["beside"])
    return {
        "lang": lang, "choices": _choices(parts, page_say(say.language)),
        "chosen": chosen, "name": asked.name,
        "day": label, "date": _date(day, say.language),
        "step": asked.step, "steps": {step: _long(ms, say) for step, ms in STEPS.items() if ms},
        "by": asked.by, "zone": asked.site.zone, "plotly": PLOTLY_ADDRESS,
        "before": link((day - timedelta(1)).isoformat()),
        "after": link((day + timedelta(1)).isoformat()) if label < _today(parts, here) else "",
        "csv": f"/history.csv?{urlencode(here | {'day': label, 'metric': ','.join(COLUMNS)})}",
        "since": list(dict.fromkeys(_since(one["since"], found, zone, say.language) for one in found["since"])),
        "columns": [(metric, say(f"metric.{metric}")) for metric in COLUMNS],
        "rows": rows, "blank": all(cell["value"] is None for row in rows for cell in row["cells"] + row["beside"]),
        "whole": [_line("", row, {}, say) for row in whole["rows"]],
        "anything": any(row.get("offered") or row.get("handled") for row in found["rows"]),
    }  # fmt: skip


async def _week_before(parts: Parts, asked: Asked, label: str) -> Mapping[tuple[str, int], Row]:
    """That day's rows by time of day. Where the clock turned on one of the two days, a time may have none beside it."""
    try:
        day = day_named((date.fromisoformat(label) - timedelta(WEEK)).isoformat(), asked.site)
    except ValueError:
        return {}  # before the first year
    found = await told(parts, asked._replace(from_ms=day.started_ms, to_ms=day.ends_ms), must_be_known=False)
    return {(time, nth): row for time, nth, row in _named(found["rows"], ZoneInfo(asked.site.zone))}


def _named(rows: Iterable[Row], zone: ZoneInfo) -> Iterator[tuple[str, int, Row]]:
    """Each with its time of day, and which one of that name it is: a clock that goes back has an hour twice."""
    times = Counter[str]()
    for row in rows:
        time = _time(row["at"], zone)
        yield time, times[time], row
        times[time] += 1


def _line(time: str, row: Row, beside: Row, say: Words) -> Document:
    cells = [
        {"metric": metric, "value": row.get(metric), "text": _text(row.get(metric), reads, say)}
        for metric, reads in COLUMNS.items()
    ]
    week = [
        {"metric": metric, "value": beside.get(metric), "text": _text(beside.get(metric), COLUMNS[metric], say)}
        for metric in BESIDE
    ]
    return {"time": time, "cells": cells, "beside": week, "provisional": "provisional" in row}


def _text(value: Any, reads: str, say: Words) -> str:
    shown = figure(value, reads, 0, say)
    return f"{shown.text} {shown.unit}" if shown.unit else shown.text


def _date(day: date, language: str) -> str:
    return format_date(day, "EEEE d MMMM y" if language == "en" else "full", locale=language)


def _since(since_ms: int, found: Document, zone: ZoneInfo, language: str) -> str:
    """What was before is missing, or may be in part: a replay told of it later, or somebody looked until a hole."""
    before = (row for row in found["rows"] if row["until"] <= since_ms)
    has_some = any(row.keys() & set(found["metrics"]) for row in before)
    return page_say(language)("history.since_gaps" if has_some else "history.since", time=_time(since_ms, zone))


def _time(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%H:%M")


def _today(parts: Parts, query: Mapping[str, str]) -> str:
    """The running business day of what is asked for."""
    kind, name = next(((KINDS[key], query[key]) for key in KINDS if key in query), ("groups", "all"))
    site: Site = site_of(parts.pipeline.floor.settings, kind, name)
    return business_day(parts.clock_ms(), site.zone, site.day_starts).label


def _long(ms: int, say: Words) -> str:
    return say("span.h", n=ms // HOUR_MS) if ms >= HOUR_MS else say("span.min", n=ms // MINUTE_MS)


def _choices(parts: Parts, page: Words) -> list[tuple[str, str]]:
    """(value, words) for the list: groups first, then queues by name."""
    documents = parts.pipeline.documents
    groups = [name for name in documents.get("groups", {}) if not name.startswith("set:")]
    queues = sorted(documents.get("queues", {}).items(), key=lambda one: str(one[1]["name"]).casefold())
    return [(f"group={name}", _group(parts, name, page)) for name in sorted(groups)] + [
        (f"queue={name}", str(row["name"])) for name, row in queues
    ]


def _group(parts: Parts, name: str, page: Words) -> str:
    """`site:main` in words."""
    kind, _, of = name.partition(":")
    if kind == "team":
        return page("history.team", name=of)
    site = parts.pipeline.floor.settings.sites.get(of)
    return page("history.site", name=(site and site.name) or of) if kind == "site" else page("history.all")
