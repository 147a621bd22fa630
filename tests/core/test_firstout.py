"""Which of several alerts of one cause came first, by hand."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.firstout import SAME_ENTITY_MS, SAME_RULE_MS, firsts_of
from wallboard.core.rows import AlertRow
from wallboard.core.settings import Queue, Settings, Site

SECOND, MINUTE = 1_000, 60_000


def row(since_ms: int, rule: str = "wait", of: str = "support", **changed: object) -> AlertRow:
    made = AlertRow(rule, "warning", "queues", of, "waiting", None, "> 2", 3, since_ms, since_ms + 30 * SECOND)
    return msgspec.structs.replace(made, **changed)


def firsts(alerts: dict[str, AlertRow], **queues: Queue) -> dict[str, str]:
    return firsts_of(alerts, Settings(queue=queues, site={"kyiv": Site(), "lviv": Site()}))


def test_of_one_queue_the_first_is_the_one_whose_rule_held_first():
    """Although it was raised last, as it had to hold for longer."""
    alerts = {"b": row(2 * MINUTE, "lost"), "a": row(0, "wait", raised_ms=9 * MINUTE), "c": row(3 * MINUTE, of="sales")}
    assert firsts(alerts) == {"b": "a"}, "sales came long after, and by another rule than lost"


def test_one_leads_to_the_next():
    alerts = {"a": row(0), "b": row(5 * SECOND, of="sales"), "c": row(9 * MINUTE, "lost", "sales")}
    assert firsts(alerts) == {"b": "a", "c": "a"}


def test_what_was_over_when_another_one_came_is_not_its_first():
    over = row(0, over_ms=4 * SECOND)
    assert firsts({"a": over, "b": row(5 * SECOND, of="sales")}) == {}
    assert firsts({"a": over, "b": row(4 * SECOND, of="sales")}) == {}, "it ended as the other one began"
    assert firsts({"a": over, "b": row(3 * SECOND, of="sales")}) == {"b": "a"}, "that came while it was open"


def test_when_the_first_is_over_the_next_that_is_open_is_the_first_of_those_that_come_then():
    alerts = {"a": row(0, over_ms=MINUTE), "b": row(SECOND, "lost"), "c": row(2 * MINUTE, "long")}
    assert firsts(alerts) == {"b": "a", "c": "b"}
    passed = {"a": row(0), "b": row(SECOND, "lost", over_ms=MINUTE), "c": row(2 * MINUTE, "long")}
    assert firsts(passed) == {"b": "a", "c": "a"}, "one that is over in between parts nobody"


def test_what_began_in_the_same_second_has_no_first():
    alerts = {"a": row(0), "b": row(0, of="sales"), "c": row(SECOND, of="billing")}
    assert firsts(alerts) == {}
    assert firsts(alerts | {"b": row(0, of="sales", over_ms=SECOND)}) == {"c": "a"}


def test_alone_or_long_after_is_no_cause_in_common():
    assert firsts({"a": row(0)}) == {}
    assert firsts({"a": row(0), "b": row(SAME_ENTITY_MS + 1, "lost")}) == {}
    assert firsts({"a": row(0), "b": row(SAME_RULE_MS + 1, of="sales")}) == {}
    assert firsts({"a": row(0), "b": row(SAME_ENTITY_MS, "lost")}) == {"b": "a"}


def test_two_people_have_no_cause_in_common():
    """Whom the alert of one is for may not know of the other's."""
    people = {"a": row(0, kind="agents", of="anna"), "b": row(SECOND, kind="agents", of="boris")}
    assert firsts(people) == {}
    assert firsts(people | {"c": row(2 * SECOND, "missed", "anna", kind="agents")}) == {"c": "a"}


def test_queues_of_two_teams_have_no_cause_in_common_nor_those_of_two_sites_without_teams():
    """A lead read that an alert came first of seven, five of which were of others."""
    names = ("support", "sales", "billing", "shop")
    alerts = {of: row(place * SECOND, of=of) for place, of in enumerate(names)}
    assert firsts(alerts) == dict.fromkeys(names[1:], "support"), "queues that nobody configured are of one site"
    one, two = Queue(team="one", site="kyiv"), Queue(team="two", site="kyiv")
    assert firsts(alerts, support=one, sales=two, billing=Queue(team="one", site="lviv"), shop=two) == {
        "billing": "support", "shop": "sales",
    }  # fmt: skip
    here, there = Queue(site="kyiv"), Queue(site="lviv")
    assert firsts(alerts, support=here, sales=there, billing=one, shop=there) == {"shop": "sales"}
    chained = alerts | {"lost": row(9 * MINUTE, "lost", "sales"), "late": row(9 * MINUTE + SECOND, "lost", "support")}
    assert firsts(chained, support=one, sales=two, billing=one, shop=two) == {
        "billing": "support", "shop": "sales", "lost": "sales", "late": "support",
    }  # fmt: skip


def test_of_teams_together_each_is_for_itself_and_of_sources_and_figures_all_are_of_the_house():
    for kind, found in (("groups", {}), ("sources", {"b": "a"}), ("kpis", {"b": "a"})):
        both = {"a": row(0, kind=kind, of="team:one"), "b": row(SECOND, kind=kind, of="team:two")}
        assert firsts(both) == found, kind


def near(one: AlertRow, other: AlertRow) -> bool:
    """Of one cause, `other` after `one`."""
    apart_ms = other.since_ms - one.since_ms
    same = one.of == other.of and apart_ms <= SAME_ENTITY_MS
    return same or (one.rule == other.rule and apart_ms <= SAME_RULE_MS)


RAISED = st.tuples(st.integers(0, 40), st.sampled_from("xyz"), st.sampled_from("pqr"), st.integers(1, 30))


@given(st.lists(RAISED, max_size=12))
def test_the_first_was_open_and_nothing_of_the_same_cause_that_was_open_is_before_it(
    raised: list[tuple[int, str, str, int]],
) -> None:
    alerts = {
        str(n): row(at * 10 * SECOND, rule, of, over_ms=(at + lasts) * 10 * SECOND)
        for n, (at, rule, of, lasts) in enumerate(raised)
    }
    found = firsts(alerts)
    for alert, first in found.items():
        one, before = alerts[alert], alerts[first]
        assert before.since_ms < one.since_ms < (before.over_ms or 0)
    for alert, one in alerts.items():
        there = [
            other for name, other in alerts.items()
            if name != alert and other.since_ms < one.since_ms < (other.over_ms or 0) and near(other, one)
        ]  # fmt: skip
        if alert in found:
            assert alerts[found[alert]].since_ms <= min((other.since_ms for other in there), default=one.since_ms)
