"""Which rules speak of an entity is found by its name, and it is as if all were gone through."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.rules import Rule
from wallboard.core.select import selects
from wallboard.core.watch import Watch, groups_of

NUMBER = {
    "queues": "waiting", "groups": "waiting", "agents": "missed_in_row", "sources": "silent_s", "kpis": "kpi.sales",
}  # fmt: skip


def rule(kind: str = "queues", **keys: Any) -> Rule:
    return msgspec.convert({"metric": NUMBER[kind], "raise": "> 2"} | keys, Rule)


@pytest.mark.parametrize(
    ("rules", "asked", "found"),
    [
        ({"a": rule(queues=["support"]), "b": rule(queues=["sales"])}, ("queues", "support", None), ["a"]),
        ({"a": rule(queues=["sales", "support"])}, ("queues", "support", None), ["a"]),
        ({"a": rule(queues=["s*"]), "b": rule(queues=["support"])}, ("queues", "support", None), ["a", "b"]),
        ({"a": rule(queues=["!sales"])}, ("queues", "support", None), ["a"]),
        ({"a": rule("groups")}, ("queues", "support", None), []),
        ({"a": rule("groups"), "b": rule("groups", teams=["first"])}, ("groups", "all", None), ["a"]),
        ({"a": rule("groups"), "b": rule("groups", teams=["first"])}, ("groups", "team:first", None), ["b"]),
        ({"a": rule("agents", teams=["first"])}, ("agents", "anna", "first"), ["a"]),
        ({"a": rule("agents", teams=["first"])}, ("agents", "anna", "second"), []),
        ({"a": rule("agents", teams=["first"])}, ("agents", "anna", None), []),
        ({"a": rule("agents", agents=["anna"]), "b": rule("agents")}, ("agents", "anna", None), ["a", "b"]),
        ({"a": rule("sources"), "b": rule("sources", sources=["pbx"])}, ("sources", "chat", None), ["a"]),
        ({"a": rule("kpis")}, ("kpis", "sales:support", None), ["a"]),
        ({"a": rule("kpis")}, ("kpis", "backlog", None), []),
    ],
)
def test_those_that_name_it_and_those_with_patterns(
    rules: dict[str, Rule], asked: tuple[str, str, str | None], found: list[str]
) -> None:
    assert Watch(rules).of(*asked) == found


def test_they_stand_in_the_order_of_the_file_whatever_they_are_found_by() -> None:
    rules = {"z": rule(queues=["support"]), "m": rule(queues=["*"]), "a": rule(queues=["support"])}
    assert Watch(rules).of("queues", "support", None) == ["z", "m", "a"]


def test_one_that_names_it_twice_is_found_once() -> None:
    assert Watch({"a": rule(queues=["support", "support"])}).of("queues", "support", None) == ["a"]


def test_an_agent_called_like_a_team_s_key_is_not_taken_for_the_team() -> None:
    rules = {"team": rule("agents", teams=["first"]), "other": rule("agents", agents=["boris"])}
    found = Watch(rules).of("agents", "team:first", None)
    assert set(found) <= {"team"}, "what is found may not mean it after all; that is asked afterwards"


@pytest.mark.parametrize(("teams", "groups"), [([], ["all"]), (["first", "second"], ["team:first", "team:second"])])
def test_the_groups_that_a_rule_speaks_of(teams: list[str], groups: list[str]) -> None:
    assert groups_of(rule("groups", teams=teams)) == groups


NAMES = st.sampled_from(["support", "sales", "sales-1", "s*", "!sales", "[s]ales", "?", "*"])


@given(st.lists(st.lists(NAMES, max_size=3), max_size=8), st.sampled_from(["support", "sales", "sales-1", "x"]))
def test_no_rule_that_means_a_queue_is_missed(patterns: list[list[str]], queue: str) -> None:
    rules = {f"r{place}": rule(queues=each) for place, each in enumerate(patterns)}
    meant = [name for name, one in rules.items() if one.queues and selects(one.queues, queue)]
    found = Watch(rules).of("queues", queue, None)
    assert [name for name in found if name in meant] == meant
