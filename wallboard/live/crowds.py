"""How many people are doing what, where nobody is named? Counts by state of the sets of agents that boards show.

They are made here and not in the browser: what a wall may not show does not reach it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wallboard.core.doing import doing_of
from wallboard.core.patch import diff
from wallboard.live.pipeline import Change

Document = dict[str, Any]
Belongs = Callable[[str, Document], bool]  # (agent's id, its row) -> is it one of them


class Crowd:
    """One set of agents: what each of them is doing, and which sources say so."""

    def __init__(self, belongs: Belongs, agents: Mapping[str, Document]) -> None:
        self._belongs = belongs
        self._known: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._doing: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()
        for name, row in agents.items():
            self.take(name, row)
        self.row = self._told()

    def take(self, name: str, row: Document | None) -> bool:
        """An agent as it is now, None: gone. True where that changes the counts."""
        belongs = row is not None and self._belongs(name, row)
        now = (doing_of(row), tuple(row.get("sources", ()))) if belongs and row is not None else None
        before = self._known.get(name)
        if now == before:
            return False
        for known, step in ((before, -1), (now, 1)):
            if known:
                self._doing[known[0]] += step
                for source in known[1]:
                    self._sources[source] += step
        if now:
            self._known[name] = now
        else:
            del self._known[name]
        return True

    def change(self) -> tuple[Document, Document]:
        """The row before, and the row now."""
        before, self.row = self.row, self._told()
        return before, self.row

    def _told(self) -> Document:
        doing = {name: n for name, n in sorted(self._doing.items()) if n}
        there = sum(n for name, n in doing.items() if name != "offline")
        return {"there": there, "doing": doing, "sources": sorted(name for name, n in self._sources.items() if n)}


class Crowds:
    """Those that somebody watches, by id. Each is looked at with every change of an agent."""

    def __init__(self) -> None:
        self._crowds: dict[str, Crowd] = {}

    @property
    def rows(self) -> dict[str, Document]:
        return {name: crowd.row for name, crowd in self._crowds.items()}

    def watch(self, wanted: Mapping[str, Belongs], agents: Mapping[str, Document]) -> None:
        """Exactly these, from now on; those that are known go on."""
        self._crowds = {name: self._crowds.get(name) or Crowd(belongs, agents) for name, belongs in wanted.items()}

    def forget(self) -> None:
        self._crowds = {}

    def take(self, changes: Iterable[Change]) -> list[Change]:
        """What these changes of agents do to the counts."""
        touched: dict[str, Crowd] = {}
        for change in changes:
            if change.kind == "agents":
                taken = ((name, crowd) for name, crowd in self._crowds.items() if crowd.take(change.id, change.new))
                touched.update(taken)
        found = []
        for name, crowd in touched.items():
            old, new = crowd.change()
            if patch := diff(old, new):
                found.append(Change("counts", name, old, new, patch))
        return found
