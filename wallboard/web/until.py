"""Until when? As people and programs say it: an instant, a time from now, or the end of the shift."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from wallboard.core.fields import LATEST_MS, Text
from wallboard.core.limits import duration_ms
from wallboard.core.state import Floor
from wallboard.web.problems import Problem

Until = Annotated[int, Meta(ge=0, le=LATEST_MS)] | Text
EXPECTED = "expected an instant (RFC 3339 with offset, or ms UTC), a time such as 15m or 1h, or shift"


def until_ms(said: int | str, sites: Iterable[str], floor: Floor, now_ms: int) -> int:
    """`shift`: when the running shift ends, or the business day where none runs; of several sites, the last to end.

    Raises Problem 422 for what is over already, or no instant.
    """
    if said == "shift":
        return max(_ends_ms(floor, site) for site in sites)
    lasts_ms = duration_ms(said) if isinstance(said, str) else None
    at_ms = now_ms + lasts_ms if lasts_ms is not None else _instant_ms(said)
    if not now_ms < at_ms <= LATEST_MS:
        raise Problem(
            422, "This is over already, or beyond the year 9999; say an instant that is to come.", at="$.until"
        )
    return at_ms


def _ends_ms(floor: Floor, site: str) -> int:
    calendar = floor.ground.calendar
    return (calendar.shifts.get(site) or calendar.days[site]).ends_ms


def _instant_ms(said: int | str) -> int:
    if isinstance(said, int):
        return said
    try:
        at = msgspec.convert(said, Annotated[datetime, Meta(tz=True)])
        return int(at.timestamp() * 1000)
    except (msgspec.ValidationError, OverflowError, ValueError):
        raise Problem(422, f"Until when? {EXPECTED}.", at="$.until") from None
