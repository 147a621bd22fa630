"""Which boards, and whom on the floor, may this caller see? What may not be seen answers like what is not there.

The floor as a whole is for leads, administrators and programs: others ask for a board.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import HTTPConnection

from wallboard.core.kpis import entity
from wallboard.live.allowed import Allowed, whole_floor
from wallboard.record.boards import Board
from wallboard.web.auth import Who, allowed, who_asks
from wallboard.web.problems import Problem
from wallboard.web.who import may_see
from wallboard.web.wiring import Parts

BOARDS_ONLY = frozenset({"viewer", "agent"})
NO_BOARD = "There is no such board, or you may not see it."


class Seen(Mapping[str, Board]):
    """The boards that somebody may see, as they are asked for: with variables too."""

    def __init__(self, boards: Mapping[str, Board], who: Who) -> None:
        self._boards = boards
        self._who = who

    def __getitem__(self, name: str) -> Board:
        board = self._boards[name]
        if not may_see(self._who, board):
            raise KeyError(name)
        return board

    def __iter__(self) -> Iterator[str]:
        return (name for name, board in self._boards.items() if may_see(self._who, board))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def boards_for(connection: HTTPConnection) -> Seen:
    """Those that the caller may see."""
    return Seen(connection.app.state.boards(), who_asks(connection))


def must_see(connection: HTTPConnection, board_id: str) -> None:
    """Raises Problem 404 for a board that is there and not for the caller, or whose name is out of their bounds."""
    who, board = who_asks(connection), connection.app.state.boards().get(board_id)
    if not who.may_see_board(board_id) or (board is not None and not may_see(who, board)):
        raise Problem(404, NO_BOARD)


def sees_floor(connection: HTTPConnection) -> Who:
    """The caller, who may see the floor as a whole, or asks for the one queue of theirs. Raises Problem 403."""
    who = allowed(connection, "state:read")
    if who.queues is None and (who.boards is not None or who.role in BOARDS_ONLY):
        raise Problem(403, f"'{who.name}' may see boards, not the whole floor: ask for a board.")
    return who


def seen_by(who: Who) -> Allowed:
    """How much of the rows of the whole floor."""
    return whole_floor(people=who.may("people:read"), teams=who.teams)


def sees_agent(parts: Parts, who: Who, agent: str) -> bool:
    """Whether figures of this person are for who asks. False also where there is nobody."""
    row: Mapping[str, Any] | None = entity(parts.pipeline.floor, "agents", agent)
    return row is not None and who.may("people:read") and who.of_team(row.get("team"))
