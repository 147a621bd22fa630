"""Where do the tiles of a wide board stand on an upright screen?

    ┌───┬───┬───┬───┐            ┌───────┬───────┐
    │ a │ b │ c │ d │            │   a   │   b   │
    ├───┴───┼───┴───┤     →      ├───────┼───────┤
    │   e   │   f   │            │   c   │   d   │
    └───────┴───────┘            ├───────┴───────┤
                                 │       e       │
                                 ├───────────────┤
                                 │       f       │
                                 └───────────────┘

Each band of rows that no tile crosses is cut near its middle, where no tile is cut, and its right half stands below its
left one. A half is as wide as the screen then, and gets of the height what it needs to grow as much as its width does.
How big text is there: record/turned.py.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wallboard.record import boxes
from wallboard.record.board import Board, Tile

_ACROSS = boxes.HIGH_V - 2 * boxes.EDGE_V + boxes.GAP_V  # of the screen in u, with the gap behind the last tile
_DOWN = boxes.WIDE_V - boxes.HEAD_V - boxes.EDGE_V + boxes.GAP_V
_LEAST_SHARE = 0.3  # of the width, that a half has


class Place(NamedTuple):
    """Shares of the board's width and height, 0..1, with the gap behind it."""

    left: float
    top: float
    wide: float
    high: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in u: 1 % of the width of the largest 9:16 box in the window."""
        return self.wide * _ACROSS - boxes.GAP_V, self.high * _DOWN - boxes.GAP_V


class _Half(NamedTuple):
    """Tiles that stand beside and below each other in one piece of the grid; columns and rows from 0."""

    tiles: list[int]
    left: int
    top: int
    wide: int
    high: int


def places(board: Board) -> list[Place]:
    """Of each tile, in the board's order."""
    halves = [half for band in _bands(board) for half in _halves(board, band)]
    shares = _shares([(half.high, board.columns / half.wide) for half in halves], board.rows)
    found: dict[int, Place] = {}
    top = 0.0
    for half, share in zip(halves, shares, strict=True):
        found |= {nth: _place(board.tiles[nth], half, top, share) for nth in half.tiles}
        top += share
    return [found[nth] for nth in range(len(board.tiles))]


def _bands(board: Board) -> Iterator[_Half]:
    """Whole rows of tiles, from above; rows in which nothing stands are left out."""
    for tiles, top, high in _pieces([(nth, tile.at[1], tile.size[1]) for nth, tile in enumerate(board.tiles)]):
        yield _Half(tiles, 0, top, board.columns, high)


def _pieces(spans: Sequence[tuple[int, int, int]]) -> Iterator[tuple[list[int], int, int]]:
    """(name, from, how many) by what overlaps: the names, where it begins (from 0), how long it is."""
    names, first, end = list[int](), 0, 0
    for name, at, count in sorted(spans, key=lambda span: span[1]):
        if names and at > end:
            yield names, first - 1, end - first + 1
            names = []
        first, end = (first, max(end, at + count - 1)) if names else (at, at + count - 1)
        names.append(name)
    if names:
        yield names, first - 1, end - first + 1


def _halves(board: Board, band: _Half) -> list[_Half]:
    """Left and right of the border nearest to the middle; the band itself where there is none."""
    spans = [(nth, board.tiles[nth].at[0], board.tiles[nth].size[0]) for nth in band.tiles]
    pieces = list(_pieces(spans))
    borders = [left for _, left, _ in pieces[1:]]
    least = _LEAST_SHARE * board.columns
    borders = [border for border in borders if least <= border <= board.columns - least]
    if not borders:
        return [band]
    border = min(borders, key=lambda one: (abs(2 * one - board.columns), one))
    sides = [[nth for nth, at, _ in spans if (at > border) == right] for right in (False, True)]
    return [_half(board, sides[0], 0, border), _half(board, sides[1], border, board.columns - border)]


def _half(board: Board, tiles: list[int], left: int, wide: int) -> _Half:
    """As high as its tiles are: the other half may be higher."""
    top = min(board.tiles[nth].at[1] for nth in tiles) - 1
    end = max(board.tiles[nth].at[1] + board.tiles[nth].size[1] for nth in tiles) - 1
    return _Half(tiles, left, top, wide, end - top)


def _shares(halves: Sequence[tuple[int, float]], rows: int) -> list[float]:
    """Of the height, for each (rows, how much wider): what its text needs to grow as its width does, and what is over
    by rows; where that is too much, all grow alike as far as they can."""
    if not halves:
        return []
    room = rows * _DOWN / (boxes.HIGH_V - boxes.HEAD_V - boxes.EDGE_V + boxes.GAP_V)  # rows that have room
    widths = [wider * _ACROSS / (boxes.WIDE_V - 2 * boxes.EDGE_V + boxes.GAP_V) for _, wider in halves]
    low, high = 0.0, max(widths)
    for _ in range(40):
        middle = (low + high) / 2
        needed = sum(count * min(width, middle) for (count, _), width in zip(halves, widths, strict=True))
        low, high = (middle, high) if needed <= room else (low, middle)
    wanted = [count * min(width, high) for (count, _), width in zip(halves, widths, strict=True)]
    return [one / sum(wanted) for one in wanted]


def _place(tile: Tile, half: _Half, top: float, share: float) -> Place:
    (column, row), (wide, high) = tile.at, tile.size
    return Place(
        left=(column - 1 - half.left) / half.wide,
        top=top + share * (row - 1 - half.top) / half.high,
        wide=wide / half.wide,
        high=share * high / half.high,
    )
