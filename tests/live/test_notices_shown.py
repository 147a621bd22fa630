"""Which notices does a board show? Those for all, those for it, and those for the board that the address fills in."""

import pytest

from wallboard.core.settings import Settings
from wallboard.live.view import View
from wallboard.record.board import Board, Tile

ROWS = {
    "all": {},
    "support": {"boards": ["support"]},
    "sales": {"boards": ["support?queue=sales"]},
    "other": {"boards": ["other", "supp"]},
}
BOARD = Board(id="support", tiles=[Tile(kind="queues", at=(1, 1), size=(4, 4), queues=["$queue"])])


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, ["all", "support"]),
        ({"$queue": "sales"}, ["all", "support", "sales"]),
        ({"$queue": "vip"}, ["all", "support"]),
    ],
)
def test_a_notice_for_a_board_stands_on_it_whatever_the_address_fills_in(
    values: dict[str, str], wanted: list[str]
) -> None:
    assert list(View(BOARD.filled(values), Settings).select({"notices": ROWS})["notices"]) == wanted
