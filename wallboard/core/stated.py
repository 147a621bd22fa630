"""What does a platform itself say of a queue (`queue.observed`)? Its figures stand over ours, where it gives them.

Where nobody else tells of the queue and nothing of it was counted here, our own numbers are not known: a platform that
says "12 wait" and no more did not say that nobody was offered today.
"""

from typing import Any

import msgspec

from wallboard.core.figures import FAMILIES
from wallboard.core.numbers import TO, WINDOWS
from wallboard.core.parts import LIVE
from wallboard.core.tally import Tally

Document = dict[str, Any]

OBSERVED_NOW = ("waiting", "oldest_at", "ready", "paused", "staffed", "engaged")
WITHIN = tuple(window for window in WINDOWS if window != "now")
UNKNOWN: Document = {"n": {}, **{family: {} for family in FAMILIES}}  # a window; one for all: nobody compares it


def overlay(found: Document, tally: Tally) -> None:
    """Into a queue's document, which says so."""
    seen = tally.observed
    if seen is None:
        return
    now = found["now"]
    now |= {name: value for name in OBSERVED_NOW if (value := getattr(seen, name)) is not None}
    now["observed"] = True
    if (oldest_ms := stated_oldest_ms(tally)) is not None:
        now["oldest_at"] = oldest_ms
        now.pop(TO["oldest_at"], None)
    for window in WITHIN:
        if told := getattr(seen, window):
            own = {name: value for name, value in msgspec.to_builtins(told).items() if value is not None}
            found[window] = {**found.get(window, {}), **own}


def stated_oldest_ms(tally: Tally) -> int | None:
    """Since when the longest wait lasts, as the platform says: not later than when it said so."""
    at_ms = tally.observed.oldest_at if tally.observed else None
    return None if at_ms is None else min(at_ms, tally.observed_ms)


def leave_out(found: Document) -> None:
    """What would be our own numbers. Objects are emptied, never removed: patches must compose."""
    found["now"] = {name: value for name, value in found["now"].items() if name not in LIVE}
    for window in WITHIN:
        if found.get(window):
            found[window] = UNKNOWN
