"""Is this message about somebody who is to be forgotten? By their id, or where it names them."""

import re
from collections.abc import Collection

import msgspec

from wallboard.alerts.message import Message


def is_about(message: bytes, names: Collection[str]) -> bool:
    """A bare number among `names` is an id only: as a word it may count anything. False for what is no message."""
    try:
        told = msgspec.json.decode(message, type=Message)
    except msgspec.MsgspecError:
        return False
    if told.of in names or any(part.of in names for part in told.parts):
        return True
    called = "|".join(re.escape(name) for name in names if not name.isdecimal())
    return bool(called and re.search(rf"(?<!\w)(?:{called})(?!\w)", f"{told.title}\n{told.text}"))
