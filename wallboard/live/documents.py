"""What does the floor say of each entity? Its document, made when somebody reads it.

    touched ─▶ brief ─▶ a screen shows it   read at every tick: it stands as it was told last
                     └▶ nobody shows it     read when a page or a program asks, and made then

So a tick costs what changed of what is looked at, and not what changed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from wallboard.core import kpis
from wallboard.core.brief import BRIEF, brief, is_there
from wallboard.core.patch import diff
from wallboard.core.state import Floor

Document = dict[str, Any]
Make = Callable[[Floor, str, str], Document | None]


class Change:
    """One entity before and after (None: it was not there, or it is gone) and the patch between them, which may be
    empty. All of it is worked out for who asks, in the same moment.

    `brief`: what decides who is shown it (core/brief.py); None: it is gone.
    """

    __slots__ = ("_both", "_brief", "_is_kept", "_patch", "_rows", "id", "kind")

    def __init__(self, kind: str, id: str, rows: "Rows | None") -> None:
        self.kind = kind
        self.id = id
        self._rows = rows
        self._brief: Document | None = None
        self._both: tuple[Document | None, Document | None] | None = None
        self._patch: Document | None = None
        self._is_kept = False

    @classmethod
    def between(
        cls, kind: str, id: str, old: Document | None, new: Document | None, rows: "Rows | None" = None
    ) -> "Change":
        """One that is known already."""
        change = cls(kind, id, rows)
        change._both = old, new
        return change

    @property
    def brief(self) -> Document | None:
        if self._both is not None:
            return self._both[1]
        if self._brief is None and self._rows is not None:
            self._brief = self._rows.brief(self.id)
        return self._brief

    @property
    def old(self) -> Document | None:
        return self._read()[0]

    @property
    def new(self) -> Document | None:
        return self._read()[1]

    @property
    def patch(self) -> Document | None:
        if self._patch is None:
            old, new = self._read()
            self._patch = diff(old, new) if old is not None and new is not None else new
        return self._patch

    def make(self) -> None:
        """Work it out, for who will ask."""
        self.patch  # noqa: B018

    def keep(self) -> None:
        """From now on whoever reads documents finds it."""
        self._is_kept = True
        if self._rows is not None:
            if self._both is None:
                self._rows.grow_stale(self.id)
            else:
                self._rows.put(self.id, self._both[1])

    def _read(self) -> tuple[Document | None, Document | None]:
        if self._both is None:
            assert self._rows is not None
            self._both = self._rows.now(self.id)
            if self._is_kept:
                self._rows.put(self.id, self._both[1])
        return self._both


class Rows(Mapping[str, Document]):
    """The documents of one kind."""

    def __init__(
        self,
        make: Callable[[str], Document | None],
        brief: Callable[[str], Document | None],
        in_order: Callable[[Collection[str]], Collection[str]],
    ) -> None:
        self._make = make
        self.brief = brief
        self._in_order = in_order
        self._told: dict[str, Document | None] = {}  # as last read; None: never yet
        self._stale: set[str] = set()  # those that changed since

    def __getitem__(self, name: str) -> Document:
        row = self._told[name]
        if row is None or name in self._stale:
            row = self._renewed(name) or row
        if row is None:  # it goes in this moment, and the next tick says so
            raise KeyError(name)
        return row

    def __iter__(self) -> Iterator[str]:
        names = self._in_order(self._told)
        return (name for name in names if self._told[name] is not None or self.brief(name) is not None)

    def __len__(self) -> int:
        return len(self._told)

    def __contains__(self, name: object) -> bool:
        return name in self._told

    @property
    def stale(self) -> list[str]:
        """Those that would be made if somebody read them."""
        return [*self._stale, *(name for name, row in self._told.items() if row is None)]

    def briefs(self) -> Iterator[tuple[str, Document]]:
        """Of each what decides who is shown it."""
        for name in self._in_order(self._told):
            row = self._told[name]
            decides = self.brief(name) if row is None or name in self._stale else row
            if decides is not None:
                yield name, decides

    def expect(self, names: Iterable[str]) -> None:
        """They are there."""
        for name in names:
            self._told.setdefault(name)

    def put(self, name: str, row: Document | None) -> Document | None:
        """None: it is gone. Gives the one before."""
        old = self._told.get(name)
        if row is None:
            self._told.pop(name, None)
        else:
            self._told[name] = row
        self._stale.discard(name)
        return old

    def grow_stale(self, name: str) -> None:
        self._stale.add(name)

    def now(self, name: str) -> tuple[Document | None, Document | None]:
        """As it was told last, and as it is now."""
        return self._told.get(name), self._make(name)

    def _renewed(self, name: str) -> Document | None:
        """None: it is gone, which the next tick says."""
        row = self._make(name)
        if row is not None:
            self.put(name, row)
        return row


class Documents(Mapping[str, Mapping[str, Document]]):
    """The state document of a floor. What no screen shows is as of now, all else as of the last tick."""

    def __init__(self, floor: Floor, make: Make = kpis.entity) -> None:
        """`make`: the document of a kind and id on this floor; None: it is not there."""
        self._floor = floor
        self._make = make
        self._rows: dict[str, Rows] = {}

    def __getitem__(self, kind: str) -> Mapping[str, Document]:
        return self._rows[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def begin(self) -> None:
        """All that is there now."""
        for kind, names in kpis.names(self._floor).items():
            rows = self.of(kind)
            if kind in BRIEF:
                rows.expect(name for name in names if is_there(self._floor, kind, name))
            else:
                for name in names:
                    rows.put(name, self._make(self._floor, kind, name))

    def of(self, kind: str) -> Rows:
        if kind not in self._rows:
            floor = self._floor
            self._rows[kind] = Rows(
                partial(self._make, floor, kind), partial(brief, floor, kind),
                lambda names: floor.settings.in_order(kind, names),
            )  # fmt: skip
        return self._rows[kind]

    def changes(self, touched: Iterable[tuple[str, str]]) -> list[Change]:
        """What may have changed since the last time. `touched`: of a floor that is settled."""
        return [change for kind, name in sorted(touched) if (change := self.change(kind, name))]

    def change(self, kind: str, name: str) -> Change | None:
        """None: nothing has. Until it is kept, documents are as they were."""
        rows = self.of(kind)
        if kind in BRIEF and name in rows and is_there(self._floor, kind, name):
            return Change(kind, name, rows)
        old, new = rows.now(name)
        is_gone = new is None and name in rows  # maybe nobody ever read it, but it is counted
        return Change.between(kind, name, old, new, rows) if is_gone or old != new else None

    def keep(self, changes: Iterable[Change]) -> None:
        for change in changes:
            change.keep()

    def freshen(self, piece: int) -> Iterator[None]:
        """Make whatever is stale, so many at a time."""
        for rows in [*self._rows.values()]:
            for count, name in enumerate(rows.stale, start=1):
                rows.get(name)
                if count % piece == 0:
                    yield


def briefs(rows: Mapping[str, Document]) -> Iterable[tuple[str, Document]]:
    """Of each what decides who is shown it: at least its team, and of agents what they do, where and who says so."""
    return rows.briefs() if isinstance(rows, Rows) else rows.items()
