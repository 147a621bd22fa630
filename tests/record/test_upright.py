"""On an upright screen the halves of a wide board stand one above the other, and hold what they held."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.assets import BOARDS
from wallboard.record import boxes, fitting, turned
from wallboard.record.board import LISTS, MESSAGES, Board, Tile, fits
from wallboard.record.boards import load_boards
from wallboard.record.upright import Place, places


def tiles(*boxes: tuple[int, int, int, int]) -> list[Tile]:
    return [Tile(kind="text", at=(column, row), size=(wide, high)) for column, row, wide, high in boxes]


def rounded(place: Place) -> tuple[float, ...]:
    return tuple(round(share, 3) for share in place[:4])


@st.composite
def boards(draw: st.DrawFn) -> Board:
    """Tiles that do not overlap, anywhere."""
    columns, rows = draw(st.integers(1, 24)), draw(st.integers(1, 16))
    found: list[tuple[int, int, int, int]] = []
    for _ in range(draw(st.integers(0, 12))):
        column, row = draw(st.integers(1, columns)), draw(st.integers(1, rows))
        box = (column, row, draw(st.integers(1, columns - column + 1)), draw(st.integers(1, rows - row + 1)))
        if not any(_meet(box, other) for other in found):
            found.append(box)
    return Board(columns=columns, rows=rows, tiles=tiles(*found))


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(one[n] < other[n] + other[n + 2] and other[n] < one[n] + one[n + 2] for n in (0, 1))


@given(boards())
def test_tiles_stay_on_the_screen_and_none_covers_another(board: Board) -> None:
    found = places(board)
    assert len(found) == len(board.tiles)
    assert all(min(place[:4]) > -1e-9 for place in found)
    assert all(place.left + place.wide < 1 + 1e-9 and place.top + place.high < 1 + 1e-9 for place in found)
    inner = [
        tuple(share + side for share, side in zip(place[:4], (1e-9, 1e-9, -2e-9, -2e-9), strict=True))
        for place in found
    ]
    assert not any(_meet(one, other) for one, other in combinations(inner, 2))


@given(boards(), st.sampled_from(sorted({*LISTS, *MESSAGES})))
def test_a_step_of_a_list_holds_here_what_it_holds_on_a_wide_screen(board: Board, kind: str) -> None:
    for tile, place in zip(board.tiles, places(board), strict=True):
        wide = board.room(tile)
        here = boxes.turned_box(*place.size, wide)
        before = fitting.notice_fits(wide, kind) if kind in MESSAGES else fits(kind, wide)
        found = turned.steps(kind, wide, here)
        assert len(found) == len(before)
        for then, now in zip(before, found, strict=True):
            if isinstance(then, fitting.NoticeFit):
                assert now.letters >= then.letters or not then.holds
                assert now.alone >= then.alone
                assert now.alone_acting >= then.alone_acting
                assert then.acting * now.acting_high * now.text <= here.inner_high + 0.01
                if then.holds * then.each_high * then.text <= wide.inner_high:
                    assert then.holds * now.each_high * now.text <= here.inner_high + 0.01
            else:
                assert now.holds >= then.holds


def test_the_default_boards_are_cut_in_the_middle_and_their_text_is_nearly_as_large_as_on_a_wide_screen() -> None:
    """Of five numbers two stand above and three below; queues above agents."""
    overview = load_boards(BOARDS)["overview"]
    found = places(overview)
    assert [place.wide for place in found[:5]] == pytest.approx([1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3])
    assert found[5][0] == 0
    assert (found[5].wide, found[6].wide) == (1, 1)
    assert found[5].top + found[5].high == pytest.approx(found[6].top)
    for tile, place in zip(overview.tiles, found, strict=True):
        wide = overview.room(tile)
        here = boxes.turned_box(*place.size, wide)
        assert here.title > 0.75 * wide.title
        assert boxes.figure_text(here, tile.under_figure(here)) > 0.75 * boxes.figure_text(
            wide, tile.under_figure(wide)
        )
        for then, now in zip(
            fits(tile.kind, wide) if tile.kind in LISTS else (), turned.steps(tile.kind, wide, here), strict=False
        ):
            assert now.text > 0.85 * then.text


def test_a_list_as_wide_as_the_board_uses_the_height() -> None:
    """The grid of agents below four figures: the whole board would be drawn at 0.56 of its size."""
    board = load_boards(BOARDS)["agents"]
    tile, place = board.tiles[4], places(board)[4]
    wide = board.room(tile)
    here = boxes.turned_box(*place.size, wide)
    assert turned.steps("agents", wide, here)[-1].text > 0.8 * fits("agents", wide)[-1].text


def test_a_tile_as_wide_as_the_board_stays_whole_and_leaves_its_height_to_the_others() -> None:
    board = Board(columns=4, rows=4, tiles=tiles((1, 1, 2, 2), (3, 1, 2, 2), (1, 3, 4, 2)))
    left, right, below = places(board)
    assert (left.wide, right.wide, below.wide) == (1, 1, 1)
    assert left.high == right.high > below.high
    assert [place.top for place in (left, right, below)] == pytest.approx([0, left.high, 2 * left.high])


def test_a_board_of_one_tile_or_none_fills_the_screen() -> None:
    assert [rounded(place) for place in places(Board(tiles=tiles((3, 2, 4, 1))))] == [(0.167, 0, 0.333, 1)]
    assert places(Board()) == []
