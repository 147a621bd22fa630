"""Counts by minute: running sums equal a slow recount from the list, however facts come and minutes turn."""

from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.ledger import Counts, Ledger
from wallboard.core.windows import MINUTE_MS, ROLLING

START = 1000
_steps = st.lists(
    st.tuples(st.integers(0, 30), st.integers(-70, 2), st.sampled_from(["a", "b"]), st.integers(1, 3)), max_size=40
)


def add(ledger: Ledger, metric: str, at_ms: int, amount: int, *, in_day: bool) -> None:
    added = ledger.at(at_ms, in_day=in_day)
    added[metric] = added.get(metric, 0) + amount


@given(_steps)
def test_running_sums_equal_a_recount(steps: list[tuple[int, int, str, int]]):
    ledger, minute = Ledger(START), START
    known: list[tuple[int, str, int]] = []
    for forward, offset, metric, amount in steps:
        minute += forward
        ledger.turn(minute)
        at = minute + offset
        add(ledger, metric, at * MINUTE_MS, amount, in_day=False)
        if offset > -60:
            known.append((at, metric, amount))
        for window, length in ROLLING.items():
            expected: dict[str, int] = {}
            for when, name, count in known:
                if minute - length < when:  # what a clock that is ahead dates later counts already
                    expected[name] = expected.get(name, 0) + count
            assert ledger.window(window).sums == expected


@given(_steps)
def test_what_is_taken_back_leaves_no_trace(steps: list[tuple[int, int, str, int]]):
    ledger = Ledger(START)
    for _, offset, metric, amount in steps:
        add(ledger, metric, (START + offset) * MINUTE_MS, amount, in_day=True)
    for _, offset, metric, amount in steps:
        add(ledger, metric, (START + offset) * MINUTE_MS, -amount, in_day=True)
    assert all(ledger.window(window) == Counts() for window in (*ROLLING, "day"))


def test_a_new_day_keeps_what_came_after_its_beginning_and_says_what_it_took_out():
    ledger = Ledger(START)
    add(ledger, "offered", (START - 1) * MINUTE_MS, 5, in_day=True)
    add(ledger, "offered", START * MINUTE_MS, 2, in_day=True)
    assert ledger.begin("day", START * MINUTE_MS) == {"offered": -5}
    assert ledger.window("day").sums == {"offered": 2}
