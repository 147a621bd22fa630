"""What is on one board? Its title, its grid and its tiles, as they are written in a TOML file (docs/boards.md)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from wallboard.core.events import Text
from wallboard.record import fitting
from wallboard.record.numbers import NUMBERS, number_named

Cells = tuple[Annotated[int, Meta(ge=1, le=48)], Annotated[int, Meta(ge=1, le=48)]]
Document = dict[str, Any]

LISTS = frozenset({"queues", "agents", "sources"})
# Of a queue table, the most wanted first: a narrow one has only the first of them.
TABLE_COLUMNS = ("waiting", "oldest_at", "idle", "abandoned", "answered", "offered")


class Tile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of the grid. `queues`, `agents`: patterns such as `["*", "!test-*"]`; none: all."""

    kind: str
    at: Cells
    size: Cells
    queues: list[Text] = []
    teams: list[Text] = []
    agents: list[Text] = []
    metric: str | None = None
    window: str | None = None
    warn: str | None = None
    alarm: str | None = None
    title: Text | None = None
    text: Annotated[str, Meta(max_length=1000)] | None = None

    @property
    def shown_window(self) -> str:
        """As written; else `now` for what is counted now, `day` for the rest."""
        number = number_named(self.metric) if self.metric else None
        return self.window or ("now" if number and number.now else "day")

    def public(self, columns: int, rows: int) -> Document:
        """For the browser: the tile's text, how its number is read, how many rows fit at which size."""
        shown = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) not in (None, [])}
        room = fitting.box(self.size, columns, rows)
        shown |= {name: list(limit) for name in ("warn", "alarm") if (limit := threshold(getattr(self, name)))}
        if self.metric and (number := number_named(self.metric)):
            shown |= {"window": self.shown_window, "reads": number.reads}
        if self.kind == "queues":
            shown["window"] = self.window or "day"
            shown["columns"] = _columns(TABLE_COLUMNS[: fitting.cells(room)], shown["window"])
        if self.kind == "notices":
            found = fitting.notice_fits(room)
            shown["fits"] = [{"holds": fit.holds, "letters": fit.letters, "alone": fit.alone} for fit in found]
        elif self.kind in LISTS:
            shown["fits"] = [fit.holds for fit in fits(self.kind, room)]
        return shown


class Rotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A board that shows other boards in turn."""

    boards: Annotated[list[str], Meta(min_length=1, max_length=100)]
    seconds: Annotated[float, Meta(ge=5, le=86_400)] = 30


class Board(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A board's file. Its id is the file's name."""

    id: str = ""
    title: Text | None = None
    columns: Annotated[int, Meta(ge=1, le=48)] = 12
    rows: Annotated[int, Meta(ge=1, le=48)] = 6
    audience: str = "wall"
    updates_per_s: Annotated[float, Meta(gt=0, le=10)] = 2
    theme: str = "dark"
    screen_inches: Annotated[float, Meta(gt=0, le=1000)] | None = None
    viewing_distance_m: Annotated[float, Meta(gt=0, le=1000)] | None = None
    tiles: list[Tile] = field(default_factory=list, name="tile")
    rotation: Rotation | None = None

    @property
    def name(self) -> str:
        return self.title or self.id

    @property
    def revision(self) -> str:
        """Changes with any change of the board's text."""
        return blake2b(msgspec.json.encode(self), digest_size=6).hexdigest()

    def public(self) -> Document:
        """What the browser gets: the board's definition, resolved as far as the floor is not needed for it."""
        shown: Document = {
            "id": self.id, "title": self.name, "columns": self.columns, "rows": self.rows, "theme": self.theme,
            "audience": self.audience, "revision": self.revision,
            "tiles": [tile.public(self.columns, self.rows) for tile in self.tiles],
        }  # fmt: skip
        if self.rotation:
            shown["rotation"] = msgspec.to_builtins(self.rotation)
        return shown


def threshold(text: str | None) -> tuple[str, float] | None:
    """`"< 80"` as its sign and its number; None where it is neither."""
    match = THRESHOLD.fullmatch(text or "")
    return (match[1], float(match[2])) if match else None


THRESHOLD = re.compile(r"\s*(<=|>=|<|>)\s*(-?[0-9]{1,9}(?:\.[0-9]{1,6})?)\s*")


def fits(kind: str, room: fitting.Box) -> Sequence[fitting.Fit]:
    """The sizes of text of a list's tile, large first."""
    return _FITS[kind](room)


_FITS: Mapping[str, Callable[[fitting.Box], Sequence[fitting.Fit]]] = {
    "queues": fitting.table_fits,
    "agents": fitting.card_fits,
    "sources": fitting.source_fits,
}


def _columns(metrics: Iterable[str], window: str) -> list[Document]:
    return [
        {"metric": metric, "window": "now" if NUMBERS[metric].now else window, "reads": NUMBERS[metric].reads}
        for metric in metrics
    ]
