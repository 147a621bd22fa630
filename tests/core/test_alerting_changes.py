"""A rise or a fall within some minutes is told, also over restarts; what was there before the rule is none."""

from hypothesis import given, settings
from hypothesis import strategies as st
from ruled import MINUTE, NOON, SECOND, floor_with, gone, said, waits

from wallboard.core import events as ev
from wallboard.core import snapshot


def test_a_rise_within_some_minutes_is_told_and_over_when_the_low_value_is_long_ago():
    floor = floor_with({"raise": "> 2", "within": "5m"})
    waits(floor, "c0", 0)
    floor.advance(NOON + 10 * MINUTE)
    waits(floor, "c1", 10 * MINUTE)
    waits(floor, "c2", 12 * MINUTE)
    floor.advance(NOON + 14 * MINUTE)
    assert said(floor) == [], "from one to three is a rise by two"
    waits(floor, "c3", 14 * MINUTE + 500)
    floor.advance(NOON + 14 * MINUTE + 30 * SECOND)
    assert said(floor) == [("raised", 841.0)], "from one to four, all within five minutes"
    assert floor.alerting
    (event,) = floor.alerting.untold.values()
    assert (event.value, (event.attributes or {})["within"]) == (3, "5m")
    floor.advance(NOON + 30 * MINUTE)  # one waited until 10:01; five minutes later that is forgotten
    assert said(floor)[1:] == [("cleared", 901.0)]


def test_a_fall_is_told_too_and_what_was_there_before_the_rule_is_no_rise():
    floor = floor_with({"raise": "> 100"})
    for number in range(6):
        waits(floor, f"c{number}", 500)
    floor.advance(NOON + MINUTE)
    rules = {"up": {"raise": "> 2"}, "down": {"raise": "<= -3"}}
    same = {"metric": "waiting", "queues": ["support"], "when": "always", "within": "10m"}
    told = ev.ConfigApplied(settings={"alert": {name: same | one for name, one in rules.items()}}, source="wallboard")
    floor.apply(told, NOON + MINUTE)
    floor.advance(NOON + 2 * MINUTE)
    assert said(floor) == []
    for number in range(3):
        gone(floor, f"c{number}", 3 * MINUTE + number * SECOND)
    floor.advance(NOON + 4 * MINUTE)
    assert said(floor) == [("raised", 183.0)]
    assert floor.alerting
    assert [(one.rule, one.value) for one in floor.alerting.untold.values()] == [("down", -3)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40_000), st.integers(0, 6)), min_size=1, max_size=12),
    st.sampled_from(["> 2", "< -2", ">= 1"]),
)
def test_a_change_is_told_the_same_whether_it_was_restarted_at_every_step_or_never(
    steps: list[tuple[int, int]], limit: str
) -> None:
    floor, whole = floor_with({"raise": limit, "within": "1m"}), floor_with({"raise": limit, "within": "1m"})
    waiting: list[str] = []
    at_ms = 0
    for number, (later_ms, wanted) in enumerate(steps):
        at_ms += later_ms
        come = [f"c{number}.{n}" for n in range(wanted - len(waiting))]
        leave, waiting = waiting[: max(0, len(waiting) - wanted)], waiting[max(0, len(waiting) - wanted) :] + come
        for one in (floor, whole):
            for name in come:
                waits(one, name, at_ms)
            for name in leave:
                gone(one, name, at_ms)
        floor = snapshot.load(snapshot.dump(floor))
        assert floor.alerting
        assert whole.alerting
        assert floor.alerting.untold == whole.alerting.untold
    for one in (floor, whole):
        one.advance(NOON + at_ms + 3 * MINUTE)
    assert said(floor) == said(whole)
