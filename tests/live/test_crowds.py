"""Crowds: the counts are those of everybody as they are now, and a change of one agent looks at its own crowds only."""

from collections import Counter
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.doing import doing_of
from wallboard.live.crowds import Belongs, Crowds
from wallboard.live.documents import Change

Document = dict[str, Any]

QUEUES = ("a", "b", "c")
CROWDS = ("*", *QUEUES, "*x", "axy", "bz")
ROWS = st.fixed_dictionaries(
    {
        "queues": st.sets(st.sampled_from(QUEUES)).map(sorted),
        "activity": st.sampled_from(["idle", "engaged", "offline"]),
        "sources": st.sets(st.sampled_from("pq")).map(sorted),
    },
    optional={"team": st.just("one")},
)
CHANGED = st.dictionaries(st.sampled_from("xyz"), st.none() | ROWS)


def works(crowd: str, row: Document) -> bool:
    return crowd[0] == "*" or crowd[0] in row["queues"]


def belongs(crowd: str) -> Belongs:
    """`ax`: who works in queue `a`, and is called `x` (or as another letter there)."""
    return Belongs(partial(works, crowd), (lambda name: name in crowd[1:]) if crowd[1:] else None)


def by_hand(crowd: str, agents: dict[str, Document]) -> Document:
    rows = [row for name, row in agents.items() if works(crowd, row) and (not crowd[1:] or name in crowd[1:])]
    doing = Counter(doing_of(row) for row in rows)
    there = sum(n for name, n in doing.items() if name != "offline")
    return {"there": there, "doing": doing, "sources": sorted({source for row in rows for source in row["sources"]})}


@given(st.lists(st.tuples(st.sets(st.sampled_from(CROWDS)), CHANGED), max_size=20))
def test_whoever_watches_and_whatever_changes_the_counts_are_those_of_everybody_now(
    steps: list[tuple[set[str], dict[str, Document | None]]],
) -> None:
    crowds, agents, told = Crowds(), dict[str, Document](), dict[str, Document]()
    for watched, changed in steps:
        crowds.watch({name: belongs(name) for name in watched}, agents.items())
        told = {name: told.get(name, row) for name, row in crowds.rows.items()}
        assert told == {name: by_hand(name, agents) for name in watched}, "who is known goes on, the others begin"
        changes = [Change.between("agents", name, agents.get(name), row) for name, row in changed.items()]
        agents.update({name: row for name, row in changed.items() if row})
        for name in [name for name, row in changed.items() if row is None]:
            agents.pop(name, None)
        for change in crowds.take(changes):
            assert change.old == told[change.id]
            assert change.new is not None
            told[change.id] = change.new
        assert told == crowds.rows == {name: by_hand(name, agents) for name in watched}


def test_a_crowd_is_asked_about_a_team_with_its_queues_once_and_about_nobody() -> None:
    asked: list[str] = []

    def asks(crowd: str) -> Belongs:
        return Belongs(lambda row: asked.append(crowd) or works(crowd, row))

    idle = {"queues": ["a"], "activity": "idle", "sources": ["p"]}
    agents = {f"x{nth}": idle for nth in range(1_000)} | {"y": {**idle, "queues": ["b"]}}
    crowds = Crowds()
    crowds.watch({name: asks(name) for name in ("*", "a")}, agents.items())
    assert sorted(asked) == ["*", "*", "a", "a"], "two kinds of agents"
    asked.clear()
    crowds.watch({name: asks(name) for name in ("*", "a", "b")}, agents.items())
    assert asked == ["b", "b"], "those that are known go on"
    assert [crowds.rows[name]["there"] for name in ("*", "a", "b")] == [1_001, 1_000, 1]
    asked.clear()
    busy = {**idle, "activity": "engaged"}
    moved = {**busy, "queues": ["b"]}
    assert {change.id for change in crowds.take([Change.between("agents", "x1", idle, busy)])} == {"*", "a"}
    assert {change.id for change in crowds.take([Change.between("agents", "x1", busy, moved)])} == {"a", "b"}
    assert asked == []
    alone = {**busy, "team": "one"}
    assert {change.id for change in crowds.take([Change.between("agents", "x2", idle, alone)])} == {"*", "a"}
    assert sorted(asked) == ["*", "a", "b"], "nobody else has this team"


def test_kinds_of_which_nobody_is_left_are_forgotten() -> None:
    crowds, agents = Crowds(), dict[str, Document]()
    crowds.watch({"*": belongs("*")}, agents.items())
    for nth in range(100):
        row = {"queues": [f"q{nth}"], "activity": "idle", "sources": []}
        crowds.take([Change.between("agents", "x", agents.get("x"), row)])
        agents["x"] = row
    assert len(crowds._kinds) == 1
    crowds.take([Change.between("agents", "x", agents["x"], None)])
    assert not crowds._kinds
