"""How many people are doing what, where nobody is named? Counts by state of the sets of agents that boards show.

They are made here and not in the browser: what a wall may not show does not reach it.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from wallboard.core.doing import doing_of
from wallboard.core.patch import diff
from wallboard.live.pipeline import Change

Document = dict[str, Any]
Belongs = Callable[[str, Document], bool]  # (agent's id, its row) -> is it one of them; by its team and queues


class Place(NamedTuple):
    """Where an agent is counted."""

    decides: Hashable
    crowds: frozenset[str]
    doing: str
    sources: tuple[str, ...]


class Crowd:
    """One set of agents: what they are doing, and which sources say so."""

    def __init__(self) -> None:
        self._doing: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()
        self._row: Document | None = None

    @property
    def row(self) -> Document:
        if self._row is None:
            doing = {name: n for name, n in sorted(self._doing.items()) if n}
            there = sum(n for name, n in doing.items() if name != "offline")
            sources = sorted(name for name, n in self._sources.items() if n)
            self._row = {"there": there, "doing": doing, "sources": sources}
        return self._row

    def count(self, place: Place, step: int) -> None:
        """One more agent in this place, or one less."""
        self._row = None
        self._doing[place.doing] += step
        for source in place.sources:
            self._sources[source] += step


class Crowds:
    """Those that somebody watches, by id. With a change of an agent only those are looked at in which it is counted,
    and all only where what decides it has changed."""

    def __init__(self) -> None:
        self._wanted: Mapping[str, Belongs] = {}
        self._crowds: dict[str, Crowd] = {}
        self._places: dict[str, Place] = {}

    @property
    def rows(self) -> dict[str, Document]:
        return {name: crowd.row for name, crowd in self._crowds.items()}

    def watch(self, wanted: Mapping[str, Belongs], agents: Mapping[str, Document]) -> None:
        """Exactly these, from now on; those that are known go on. `agents`: as the last change left them."""
        coming = {name: belongs for name, belongs in wanted.items() if name not in self._crowds}
        going = self._crowds.keys() - wanted.keys()
        self._wanted = wanted
        self._crowds = {name: self._crowds.get(name) or Crowd() for name in wanted}
        if not wanted:
            self._places = {}
        elif coming or going:
            for name, row in agents.items():
                before = self._places.get(name) or _place(name, row, None, {})
                new = _crowds(name, row, coming)
                self._places[name] = before._replace(crowds=before.crowds - going | new)
                for crowd in new:
                    self._crowds[crowd].count(before, 1)

    def forget(self) -> None:
        self._wanted, self._crowds, self._places = {}, {}, {}

    def take(self, changes: Iterable[Change]) -> list[Change]:
        """What these changes of agents do to the counts."""
        if not self._crowds:
            return []
        before: dict[str, Document] = {}
        for change in changes:
            if change.kind == "agents":
                self._move(change.id, change.new, before)
        found = []
        for name, old in before.items():
            new = self._crowds[name].row
            if patch := diff(old, new):
                found.append(Change("counts", name, old, new, patch))
        return found

    def _move(self, name: str, row: Document | None, rows: dict[str, Document]) -> None:
        """`rows`: of the crowds that change, as they were before; added to."""
        before = self._places.pop(name, None)
        now = _place(name, row, before, self._wanted) if row is not None else None
        if now:
            self._places[name] = now
        if now == before:
            return
        for place, step in ((before, -1), (now, 1)):
            if place:
                self._count(place, step, rows)

    def _count(self, place: Place, step: int, rows: dict[str, Document]) -> None:
        for name in place.crowds:
            crowd = self._crowds[name]
            if name not in rows:
                rows[name] = crowd.row
            crowd.count(place, step)


def _place(name: str, row: Document, before: Place | None, wanted: Mapping[str, Belongs]) -> Place:
    """`before`: says which crowds, unless what decides it has changed."""
    decides = row.get("team"), tuple(row["queues"])
    crowds = before.crowds if before and before.decides == decides else _crowds(name, row, wanted)
    return Place(decides, crowds, doing_of(row), tuple(row.get("sources", ())))


def _crowds(name: str, row: Document, wanted: Mapping[str, Belongs]) -> frozenset[str]:
    return frozenset(crowd for crowd, belongs in wanted.items() if belongs(name, row))
