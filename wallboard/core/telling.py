"""Which event makes what of a contact's story?"""

from collections.abc import Callable
from typing import Any

from wallboard.core import added, talked, waited
from wallboard.core import events as ev
from wallboard.core.deeds import Deed, Did
from wallboard.core.story import Story
from wallboard.core.visits import SightedGone, SightedWaiting, SignedOff

_STEPS: dict[type[ev.Event], Callable[[Story, Any, int], Deed]] = {
    ev.Queued: waited.queued,
    SightedWaiting: waited.queued,
    ev.Ringing: waited.ringing,
    ev.Missed: waited.missed,
    ev.Answered: waited.answered,
    ev.Abandoned: waited.abandoned,
    ev.Left: waited.left,
    SightedGone: waited.left,
    ev.Held: talked.held,
    ev.Resumed: talked.held,
    ev.Message: talked.message,
    ev.Transferred: talked.ended,
    ev.Ended: talked.ended,
    ev.Wrapped: talked.wrapped,
    SignedOff: talked.signed_off,
    ev.ContactCorrected: talked.closed_whole,
    ev.Outcome: added.resulted,
    ev.Rated: added.rated,
    ev.Tagged: added.tagged,
}


def step(story: Story, event: ev.Event, at_ms: int) -> Deed:
    """One event more: in order of time, at equal times in order of arrival. Gives what it did."""
    if at_ms > story.last_ms and type(event) is not SignedOff:  # nobody told it of the contact
        story.last_ms = at_ms
    if story.customer is None and type(event) is not ev.Rated:
        story.customer = getattr(event, "customer", None)
    found = _STEPS.get(type(event))
    return found(story, event, at_ms) if found else Deed(Did.NOTED, f"noted {ev.type_of(event)}")
