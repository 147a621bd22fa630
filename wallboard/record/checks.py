"""What is wrong on a board, that its types alone do not show? The grid, the words, the numbers, the limits."""

import difflib
from collections.abc import Iterable, Iterator, Sequence

from wallboard.record.board import Board, Tile, threshold
from wallboard.record.numbers import FAMILIES, NUMBERS, WINDOWS, number_named

KINDS = (
    "number", "queues", "agents", "reasons", "trend", "heat", "leaders", "notices", "alerts", "clock", "text",
    "image", "sources",
)  # fmt: skip
AUDIENCES = ("wall", "lead", "agent")
THEMES = ("dark", "light", "contrast")

Wrong = tuple[str, str]  # where, and what is wrong and what was expected
Numbered = tuple[int, Tile]


def board_mistakes(board: Board, tiles: Sequence[Numbered]) -> Iterator[Wrong]:
    """`tiles` with their place in the file."""
    yield from _one_of("audience", board.audience, AUDIENCES)
    yield from _one_of("theme", board.theme, THEMES)
    if board.rotation and tiles:
        yield "rotation", "a board has tiles or is a rotation of other boards, not both"
    for number, tile in tiles:
        yield from _tile(f"tile[{number}]", tile)
        yield from _outside(f"tile[{number}]", tile, board)
    yield from _overlaps(tiles)


def _tile(at: str, tile: Tile) -> Iterator[Wrong]:
    yield from _one_of(f"{at}.kind", tile.kind, KINDS)
    if tile.queues and tile.teams:
        yield f"{at}.teams", "queues or teams, not both: a team's queues are those that name it"
    if tile.kind == "number" and tile.metric is None:
        yield f"{at}.metric", "is missing: which number? (docs/boards.md lists them)"
    if tile.kind == "text" and not tile.text:
        yield f"{at}.text", "is missing: which text?"
    if tile.metric is not None:
        yield from _metric(f"{at}.metric", tile.metric)
    if tile.window is not None:
        yield from _window(f"{at}.window", tile)
    yield from _limits(at, tile)


def _metric(at: str, metric: str) -> Iterator[Wrong]:
    if number_named(metric) is None:
        near = difflib.get_close_matches(metric, NUMBERS, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        families = ", ".join(f"{family}.NAME" for family in FAMILIES)
        yield at, f"unknown number '{metric}': {hint}docs/boards.md lists them (and {families})"


def _window(at: str, tile: Tile) -> Iterator[Wrong]:
    wrong = list(_one_of(at, tile.window or "", WINDOWS))
    yield from wrong
    number = number_named(tile.metric) if tile.metric else None
    if wrong or number is None:
        return
    if number.now and tile.window != "now":
        yield at, f"'{tile.metric}' is what is now: leave the window out, or expected now"
    if not number.now and tile.window == "now":
        yield at, f"'{tile.metric}' is counted over time, expected one of {', '.join(WINDOWS[1:])}"


def _limits(at: str, tile: Tile) -> Iterator[Wrong]:
    for name, text in (("warn", tile.warn), ("alarm", tile.alarm)):
        if text is None:
            continue
        if tile.metric is None:
            yield f"{at}.{name}", "a limit needs the metric that it is about"
        if threshold(text) is None:
            yield f"{at}.{name}", f'not a limit: \'{text}\', expected a sign and a number such as "< 80" or ">= 3"'


def _outside(at: str, tile: Tile, board: Board) -> Iterator[Wrong]:
    for axis, name, most in ((0, "column", board.columns), (1, "row", board.rows)):
        last = tile.at[axis] + tile.size[axis] - 1
        if last > most:
            yield f"{at}.size", f"reaches {name} {last}, expected at most {most} (the board has {most} {name}s)"


def _overlaps(tiles: Sequence[Numbered]) -> Iterator[Wrong]:
    """Each tile is told of the first one before it that lies under it."""
    taken: dict[tuple[int, int], int] = {}
    for number, tile in tiles:
        under = {taken[cell] for cell in _cells(tile) if cell in taken}
        if under:
            yield f"tile[{number}].at", f"lies over tile[{min(under)}]: move one of them or make it smaller"
        taken |= {cell: number for cell in _cells(tile) if cell not in taken}


def _cells(tile: Tile) -> list[tuple[int, int]]:
    (column, row), (wide, high) = tile.at, tile.size
    return [(x, y) for x in range(column, column + wide) for y in range(row, row + high)]


def _one_of(at: str, value: str, allowed: Iterable[str]) -> Iterator[Wrong]:
    allowed = list(allowed)
    if value not in allowed:
        near = difflib.get_close_matches(value, allowed, n=1)
        hint = f" - did you mean '{near[0]}'?" if near else ""
        yield at, f"unknown '{value}', expected one of {', '.join(allowed)}{hint}"
