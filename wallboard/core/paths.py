"""What stands at a path of somebody else's JSON? `$.a.b[0]` begins at its top, `@.a` at an item of its list."""

import re
from functools import cache
from typing import Any

NOTHING: Any = object()
_PATH = re.compile(r"[$@](?:\.[A-Za-z0-9_-]+|\[-?[0-9]{1,4}\])*")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(-?[0-9]+)\]")


def found_at(path: str, payload: Any, item: Any) -> Any:
    """What stands there; NOTHING where nothing does."""
    found = item if path.startswith("@") else payload
    for key, index in _steps(path):
        if key is not None:
            found = found.get(key, NOTHING) if isinstance(found, dict) else NOTHING
        else:
            inside = isinstance(found, list) and -len(found) <= index < len(found)
            found = found[index] if inside else NOTHING
    return found


def no_path(text: str, *, item: bool) -> str | None:
    """Why this text is no path. `item`: whether there are items, of a list that `each` names."""
    if not _PATH.fullmatch(text):
        return f"'{text}' is no path, expected one such as $.conversation.id or $.alerts[0].labels"
    if text.startswith("@") and not item:
        return f"'{text}': @ is the item of the list that `each` names, and there is no `each`"
    return None


@cache
def _steps(path: str) -> list[tuple[str | None, int]]:
    return [(key or None, int(index or 0)) for key, index in _STEP.findall(path)]
