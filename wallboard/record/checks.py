"""What is wrong on a board, that its types alone do not show? The grid, the words, the numbers, the limits."""

import difflib
from collections.abc import Iterable, Iterator, Sequence

from wallboard.core.numbers import FAMILIES, NUMBERS, RANKED, WINDOWS, number_named, ranked_by
from wallboard.core.settings import LANGUAGES
from wallboard.core.words import meant
from wallboard.record.board import OVER_TIME, VARIABLES, Board, Tile, bar_end, threshold
from wallboard.record.colours import COLOUR, GROUNDS, MARK, least_contrast

KINDS = (
    "number", "queues", "agents", "reasons", "trend", "heat", "leaders", "notices", "alerts", "clock", "text",
    "image", "sources",
)  # fmt: skip
AUDIENCES = ("wall", "lead", "agent")
NAMES = ("full", "first", "alias", "none")
SHOWS = ("reasons", "times", "rankings", "small_groups")
STYLES = ("plain", "bar")
THEMES = ("dark", "light", "contrast")

MOST_LINES = 4
MOST_TILES = 200
MOST_PATTERNS = 2_000  # of queues, teams and agents in all tiles: each is looked for in all names

Wrong = tuple[str, str]  # where, and what is wrong and what was expected
Numbered = tuple[int, Tile]


def board_mistakes(board: Board, tiles: Sequence[Numbered]) -> Iterator[Wrong]:
    """`tiles` with their place in the file."""
    yield from _one_of("audience", board.audience, AUDIENCES)
    yield from _people(board, tiles)
    yield from _accent(board)
    yield from _one_of("theme", board.theme, THEMES)
    if board.language is not None:
        yield from _one_of("language", board.language, LANGUAGES)
    if board.rotation and tiles:
        yield "rotation", "a board has tiles or is a rotation of other boards, not both"
    if len(tiles) > MOST_TILES:
        yield f"tile[{MOST_TILES}]", f"one of {len(tiles)} tiles: expected at most {MOST_TILES}"
    yield from _too_many(tiles)
    for number, tile in tiles:
        yield from _tile(f"tile[{number}]", tile)
        yield from _outside(f"tile[{number}]", tile, board)
    yield from _overlaps(tiles)


def _too_many(tiles: Sequence[Numbered]) -> Iterator[Wrong]:
    """Of the first with which it is too much."""
    so_far = 0
    for number, tile in tiles:
        so_far += len(tile.queues) + len(tile.teams) + len(tile.agents)
        if so_far > MOST_PATTERNS:
            yield (
                f"tile[{number}]",
                f"with it all tiles name {so_far} queues, teams and agents, at most {MOST_PATTERNS}",
            )
            return


def _tile(at: str, tile: Tile) -> Iterator[Wrong]:
    yield from _one_of(f"{at}.kind", tile.kind, KINDS)
    if tile.queues and tile.teams:
        yield f"{at}.teams", "queues or teams, not both: a team's queues are those that name it"
    for name, key in VARIABLES.items():
        if name in getattr(tile, key) and len(getattr(tile, key)) > 1:
            yield f"{at}.{key}", f"{name} stands alone: one screen shows one of them"
    if tile.kind == "number" and tile.metric is None:
        yield f"{at}.metric", "is missing: which number? (docs/boards.md lists them)"
    if tile.kind in OVER_TIME:
        yield from _drawn(at, tile)
    elif tile.metrics:
        yield f"{at}.metrics", "is for trend: expected metric, one number"
    if tile.kind == "text" and not tile.text:
        yield f"{at}.text", "is missing: which text?"
    if tile.kind == "leaders":
        yield from _ranking(at, tile)
    elif tile.metric is not None:
        yield from _metric(f"{at}.metric", tile.metric)
    if tile.kind == "image" and not tile.image:
        yield f"{at}.image", "is missing: which file of the folder images?"
    if tile.kind == "image" and not tile.alt:
        yield f"{at}.alt", "is missing: what does it show, for whoever does not see it?"
    if tile.window is not None and tile.kind != "leaders":
        yield from _window(f"{at}.window", tile)
    yield from _limits(at, tile)
    yield from _shape(at, tile)


