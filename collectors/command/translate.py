"""What does a line that a program printed say? One event as JSON, or why it is none."""

from collectors.command.wire import LONGEST, Line
from wallboard.core.errors import Refused
from wallboard.core.events import Event, Rejection, decode
from wallboard.core.words import shown


def translate(line: Line) -> Event | Rejection | None:
    """None for an empty line."""
    if line.data is None:
        return Rejection(at=f"line {line.number}", error=f"longer than {LONGEST} bytes")
    if not line.data.strip():
        return None
    try:
        return decode(line.data)
    except Refused as refused:
        return Rejection(at=f"line {line.number} {shown(refused.at)}", error=shown(refused.reason))
