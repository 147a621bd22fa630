"""Of what is an event made? What may stand in its fields, and what every one carries."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

# Control characters (C0, DEL, C1) are refused. `(?!\n)`: `$` alone would let a final newline pass.
_NO_CONTROL = r"^[^\u0000-\u001f\u007f-\u009f]*$(?!\n)"
_SECOND_MS = 1000
ATTRIBUTES_AT_MOST = 16
LISTED_AT_MOST = 1000  # queues, boards or teams in one event
UNKNOWN_SOURCE = "unknown"
LATEST_MS = 253_402_300_799_999  # the end of the year 9999

Text = Annotated[str, Meta(min_length=1, max_length=256, pattern=_NO_CONTROL)]
LongText = Annotated[str, Meta(min_length=1, max_length=1000, pattern=_NO_CONTROL)]
Seconds = Annotated[float, Meta(ge=0, le=31_622_400)]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Attributes = Annotated[
    dict[Text, Annotated[str, Meta(max_length=256, pattern=_NO_CONTROL)]],
    Meta(max_length=ATTRIBUTES_AT_MOST),
]
QueueList = Annotated[list[Text], Meta(max_length=LISTED_AT_MOST)]
if TYPE_CHECKING:
    Instant = int
else:
    # On the wire RFC 3339 with offset, or milliseconds since 1970 UTC; in an event always the latter.
    Instant = Annotated[int, Meta(ge=0, le=LATEST_MS)] | Annotated[datetime, Meta(tz=True)]

Channel = Literal["voice", "callback", "email", "chat", "messenger", "social", "sms", "task"]
Direction = Literal["inbound", "outbound"]
Presence = Literal["offline", "ready", "paused"]
Activity = Literal["idle", "ringing", "engaged", "holding", "wrapup", "busy", "unreachable", "unknown"]
Level = Literal["info", "good", "warning", "critical"]
LeftReason = Literal[
    "timeout", "empty", "key", "full", "overflow", "transfer", "callback", "voicemail", "withdrawn", "lost"
]


# gc=False: an event holds nothing that could hold it, and millions of them need not be looked at again and again.
class Event(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type", gc=False
):
    """What every event may carry. `time` in ms UTC; None until arrival settles it."""

    time: Instant | None = None
    source: Text | None = None
    id: Text | None = None
    attributes: Attributes | None = None

    def __post_init__(self) -> None:
        for name in _instants_of(type(self)):
            if isinstance(value := getattr(self, name), datetime):
                msgspec.structs.force_setattr(self, name, instant_ms(value, name))


@cache
def _instants_of(kind: type[Event]) -> list[str]:
    return [name for name in kind.__struct_fields__ if name in INSTANTS]


INSTANTS = frozenset({"time", "since", "until", "opened_at", "oldest_at"})


def instant_ms(value: datetime, name: str) -> int:
    """Raises ValueError, which the decoder tells with the path, outside of what a number may say."""
    milliseconds = round(value.timestamp() * _SECOND_MS)
    if not 0 <= milliseconds <= LATEST_MS:
        raise ValueError(f"{name} must lie between the years 1970 and 9999")
    return milliseconds