def _drawn(at: str, tile: Tile) -> Iterator[Wrong]:
    """A trend draws numbers that are counted over time, a heat map one of them."""
    if tile.kind == "heat" and tile.metrics:
        yield f"{at}.metrics", "is for trend: expected metric, one number"
    if not tile.over_time:
        yield f"{at}.metrics", 'is missing: which numbers? For example ["offered", "answered"]'
    if len(tile.over_time) > MOST_LINES:
        yield f"{at}.metrics", f"{len(tile.over_time)} lines: expected at most {MOST_LINES}, nobody can tell more apart"
    for place, metric in enumerate(tile.metrics):
        yield from _metric(f"{at}.metrics[{place}]", metric)
    for metric in tile.over_time:
        number = number_named(metric)
        if number and number.now:
            yield f"{at}.metrics", f"'{metric}' is what is now: a {tile.kind} draws what is counted over time"


def _accent(board: Board) -> Iterator[Wrong]:
    if board.accent is None:
        return
    if not COLOUR.fullmatch(board.accent):
        yield "accent", f"not a colour: '{board.accent}', expected six hexadecimal digits such as \"#0b66a8\""
    elif board.theme in GROUNDS and (found := least_contrast(board.accent, board.theme)) < MARK:
        yield (
            "accent",
            f"hard to see on the theme '{board.theme}': a contrast of {found:.1f}, expected {MARK:g} or more",
        )


def _people(board: Board, tiles: Sequence[Numbered]) -> Iterator[Wrong]:
    """What the board says of people, and to whom."""
    if board.names is not None:
        yield from _one_of("names", board.names, NAMES)
    for place, name in enumerate(board.shows):
        yield from _one_of(f"shows[{place}]", name, SHOWS)
    if board.audience == "lead" and (board.names or board.shows):
        yield "names" if board.names else "shows", "leads see names and all the rest: leave this out"
    if not board.pressure and board.audience != "agent":
        yield "pressure", 'is for boards with audience = "agent": what waits is what the others are for'
    for number, tile in tiles:
        at = f"tile[{number}]"
        if tile.kind in ("agents", "leaders") and tile.agents and board.shown_names in ("first", "alias"):
            yield f"{at}.agents", 'are ids, and ids are often names: name teams or queues, or expected names = "full"'
        ranks = board.audience == "lead" or ("rankings" in board.shows and board.shown_names != "none")
        if tile.kind == "leaders" and not ranks:
            yield f"{at}.kind", 'a ranking of people: expected audience = "lead", or names and shows = ["rankings"]'


def _ranking(at: str, tile: Tile) -> Iterator[Wrong]:
    if tile.metric is None or ranked_by(tile.metric) is None:
        yield f"{at}.metric", f"by what? Expected one of {', '.join(RANKED)}, tags.NAME"
    if tile.window is not None:
        yield from _one_of(f"{at}.window", tile.window, ("shift", "day"))


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
    for name, text in (("warn", tile.warn), ("alarm", tile.alarm), ("target", tile.target)):
        if text is None:
            continue
        if tile.metric is None:
            yield f"{at}.{name}", "a limit needs the metric that it is about"
        if threshold(text) is None:
            yield f"{at}.{name}", f'not a limit: \'{text}\', expected a sign and a number such as "< 80" or ">= 3"'


def _shape(at: str, tile: Tile) -> Iterator[Wrong]:
    """A bar needs its end, a trail needs a number."""
    if tile.style is not None:
        yield from _one_of(f"{at}.style", tile.style, STYLES)
        if tile.kind not in ("number", "queues"):
            yield f"{at}.style", "is for number and queues"
    number = number_named(tile.metric) if tile.metric else None
    if tile.kind == "number" and tile.style == "bar" and number and number.reads != "percent" and bar_end(tile) is None:
        yield f"{at}.style", "how long is the bar? Expected a target or an alarm above 0 beside it"
    for name in ("trail", "target"):
        if getattr(tile, name) and tile.kind != "number":
            yield f"{at}.{name}", "is for number"


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
        hint, listed = meant(value, allowed), ", ".join(allowed)
        yield (
            at,
            f"unknown '{value}'{hint} (expected one of {listed})"
            if hint
            else f"unknown '{value}', expected one of {listed}",
        )
