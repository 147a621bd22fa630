"""Which alerts were there on a past day, and who did what? `/alerts/day`, of the lead's teams, out of the kept events.

Reading a day takes a while: until then the page says so and asks again by itself (web/lookback.py).
"""

import asyncio
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.alerts.handoversaid import time_of
from wallboard.core.measured import Document
from wallboard.core.rows import AlertRow
from wallboard.record.span import Span
from wallboard.web.askeddays import date_of, kept_files, kept_page, since, today, zone_of
from wallboard.web.asking import check, once_each
from wallboard.web.auth import Who, allowed
from wallboard.web.costly import costs
from wallboard.web.readback import Raised
from wallboard.web.shiftrows import alert_row
from wallboard.web.speaking import page_say, spoken
from wallboard.web.wiring import Parts, expect_loaded, parts_of
from wallboard.web.within import has_alert
from wallboard.web.words import Words, words

MOST = 1_000  # are shown
BREATHE = 20  # alerts, until the loop may serve somebody else
LONGEST = 256
DAY = timedelta(1)
AFTERWARDS = 6 * DAY  # so long the ends of what was open are looked for


class AlertDayPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        who = allowed(request, "alerts:act")
        costs(request)
        parts, query = parts_of(request), once_each(request)
        check(query, {"day", "lang"}, LONGEST)
        expect_loaded(parts)
        newest = today(parts)
        day = date_of(query, "day", newest - DAY)
        found = await _found(parts, who, day, words(spoken(request)))
        asked: Document = {"day": day.isoformat(), "newest": newest.isoformat()}
        return kept_page(self._templates, request, "alertday.html", asked, found)


async def _found(parts: Parts, who: Who, day: date, say: Words) -> Document | None:
    """None: it is being read. What is not over by what was read and is known here goes on as it is here."""
    zone, floor, span = zone_of(parts), parts.pipeline.floor, Span(day, day)
    files = await kept_files(parts, span)
    if not files:
        return {"nothing": True}
    from_ms, until_ms = span.bounds_ms(zone)
    files = await kept_files(parts, Span(day, day + AFTERWARDS))
    read = await parts.lookback.raised(Raised(files, from_ms, until_ms))
    if read is None:
        return None
    if read.first_ms >= until_ms:
        return {"nothing": True}  # the files that this day may stand in begin after it
    known = [(name, row) for name, row in read.alerts if has_alert(who, floor, row.kind, row.of)]
    rows = list[Document]()
    for count, (name, read_row) in enumerate(known[:MOST]):
        row = floor.alerts.known(name) or read_row
        to = {} if name in floor.alerts.open else {"to": _until(row, day, zone, page_say(say.language))}
        rows.append(alert_row(parts, name, row, zone, say) | to)
        if count % BREATHE == 0:
            await asyncio.sleep(0)
    return {"count": len(known), "listed": rows, "most": MOST} | since(read.first_ms, from_ms, zone)


def _until(row: AlertRow, day: date, zone: ZoneInfo, page: Words) -> str:
    """When it was over; on another day which one that was."""
    if row.over_ms is None:
        return page("alertday.endless")
    over, time = datetime.fromtimestamp(row.over_ms / 1000, zone).date(), time_of(row.over_ms, zone)
    if over == day + DAY:
        return page("alertday.next", time=time)
    return time if over == day else f"{over} {time}"
