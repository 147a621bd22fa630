"""Crowds: the counts are those of everybody as they are now, and a change of one agent looks at its own crowds only."""

from collections import Counter
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wallboard.core.doing import doing_of
from wallboard.live.crowds import Crowds
from wallboard.live.pipeline import Change

Document = dict[str, Any]

QUEUES = ("a", "b", "c")
CROWDS = ("all", *QUEUES)
ROWS = st.builds(
    lambda queues, activity, sources: {"queues": sorted(queues), "activity": activity, "sources": sorted(sources)},
    st.sets(st.sampled_from(QUEUES)), st.sampled_from(["idle", "engaged", "offline"]), st.sets(st.sampled_from("pq")),
)  # fmt: skip
CHANGED = st.dictionaries(st.sampled_from("xyz"), st.none() | ROWS)


def belongs(crowd: str, _: str, row: Document) -> bool:
    return crowd == "all" or crowd in row["queues"]


def by_hand(crowd: str, agents: dict[str, Document]) -> Document:
    rows = [row for name, row in agents.items() if belongs(crowd, name, row)]
    doing = Counter(doing_of(row) for row in rows)
    there = sum(n for name, n in doing.items() if name != "offline")
    return {"there": there, "doing": doing, "sources": sorted({source for row in rows for source in row["sources"]})}


@given(st.lists(st.tuples(st.sets(st.sampled_from(CROWDS)), CHANGED), max_size=20))
def test_whoever_watches_and_whatever_changes_the_counts_are_those_of_everybody_now(
    steps: list[tuple[set[str], dict[str, Document | None]]],
) -> None:
    crowds, agents, told = Crowds(), dict[str, Document](), dict[str, Document]()
    for watched, changed in steps:
        crowds.watch({name: partial(belongs, name) for name in watched}, agents)
        told = {name: told.get(name, row) for name, row in crowds.rows.items()}
        assert told == {name: by_hand(name, agents) for name in watched}, "who is known goes on, the others begin"
        changes = [Change("agents", name, agents.get(name), row, row) for name, row in changed.items()]
        agents.update({name: row for name, row in changed.items() if row})
        for name in [name for name, row in changed.items() if row is None]:
            agents.pop(name, None)
        for change in crowds.take(changes):
            assert change.old == told[change.id]
            assert change.new is not None
            told[change.id] = change.new
        assert told == crowds.rows == {name: by_hand(name, agents) for name in watched}


def test_only_what_decides_asks_the_crowds_again() -> None:
    asked: list[str] = []

    def asks(crowd: str, name: str, row: Document) -> bool:
        asked.append(crowd)
        return belongs(crowd, name, row)

    before = {"queues": ["a"], "activity": "idle", "sources": ["p"]}
    crowds = Crowds()
    crowds.watch({name: partial(asks, name) for name in CROWDS}, {"x": before})
    assert sorted(asked) == sorted(CROWDS)
    asked.clear()
    busy = {**before, "activity": "engaged"}
    assert {change.id for change in crowds.take([Change("agents", "x", before, busy, busy)])} == {"all", "a"}
    assert not asked, "in which it is counted is known"
    moved = {**busy, "queues": ["b"]}
    assert {change.id for change in crowds.take([Change("agents", "x", busy, moved, moved)])} == {"a", "b"}
    assert sorted(asked) == sorted(CROWDS)
