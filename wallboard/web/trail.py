"""Who did what on the floor? A line of the audit trail, once it is done.

The stream has it already, with who: while the record is away people still act on alerts and write notices, and the
log has the line.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from wallboard.core.errors import RecordUnavailable
from wallboard.core.events import Event, NoticeCleared, NoticePosted, type_of
from wallboard.core.state import Floor
from wallboard.core.words import shown
from wallboard.web.who import Who
from wallboard.web.wiring import Parts

MOST_LINES = 50  # of one batch
NOTED_LETTERS = 300  # of a text

Line = tuple[str, dict[str, Any]]  # what was done, and its detail

log = structlog.get_logger()


async def noted(parts: Parts, who: Who, what: str, name: str, **detail: object) -> None:
    """`name`: what it was done to. What is None is left out."""
    told = {key: value for key, value in detail.items() if value is not None}
    try:
        await asyncio.to_thread(parts.audit.write, parts.clock_ms(), who.by, what, id=name, **told)
    except RecordUnavailable as reason:
        log.warning("not in the audit trail", who=who.name, what=what, id=name, reason=str(reason))


def about_notice(said: NoticePosted) -> dict[str, Any]:
    found = {key: getattr(said, key) for key in ("level", "boards", "queues", "teams", "until")}
    return {"text": shown(said.text, NOTED_LETTERS)} | {key: value for key, value in found.items() if value is not None}


def standing_notice(floor: Floor, name: str) -> dict[str, Any] | None:
    """What the trail says that was before."""
    row = floor.notices.get(name)
    return about_notice(row.event) if row else None


def lines_of_notices(who: Who, floor: Floor, events: Sequence[Event]) -> dict[int, Line]:
    """For those that come as events, by their place: asked before they are told, since it says what was before."""
    return {
        place: (type_of(event), _of_event(who, floor, event))
        for place, event in enumerate(events)
        if isinstance(event, NoticePosted | NoticeCleared)
    }


def _of_event(who: Who, floor: Floor, event: NoticePosted | NoticeCleared) -> dict[str, Any]:
    name = event.notice or event.id
    said = about_notice(event) if isinstance(event, NoticePosted) else {}
    as_other = event.source if event.source != who.name else None
    detail = {"id": name, **said, "source": as_other, "before": standing_notice(floor, name or "")}
    return {key: value for key, value in detail.items() if value is not None}


async def noted_each(parts: Parts, who: Who, lines: Sequence[Line]) -> None:
    """Of very many the last line says how many more there were."""
    kept = list(lines[:MOST_LINES])
    if more := len(lines) - len(kept):
        what, detail = kept[-1]
        kept[-1] = what, detail | {"more": more}
    try:
        await asyncio.to_thread(parts.audit.write_each, parts.clock_ms(), who.by, kept)
    except RecordUnavailable as reason:
        log.warning("not in the audit trail", who=who.name, lines=kept, reason=str(reason))
