"""What does a message say that leaves late: its receiver was down, asleep, or came later in the chain?

The number as it is when it leaves, beside the one with which the alert was raised, and when that was. Its id stays, so
whoever gets it twice knows it.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from wallboard.alerts.asked import called_of, place_of, unit_of, value_now
from wallboard.alerts.message import First, Message, late_of, without_first
from wallboard.core.state import Floor

LATE_MS = 60_000
BEGINS = ("raised", "again", "assigned")


def as_of_now(floor: Floor, message: Message, now_ms: int) -> Message:
    """The message itself where it is not late, or speaks of no open alert."""
    row = floor.alerts.open.get(message.alert)
    if row is None or message.type not in BEGINS or now_ms - row.raised_ms < LATE_MS:
        return message
    before = floor.alerts.over.get(message.first)
    if before:
        message = without_first(message, First(message.first, before, called_of(floor, before)))
    is_old = floor.alerting is not None and floor.alerting.holds_back(row)
    value = None if is_old else value_now(floor, row, now_ms)
    raised = _time(row.raised_ms, now_ms, ZoneInfo(place_of(row, floor.settings).zone))
    return late_of(message, row, called_of(floor, row), unit_of(floor, row), value, raised)


def _time(at_ms: int, now_ms: int, zone: ZoneInfo) -> str:
    """With its date where that was not today."""
    at, now = (datetime.fromtimestamp(one / 1000, zone) for one in (at_ms, now_ms))
    return at.strftime("%H:%M" if at.date() == now.date() else "%Y-%m-%d %H:%M")
