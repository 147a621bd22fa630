"""What a rule reads where a number is absent: none of it, which is 0, or not known."""

from typing import Any

import pytest

from wallboard.core.condition import Condition
from wallboard.core.measured import measured

ENOUGH = {"agents_needed": 5, "ready": 5, "service_level_in_30m": 81.0}


@pytest.mark.parametrize(
    ("metric", "now", "value"),
    [
        ("missing", ENOUGH | {"missing": 3}, 3),
        ("missing", ENOUGH, 0),
        ("missing", {"agents_needed": 5, "ready": 7, "can_release": 2}, 0),  # of a group
        ("missing", {"agents_needed": 5}, None),  # nobody told who is there
        ("missing", {"ready": 5}, None),  # too little comes to say anything
        ("can_release", ENOUGH, 0),
        ("unanswered", {"waiting": 0}, 0),
        ("unanswered", {}, None),
        ("open_cases", {"waiting": 0}, 0),
        ("paused_by.lunch", {"staffed": 4, "paused_by": {"training": 1}}, 0),
        ("paused_by.lunch", {"paused_by": {}}, None),
    ],
)
def test_of_now(metric: str, now: dict[str, Any], value: float | None) -> None:
    assert measured(Condition(metric=metric, raises="> 2"), {"now": now}, 0).value == value


@pytest.mark.parametrize("metric", ["tags.hostile", "codes.moved"])
def test_of_a_window(metric: str) -> None:
    condition = Condition(metric=metric, window="m15", raises="> 2")
    whole = {"offered": 7, "tags": {}, "codes": {}, "n": {}}
    assert measured(condition, {"m15": whole}, 0).value == 0
    assert measured(condition, {"m15": {"tags": {}, "codes": {}, "n": {}}}, 0).value is None, "a platform's own figures"
    whole |= {"tags": {"hostile": 4}, "codes": {"moved": 4, "moved.abroad": 1}}
    assert measured(condition, {"m15": whole}, 0).value == 4
    few = Condition(metric=metric, window="m15", raises="> 2", min_n=10)
    assert measured(few, {"m15": whole}, 0).value is None
    with_a_dot = Condition(metric="codes.moved.abroad", window="m15", raises="> 2")
    assert measured(with_a_dot, {"m15": whole}, 0).value == 1
