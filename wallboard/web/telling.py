"""What somebody did goes into the stream, and comes back through it to every process."""

from collections.abc import Sequence

from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import Event
from wallboard.web.problems import Problem
from wallboard.web.wiring import Parts


async def tell(parts: Parts, events: Sequence[Event]) -> None:
    """Raises Problem 503 where Redis does not take it."""
    try:
        await parts.stream.append(events)
    except StreamUnavailable:
        text = "Redis does not take it now; nothing was done. Try again soon."
        raise Problem(503, text, headers={"retry-after": "2"}) from None
