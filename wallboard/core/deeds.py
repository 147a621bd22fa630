"""What did an event do?"""

from enum import Enum

from msgspec import Struct


class Did(Enum):
    """What an event did: the first hour's question is "why is my event not on the board?"."""

    OPENED_VISIT = "opened visit"
    ENDED_VISIT = "ended visit"
    CORRECTED = "corrected"
    OPENED_LEG = "opened leg"
    CHANGED_LEG = "changed leg"
    ENDED_LEG = "ended leg"
    RANG = "rang"
    MISSED = "missed"
    REFUSED = "refused at the door"
    NOTED = "noted"
    NOTHING = "nothing"
    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    LATE = "late"
    CLAMPED = "clamped"
    OVERFLOW = "overflow"
    AGENT = "agent"
    SETTINGS = "settings"


class Deed(Struct, frozen=True, gc=False):
    """What happened and its words, e.g. `opened visit 2 in support`."""

    code: Did
    text: str
