"""Who did what on the floor? A line of the audit trail, once it is done.

The stream has it already, with who: while the record is away people still act on alerts and write notices, and the
log has the line.
"""

import asyncio

import structlog

from wallboard.core.errors import RecordUnavailable
from wallboard.web.who import Who
from wallboard.web.wiring import Parts

log = structlog.get_logger()


async def noted(parts: Parts, who: Who, what: str, name: str, **detail: object) -> None:
    """`name`: what it was done to. What is None is left out."""
    told = {key: value for key, value in detail.items() if value is not None}
    try:
        await asyncio.to_thread(parts.audit.write, parts.clock_ms(), who.by, what, id=name, **told)
    except RecordUnavailable as reason:
        log.warning("not in the audit trail", who=who.name, what=what, id=name, reason=str(reason))
