"""Which patterns of rules, planned work and boards match nothing that is configured? Probably a slip of the pen.

Queues and sources appear by themselves too, so a name is doubted only where others of its kind are in the file.
"""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from wallboard.config import FILE, Config
from wallboard.core.called import configured
from wallboard.core.errors import Mistake
from wallboard.core.words import meant
from wallboard.tables import path


def unmatched(config: Config) -> Iterator[Mistake]:
    """Warnings, a pattern each."""
    settings, file = config.settings, str(config.file or FILE)
    known: dict[str, set[str]] = {
        "queues": set(settings.queue), "agents": set(settings.agent), "sources": set(config.collectors),
        "teams": configured(settings)["team"], "rules": set(settings.alert),
    }  # fmt: skip
    for table, entries in (("alert", settings.alert), ("maintenance", settings.maintenance)):
        for name, entry in entries.items():
            for kind, names in known.items():
                for index, reason in _doubts(kind, getattr(entry, kind, ()), names):
                    yield Mistake(file, f"{path(table, name)}.{kind}[{index}]", reason, warning=True)


def unmatched_on_boards(config: Config) -> Iterator[Mistake]:
    """Warnings of the boards' files, a pattern each: a sum of several queues does not show that one of them is none."""
    from wallboard.record.boards import read_boards

    known = {"queues": set(config.settings.queue), "teams": configured(config.settings)["team"]}
    for board in read_boards(config.boards).boards.values():
        file = str(config.boards / f"{board.id}.toml")
        for place, tile in enumerate(board.tiles):
            for kind, names in known.items():
                for index, reason in _doubts(kind, getattr(tile, kind), names):
                    yield Mistake(file, f"tile[{place}].{kind}[{index}]", reason, warning=True)


def _doubts(kind: str, patterns: Sequence[str], known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Place and reason. What begins with `!` takes something out, and may have nothing to take; with `$`, it is the
    address that says which."""
    names = sorted(known)
    for index, pattern in enumerate(patterns):
        if not names or pattern.startswith(("!", "$")) or any(fnmatchcase(name, pattern) for name in names):
            continue
        yield index, f"'{pattern}' matches none of the {kind} that are configured{meant(pattern, names)}"
