"""What a tile holds and says can be read from where people stand, or it is a warning."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.record.test_boards import write
from wallboard.record import boxes, fitting
from wallboard.record.boards import Board, Tile, load_boards
from wallboard.record.hardships import board_warnings

SIZES: list[Any] = [((3, 2), 12, 6), ((6, 4), 12, 6), ((12, 6), 12, 6), ((1, 1), 12, 6), ((48, 48), 48, 48)]


@pytest.mark.parametrize(("size", "columns", "rows"), SIZES)
def test_a_list_of_any_size_holds_at_least_one_row_and_more_in_smaller_text(
    size: tuple[int, int], columns: int, rows: int
) -> None:
    room = boxes.box(size, columns, rows)
    for steps in (fitting.table_fits(room), fitting.card_fits(room), fitting.source_fits(room)):
        holds = [step.holds for step in steps]
        assert holds[0] >= 1
        assert holds == sorted(set(holds))
        assert [step.text for step in steps] == sorted((step.text for step in steps), reverse=True)


def test_a_tile_of_an_upright_board_has_the_room_that_it_has_on_an_upright_screen() -> None:
    """1 % of the shorter side is 1 v: 100 v less both edges, and 177.7 v less the line on top and the lower edge."""
    room = Board(portrait=True, columns=1, rows=1).room(Tile(kind="queues", at=(1, 1), size=(1, 1)))
    assert (room.wide, room.high) == (pytest.approx(97.6), pytest.approx(169.5))


FAR = """
screen_inches = 55
viewing_distance_m = 5
columns = 12
rows = 6
"""


def test_no_text_is_smaller_than_can_be_read_from_where_people_stand() -> None:
    """55 inches from 5 m: 16 minutes of arc are 37 pixels of 1080 for a capital (ISO 9241-3), 52.9 of text: 4.9 v."""
    board = Board(screen_inches=55, viewing_distance_m=5)
    for size in ((12, 6), (6, 4), (6, 6)):
        room = board.room(Tile(kind="queues", at=(1, 1), size=size))
        for steps in (fitting.table_fits(room), fitting.card_fits(room), fitting.source_fits(room)):
            assert 4.84 < min(step.text for step in steps) < 5.01


def test_the_totals_above_the_cards_can_be_read_from_there_too() -> None:
    far = Board(screen_inches=55, viewing_distance_m=5, audience="lead", columns=12, rows=6)
    tile = Tile(kind="agents", at=(1, 1), size=(12, 4))
    room = far.room(tile)
    assert fitting.totals(room).text == pytest.approx(4.9, abs=0.05)
    near = fitting.totals(Board().room(msgspec.structs.replace(tile, size=(6, 4))))
    assert near.text < 2.6
    assert fitting.totals(room).lines * room.inner_wide >= fitting.TOTALS_EM * fitting.totals(room).text


SAMPLE = ("number", "queues", "agents", "sources", "notices", "alerts", "reasons", "heat")


@pytest.mark.parametrize("kind", SAMPLE)
@pytest.mark.parametrize("metres", [2.0, 3.0, 5.0])
@pytest.mark.parametrize("size", [(4, 4), (6, 3), (10, 5), (20, 12)])
def test_what_a_tile_says_small_can_be_read_from_there_or_is_a_warning(
    size: tuple[int, int], metres: float, kind: str
) -> None:
    tile = Tile(kind=kind, at=(1, 1), size=size, metric="waiting" if kind in ("number", "heat") else None)
    board = Board(columns=20, rows=12, screen_inches=55, viewing_distance_m=metres, audience="lead", tiles=[tile])
    room, sight = board.room(tile), board.sight
    assert sight
    told = [at for at, _ in board_warnings(board) if at != "portrait"]
    small = min(room.title, room.foot) * (1 if room.told else boxes.CROWDED)
    assert (sight.minutes(small) < 15.9) <= (told == ["tile[0].size"])
    assert room.inner_high > 0
    if kind in ("notices", "alerts"):
        found = fitting.notice_fits(room, kind)
        assert all(fit.holds * fit.each_high * fit.text <= room.inner_high + 0.01 or fit.holds == 1 for fit in found)
        assert all(fit.acting * fit.acting_high * fit.text <= room.inner_high + 0.01 for fit in found)
        assert min(fit.text * fit.lone for fit in found) >= room.least - 0.001
        assert told or room.least == board.least_text


def test_without_a_distance_small_text_is_as_the_style_has_it() -> None:
    room = Board(columns=20, rows=12).room(Tile(kind="alerts", at=(1, 1), size=(10, 3)))
    (first, *_) = fitting.notice_fits(room, "alerts")
    assert (first.small, first.lone, first.each_high, room.title_lines, room.told) == (0, 0, 3.8, 1, False)


def test_from_far_away_a_numbers_last_hour_goes_before_it_gets_small_and_then_its_target() -> None:
    tile = Tile(kind="number", at=(1, 1), size=(4, 4), metric="waiting", trail=True, target="< 5")
    board = Board(columns=20, rows=12, screen_inches=55)
    near, far = (msgspec.structs.replace(board, viewing_distance_m=metres) for metres in (2.0, 3.6))
    under = tile.under_figure(near.room(tile))
    assert min(under.aside, under.spark) > 0
    room = far.room(tile)
    assert not tile.under_figure(room).aside
    assert far.sight
    assert far.sight.minutes(boxes.figure_text(room, tile.under_figure(room))) > 22


def test_far_away_a_table_has_fewer_columns_and_a_narrow_list_of_sources_two_lines_each() -> None:
    board = Board(columns=20, rows=12, screen_inches=55, viewing_distance_m=3.0)
    near = msgspec.structs.replace(board, viewing_distance_m=None)
    table = Tile(kind="queues", at=(1, 1), size=(10, 5))
    assert fitting.cells(board.room(table)) < fitting.cells(near.room(table))
    narrow = Tile(kind="sources", at=(1, 1), size=(4, 3))
    assert {fit.lines for fit in fitting.source_fits(board.room(narrow))} == {2}
    assert {fit.lines for fit in fitting.source_fits(near.room(narrow))} == {0}


def test_ready_alone_on_a_wall_is_a_warning() -> None:
    tiles = [Tile(kind="number", at=(n, 1), size=(1, 1), metric=metric) for n, metric in ((1, "ready"), (2, "idle"))]
    ((at, reason),) = board_warnings(Board(tiles=tiles[:1]))
    assert (at, "who is talking too" in reason) == ("tile[0].metric", True)
    assert list(board_warnings(Board(tiles=tiles))) == []


def test_a_sound_that_nothing_on_the_board_can_make_is_a_warning():
    tile = {"at": (1, 1), "size": (4, 2)}
    ((at, reason),) = board_warnings(Board(sound=True, tiles=[Tile(kind="clock", **tile)]))
    assert (at, "notices or alerts" in reason) == ("sound", True)
    for kind in ("notices", "alerts"):
        assert list(board_warnings(Board(sound=True, tiles=[Tile(kind=kind, **tile)]))) == []


def test_a_tile_that_cannot_be_read_is_a_warning_and_no_mistake(tmp_path: Path) -> None:
    tile = '[[tile]]\nkind = "number"\nmetric = "waiting"\n'
    write(tmp_path, FAR + f"{tile}at = [1, 1]\nsize = [1, 1]\n{tile}at = [2, 1]\nsize = [6, 4]")
    board = load_boards(tmp_path)["support"]
    ((at, reason),) = board_warnings(board)
    assert at == "tile[0].size"
    assert reason.startswith("cannot be read from 5 m: ")
    assert "expected 22" in reason


def test_a_list_that_is_too_small_on_an_upright_screen_is_named_once_unless_the_board_is_made_for_one() -> None:
    """Half as wide, the grid holds as many cards in text of 10 minutes of arc; the figure above stays large."""
    tiles = [
        Tile(kind="number", at=(1, 1), size=(12, 2), metric="waiting"),
        Tile(kind="agents", at=(1, 3), size=(12, 4)),
    ]
    far = Board(audience="lead", columns=12, rows=6, screen_inches=55, viewing_distance_m=5, tiles=tiles)
    ((at, reason),) = board_warnings(far)
    assert at == "portrait"
    assert "upright tile[1], the line on top cannot be read from 5 m" in reason
    assert "expected 16; a board for such a screen has portrait = true" in reason
    assert [at for at, _ in board_warnings(msgspec.structs.replace(far, portrait=True))] == ["viewing_distance_m"]
    near = msgspec.structs.replace(far, viewing_distance_m=3)
    assert [at for at, _ in board_warnings(msgspec.structs.replace(near, portrait=True))] == []
    assert list(board_warnings(msgspec.structs.replace(far, viewing_distance_m=None))) == []


def test_without_a_distance_nothing_is_judged_but_more_than_five_numbers_are_named(tmp_path: Path) -> None:
    tiles = [f'[[tile]]\nkind = "number"\nmetric = "waiting"\nat = [{1 + n}, 1]\nsize = [1, 1]' for n in range(6)]
    write(tmp_path, "\n".join(tiles))
    assert [at for at, _ in board_warnings(load_boards(tmp_path)["support"])] == ["tile[5]"]
