"""What still counts of a file that is no TOML? The sections that can be read alone.

Where one of the rest may say where Redis, the record or the boards are, nothing counts: a wrong one would be asked.
"""

import re
import tomllib

_HEADER = re.compile(r"^(?=[ \t]*\[)", re.MULTILINE)
_WHERE = re.compile(r"redis|database|namespace|boards", re.IGNORECASE)


def salvaged(text: str) -> str | None:
    """The text without its broken sections; None: nothing is sure."""
    good = []
    for section in _HEADER.split(text):
        if _is_toml(section):
            good.append(section)
        elif _WHERE.search(section):
            return None
    whole = "".join(good)
    return whole if _is_toml(whole) else None


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True
