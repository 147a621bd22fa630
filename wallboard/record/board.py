"""What is on one board? Its title, its grid and its tiles, as they are written in a TOML file (docs/boards.md)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct, field

from wallboard.core.fields import Text
from wallboard.core.numbers import NUMBERS, number_named, ranked_by
from wallboard.core.rules import Severity
from wallboard.record import boxes, fitting
from wallboard.record.legible import LEAST_ARC, Sight

Cells = tuple[Annotated[int, Meta(ge=1, le=48)], Annotated[int, Meta(ge=1, le=48)]]
Document = dict[str, Any]
HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"  # 22:00-06:00

# Variables of the address, `/board/ID?queue=NAME&team=NAME`, and the key of a tile where each may stand, alone.
VARIABLES = {"$queue": "queues", "$team": "teams"}
LIMITS = ("warn", "alarm", "target")
LISTS = frozenset({"queues", "agents", "counts", "leaders", "reasons", "sources"})
MESSAGES = frozenset({"notices", "alerts"})
OVER_TIME = frozenset({"trend", "heat"})  # drawn from the record
WINDOWED = frozenset({"number", "queues", "reasons", "leaders"})
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
    metrics: list[Text] = []
    window: str | None = None
    warn: str | None = None
    alarm: str | None = None
    target: str | None = None
    trail: bool = False
    style: str | None = None
    title: Text | None = None
    text: Annotated[str, Meta(max_length=1000)] | None = None
    image: Text | None = None
    alt: Text | None = None

    @property
    def over_time(self) -> tuple[str, ...]:
        """What a trend draws, the first one first."""
        return tuple(dict.fromkeys([*([self.metric] if self.metric else []), *self.metrics]))

    @property
    def shown_window(self) -> str:
        """As written; else `now` for what is counted now, `day` for the rest."""
        number = number_named(self.metric) if self.metric else None
        return self.window or ("now" if number and number.now else "day")

    def under_figure(self, room: boxes.Box) -> boxes.UnderFigure:
        """What stands below the one number of a tile."""
        return boxes.under_figure(
            room, bar=self.style == "bar", aside=self.trail or self.target is not None, spark=self.trail
        )

    def title_em(self, kind: str) -> float:
        """About how wide its title is with what stands beside it, in the language with the longest words."""
        own = fitting.TITLES_EM.get(kind, fitting.SHORT_TITLE_EM * max(1, len(self.over_time)))
        own = fitting.LETTER_OF_TITLE_EM * len(self.title) if self.title else own
        number = number_named(self.metric) if self.metric else None
        counted = kind == "number" and number is not None and number.reads == "percent" and not number.now
        window = kind in WINDOWED or kind in OVER_TIME
        paged = kind in MESSAGES or kind in LISTS or kind == "heat"
        return (
            own
            + (fitting.WINDOW_EM if window else 0)
            + (fitting.OF_HOW_MANY_EM if counted else 0)
            + (fitting.PAGE_EM if paged else 0)
        )

    def public(self, room: boxes.Box, kind: str) -> Document:
        """For the browser: the tile's text, how its number is read, how many rows fit at which size."""
        shown = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) not in (None, [])}
        del shown["trail"]  # which one: live/view.py
        shown |= {"kind": kind}
        shown["letters"] = boxes.title_letters(room, pages=kind in MESSAGES or kind in LISTS)
        shown |= {name: list(limit) for name in LIMITS if (limit := threshold(getattr(self, name)))}
        if self.kind == "leaders" and self.metric:
            shown |= {"window": self.shown_window, "reads": ranked_by(self.metric)}
        elif self.metric and (number := number_named(self.metric)):
            shown |= {"window": self.shown_window, "reads": number.reads}
        if kind == "reasons":
            shown["window"] = "m60"
        if kind == "heat":
            shown["window"] = "day"
        if kind == "trend":
            known = [(one, number_named(one)) for one in self.over_time]
            shown["metrics"] = [{"metric": one, "reads": number.reads} for one, number in known if number]
            shown["window"] = "day"
        if kind == "number" and self.style == "bar" and (end := bar_end(self)):
            shown["end"] = end
        if kind == "queues":
            shown["window"] = self.window or "day"
            shown["columns"] = _columns(TABLE_COLUMNS[: fitting.cells(room)], shown["window"])
        if kind in MESSAGES:
            found = fitting.notice_fits(room, kind)
            told = ("holds", "letters", "alone", "line", *(("acting", "alone_acting") if kind == "alerts" else ()))
            shown["fits"] = [{name: getattr(fit, name) for name in told} for fit in found]
        elif kind in LISTS:
            shown["fits"] = [fit.holds for fit in fits(kind, room)]
        return shown


class Rotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A board that shows other boards in turn."""

    boards: Annotated[list[str], Meta(min_length=1, max_length=100)]
    seconds: Annotated[float, Meta(ge=5, le=86_400)] = 30


class Written(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may stand in a board's file."""

    title: Text | None = None
    columns: Annotated[int, Meta(ge=1, le=48)] = 12
    rows: Annotated[int, Meta(ge=1, le=48)] = 6
    audience: str = "wall"
    names: str | None = None
    shows: list[str] = []
    pressure: bool = True
    updates_per_s: Annotated[float, Meta(gt=0, le=10)] = 2
    theme: str = "dark"
    accent: str | None = None
    logo: Text | None = None
    language: str | None = None
    portrait: bool = False
    screen_inches: Annotated[float, Meta(gt=0, le=1000)] | None = None
    viewing_distance_m: Annotated[float, Meta(gt=0, le=1000)] | None = None
    tiles: list[Tile] = field(default_factory=list, name="tile")
    drift: bool = False
    dim: Annotated[str, Meta(pattern=HOURS)] | None = None
    sound: bool | Severity = False  # or from which severity on
    rotation: Rotation | None = None


class Board(Written, frozen=True, kw_only=True):
    """A board. Its id is its file's name. `mistake`: why the file as it is now is not what is shown.

    `unread`: that it was wrong from the start, so nothing of it can be shown.
    `every_notice`: also those for other boards (live/desk.py).
    """

    id: str = ""
    mistake: str = ""
    unread: bool = False
    every_notice: bool = False

    @property
    def shown_names(self) -> str:
        """How people are called: as written; else nobody is named on a wall, and everybody among colleagues."""
        if self.audience == "lead":
            return "full"
        return self.names or ("none" if self.audience == "wall" else "full")

    @property
    def of_people(self) -> Document:
        """What it says of them, for the audit trail and the log."""
        return {"audience": self.audience, "names": self.shown_names, "shows": sorted(self.shows)}

    def kind_of(self, tile: Tile) -> str:
        """What the screen draws: where people are not named, agents are `counts` by state."""
        return "counts" if tile.kind == "agents" and self.shown_names == "none" else tile.kind

    @property
    def sight(self) -> Sight | None:
        """The screen and how far away people stand, where both are told."""
        inches, metres = self.screen_inches, self.viewing_distance_m
        return None if inches is None or metres is None else Sight(inches, metres)

    def room(self, tile: Tile) -> boxes.Box:
        """A tile's place; no text in it is smaller than can be read from there."""
        kind = self.kind_of(tile)
        return boxes.box(
            tile.size, self.columns, self.rows, self.least_text, self.portrait,
            lines_em=fitting.LINES_EM.get(kind, fitting.FEWEST_LINES_EM), line_em=tile.title_em(kind),
            totals_em=fitting.TOTALS_MORE * fitting.TOTALS_EM if kind == "agents" else 0.0,
        )  # fmt: skip

    @property
    def least_text(self) -> float:
        """The smallest in v that can be read from where people stand; 0: nobody says where."""
        return boxes.ceil(self.sight.text(LEAST_ARC)) if self.sight else 0.0

    @property
    def revision(self) -> str:
        """Changes with any change of the board's text."""
        return blake2b(msgspec.json.encode(self), digest_size=6).hexdigest()

    def public(self) -> Document:
        """What the browser gets: the board's definition, resolved as far as the floor is not needed for it."""
        shown: Document = {
            "id": self.id, "title": self.title, "columns": self.columns, "rows": self.rows, "theme": self.theme,
            "audience": self.audience, "revision": self.revision,
            "tiles": [tile.public(self.room(tile), self.kind_of(tile)) for tile in self.tiles],
        }  # fmt: skip
        if self.rotation:
            shown["rotation"] = msgspec.to_builtins(self.rotation)
        shown |= {name: on for name in ("drift", "sound") if (on := getattr(self, name))}
        if self.dim:
            shown["dim"] = self.dim.split("-")
        if self.language:
            shown["language"] = self.language
        if self.logo:
            shown["logo"] = self.logo
        if self.unread:
            shown["unread"] = True  # what is wrong with it is for who writes boards (web/pages.py)
        elif self.mistake:
            shown["mistake"] = self.mistake
        return shown

    def variables(self) -> set[str]:
        """The variables that it uses: `$queue`, `$team`."""
        return {name for tile in self.tiles for name, key in VARIABLES.items() if name in getattr(tile, key)}

    def filled(self, values: Mapping[str, str], called: Callable[[str], str] = str) -> "Board":
        """With the variables' values in their places; one without a value means all. `called`: a queue's name."""
        if not (names := self.variables()):
            return self
        given = {name: values[name] for name in sorted(names) if name in values}
        query = urlencode({name[1:]: value for name, value in given.items()})
        title = self.title
        for name in VARIABLES:
            value = given.get(name, "")
            title = title and title.replace(name, called(value) if name == "$queue" else value).strip()
        tiles = [_filled(tile, given) for tile in self.tiles]
        return msgspec.structs.replace(self, id=f"{self.id}?{query}" if query else self.id, title=title, tiles=tiles)


