"""What may this board show, to this audience? A view: which entities, and how much of each.

Names, reasons and personal figures leave the server only where the audience allows them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wallboard.core.patch import diff
from wallboard.core.select import selects, set_id
from wallboard.core.settings import Settings
from wallboard.live.pipeline import Change
from wallboard.record.boards import Board, Tile

Document = dict[str, Any]

EVERYWHERE = frozenset({"sites", "sources", "kpis"})
PERSONAL = ("as_of", "day", "shift", "tags", "missed_in_row", "stretch_since")  # an agent's own figures: leads only
LATENCY = "wallboard.latency"  # ms from an event's arrival to the screens, of this process (live/hub.py)
AGENT_TILES = frozenset({"agents", "leaders"})


class View:
    """One board as one audience may see it. Boards with the same text share a view, and so its frames."""

    def __init__(self, board: Board, settings: Callable[[], Settings]) -> None:
        self.board = board
        self._settings = settings
        self._queues = [list(tile.queues) for tile in board.tiles if tile.kind not in AGENT_TILES and not tile.teams]
        self._teams = {team for tile in board.tiles for team in tile.teams}
        self._groups = {of["id"] for tile in board.tiles if (of := tile_of(tile)) and of["kind"] == "groups"}
        self._agent_tiles = [tile for tile in board.tiles if tile.kind in AGENT_TILES]

    @property
    def shows_latency(self) -> bool:
        return any(tile.metric == f"kpi.{LATENCY}" for tile in self.board.tiles)

    @property
    def key(self) -> str:
        return self.board.id

    def sets(self) -> list[list[str]]:
        """The sets of queues that the floor has to count for this board."""
        return [_patterns(tile) for tile in self.board.tiles if _is_set(tile)]

    def public(self) -> Document:
        """The board's definition for the browser; each tile says which entity it shows (`of`)."""
        public: Document = dict(self.board.public())
        public["tiles"] = [
            {**shown, **({"of": of} if (of := tile_of(tile)) else {})}
            for shown, tile in zip(public["tiles"], self.board.tiles, strict=True)
        ]
        return public

    def select(self, documents: Mapping[str, Mapping[str, Document]]) -> dict[str, dict[str, Document]]:
        """The state document as this view may see it."""
        return {
            kind: {
                name: self.project(kind, row) for name, row in rows.items() if self.includes(kind, name, row)
            }
            for kind, rows in documents.items()
        }  # fmt: skip

    def includes(self, kind: str, name: str, row: Document) -> bool:
        if kind == "kpis" and name == LATENCY:
            return self.shows_latency
        if kind == "kpis" and "agent" in row:
            return self.board.audience == "lead"
        if kind in EVERYWHERE:
            return True
        if kind == "queues":
            return self._shows_queue(name, row)
        if kind == "groups":
            return name in self._groups or name == "all"
        if kind == "agents":
            return any(_has_agent(tile, name, row) for tile in self._agent_tiles)
        if kind == "notices":
            return self._shows_notice(row)
        return kind == "alerts" and self._shows_alert(row)

    def told(self, change: Change) -> tuple[Document | None, Document | None]:
        """The row as this audience may see it, and the patch from what it saw before: the same for a whole audience."""
        if change.new is None or self.board.audience == "lead":
            return change.new, change.patch
        row = self.project(change.kind, change.new)
        if change.old is None:
            return row, row
        before = self.project(change.kind, change.old)
        return row, change.patch if row is change.new and before is change.old else diff(before, row)

    def project(self, kind: str, row: Document) -> Document:
        """The row with what this audience may not see left out."""
        if self.board.audience == "lead":
            return row
        if kind == "agents":
            return self._impersonal(row)
        if kind == "alerts" and "note" in row:  # what people say of it among themselves
            return {key: value for key, value in row.items() if key != "note"}
        if kind in ("queues", "groups") and row.get("now", {}).get("paused_by"):
            return {**row, "now": {**row["now"], "paused_by": {}}}
        return row

    def _impersonal(self, row: Document) -> Document:
        shown = {key: value for key, value in row.items() if key not in PERSONAL}
        reason = self._settings().reason.get(row.get("reason", ""))
        if "reason" in row and (reason is None or reason.group == "personal"):
            del shown["reason"]
        shown["contacts"] = [{key: value for key, value in one.items() if key != "contact"} for one in row["contacts"]]
        return shown

    def _shows_queue(self, name: str, row: Document) -> bool:
        if row.get("team") in self._teams:
            return True
        return any(selects(patterns, name) for patterns in self._queues)

    def _shows_alert(self, row: Document) -> bool:
        """What is about one person reaches leads only."""
        return (row["kind"] != "agents" or self.board.audience == "lead") and any(
            row.get("team") in tile.teams
            if tile.teams
            else tile.queues in ([], ["*"]) or (row["kind"] == "queues" and selects(tile.queues, row["of"]))
            for tile in self.board.tiles
            if tile.kind == "alerts"
        )

    def _shows_notice(self, row: Document) -> bool:
        boards: Sequence[str] = row.get("boards", ())
        return not boards or self.board.id in boards


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


def _patterns(tile: Tile) -> list[str]:
    """Teams count as patterns too (core/select.py)."""
    return [*tile.queues, *(f"team:{team}" for team in tile.teams)]


def _is_set(tile: Tile) -> bool:
    """A set of its own, which is no single queue, no single team and not all."""
    patterns = _patterns(tile)
    if tile.kind in AGENT_TILES or patterns in ([], ["*"]):
        return False
    return len(patterns) > 1 or bool(set(patterns[0]) & set("*?[!"))


def _has_agent(tile: Tile, name: str, row: Document) -> bool:
    if tile.agents and not selects(tile.agents, name):
        return False
    if tile.teams:
        return row.get("team") in tile.teams
    if tile.queues in ([], ["*"]):
        return True
    return any(selects(tile.queues, queue) for queue in row["queues"])
