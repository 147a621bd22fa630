"""What does this shift leave to the next? `/shift`: numbers by hour, alerts and who did what, who waits, and one note.

What the shift before left stands above it, for each lead until they say that they have read it; a note for the leads
of its teams until one of them does, in a later shift than the one that left it.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, TypedDict
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

from wallboard.alerts import handover
from wallboard.alerts.handover import Numbers, Waits
from wallboard.core.alerts import MOST_OVER, TEAM
from wallboard.core.calendar import Shift
from wallboard.core.errors import RecordUnavailable, StreamUnavailable
from wallboard.core.kpis import alert_document
from wallboard.core.rows import AlertRow
from wallboard.core.state import Floor
from wallboard.record.shiftnotes import ShiftNote
from wallboard.web.auth import Who, allowed
from wallboard.web.body import body_of, read_as
from wallboard.web.calls import Answer, Call
from wallboard.web.costly import costs
from wallboard.web.figures import figure
from wallboard.web.lists import alert_text
from wallboard.web.problems import Problem
from wallboard.web.recorded import answering, asked_record
from wallboard.web.speaking import spoken
from wallboard.web.wiring import Parts, expect_loaded, parts_of
from wallboard.web.within import has_alert, has_notice, has_queue
from wallboard.web.words import Words, words

Document = dict[str, Any]
BODY_BYTES = 8_192
COLUMNS = {"offered": "count", "answered": "count", "abandoned": "count", "service_level": "percent"}


# As a text elsewhere (core/events.py), but it may have lines.
Lines = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$")]


class Left(Struct, forbid_unknown_fields=True):
    text: Lines


class Took(Struct, forbid_unknown_fields=True):
    """`ended`: when the shift that was read ended, in ms UTC."""

    ended: Annotated[int, Meta(ge=0)]


class Done(TypedDict):
    id: str


class Taken(TypedDict):
    ended: int


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


@Call(
    summary="Leave a note to the next shift",
    scope="alerts:act",
    description="In place of the caller's own of this shift, as long as nobody has read that. For the teams that "
    "the caller leads. docs/alerts.md.",
    body=Left,
    answers={201: Answer("It stands on /shift until somebody has read it.", Done)},
    problems=(422,),
)
async def leave(request: Request) -> Response:
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    asked = _read(await body_of(request, BODY_BYTES))
    expect_loaded(parts)
    floor = parts.pipeline.floor
    shift = handover.running(floor, handover.site_of(floor.settings, who.teams))
    teams = None if who.teams is None else tuple(sorted(who.teams))
    by, now_ms = _by(who), parts.clock_ms()
    made = await asked_record(
        parts.shift_notes.write, shift.started_ms, asked.text, who=who.by, by=by, teams=teams, now_ms=now_ms
    )
    return JSONResponse({"id": made.id}, 201)


@Call(
    summary="Say that a note of another shift was read",
    description="In the shift that left it nobody can: it is for the next one. Where no shift runs, at any time.",
    scope="alerts:act",
    answers={200: Answer("It is not shown any more.", Done)},
    problems=(409,),
)
async def read(request: Request) -> Response:
    """Neither whoever wrote it nor a colleague of the same shift can say so."""
    who, parts, name = allowed(request, "alerts:act"), parts_of(request), request.path_params["note"]
    note: ShiftNote | None = await asked_record(parts.shift_notes.one, name)
    if note is None or not _is_for(note, who):
        raise Problem(404, "There is no such note.")
    if note.by == _by(who):
        raise Problem(409, "It is your own: somebody else has to read it.")
    expect_loaded(parts)
    if _is_for_later(note, _running(parts, who)):
        raise Problem(409, "It is for the next shift: somebody says so there.")
    await asked_record(parts.shift_notes.read, name, who=who.by, now_ms=parts.clock_ms())
    return JSONResponse({"id": name})


@Call(
    summary="Say that what the last shift left was read",
    scope="alerts:act",
    description="By the caller: up to the shift that `ended` then (ms UTC), it stands above /shift no more.",
    body=Took,
    answers={200: Answer("It is not shown to the caller any more.", Taken)},
    problems=(422,),
)
async def took(request: Request) -> Response:
    """`POST /api/v1/shift/read`."""
    who, parts = allowed(request, "alerts:act"), parts_of(request)
    asked = read_as(await body_of(request, BODY_BYTES), Took, '{"ended": 1795000000000}')
    if asked.ended > parts.clock_ms():
        raise Problem(422, "That shift has not ended yet.", at="$.ended")
    with answering():
        await parts.handed_over.read(_by(who), asked.ended)
    return JSONResponse({"ended": asked.ended})


async def unread(parts: Parts, who: Who) -> int:
    """How many notes of other shifts wait for who asks; none while the record is away."""
    shift = _running(parts, who) if parts.pipeline.documents else None

    def waits(note: ShiftNote) -> bool:
        return note.by != _by(who) and _is_for(note, who) and not (shift and _is_for_later(note, shift))

    try:
        found = await asyncio.to_thread(parts.shift_notes.standing, 0, parts.clock_ms(), waits)
    except RecordUnavailable:
        return 0
    return len(found)


async def waits_to_be_read(parts: Parts, who: Who) -> bool:
    """Whether the last shift left something that the caller has not read. Without shifts nobody is asked to."""
    floor = parts.pipeline.floor
    if not parts.pipeline.documents or not floor.settings.shifts.get(handover.site_of(floor.settings, who.teams)):
        return False
    with suppress(RecordUnavailable):
        return await _left(parts, floor, who) is not None
    return False


async def _left(parts: Parts, floor: Floor, who: Who) -> Shift | None:
    """The shift before, where it was seen and the caller has not read what it left; while Redis is away nobody has.
    Raises RecordUnavailable."""
    last = handover.before(floor, handover.site_of(floor.settings, who.teams), parts.clock_ms())
    if last is None:
        return None
    read_ms = 0
    with suppress(StreamUnavailable):
        read_ms = await parts.handed_over.until(_by(who))
    if last.ends_ms <= read_ms:
        return None
    return last if await asyncio.to_thread(parts.history.days, last.started_ms, last.ends_ms) else None


async def _context(parts: Parts, who: Who, say: Words, *, shows_last: bool) -> Document:
    """`last`: of the shift before, where the caller has still to read it, or asks for it."""
    floor, now_ms = parts.pipeline.floor, parts.clock_ms()
    site = handover.site_of(floor.settings, who.teams)
    shift, zone = handover.running(floor, site), ZoneInfo(floor.settings.sites[site].zone)
    documents = parts.pipeline.documents
    found: Document = {
        "zone": zone.key, "columns": [(name, say(f"metric.{name}")) for name in COLUMNS],
        "waits": [_waits(one, now_ms, say) for one in handover.waits(floor, lambda name: has_queue(who, floor, name))],
        "notices": [row["text"] for row in documents.get("notices", {}).values() if has_notice(who, floor, row)],
        "by": _by(who), "has_last": handover.before(floor, site, now_ms) is not None,
    }  # fmt: skip
    with answering():
        left = await _left(parts, floor, who)
    last = left or (handover.before(floor, site, now_ms) if shows_last else None)
    since_ms = last.started_ms if last else 0
    standing = asyncio.to_thread(parts.shift_notes.standing, since_ms, now_ms, lambda note: _shows(note, who, since_ms))
    own = asyncio.to_thread(parts.shift_notes.newest, _by(who))
    shown = [_of_shift(parts, floor, who, one, zone, say) for one in (shift, last) if one]
    with answering():
        told, notes, mine = await asyncio.gather(asyncio.gather(*shown), standing, own)
    found |= {"now": told[0], "last": None}
    if last:
        before = [one for one in notes if one.shift_ms == since_ms and (one.read_ms or one.by == _by(who))]
        found["last"] = told[1] | {"is_read": left is None, "notes": _told(before, now_ms, zone)}
    others = [one for one in notes if one.by != _by(who) and one.read_ms is None]
    later = [one for one in others if _is_for_later(one, shift)]
    unread = [one for one in others if one not in later]
    found |= {"unread": _told(unread, now_ms, zone), "later": _told(later, now_ms, zone)}
    return found | _own(mine, shift)


async def _of_shift(parts: Parts, floor: Floor, who: Who, shift: Shift, zone: ZoneInfo, say: Words) -> Document:
    """Numbers by hour, alerts and thanks, of one shift."""
    now_ms = parts.clock_ms()
    groups = [] if who.queues is not None else ["all"] if who.teams is None else sorted(map(TEAM.__add__, who.teams))
    alerts = handover.alerts_of(floor, shift, lambda row: has_alert(who, floor, row.kind, row.of))
    found: Document = {
        "shift": shift.name, "begins": _moment(shift.started_ms, now_ms, zone), "ends": _time(shift.ends_ms, zone),
        "ended": shift.ends_ms,
        "alerts": [_alert(floor, name, row, zone, say) for name, row in alerts],
        "alerts_known": MOST_OVER if handover.may_lack(floor, shift) else None,
    }  # fmt: skip
    least, targets = _least(floor), {group: handover.target_of(floor, group) for group in groups}
    asked = [asyncio.to_thread(handover.numbers, parts.history, *one, shift, now_ms) for one in targets.items()]
    told = await asyncio.gather(*asked)
    found["groups"] = [_group(one, zone, least, say) for one in told]
    found["thanks"] = sum(one.thanks for one in told)
    return found


def _by(who: Who) -> str:
    """Names change, and a program may have a person's."""
    return f"{who.kind}:{who.id or who.name}"


