"""What somebody did goes into the stream, and comes back through it to every process."""

from collections.abc import Sequence

from wallboard.core.events import Event
from wallboard.web.recorded import NOTHING_DONE, answering
from wallboard.web.wiring import Parts


async def tell(parts: Parts, events: Sequence[Event]) -> None:
    """Raises Problem 503 where Redis does not take it."""
    with answering(NOTHING_DONE):
        await parts.stream.append(events)
