"""Which queues does a list of patterns mean? `["support", "sales-*", "!test-*"]`."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from hashlib import blake2b


def selects(patterns: Sequence[str], name: str) -> bool:
    """Matches one of the patterns and none of those that begin with `!`."""
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")] or ["*"]
    unwanted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return any(fnmatchcase(name, pattern) for pattern in wanted) and not any(
        fnmatchcase(name, pattern) for pattern in unwanted
    )


def selects_queue(patterns: Sequence[str], queue: str, team: str | None) -> bool:
    """Like `selects`, where `team:NAME` stands for all queues of that team."""
    teams = [pattern for pattern in patterns if pattern.startswith("team:")]
    names = [pattern for pattern in patterns if not pattern.startswith("team:")]
    return f"team:{team}" in teams or (bool(names) and selects(names, queue))


def set_id(patterns: Sequence[str]) -> str:
    """The group's id in the state document: `set:` and a hash of the patterns, whatever their order."""
    text = "\n".join(sorted(patterns)).encode()
    return "set:" + blake2b(text, digest_size=6).hexdigest()
