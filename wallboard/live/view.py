"""What does this board show? A view: which entities, each as far as its audience may see it (live/allowed.py)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from wallboard.core.askable import SINCE
from wallboard.core.numbers import number_named
from wallboard.core.patch import diff
from wallboard.core.select import selects, set_id
from wallboard.core.settings import Settings
from wallboard.live.allowed import allowed
from wallboard.live.crowds import Belongs, Crowds
from wallboard.live.documents import Change, briefs
from wallboard.live.trails import Trail
from wallboard.record.board import OVER_TIME
from wallboard.record.boards import Board, Tile

Document = dict[str, Any]

EVERYWHERE = frozenset({"sites", "sources", "kpis"})
LATENCY = "wallboard.latency"  # ms from an event's arrival to the screens, of this process (live/hub.py)
AGENT_TILES = frozenset({"agents", "leaders"})
QUEUE_TILES = frozenset({"number", "queues", "trend", "heat", "reasons"})  # they show numbers of queues
GROUP_TILES = QUEUE_TILES - {"queues"}  # of several together, or that is how they are explained


class View:
    """One board as one audience may see it. Boards with the same text share a view, and so its frames."""

    def __init__(self, board: Board, settings: Callable[[], Settings], teams: frozenset[str] | None = None) -> None:
        """`teams`: of the lead who looks, None: all."""
        self.board = board
        self.allowed = allowed(board, teams)
        self._settings = settings
        self.shows_latency = any(tile.metric == f"kpi.{LATENCY}" for tile in board.tiles)
        of_queues = [tile for tile in board.tiles if _tells_of_queues(tile)]
        self._queues = [list(tile.queues) for tile in of_queues if not tile.teams]
        self._teams = {team for tile in of_queues for team in tile.teams}
        self._groups = {group for tile in of_queues if (group := group_of(tile))}
        self._agent_tiles = [tile for tile in board.tiles if tile.kind in AGENT_TILES and self._names_people(tile)]
        unnamed = [tile for tile in board.tiles if tile.kind == "agents" and not self._names_people(tile)]
        trails = {place: trail for place, tile in enumerate(board.tiles) if (trail := self._trail(tile))}
        self.trails = {trail.id: trail for trail in trails.values()}
        self._trail_of = {place: trail.id for place, trail in trails.items()}
        self.crowds: dict[str, Belongs] = {crowd_id(tile): _belongs(tile) for tile in unnamed}

    def _trail(self, tile: Tile) -> Trail | None:
        """None where the tile wants none, and of numbers that this audience may not see at every moment."""
        number = number_named(tile.metric) if tile.kind == "number" and tile.trail and tile.metric else None
        if number is None or tile.metric is None:
            return None
        if not self.allowed.tells(tile.metric):
            return None
        family, _, own = tile.metric.partition(".")
        of = {"kind": "kpis", "id": own} if family == "kpi" else tile_of(tile)
        return Trail(of["kind"], of["id"], tile.metric, tile.shown_window, number.reads) if of else None

    @property
    def key(self) -> str:
        return view_key(self.board, self.allowed.teams)

    def sets(self) -> list[list[str]]:
        """The sets of queues that the floor has to count for this board."""
        return [_patterns(tile) for tile in self.board.tiles if _is_set(tile) and group_of(tile)]

    def public(self) -> Document:
        """The board's definition for the browser; each tile says which entity it shows (`of`)."""
        public: Document = dict(self.board.public())
        public["tiles"] = [
            self._public(shown, tile) | self._asks(place, tile)
            for place, (shown, tile) in enumerate(zip(public["tiles"], self.board.tiles, strict=True))
        ]
        return public

    def _asks(self, place: int, tile: Tile) -> Document:
        """Where the past of its numbers is: in the state, or to be asked for (web/series.py)."""
        if tile.kind in OVER_TIME and all(self.allowed.tells(metric) for metric in tile.over_time):
            return {"series": f"/api/v1/boards/{quote(self.board.id, safe='')}/series?tile={place}"}
        return {"trail": self._trail_of[place]} if place in self._trail_of else {}

    def _public(self, shown: Document, tile: Tile) -> Document:
        if tile.kind in AGENT_TILES and self.allowed.names != "full":
            shown = {key: value for key, value in shown.items() if key != "agents"}  # patterns of ids
        if shown["kind"] == "counts":
            return {**shown, "of": {"kind": "counts", "id": crowd_id(tile)}}
        return {**shown, **({"of": of} if (of := tile_of(tile)) else {})}

    def _names_people(self, tile: Tile) -> bool:
        """A ranking needs more than names."""
        ranks = tile.kind != "leaders" or self.allowed.everything or "rankings" in self.allowed.shows
        return self.allowed.people and ranks

    def select(self, documents: Mapping[str, Mapping[str, Document]]) -> dict[str, dict[str, Document]]:
        """The state document as this view may see it."""
        return {
            kind: {
                self.allowed.id_of(kind, name): self.project(kind, name, rows[name])
                for name, brief in briefs(rows) if self.includes(kind, name, brief)
            }
            for kind, rows in documents.items()
        }  # fmt: skip

    def counts(self, agents: Iterable[tuple[str, Document]]) -> dict[str, Document]:
        """Of people whom this view does not name: how many are doing what."""
        counted = Crowds()
        counted.watch(self.crowds, agents)
        return counted.rows

    def includes(self, kind: str, name: str, row: Document) -> bool:
        if kind == "kpis" and name == LATENCY:
            return self.shows_latency
        if kind == "kpis" and "agent" in row:
            return self.allowed.everything and self.allowed.of_team(row)
        if kind in EVERYWHERE:
            return True
        if kind == "queues":
            return self._shows_queue(name, row)
        if kind == "groups":
            return name in self._groups
        if kind == "agents":
            return self.allowed.of_team(row) and any(_has_agent(tile, name, row) for tile in self._agent_tiles)
        if kind == "counts":
            return name in self.crowds
        if kind == "trails":
            return name in self.trails and (
                "agent" not in row or (self.allowed.everything and self.allowed.of_team(row))
            )
        if kind == "notices":
            return self._shows_notice(row)
        return kind == "alerts" and self._shows_alert(row)

    def told(self, change: Change) -> tuple[str, Document | None, Document | None]:
        """Its id, the row and the patch as this audience may see them: the same for all who may see alike."""
        name = self.allowed.id_of(change.kind, change.id)
        if change.new is None:
            return name, None, change.patch
        row = self.project(change.kind, change.id, change.new)
        if change.old is None:
            return name, row, row
        before = self.project(change.kind, change.id, change.old)
        return name, row, change.patch if row is change.new and before is change.old else diff(before, row)

    def project(self, kind: str, name: str, row: Document) -> Document:
        """The row with what this audience may not see left out."""
        return self.allowed.project(kind, name, row, self._settings)

    def hides(self, kind: str, name: str, row: Document, metric: str, window: str) -> bool:
        """Whether it is this audience that does not see the number."""
        family = metric.partition(".")[0]
        shown = self.project(kind, name, row).get(window, {})
        return bool(row.get(window, {}).get(family) != shown.get(family))

    def _shows_queue(self, name: str, row: Document) -> bool:
        if row.get("team") in self._teams:
            return True
        return any(selects(patterns, name) for patterns in self._queues)

    def _shows_alert(self, row: Document) -> bool:
        """What is about one person, or a number that the audience may not see, reaches leads only."""
        metric: str = row.get("metric", "")
        told = row["kind"] != "agents" and self.allowed.tells(SINCE.get(metric) or metric)
        theirs = self.allowed.everything and (row["kind"] != "agents" or self.allowed.of_team(row))
        return (told or theirs) and any(
            row.get("team") in tile.teams
            if tile.teams
            else tile.queues in ([], ["*"]) or (row["kind"] == "queues" and selects(tile.queues, row["of"]))
            for tile in self.board.tiles
            if tile.kind == "alerts"
        )

    def _shows_notice(self, row: Document) -> bool:
        """A board that the address fills in shows what is for the board too."""
        boards: Sequence[str] = row.get("boards", ())
        own = {self.board.id, self.board.id.partition("?")[0]}
        return not boards or self.board.every_notice or not own.isdisjoint(boards)


