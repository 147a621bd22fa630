"""What is open is looked at each time; what is over and of which all was said, a few now and then."""

from tests.alerts.dues import NOON, row
from wallboard.alerts.turns import AGAIN_MS, FEW, Turns
from wallboard.core.alerts import TELL_MS

OPEN = {"a": row(), "b": row()}


def test_what_is_over_rests_while_nothing_is_due_of_it() -> None:
    turns, over = Turns(), {f"{n}": row(over_ms=NOON) for n in range(3 * FEW)}
    assert turns.now(OPEN, over, NOON) == [*OPEN, *over]
    for name in over:
        turns.rest(name, NOON)
    assert turns.now(OPEN, over, NOON + AGAIN_MS - 1) == [*OPEN]
    for nth in range(3):
        names = turns.now(OPEN, over, NOON + AGAIN_MS)
        assert names == [*OPEN, *[*over][nth * FEW : (nth + 1) * FEW]]
        for name in names[len(OPEN) :]:
            turns.rest(name, NOON + AGAIN_MS)
    assert turns.now(OPEN, over, NOON + AGAIN_MS) == [*OPEN]


def test_whoever_comes_to_tell_looks_first_at_what_is_open_and_over_for_a_moment() -> None:
    turns, over = Turns(), {"long": row(over_ms=NOON - TELL_MS - 1), "now": row(over_ms=NOON - TELL_MS)}
    turns.rest("now", NOON)
    turns.begin(over, NOON)
    over |= {f"{n}": row(over_ms=NOON) for n in range(2 * FEW)}
    assert turns.now(OPEN, over, NOON) == [*OPEN, *over], "those of before come some at a time"


def test_what_is_known_no_more_is_let_go_of() -> None:
    turns = Turns()
    turns.rest("gone", NOON)
    assert turns.now({}, {}, NOON + AGAIN_MS) == []
    assert turns.now({}, {"gone": row(over_ms=NOON)}, NOON + AGAIN_MS) == ["gone"]
