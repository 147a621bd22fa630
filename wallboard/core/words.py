"""How is outside text made fit for a log line, a note or an error? No control characters, bounded, with a hint."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

MOST = 256
_HANDFUL = 5
MOST_ALIKE = 50  # names that a new one is compared with


def shown(text: str, most: int = MOST) -> str:
    """`text` on one line: control characters and lone surrogates escaped (`\\x1b`), at most `most` long."""
    line = "".join(_visible(character) for character in text.strip()[: most + 1])
    return line if len(line) <= most else line[: most - 1] + "…"


def plainly(reason: str) -> str:
    """msgspec's "Expected `str | null`, got `int`" without words of Python: "Expected text, got whole number"."""
    return _KINDS.sub(_in_words, reason) if reason.startswith("Expected ") else reason


def could_name(text: str, most: int = MOST) -> bool:
    """Whether an event could have brought this name: whatever is no control character is part of some script."""
    return 0 < len(text) <= most and not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)


def meant(wrong: str, known: Iterable[str]) -> str:
    """` - did you mean 'x'?` where one of the known words is near, else nothing."""
    near = nearest(wrong, known)
    return f" - did you mean '{near}'?" if near else ""


def some_of(wrong: str, known: Iterable[str]) -> str:
    """The known words for an error: all where they are a handful, else those that are most like the wrong one."""
    words = sorted(known)
    if len(words) <= _HANDFUL:
        return ", ".join(words) or "none"
    near = sorted(get_close_matches(wrong[:MOST], words, n=_HANDFUL, cutoff=0.0))
    return f"{', '.join(near)} and {len(words) - len(near):,} more"


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """None also for what is so long that it can be near to none: to look would take a tenth of a second a megabyte."""
    words = list(known)
    if len(wrong) > 3 * max(map(len, words), default=0):
        return None
    return next(iter(get_close_matches(wrong, words, n=1)), None)


def alike(new: str, known: Iterable[str]) -> str | None:
    """The known name for which `new` may be a slip of the hand. Names that differ in a number alone are two names."""
    frame = _NUMBER.sub("", new)
    near = islice((one for one in known if abs(len(one) - len(new)) <= 2), MOST_ALIKE)
    found = get_close_matches(new, [one for one in near if _NUMBER.sub("", one) != frame], n=1, cutoff=0.75)
    return found[0] if found else None


_NUMBER = re.compile(r"\d+")
_KINDS = re.compile(r"`(\w+(?: \| \w+)*)`")
_WORDS = {
    "str": "text", "int": "whole number", "float": "number", "bool": "true or false", "array": "list",
    "datetime": "time",
}  # fmt: skip


def _in_words(kinds: re.Match[str]) -> str:
    """What may be absent is not said to be null too."""
    return " or ".join(_WORDS.get(kind, kind) for kind in kinds[1].split(" | ") if kind != "null") or "null"


def _visible(character: str) -> str:
    if character.isprintable() or character == "\u00a0":
        return character
    return character.encode("unicode_escape").decode("ascii")
