"""A change within the last minutes is that from the lowest, or the highest, of every instant of that time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wallboard.core.limits import Limit
from wallboard.core.moving import Moving

RISE, FALL = Limit(">", 5), Limit("<", -5)
WITHIN_MS = 60_000


def test_a_rise_by_hand():
    moving = Moving(3)
    assert moving.moved_to(2, 10_000, WITHIN_MS, RISE) == 0, "it fell"
    assert moving.moved_to(5, 20_000, WITHIN_MS, RISE) == 3
    assert moving.moved_to(4, 30_000, WITHIN_MS, RISE) == 2
    assert moving.moved_to(9, 79_000, WITHIN_MS, RISE) == 7, "it was 2 until 20 s, 59 s ago"
    assert moving.next_change_ms(WITHIN_MS) == 80_000
    assert moving.moved_to(9, 80_000, WITHIN_MS, RISE) == 5, "since the 4, which it was until a moment ago"


def test_what_went_the_other_way_since_has_not_changed():
    moving = Moving(2)
    moving.moved_to(9, 10_000, WITHIN_MS, RISE)
    assert moving.change(RISE) == 7
    moving.moved_to(1, 20_000, WITHIN_MS, RISE)
    assert moving.change(RISE) == 0


_steps = st.lists(st.tuples(st.integers(1, 40).map(lambda s: s * 1_000), st.integers(-5, 5)), min_size=1, max_size=40)


@settings(max_examples=500, deadline=None)
@given(_steps, st.sampled_from([RISE, FALL]))
def test_whatever_it_does_the_change_is_that_of_a_look_at_every_second(steps: list[tuple[int, int]], limit: Limit):
    seconds = [steps[0][1]]  # the value at each second
    moving, now_ms = Moving(steps[0][1]), 0
    for later_ms, value in steps:
        now_ms += later_ms
        seconds += [seconds[-1]] * (now_ms // 1_000 + 1 - len(seconds))
        old = seconds[-1]
        seconds[-1] = value
        change = moving.moved_to(value, now_ms, WITHIN_MS, limit)
        # what it was until this second counts as of the second before, too
        first = max(0, now_ms // 1_000 - WITHIN_MS // 1_000)
        seen = [*seconds[first:], old]
        expected = value - min(seen) if limit is RISE else value - max(seen)
        assert change == expected, (now_ms, seen)
        assert len(moving.before) <= WITHIN_MS // 1_000 + 1
