"""What on a board is not wrong, but hard on people? Text too small from where they stand, more than they can hold."""

import math
from collections.abc import Iterator, Sequence

from wallboard.record import boxes, fitting, turned, upright
from wallboard.record.board import LISTS, MESSAGES, OVER_TIME, Board, Tile, fits
from wallboard.record.checks import Wrong
from wallboard.record.legible import GOOD_ARC, LEAST_ARC

HEADLINES = 5  # numbers that people take in at a glance


def board_warnings(board: Board) -> Iterator[Wrong]:
    """What people in the room will have trouble with."""
    numbers = [place for place, tile in enumerate(board.tiles) if tile.kind == "number"]
    if len(numbers) > HEADLINES:
        yield f"tile[{numbers[HEADLINES]}]", f"one of {len(numbers)} numbers: people hold about {HEADLINES} at a glance"
    yield from _ready_alone(board)
    if board.sound and not any(tile.kind in MESSAGES for tile in board.tiles):
        yield "sound", "nothing would be heard: expected a tile notices or alerts, whose new ones are"
    for place, tile in enumerate(board.tiles) if board.sight else ():
        if reason := _hard_to_read(board, tile):
            yield f"tile[{place}].size", f"{reason[0]} from {board.viewing_distance_m:g} m: {reason[1]}"
    if board.least_text > _top_text(upright=board.portrait):
        yield "viewing_distance_m", f"the line on top cannot be read from {board.viewing_distance_m:g} m"
    yield from _upright(board)


def _hard_to_read(board: Board, tile: Tile) -> tuple[str, str] | None:
    """What the tile is there for; else its title and small line."""
    room, kind = board.room(tile), board.kind_of(tile)
    wanted = GOOD_ARC if tile.kind == "number" else LEAST_ARC
    for text, expected, small in (
        (_least_text(tile, kind, room, _steps(kind, room)), wanted, ""),
        (room.said, LEAST_ARC, "its title or small line "),
    ):
        arc = board.sight.minutes(text) if board.sight else expected
        if arc < expected - 0.05:
            word = "cannot be read" if arc < LEAST_ARC else "is hard to read"
            return (
                small + word,
                f"{arc:.0f} minutes of arc, expected {expected:g} ({expected / arc:.1f} times as large)",
            )
    return None


def _top_text(*, upright: bool) -> float:
    return boxes.TOP_UPRIGHT_V if upright else boxes.TOP_V


def _ready_alone(board: Board) -> Iterator[Wrong]:
    """Who talks is ready too: on a wall that number alone promises people who are not there."""
    told = {tile.metric for tile in board.tiles if tile.kind == "number"}
    if board.audience == "wall" and "ready" in told and "idle" not in told:
        place = next(place for place, tile in enumerate(board.tiles) if tile.metric == "ready")
        yield f"tile[{place}].metric", "'ready' counts who is talking too: expected 'idle', or 'idle' beside it"


def _upright(board: Board) -> Iterator[Wrong]:
    """A list holds on an upright screen what it holds on a wide one, in text that may be too small from there."""
    if not board.sight or board.portrait:
        return
    small = dict[int, float]()
    for nth, (tile, place) in enumerate(zip(board.tiles, upright.places(board), strict=True)):
        wide, kind = board.room(tile), board.kind_of(tile)
        here = boxes.turned_box(*place.size, wide)
        before = board.sight.minutes(min(wide.said, _least_text(tile, kind, wide, _steps(kind, wide))))
        arc = board.sight.minutes(min(here.said, _least_text(tile, kind, here, turned.steps(kind, wide, here))))
        if arc < LEAST_ARC - 0.05 <= before:
            small[nth] = arc
    if small:
        top = board.least_text > _top_text(upright=True)
        names = ", ".join([*(f"tile[{nth}]" for nth in small), *(["the line on top"] if top else [])])
        arc = min(small.values())
        yield (
            "portrait",
            f"on a screen that stands upright {names} cannot be read from {board.viewing_distance_m:g} m: from "
            f"{arc:.0f} minutes of arc, expected {LEAST_ARC:g}; a board for such a screen has portrait = true",
        )


def _least_text(tile: Tile, kind: str, room: boxes.Box, steps: Sequence[fitting.Fit | fitting.NoticeFit]) -> float:
    """In v, of what the tile is there for; `steps`: of a list, its sizes of text."""
    if steps:
        totals = fitting.totals(room).text if kind == "agents" else math.inf
        return min(totals, *(fit.least for fit in steps))
    if tile.kind in OVER_TIME:
        return fitting.chart_text(room)
    return boxes.figure_text(room, tile.under_figure(room))


def _steps(kind: str, room: boxes.Box) -> Sequence[fitting.Fit | fitting.NoticeFit]:
    if kind in MESSAGES:
        return fitting.notice_fits(room, kind)
    return fits(kind, room) if kind in LISTS else ()
