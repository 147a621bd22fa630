"""How many people are doing what, where nobody is named? Counts by state of the sets of agents that boards show.

They are made here and not in the browser: what a wall may not show does not reach it.

    agents ─▶ kinds: of one team and the same queues ─▶ by what they do ─▶ crowds that these kinds belong to

A set that comes is asked about each kind once, and not about each agent.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, NamedTuple

from wallboard.core.doing import doing_of
from wallboard.live.documents import Change

Document = dict[str, Any]


class Belongs(NamedTuple):
    """Who is one of a set. `works`: by the row's team and queues. `named`: by the id too; None: all who work there."""

    works: Callable[[Document], bool]
    named: Callable[[str], bool] | None = None


class Doing(NamedTuple):
    """What an agent does, and which sources say so."""

    name: str
    sources: tuple[str, ...]


class Kind:
    """Agents of one team and the same queues: whatever does not ask for their names counts all of them or none."""

    def __init__(self, row: Document, wanted: Mapping[str, Belongs]) -> None:
        self.row: Document = {"team": row.get("team"), "queues": row["queues"]}
        self.doing: Counter[Doing] = Counter()
        self.crowds: set[str] = set()
        self.named: set[str] = set()  # those that ask for names too
        self.ask(wanted)

    def ask(self, wanted: Mapping[str, Belongs]) -> None:
        for name, belongs in wanted.items():
            if belongs.works(self.row):
                (self.named if belongs.named else self.crowds).add(name)

    def leave(self, crowds: set[str]) -> None:
        self.crowds -= crowds
        self.named -= crowds


class Place(NamedTuple):
    """Where an agent is counted."""

    kind: Kind
    doing: Doing


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

    def count(self, doing: Doing, number: int) -> None:
        """So many more agents who do this; below zero: less."""
        self._row = None
        self._doing[doing.name] += number
        for source in doing.sources:
            self._sources[source] += number


class Crowds:
    """Those that somebody watches, by id. With a change of an agent only those are looked at in which it is counted,
    and all only where one comes whose team and queues nobody else has."""

    def __init__(self) -> None:
        self._wanted: Mapping[str, Belongs] = {}
        self._crowds: dict[str, Crowd] = {}
        self._places: dict[str, Place] = {}
        self._kinds: dict[tuple[Any, ...], Kind] = {}

    @property
    def rows(self) -> dict[str, Document]:
        return {name: crowd.row for name, crowd in self._crowds.items()}

    def watch(self, wanted: Mapping[str, Belongs], agents: Iterable[tuple[str, Document]]) -> None:
        """Exactly these, from now on; those that are known go on. `agents`: of each what decides where it is counted,
        as the last change left it."""
        coming = {name: belongs for name, belongs in wanted.items() if name not in self._crowds}
        going = self._crowds.keys() - wanted.keys()
        if not wanted:
            self.forget()
            return
        if not self._crowds:
            self._places = {name: self._enter(row) for name, row in agents}
        self._wanted = wanted
        self._crowds = {name: self._crowds.get(name) or Crowd() for name in wanted}
        for kind in self._kinds.values():
            kind.leave(going)
            kind.ask(coming)
            for crowd in kind.crowds & coming.keys():
                for doing, number in kind.doing.items():
                    self._crowds[crowd].count(doing, number)
        if any(belongs.named for belongs in coming.values()):
            self._count_named(coming.keys())

    def forget(self) -> None:
        self._wanted, self._crowds, self._places, self._kinds = {}, {}, {}, {}

    def take(self, changes: Iterable[Change]) -> list[Change]:
        """What these changes of agents do to the counts."""
        if not self._crowds:
            return []
        before: dict[str, Document] = {}
        for change in changes:
            if change.kind == "agents":
                self._move(change.id, change.brief, before)
        found = []
        for name, old in before.items():
            new = self._crowds[name].row
            if old != new:
                found.append(Change.between("counts", name, old, new))
        return found

    def _count_named(self, coming: Set[str]) -> None:
        for name, place in self._places.items():
            for crowd in self._named(name, place.kind) & coming:
                self._crowds[crowd].count(place.doing, 1)

    def _move(self, name: str, row: Document | None, rows: dict[str, Document]) -> None:
        """`rows`: of the crowds that change, as they were before; added to."""
        before = self._places.pop(name, None)
        now = self._enter(row) if row is not None else None
        if now:
            self._places[name] = now
        for place, number in ((before, -1), (now, 1)):
            if place and now != before:
                self._count(place.kind.crowds | self._named(name, place.kind), place.doing, number, rows)
        if before:
            self._exit(before)

    def _count(self, crowds: set[str], doing: Doing, number: int, rows: dict[str, Document]) -> None:
        for name in crowds:
            if name not in rows:
                rows[name] = self._crowds[name].row
            self._crowds[name].count(doing, number)

    def _named(self, name: str, kind: Kind) -> set[str]:
        """Of the crowds that ask for names, those that this one is in."""
        return {crowd for crowd in kind.named if (named := self._wanted[crowd].named) and named(name)}

    def _enter(self, row: Document) -> Place:
        decides = row.get("team"), *row["queues"]
        kind = self._kinds.get(decides)
        if kind is None:
            kind = self._kinds[decides] = Kind(row, self._wanted)
        place = Place(kind, Doing(doing_of(row), tuple(row.get("sources", ()))))
        kind.doing[place.doing] += 1
        return place

    def _exit(self, place: Place) -> None:
        """A kind of which nobody is left is forgotten."""
        kind, doing = place
        kind.doing[doing] -= 1
        if not kind.doing[doing]:
            del kind.doing[doing]
        if not kind.doing:
            del self._kinds[kind.row["team"], *kind.row["queues"]]
