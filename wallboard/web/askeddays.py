"""Which past days does somebody ask for, and what does a page of them say? By the clock of the first site."""

import asyncio
from datetime import date, datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.core.measured import Document
from wallboard.record.days import Days
from wallboard.record.span import Span
from wallboard.record.steps import FIRST_YEAR, LAST_YEAR
from wallboard.web.problems import Problem
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.words import LANGUAGES

AGAIN_S = 2


def date_of(query: dict[str, str], key: str, otherwise: date) -> date:
    """Raises Problem 422."""
    if key not in query:
        return otherwise
    try:
        found = date.fromisoformat(query[key])
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValueError
        return found
    except ValueError:
        raise Problem(422, f"Expected a date such as 2026-11-23 for {key}.", at=f"$.{key}") from None


def zone_of(parts: Parts) -> ZoneInfo:
    return ZoneInfo(next(iter(parts.pipeline.floor.settings.sites.values())).zone)


def today(parts: Parts) -> date:
    return datetime.fromtimestamp(parts.clock_ms() / 1000, zone_of(parts)).date()


def since(first_ms: int, from_ms: int, zone: ZoneInfo) -> dict[str, str]:
    """`since`: where what is kept begins only within the time that is asked for."""
    if first_ms <= from_ms:
        return {}
    return {"since": datetime.fromtimestamp(first_ms / 1000, zone).strftime("%Y-%m-%d %H:%M")}


async def kept_files(parts: Parts, span: Span) -> list[str]:
    """Those of the kept events that these days may stand in."""
    return [str(path) for path in await asyncio.to_thread(span.files, Days(parts.config.events))]


def kept_page(
    templates: Jinja2Templates, request: Request, name: str, asked: Document, found: Document | None
) -> Response:
    """`asked`: what its form shows; `found`: None while the days are being read, so it says so and asks again."""
    lang = request.query_params.get("lang", "")
    context = asked | {"lang": lang if lang in LANGUAGES else "", "zone": zone_of(parts_of(request)).key}
    context |= {"waits": True} if found is None else found
    headers = {"cache-control": "no-store"} | ({"refresh": str(AGAIN_S)} if found is None else {})
    return templates.TemplateResponse(request, name, context, headers=headers)
