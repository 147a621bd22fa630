"""Does a board say more of people than it said before? Switching that on is for administrators."""

from wallboard.record.board import Board
from wallboard.record.checks import NAMES

_BY_SIGHT = ("wall", "agent", "lead")
_BY_NAMES = NAMES[::-1]  # none, alias, first, full
_NOTHING = Board()


def exposes_more(before: Board | None, after: Board) -> str | None:
    """Where it does; None: nowhere. A board that is new said nothing before."""
    was = before or _NOTHING
    if _BY_SIGHT.index(after.audience) > _BY_SIGHT.index(was.audience):
        return "audience"
    if _BY_NAMES.index(after.shown_names) > _BY_NAMES.index(was.shown_names):
        return "names"
    if was.audience != "lead" and set(after.shows) - set(was.shows):
        return "shows"
    return None
