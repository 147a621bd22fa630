"""What does the record say to a caller? Asked from a thread, and what it cannot do as the answer's status."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from wallboard.core.errors import Conflict, RecordUnavailable
from wallboard.web.problems import Problem

T = TypeVar("T")


async def asked_record(ask: Callable[[], T]) -> T:
    """Raises Problem 409 for what the record does not take, 503 where it does not answer."""
    try:
        return await asyncio.to_thread(ask)
    except Conflict as error:
        said = str(error)
        raise Problem(409, f"{said[:1].upper()}{said[1:]}.") from None
    except RecordUnavailable:
        raise record_away() from None


def record_away() -> Problem:
    text = "The record does not answer now; nothing was done. Try again soon."
    return Problem(503, text, headers={"retry-after": "2"})
