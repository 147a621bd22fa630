"""What was that day like? `/history`: step by step as a chart and a table, the same weekday a week before beside."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.core.settings import Site
from wallboard.core.windows import business_day
from wallboard.record.steps import STEPS, Row, day_named
from wallboard.web.auth import allowed
from wallboard.web.figures import figure
from wallboard.web.history import KINDS, Asked, as_csv, asked_of, site_of, told
from wallboard.web.problems import Problem
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.words import Words, words

Document = dict[str, Any]

_PACKAGE = find_spec("plotly")  # not imported: only its script is served
PLOTLY = Path(_PACKAGE.origin if _PACKAGE and _PACKAGE.origin else "").parent / "package_data" / "plotly.min.js"
PLOTLY_ADDRESS = f"/plotly-{version('plotly')}.js"
# The styles that Plotly's script adds as it loads: an empty one, whose rules come through its sheet, and that of its
# maps, in 7.1. Those of another version would be refused, which does no harm: there are no maps here.
STYLES = ("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o=")
_HASHES = " ".join(f"'sha256-{one}'" for one in STYLES)
POLICY = (
    f"default-src 'self'; style-src 'self' {_HASHES}; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
COLUMNS = {  # metric → how it is read
    "offered": "count", "answered": "count", "abandoned": "count", "service_level": "percent",
    "asa_s": "seconds", "aht_s": "seconds", "handled": "count", "staffed": "decimal",
}  # fmt: skip
BESIDE = ("offered", "service_level")  # of the same weekday a week before
WEEK = 7
STEP = "30m"


class HistoryPage:
    """The numbers stand in the page; `history.js` draws them."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        allowed(request, "state:read")
        parts = parts_of(request)
        query = {name: value for name, value in request.query_params.items() if name != "lang"}
        if not query.keys() & KINDS.keys():
            query["group"] = "all"
        query.setdefault("step", STEP)
        query.setdefault("day", _today(parts, query))
        asked = asked_of(query, parts)
        if asked.kind == "agents":
            raise Problem(400, "This page shows queues and groups. A person's past: GET /api/v1/history?agent=ID.")
        asked = asked._replace(metrics=tuple(COLUMNS))
        context = await _context(parts, asked, query["day"], words(spoken(request)))
        answer = self._templates.TemplateResponse(request, "history.html", context)
        answer.headers["cache-control"] = "no-store"
        answer.headers["content-security-policy"] = POLICY
        return answer


async def history_csv(request: Request) -> Response:
    """The page's table as a file."""
    allowed(request, "state:read")
    parts = parts_of(request)
    asked = asked_of(dict(request.query_params), parts)
    if asked.kind == "agents":
        raise Problem(400, "A person's past: GET /api/v1/history?agent=ID with Accept: text/csv.")
    return as_csv(asked, await told(parts, asked))


async def plotly_js(request: Request) -> Response:
    """Plotly's own script out of the installed package; its version is in the address."""
    return FileResponse(PLOTLY, media_type="text/javascript", headers={"cache-control": "public, max-age=31536000"})


async def _context(parts: Parts, asked: Asked, label: str, say: Words) -> Document:
    found, beside = await told(parts, asked), await _week_before(parts, asked, label)
    zone = ZoneInfo(asked.site.zone)
    chosen = f"{'queue' if asked.kind == 'queues' else 'group'}={asked.name}"
    here = {chosen.partition("=")[0]: asked.name, "step": asked.step, "by": asked.by}

    def link(day: str) -> str:
        return f"/history?{urlencode(here | {'day': day})}"

    day = date.fromisoformat(label)
    return {
        "choices": _choices(parts, page_say(say.language)("history.all")), "chosen": chosen, "name": asked.name,
        "day": label, "weekday": format_date(day, "EEEE", locale=say.language),
        "step": asked.step, "steps": [step for step in STEPS if step != "1d"],
        "by": asked.by, "zone": asked.site.zone, "plotly": PLOTLY_ADDRESS,
        "before": link((day - timedelta(1)).isoformat()), "after": link((day + timedelta(1)).isoformat()),
        "csv": f"/history.csv?{urlencode(here | {'day': label, 'metric': ','.join(COLUMNS)})}",
        "since": [_time(one["since"], zone) for one in found["since"]],
        "columns": [(metric, say(f"metric.{metric}")) for metric in COLUMNS],
        "rows": [_line(row, beside.get(nth, {}), zone, say) for nth, row in enumerate(found["rows"])],
        "anything": any(row.get("offered") or row.get("handled") for row in found["rows"]),
    }  # fmt: skip


async def _week_before(parts: Parts, asked: Asked, label: str) -> Mapping[int, Row]:
    """The row at the same place of that day; a day of 23 or 25 hours is shifted from where its clock was."""
    day = day_named((date.fromisoformat(label) - timedelta(WEEK)).isoformat(), asked.site)
    found = await told(parts, asked._replace(from_ms=day.started_ms, to_ms=day.ends_ms), must_be_known=False)
    return dict(enumerate(found["rows"]))


def _line(row: Row, beside: Row, zone: ZoneInfo, say: Words) -> Document:
    cells = [
        {"metric": metric, "value": row.get(metric), "text": _text(row.get(metric), reads, say)}
        for metric, reads in COLUMNS.items()
    ]
    week = [
        {"metric": metric, "value": beside.get(metric), "text": _text(beside.get(metric), COLUMNS[metric], say)}
        for metric in BESIDE
    ]
    return {"time": _time(row["at"], zone), "cells": cells, "beside": week, "provisional": "provisional" in row}


def _text(value: Any, reads: str, say: Words) -> str:
    shown = figure(value, reads, 0, say)
    return f"{shown.text} {shown.unit}" if shown.unit else shown.text


def _time(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%H:%M")


def _today(parts: Parts, query: Mapping[str, str]) -> str:
    """The running business day of what is asked for."""
    kind, name = next(((KINDS[key], query[key]) for key in KINDS if key in query), ("groups", "all"))
    site: Site = site_of(parts.pipeline.floor.settings, kind, name)
    return business_day(parts.clock_ms(), site.zone, site.day_starts).label


def _choices(parts: Parts, all_of_them: str) -> list[tuple[str, str]]:
    """(value, words) for the list: groups first, then queues by name."""
    documents = parts.pipeline.documents
    groups = [name for name in documents.get("groups", {}) if not name.startswith("set:")]
    queues = sorted(documents.get("queues", {}).items(), key=lambda one: str(one[1]["name"]).casefold())
    return [(f"group={name}", all_of_them if name == "all" else name) for name in sorted(groups)] + [
        (f"queue={name}", str(row["name"])) for name, row in queues
    ]
