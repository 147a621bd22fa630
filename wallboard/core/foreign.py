"""What is a value of somebody else's JSON as one of ours: a text, a number, an instant?"""

import re
from typing import Any

from wallboard.core.paths import NOTHING

TEXT_AT_MOST = 1_000  # of a notice; a longer one is cut


def as_text(value: Any) -> Any:
    """A number as people write it. Line ends and control characters, which no field may have, are spaces."""
    if value is NOTHING or value is None:
        return ""
    if isinstance(value, list):
        return [as_text(one) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", value).split()) if isinstance(value, str) else value


def as_number(value: Any) -> Any:
    """A number in quotes as one. What is none is left for the vocabulary to take or to refuse."""
    if value is NOTHING:
        return None
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def instant(found: Any, unit_ms: int) -> Any:
    """A number, also one in quotes, in milliseconds."""
    try:
        return found if isinstance(found, bool) else round(float(found) * unit_ms)
    except (TypeError, ValueError, OverflowError):
        return found


def shortened(text: Any) -> Any:
    return text if not isinstance(text, str) or len(text) <= TEXT_AT_MOST else text[: TEXT_AT_MOST - 1] + "…"