def view_key(board: Board, teams: frozenset[str] | None) -> str:
    """Who see alike share a view."""
    return board.id if teams is None or board.audience != "lead" else f"{board.id} {sorted(teams)}"


def tile_of(tile: Tile) -> Document | None:
    """Which entity's numbers a tile shows: one queue, or a group of them."""
    if tile.kind in AGENT_TILES:
        return None
    if _is_set(tile):
        return {"kind": "groups", "id": set_id(_patterns(tile))}
    if tile.teams:
        return {"kind": "groups", "id": f"team:{tile.teams[0]}"}
    if tile.queues in ([], ["*"]):
        return {"kind": "groups", "id": "all"}
    return {"kind": "queues", "id": tile.queues[0]}


def group_of(tile: Tile) -> str | None:
    """The group of queues whose numbers it shows."""
    of = tile_of(tile) if tile.kind in GROUP_TILES and _tells_of_queues(tile) else None
    return of["id"] if of and of["kind"] == "groups" else None


def crowd_id(tile: Tile) -> str:
    """The same set of agents has the same counts, on whatever board."""
    return set_id([*_patterns(tile), *(f"agent:{name}" for name in tile.agents)])


def _patterns(tile: Tile) -> list[str]:
    """Teams count as patterns too (core/select.py)."""
    return [*tile.queues, *(f"team:{team}" for team in tile.teams)]


def _tells_of_queues(tile: Tile) -> bool:
    return tile.kind in QUEUE_TILES and not (tile.metric or "").startswith("kpi.")


def _is_set(tile: Tile) -> bool:
    """A set of its own, which is no single queue, no single team and not all."""
    patterns = _patterns(tile)
    if tile.kind in AGENT_TILES or patterns in ([], ["*"]):
        return False
    return len(patterns) > 1 or bool(set(patterns[0]) & set("*?[!"))


def _belongs(tile: Tile) -> Belongs:
    return Belongs(partial(_works, tile), partial(selects, tile.agents) if tile.agents else None)


def _has_agent(tile: Tile, name: str, row: Document) -> bool:
    return (not tile.agents or selects(tile.agents, name)) and _works(tile, row)


def _works(tile: Tile, row: Document) -> bool:
    if tile.teams:
        return row.get("team") in tile.teams
    if tile.queues in ([], ["*"]):
        return True
    return any(selects(tile.queues, queue) for queue in row["queues"])
