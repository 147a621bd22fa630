"""Which collectors and recorded formats are installed? Ours and everybody's, through entry points.

A package adds one with `[project.entry-points."wallboard.collectors"]` in its pyproject.toml
(docs/collectors.md). Nothing here imports a collector before it is asked for.
"""

from importlib.metadata import EntryPoint, entry_points
from typing import cast

from wallboard.core.errors import Refused, SourceError
from wallboard.core.sources import Collector, Format
from wallboard.stream.ndjson import EVENTS

COLLECTORS = "wallboard.collectors"
FORMATS = "wallboard.formats"


def collector_of(kind: object) -> type[Collector]:
    """The class behind `kind = "…"`. Raises SourceError (fatal) that names the kinds there are."""
    found = _found(COLLECTORS)
    if not isinstance(kind, str) or kind not in found:
        said = f'kind = "{kind}" is not installed' if kind else "kind is missing"
        raise SourceError(f"{said}: expected one of {', '.join(sorted(found))}", fatal=True)
    try:
        return cast(type[Collector], found[kind].load())
    except (ImportError, AttributeError) as error:
        raise SourceError(f'kind = "{kind}" is installed but does not load: {error}', fatal=True) from error


def format_names() -> list[str]:
    return sorted({EVENTS.name, *_found(FORMATS)})


def format_of(name: str) -> Format:
    """The format called `name`. Raises Refused that names the formats there are."""
    if name == EVENTS.name:
        return EVENTS
    found = _found(FORMATS)
    if name not in found:
        raise Refused("from", f"no format '{name}': expected one of {', '.join(format_names())}")
    try:
        return cast(Format, found[name].load())
    except (ImportError, AttributeError) as error:
        raise Refused("from", f"format '{name}' is installed but does not load: {error}") from error


def _found(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}