def _is_for(note: ShiftNote, who: Who) -> bool:
    """A note for all is for everybody who leads; one of teams for whoever leads one of them, and for its writer."""
    if note.by == _by(who):
        return True
    return who.queues is None and (note.teams is None or who.teams is None or bool(who.teams & set(note.teams)))


def _running(parts: Parts, who: Who) -> Shift:
    floor = parts.pipeline.floor
    return handover.running(floor, handover.site_of(floor.settings, who.teams))


def _is_for_later(note: ShiftNote, shift: Shift) -> bool:
    """It was left in the shift that still runs. The business day, where no shift runs, is no end to wait for."""
    return shift.name != "" and note.shift_ms >= shift.started_ms


def _shows(note: ShiftNote, who: Who, last_ms: int) -> bool:
    """What others wrote and nobody has read, and all of the shift before that began then."""
    if note.by == _by(who):
        return note.shift_ms == last_ms
    return _is_for(note, who) and (note.read_ms is None or note.shift_ms == last_ms)


def _told(notes: Iterable[ShiftNote], now_ms: int, zone: ZoneInfo) -> list[Document]:
    return [{"id": n.id, "who": n.who, "at": _moment(n.at_ms, now_ms, zone), "text": n.text} for n in notes]


def _own(newest: ShiftNote | None, shift: Shift) -> Document:
    """The caller's own of this shift, as long as it can be changed; and who read their last one."""
    stands = newest is not None and newest.read_ms is None and newest.shift_ms == shift.started_ms
    return {
        "mine": newest.text if newest and stands else "", "stands": stands,
        "read_by": newest.read_by if newest else None,
    }  # fmt: skip


