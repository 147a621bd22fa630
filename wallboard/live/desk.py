"""What does the lead's page `/floor` show live? A board that no file can be: all queues, everybody, every notice."""

from collections.abc import Iterable
from urllib.parse import urlencode

from wallboard.record.boards import Board, Tile

DESK = "~floor"  # a file's name cannot be that (BOARD_ID)
_ROWS = {"number": "waiting", "queues": None, "agents": None, "notices": None, "alerts": None}


def desk(teams: Iterable[str] | None = None) -> Board:
    """As leads of these teams see it; None: all. Its first tile says which group of queues that is (`of`)."""
    limits = sorted(teams) if teams is not None else []
    if teams is not None and not limits:
        return Board(id=f"{DESK}?", audience="lead", updates_per_s=1)
    tiles = [
        Tile(kind=kind, at=(1, place), size=(12, 1), teams=limits, metric=metric)
        for place, (kind, metric) in enumerate(_ROWS.items(), 1)
    ]
    return Board(
        id=f"{DESK}?{urlencode([('team', team) for team in limits])}" if limits else DESK,
        audience="lead", updates_per_s=1, tiles=tiles, every_notice=True,
    )  # fmt: skip
