"""What happened in one shift, as `/shift` shows it? The worst, numbers by hour, alerts and who did what, thanks."""

import asyncio
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from wallboard.alerts import handover, handoversaid, handoverworst
from wallboard.alerts.handover import Numbers
from wallboard.alerts.handoversaid import raised, time_of
from wallboard.alerts.handoverworst import Line
from wallboard.core.alertdocument import alert_document
from wallboard.core.alerts import MOST_OVER, TEAM
from wallboard.core.calendar import Shift
from wallboard.core.measured import Document
from wallboard.core.rows import AlertRow
from wallboard.core.state import Floor
from wallboard.web.alertnow import as_it_is
from wallboard.web.alerttexts import raised_text
from wallboard.web.auth import Who
from wallboard.web.figures import figure
from wallboard.web.speaking import page_say
from wallboard.web.wiring import Parts
from wallboard.web.within import has_alert, has_queue
from wallboard.web.words import Words

COLUMNS = {"offered": "count", "answered": "count", "abandoned": "count", "service_level": "percent"}


class Seen(NamedTuple):
    """What the floor knows of a shift: `found` as it is told, and what the record is asked for."""

    shift: Shift
    found: Document
    targets: dict[str, float | None]  # of each group that is told of
    over: dict[str, int]
    lines: dict[str, Line]
    least: int


def seen_in(parts: Parts, floor: Floor, who: Who, shift: Shift, zone: ZoneInfo, say: Words) -> Seen:
    now_ms = parts.clock_ms()
    groups = [] if who.queues is not None else ["all"] if who.teams is None else sorted(map(TEAM.__add__, who.teams))
    alerts = handover.alerts_of(floor, shift, lambda row: has_alert(who, floor, row.kind, row.of))
    found: Document = {
        "shift": shift.name, "begins": moment(shift.started_ms, now_ms, zone), "ends": time_of(shift.ends_ms, zone),
        "ended": shift.ends_ms,
        "alerts": [
            alert_row(parts, name, row, zone, say) | {"from": raised(row.raised_ms, shift.started_ms, zone)}
            for name, row in alerts
        ],
        "alerts_known": MOST_OVER if handover.may_lack(floor, shift) else None,
    }  # fmt: skip
    return Seen(
        shift, found, {group: handover.target_of(floor, group) for group in groups},
        {group: _over(floor, group) if shift.ends_ms > now_ms else 0 for group in groups},
        handoverworst.lines_of(floor, lambda queue: has_queue(who, floor, queue)), handover.least(floor),
    )  # fmt: skip


async def of_shift(parts: Parts, seen: Seen, zone: ZoneInfo, say: Words) -> Document:
    """With what the record says."""
    shift, now_ms = seen.shift, parts.clock_ms()
    asked = [asyncio.to_thread(handover.numbers, parts.history, *one, shift, now_ms) for one in seen.targets.items()]
    told = await asyncio.gather(*asked)
    longest = await asyncio.to_thread(handoverworst.longest, parts.history, seen.lines, shift, now_ms)
    hour = handoverworst.worst_hour(told, seen.least)
    return seen.found | {
        "worst": list(handoversaid.worst(longest, hour, zone, page_say(say.language))),
        "groups": [_group(one, zone, seen.least, say) | {"over": seen.over[one.group]} for one in told],
        "has_queues": bool(seen.lines), "thanks": sum(one.thanks for one in told),
    }  # fmt: skip


def _over(floor: Floor, group: str) -> int:
    """Who waits over the target: walls count them already (docs/kpis.md), an hour once their wait has ended."""
    tally = floor.tallies.groups.get(group)
    return tally.live["over_counted"] if tally else 0


def _group(told: Numbers, zone: ZoneInfo, least: int, say: Words) -> Document:
    return {
        "name": told.group.removeprefix(TEAM) if told.group.startswith(TEAM) else "",
        "target": None if told.target is None else f"{told.target:g}\u00a0%",
        "hours": [_row(handoversaid.hours(row, zone), row, told.target, least, say) for row in told.hours],
        "whole": _row("", told.whole, told.target, least, say),
    }  # fmt: skip


def _row(time: str, row: Document, target: float | None, least: int, say: Words) -> Document:
    level = row.get("service_level")
    many = row.get("n", {}).get("service_level", 0) >= least
    return {
        "time": time,
        "cells": [cell(row.get(name), reads, say) for name, reads in COLUMNS.items()],
        "met": level >= target if level is not None and target is not None and many else None,
    }  # fmt: skip


def alert_row(parts: Parts, name: str, row: AlertRow, zone: ZoneInfo, say: Words) -> Document:
    """`raised`: of one that is open, its number then where it is another now. `to`: None where no end is known."""
    told = alert_document(parts.pipeline.floor, row)
    is_open = name in parts.pipeline.floor.alerts.open
    now = as_it_is(parts, told | {"id": name}, say) if is_open else {"text": raised_text(told, say)}
    text = now["text"] if "text" in now else now["now"].join(now["text_parts"])
    return {
        "id": name, "rule": row.rule, "text": text, "raised": now.get("raised"),
        "severity": row.severity, "from": time_of(row.raised_ms, zone),
        "to": None if row.over_ms is None else time_of(row.over_ms, zone), "owner": row.owner,
        "seen": row.acknowledged_by if row.acknowledged_by != row.owner else None,
        "snoozed": row.last_snoozed_by if row.last_snoozed_by not in (row.owner, row.acknowledged_by) else None,
        "off_duty": row.over_ms is None and row.left_ms is not None,
        "sleeps": row.snoozed_until_ms is not None,
        "results": [(one["result"], one["who"], one.get("note")) for one in told.get("results", ())],
    }  # fmt: skip


def cell(value: Any, reads: str, say: Words, now_ms: int = 0) -> str:
    return "\u00a0".join(filter(None, figure(value, reads, now_ms, say)))


def moment(at_ms: int, now_ms: int, zone: ZoneInfo) -> str:
    at, now = (datetime.fromtimestamp(ms / 1000, zone) for ms in (at_ms, now_ms))
    return at.strftime("%H:%M" if at.date() == now.date() else "%Y-%m-%d %H:%M")