def _group(told: Numbers, zone: ZoneInfo, least: int, say: Words) -> Document:
    return {
        "name": told.group.removeprefix(TEAM) if told.group.startswith(TEAM) else "",
        "target": None if told.target is None else f"{told.target:g}\u00a0%",
        "hours": [_row(_time(row["at"], zone), row, told.target, least, say) for row in told.hours],
        "whole": _row("", told.whole, told.target, least, say),
    }  # fmt: skip


def _row(time: str, row: Document, target: float | None, least: int, say: Words) -> Document:
    level = row.get("service_level")
    many = row.get("n", {}).get("service_level", 0) >= least
    return {
        "time": time,
        "cells": [_text(row.get(name), reads, say) for name, reads in COLUMNS.items()],
        "met": level >= target if level is not None and target is not None and many else None,
    }  # fmt: skip


def _least(floor: Floor) -> int:
    """Of fewer contacts nothing is said of the target: that of a queue that is not configured."""
    return floor.settings.for_queue("").min_n


def _alert(floor: Floor, name: str, row: AlertRow, zone: ZoneInfo, say: Words) -> Document:
    told = alert_document(floor, row)
    return {
        "id": name, "text": alert_text(told, say), "severity": row.severity, "from": _time(row.raised_ms, zone),
        "to": None if row.over_ms is None else _time(row.over_ms, zone), "owner": row.owner,
        "seen": row.acknowledged_by if row.acknowledged_by != row.owner else None, "note": row.note,
        "snoozed": row.last_snoozed_by if row.last_snoozed_by not in (row.owner, row.acknowledged_by) else None,
        "sleeps": row.snoozed_until_ms is not None,
        "results": [(one["result"], one["who"], one.get("note")) for one in told.get("results", ())],
    }  # fmt: skip


def _waits(one: Waits, now_ms: int, say: Words) -> Document:
    return {
        "name": one.name, "waiting": one.waiting, "longest": _text(one.oldest_ms, "instant", say, now_ms),
        "unanswered": one.unanswered, "unanswered_longest": _text(one.unanswered_ms, "instant", say, now_ms),
    }  # fmt: skip


def _text(value: Any, reads: str, say: Words, now_ms: int = 0) -> str:
    return "\u00a0".join(filter(None, figure(value, reads, now_ms, say)))


def _time(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%H:%M")


def _moment(at_ms: int, now_ms: int, zone: ZoneInfo) -> str:
    at, now = (datetime.fromtimestamp(ms / 1000, zone) for ms in (at_ms, now_ms))
    return at.strftime("%H:%M" if at.date() == now.date() else "%Y-%m-%d %H:%M")


def _read(body: bytes) -> Left:
    found = read_as(body, Left, '{"text": "Line 2 is down"}')
    if not found.text.strip():
        raise Problem(422, "Say something.", at="$.text")
    return found
