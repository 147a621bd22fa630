"""What do the record and Redis answer a caller? The record is asked in a thread; what either cannot do is a status."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from wallboard.core.errors import Conflict, RecordUnavailable, StreamUnavailable
from wallboard.web.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")
NOTHING_DONE = "Nothing was done; try again soon."


async def asked_record(ask: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Raises Problem 409 for what the record does not take, 503 where it does not answer."""
    with answering(NOTHING_DONE):
        try:
            return await asyncio.to_thread(ask, *given, **named)
        except Conflict as error:
            said = str(error)
            raise Problem(409, f"{said[:1].upper()}{said[1:]}.") from None


@contextmanager
def answering(so: str = "Try again soon.") -> Iterator[None]:
    """Raises Problem 503 where the record or Redis does not answer meanwhile; `so`: what that means for the caller."""
    try:
        yield
    except RecordUnavailable:
        raise away("The record", so) from None
    except StreamUnavailable:
        raise away("Redis", so) from None


def away(who: str, so: str) -> Problem:
    return Problem(503, f"{who} does not answer now. {so}", headers={"retry-after": "2"})
