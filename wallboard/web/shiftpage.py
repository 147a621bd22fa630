"""What does this shift leave to the next? `/shift`: what happened in it, who waits, and notes.

What the shift before left stands above it, for each lead until they say that they have read it.
"""

import asyncio
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from wallboard.alerts import handover
from wallboard.alerts.handover import Waits
from wallboard.core.calendar import Shift
from wallboard.core.measured import Document
from wallboard.record.shiftnotes import ShiftNote
from wallboard.web.auth import Who, allowed
from wallboard.web.costly import costs
from wallboard.web.recorded import answering
from wallboard.web.shiftleft import left_by_last
from wallboard.web.shiftnotes import author, is_for, is_for_later
from wallboard.web.shiftrows import COLUMNS, cell, moment, of_shift, seen_in
from wallboard.web.speaking import spoken
from wallboard.web.wiring import Parts, expect_loaded, parts_of, whole_floor
from wallboard.web.within import has_notice, has_queue
from wallboard.web.words import Words, words


class ShiftPage:
    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    async def show(self, request: Request) -> Response:
        who = allowed(request, "alerts:act")
        costs(request)
        parts, say = parts_of(request), words(spoken(request))
        expect_loaded(parts)
        context = await _context(parts, who, say, shows_last="last" in request.query_params)
        headers = {"cache-control": "no-store"}
        return self._templates.TemplateResponse(request, "shift.html", context, headers=headers)


async def _context(parts: Parts, who: Who, say: Words, *, shows_last: bool) -> Document:
    """`last`: of the shift before, where the caller has still to read it, or asks for it."""
    now_ms = parts.clock_ms()
    async with whole_floor(parts) as floor:
        site = handover.site_of(floor.settings, who.teams)
        shift, zone = handover.running(floor, site), ZoneInfo(floor.settings.sites[site].zone)
        before, documents = handover.before(floor, site, now_ms), parts.pipeline.documents
        waits = [*handover.waits(floor, lambda name: has_queue(who, floor, name))]
        found: Document = {
            "zone": zone.key, "columns": [(name, say(f"metric.{name}")) for name in COLUMNS],
            "waits": [_wait(one, now_ms, say) for one in waits],
            "notices": [row["text"] for row in documents.get("notices", {}).values() if has_notice(who, floor, row)],
            "by": author(who), "has_last": before is not None,
        }  # fmt: skip
        both = [seen_in(parts, floor, who, one, zone, say) for one in (shift, before) if one]
    with answering():
        left = await left_by_last(parts, before, who)
    last = left or (before if shows_last else None)
    since_ms = last.started_ms if last else 0
    standing = asyncio.to_thread(parts.shift_notes.standing, since_ms, now_ms, lambda note: _shows(note, who, since_ms))
    own = asyncio.to_thread(parts.shift_notes.newest, author(who))
    shown = [of_shift(parts, one, zone, say) for one in (both if last else both[:1])]
    with answering():
        told, notes, mine = await asyncio.gather(asyncio.gather(*shown), standing, own)
    found |= {"now": told[0], "last": None}
    if last:
        then = [one for one in notes if one.shift_ms == since_ms and (one.read_ms or one.by == author(who))]
        found["last"] = told[1] | {"is_read": left is None, "notes": _told(then, now_ms, zone)}
    others = [one for one in notes if one.by != author(who) and one.read_ms is None]
    later = [one for one in others if is_for_later(one, shift)]
    unread = [one for one in others if one not in later]
    found |= {"unread": _told(unread, now_ms, zone), "later": _told(later, now_ms, zone)}
    return found | _own(mine, shift)


def _shows(note: ShiftNote, who: Who, last_ms: int) -> bool:
    """What others wrote and nobody has read, and all of the shift before that began then."""
    if note.by == author(who):
        return note.shift_ms == last_ms
    return is_for(note, who) and (note.read_ms is None or note.shift_ms == last_ms)


def _told(notes: Iterable[ShiftNote], now_ms: int, zone: ZoneInfo) -> list[Document]:
    return [{"id": n.id, "who": n.who, "at": moment(n.at_ms, now_ms, zone), "text": n.text} for n in notes]


def _own(newest: ShiftNote | None, shift: Shift) -> Document:
    """The caller's own of this shift, as long as it can be changed; and who read their last one."""
    stands = newest is not None and newest.read_ms is None and newest.shift_ms == shift.started_ms
    return {
        "mine": newest.text if newest and stands else "", "stands": stands,
        "read_by": newest.read_by if newest else None,
    }  # fmt: skip


def _wait(one: Waits, now_ms: int, say: Words) -> Document:
    return {
        "name": one.name, "waiting": one.waiting, "longest": cell(one.oldest_ms, "instant", say, now_ms),
        "unanswered": one.unanswered, "unanswered_longest": cell(one.unanswered_ms, "instant", say, now_ms),
    }  # fmt: skip
