"""Which queues does a list of patterns mean? `["support", "sales-*", "!test-*"]`."""

import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import translate
from functools import lru_cache
from hashlib import blake2b

KEPT = 4_096  # lists of patterns that are kept ready

_WILD = frozenset("*?[!")


def is_pattern(text: str) -> bool:
    """Whether it may mean others than the one of this name."""
    return not _WILD.isdisjoint(text)


def selects(patterns: Sequence[str], name: str) -> bool:
    """Matches one of the patterns and none of those that begin with `!`."""
    return _ready(tuple(patterns))(name)


def any_selected(patterns: Sequence[str], names: Iterable[str]) -> bool:
    """Whether they mean one of these."""
    return any(map(_ready(tuple(patterns)), names))


@lru_cache(maxsize=KEPT)
def _ready(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    wanted = _any_of([pattern for pattern in patterns if not pattern.startswith("!")] or ["*"])
    unwanted = _any_of([pattern[1:] for pattern in patterns if pattern.startswith("!")])
    return lambda name: wanted(name) and not unwanted(name)


def _any_of(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Names are looked up, and `sales-*` is how a name begins: an expression takes 40 µs a pattern to compile."""
    names = frozenset(pattern for pattern in patterns if not is_pattern(pattern))
    begins = tuple(pattern[:-1] for pattern in patterns if _is_begin(pattern))
    others = [pattern for pattern in patterns if is_pattern(pattern) and not _is_begin(pattern)]
    if not others:
        return lambda name: name in names or name.startswith(begins)
    matches = re.compile("|".join(map(translate, others))).match
    return lambda name: name in names or name.startswith(begins) or matches(name) is not None


def _is_begin(pattern: str) -> bool:
    return pattern.endswith("*") and not is_pattern(pattern[:-1])


def selects_queue(patterns: Sequence[str], queue: str, team: str | None) -> bool:
    """Like `selects`, where `team:NAME` stands for all queues of that team."""
    teams = [pattern for pattern in patterns if pattern.startswith("team:")]
    names = [pattern for pattern in patterns if not pattern.startswith("team:")]
    return f"team:{team}" in teams or (bool(names) and selects(names, queue))


def set_id(patterns: Sequence[str]) -> str:
    """The group's id in the state document: `set:` and a hash of the patterns, whatever their order."""
    text = "\n".join(sorted(patterns)).encode()
    return "set:" + blake2b(text, digest_size=6).hexdigest()