def _filled(tile: Tile, given: Mapping[str, str]) -> Tile:
    changes = {
        key: [given[name]] if name in given else []
        for name, key in VARIABLES.items()
        if name in getattr(tile, key)
    }  # fmt: skip
    return msgspec.structs.replace(tile, **changes) if changes else tile


def threshold(text: str | None) -> tuple[str, float] | None:
    """`"< 80"` as its sign and its number; None where it is neither."""
    match = THRESHOLD.fullmatch(text or "")
    return (match[1], float(match[2])) if match else None


def bar_end(tile: Tile) -> float | None:
    """Where a bar is full: a quarter beyond the highest of its limits; a percentage at 100."""
    number = number_named(tile.metric) if tile.metric else None
    if number and number.reads == "percent":
        return 100
    bounds = [limit[1] for text in (tile.target, tile.warn, tile.alarm) if (limit := threshold(text))]
    return 1.25 * max(bounds) if bounds and max(bounds) > 0 else None


THRESHOLD = re.compile(r"\s*(<=|>=|<|>)\s*(-?[0-9]{1,9}(?:\.[0-9]{1,6})?)\s*")


def fits(kind: str, room: boxes.Box) -> Sequence[fitting.Fit]:
    """The sizes of text of a list's tile, large first."""
    return _FITS[kind](room)


_FITS: Mapping[str, Callable[[boxes.Box], Sequence[fitting.Fit]]] = {
    "queues": fitting.table_fits,
    "agents": fitting.card_fits,
    "counts": fitting.count_fits,
    "leaders": fitting.line_fits,
    "reasons": fitting.reason_fits,
    "sources": fitting.source_fits,
}


def _columns(metrics: Iterable[str], window: str) -> list[Document]:
    return [
        {"metric": metric, "window": "now" if NUMBERS[metric].now else window, "reads": NUMBERS[metric].reads}
        for metric in metrics
    ]
