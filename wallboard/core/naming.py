"""Which names does an event bring into being, and how many may there be? A typo in a loop must not fill every wall.

Ingest refuses what would be one too many (web/names.py). What comes another way, from a collector or a file, is counted
under OTHER once the floor is full, so that the sums of all queues stay right.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, get_args

from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.settings import Settings

MOST = {"queues": 6_000, "agents": 60_000, "sources": 1_200, "kpis": 6_000}  # above ingest's limits
NOTICES_AT_MOST = 1_000
OTHER = "(other)"
_KINDS = {"queue": "queues", "queues": "queues", "agent": "agents", "agents": "agents"}


def named(event: ev.Event) -> Iterator[tuple[str, str, str]]:
    """(kind, path, name) of what this event would bring into being."""
    if event.source:
        yield "sources", "$.source", event.source
    if isinstance(event, ev.KpiReported):
        yield "kpis", "$.kpi", event.kpi
    for field, kind in _fields(event):
        told = getattr(event, field)
        for name in (told,) if isinstance(told, str) else told or ():
            yield kind, f"$.{field}", name


def named_once(event: ev.Event) -> tuple[Any, ...] | None:
    """The same names as a whole, by which an event like it is known again. None: it lists some."""
    names = _ONCE.get(type(event))
    return (type(event), names(event)) if names else None


class Naming:
    """The names that a floor has. One that is known always passes."""

    def __init__(self, known: Mapping[str, Iterable[str]] | None = None) -> None:
        self._known: dict[str, set[str]] = {kind: set((known or {}).get(kind, ())) for kind in MOST}

    def fit(self, event: ev.Event, settings: Settings, source: str) -> tuple[ev.Event, list[str]]:
        """The event as there is room for it, and the names that were too many."""
        changed: dict[str, Any] = {}
        over: list[str] = []
        queues, agents = settings.aliases_of(source)
        for field, kind in _FIELDS.get(type(event), ()):
            told, own = getattr(event, field), queues if kind == "queues" else agents
            if told is None or (type(told) is str and own.get(told, told) in self._known[kind]):
                continue
            names = (told,) if isinstance(told, str) else told
            outside = {one for one in names if not self.has(kind, own.get(one, one))}
            if outside:
                over += sorted(outside)
                changed[field] = _without(told, outside)
        return (replace(event, **changed) if changed else event), over

    def has(self, kind: str, name: str) -> bool:
        """Whether it is known; where there is room it is from now on."""
        known = self._known[kind]
        if name in known:
            return True
        if len(known) >= MOST[kind]:
            return False
        known.add(name)
        return True


def _fields(event: ev.Event) -> Iterable[tuple[str, str]]:
    return _FIELDS.get(type(event), ())


def _named_in(kind: type[ev.Event]) -> list[tuple[str, str]]:
    """A notice and a figure may name what is not there; they bring nothing into being by it."""
    if issubclass(kind, ev.NoticePosted | ev.KpiReported):
        return []
    return [(name, _KINDS[name]) for name in kind.__struct_fields__ if name in _KINDS]


_FIELDS = {kind: found for kind in get_args(ev.Told) if (found := _named_in(kind))}


def _once(kind: type[ev.Event]) -> Callable[[ev.Event], Any] | None:
    fields = [*(["kpi"] if kind is ev.KpiReported else []), *(field for field, _ in _FIELDS.get(kind, ()))]
    lists = any(field in _KINDS.values() for field in fields)
    return None if lists else attrgetter("source", *fields)


_ONCE = {kind: _once(kind) for kind in get_args(ev.Told)}


def _without(told: Any, outside: set[str]) -> Any:
    """OTHER in place of a name; of a listing it is left out, since two listed queues cannot be one."""
    if isinstance(told, dict):
        return {one: row for one, row in told.items() if one not in outside}
    return [one for one in told if one not in outside] if isinstance(told, list) else OTHER
