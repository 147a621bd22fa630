"""Which boards may somebody put on a screen?"""

from starlette.requests import Request

from wallboard.record.board import Board
from wallboard.web.alphabet import by_alphabet
from wallboard.web.auth import Who
from wallboard.web.exposing import beyond
from wallboard.web.pages import title_of
from wallboard.web.problems import Problem, near
from wallboard.web.speaking import spoken
from wallboard.web.wiring import Parts, parts_of
from wallboard.web.words import words


def board_named(parts: Parts, who: Who, name: str) -> Board:
    """Raises Problem 422."""
    boards = parts.boards()
    board = boards.get(name)
    if board is None or not _may_put(parts, who, board):
        known = [one for one in boards if _may_put(parts, who, boards[one])]
        raise Problem(422, "There is no such board, or it is not for you.", at="$.board", **near(name, known))
    return board


def choice(request: Request, who: Who) -> list[tuple[str, str, str]]:
    """Boards that somebody may put on a screen, in the order of their language's alphabet: id, title, and the names of
    what they leave to the address."""
    say, parts = words(spoken(request)), parts_of(request)
    found = [
        (
            board.id,
            parts.boards.title(board.id) or title_of(board, say),
            " ".join(one.lstrip("$") for one in parts.boards.variables(board.id)),
        )
        for board in parts.boards().values()
        if _may_put(parts, who, board)
    ]
    by_title = by_alphabet(say.language)
    return sorted(found, key=lambda one: by_title(one[1]))


def _may_put(parts: Parts, who: Who, board: Board) -> bool:
    """A screen shows everybody on a lead's board, and all boards of a rotation: whoever puts it there may see them."""
    boards = parts.boards()
    turning = [boards[name] for name in (board.rotation.boards if board.rotation else []) if name in boards]
    return all(_may_show(parts, who, one) for one in (board, *turning))


def _may_show(parts: Parts, who: Who, board: Board) -> bool:
    if not who.may_see_board(board.id):
        return False
    return board.audience != "lead" or (who.may("people:read") and not beyond(who, parts.pipeline.floor, board))
