"""Which of several alerts of one cause came first, by hand."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.firstout import SAME_ENTITY_MS, SAME_RULE_MS, Cause, causes_of
from wallboard.core.rows import AlertRow

SECOND, MINUTE = 1_000, 60_000


def row(since_ms: int, rule: str = "wait", of: str = "support", **changed: object) -> AlertRow:
    made = AlertRow(rule, "warning", "queues", of, "waiting", None, "> 2", 3, since_ms, since_ms + 30 * SECOND)
    return msgspec.structs.replace(made, **changed)


def test_of_one_queue_the_first_is_the_one_whose_rule_held_first():
    """Although it was raised last, as it had to hold for longer."""
    alerts = {"b": row(2 * MINUTE, "lost"), "a": row(0, "wait", raised_ms=9 * MINUTE), "c": row(3 * MINUTE, of="sales")}
    cause = Cause("a", ("a", "b"))
    assert causes_of(alerts) == {"a": cause, "b": cause}, "sales came long after, and by another rule than lost"


def test_one_leads_to_the_next_and_the_first_of_all_keeps_the_mark_when_it_is_over():
    alerts = {"a": row(0, over_ms=SECOND), "b": row(5 * SECOND, of="sales"), "c": row(9 * MINUTE, "lost", "sales")}
    assert {one.first for one in causes_of(alerts).values()} == {"a"}
    assert len(causes_of(alerts)) == 3


def test_what_began_in_the_same_second_has_no_first():
    assert causes_of({"a": row(0), "b": row(0, of="sales"), "c": row(SECOND, of="billing")}) == {}


def test_alone_or_long_after_is_no_cause_in_common():
    assert causes_of({"a": row(0)}) == {}
    assert causes_of({"a": row(0), "b": row(SAME_ENTITY_MS + 1, "lost")}) == {}
    assert causes_of({"a": row(0), "b": row(SAME_RULE_MS + 1, of="sales")}) == {}
    assert causes_of({"a": row(0), "b": row(SAME_ENTITY_MS, "lost")})


def test_two_people_have_no_cause_in_common():
    """Whom the alert of one is for may not know of the other's."""
    people = {"a": row(0, kind="agents", of="anna"), "b": row(SECOND, kind="agents", of="boris")}
    assert causes_of(people) == {}
    assert causes_of(people | {"c": row(2 * SECOND, "missed", "anna", kind="agents")}).keys() == {"a", "c"}


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("xyz"), st.sampled_from("pqr")), max_size=12))
def test_one_that_came_with_others_has_the_same_first_as_they_and_nobody_is_before_it(raised):
    alerts = {str(n): row(at * 20 * SECOND, rule, of) for n, (at, rule, of) in enumerate(raised)}
    found = causes_of(alerts)
    for alert, cause in found.items():
        assert alert in cause.alerts
        assert len(cause.alerts) > 1
        assert all(found[other] == cause for other in cause.alerts)
        others = [alerts[other].since_ms for other in cause.alerts if other != cause.first]
        assert alerts[cause.first].since_ms < min(others)
