"""Does a board say more of people than it said before, or of more than whoever writes it is responsible for?

Switching on what is said of people is for administrators; a lead who is bound to teams writes boards of these.
"""

from wallboard.core.state import Floor
from wallboard.record.board import Board, Tile
from wallboard.record.checks import NAMES
from wallboard.web.who import Who
from wallboard.web.within import has_queue

_BY_SIGHT = ("wall", "agent", "lead")
_BY_NAMES = NAMES[::-1]  # none, alias, first, full
_NOTHING = Board()


def exposes_more(before: Board | None, after: Board) -> str | None:
    """Where it does; None: nowhere. A board that is new said nothing before; nor did one that was for fewer, to those
    for whom it is now."""
    was = before or _NOTHING
    if _BY_SIGHT.index(after.audience) < _BY_SIGHT.index(was.audience):
        was = _NOTHING
    if _BY_SIGHT.index(after.audience) > _BY_SIGHT.index(was.audience):
        return "audience"
    if _BY_NAMES.index(after.shown_names) > _BY_NAMES.index(was.shown_names):
        return "names"
    if was.audience != "lead" and set(after.shows) - set(was.shows):
        return "shows"
    return None


_OF_NOBODY = frozenset({"clock", "text", "image", "notices", "sources"})


def beyond(who: Who, floor: Floor, board: Board) -> dict[int, str]:
    """Places of tiles that show more than is theirs, and what to name instead."""
    if who.teams is None and who.queues is None:
        return {}
    theirs = ", ".join(sorted(who.teams or who.queues or ())) or "none"
    reason = f"shows more than is yours: expected teams or queues of yours ({theirs})"
    return {place: reason for place, tile in enumerate(board.tiles) if not _is_theirs(who, floor, tile)}


def _is_theirs(who: Who, floor: Floor, tile: Tile) -> bool:
    if tile.kind in _OF_NOBODY or (tile.metric or "").startswith("kpi."):
        return True
    if tile.teams:
        return who.queues is None and all(who.of_team(team) for team in tile.teams)
    return bool(tile.queues) and all(has_queue(who, floor, queue) for queue in tile.queues)
