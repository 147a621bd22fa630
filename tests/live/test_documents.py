"""Documents: what a screen shows follows each tick, all else is made when somebody reads it, and both say what is."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.live.loaded import Clock, Loaded, Reader, board, hub_of
from wallboard.core import events as ev
from wallboard.core import kpis
from wallboard.core.brief import BRIEF, brief
from wallboard.core.patch import apply
from wallboard.core.state import Floor
from wallboard.live.documents import Documents
from wallboard.record.boards import Tile

NOON = 1_795_348_800_000
QUEUES, PEOPLE = ("a", "b"), ("x", "y")

_contact, _queue, _agent = st.sampled_from(["1", "2"]), st.sampled_from(QUEUES), st.sampled_from(PEOPLE)
_pbx, _own = st.just("pbx"), st.just(ev.SERVER)
EVENTS = st.one_of(
    st.builds(ev.Queued, contact=_contact, queue=_queue, source=_pbx),
    st.builds(ev.Answered, contact=_contact, queue=_queue, agent=_agent, source=_pbx),
    st.builds(ev.Ended, contact=_contact, source=_pbx),
    st.builds(ev.SignedIn, agent=_agent, queues=st.lists(_queue, max_size=2), source=_pbx),
    st.builds(ev.PresenceSet, agent=_agent, presence=st.sampled_from(["ready", "paused", "offline"]), source=_pbx),
    st.builds(ev.QueueForgotten, name=_queue, who=st.just("o"), source=_own),
    st.builds(ev.AgentForgotten, name=_agent, source=_own),
    st.builds(ev.KpiReported, kpi=st.just("sales"), value=st.integers(0, 2), source=_pbx),
)
STEPS = st.lists(
    EVENTS | st.sampled_from(["tick", "minute"]) | st.tuples(st.sampled_from(["queues", "agents"]), _queue | _agent),
    max_size=30,
)

Row = dict[str, Any]


@given(st.lists(EVENTS, max_size=10), STEPS)
def test_what_is_shown_follows_by_patches_and_what_nobody_shows_is_as_of_now(
    before: list[Any], steps: list[Any]
) -> None:
    """`before`: what a process has loaded when it begins."""
    floor = Floor()
    floor.advance(NOON)
    for event in before:
        floor.apply(event, NOON)
    floor.take_touched()
    documents = Documents(floor)
    documents.begin()
    shown = [("queues", "a"), *(("agents", name) for name in PEOPLE if "a" in _queues_of(floor, name))]
    screen = {key: row for key in shown if (row := documents[key[0]].get(key[1]))}
    for step in [*steps, "tick"]:
        if step == "tick":
            _tell(documents, floor, screen)
        elif step == "minute":
            floor.advance(floor.now_ms + 60_000)
        elif isinstance(step, tuple):  # a page asks in between
            documents.get(step[0], {}).get(step[1])
        else:
            floor.apply(step, floor.now_ms + 1_000)
    assert {kind: dict(rows) for kind, rows in documents.items()} == kpis.document(floor)
    assert {kind: len(rows) for kind, rows in documents.items()} == {
        kind: len(rows) for kind, rows in kpis.document(floor).items()
    }


def _tell(documents: Documents, floor: Floor, screen: dict[tuple[str, str], Row]) -> None:
    """To one that shows the queue `a` and whoever serves it."""
    changes = documents.changes(floor.take_touched())
    documents.keep(changes)
    for change in changes:
        key = (change.kind, change.id)
        serves = change.brief is not None and "a" in change.brief.get("queues", ())
        if change.brief is None or not (serves or key == ("queues", "a")):
            screen.pop(key, None)
        else:
            assert change.new is not None
            assert change.patch is not None
            screen[key] = apply(screen[key], change.patch) if key in screen else change.new
    assert screen == {key: kpis.entity(floor, *key) for key in screen}
    serving = {("agents", name) for name in PEOPLE if "a" in _queues_of(floor, name)}
    assert {key for key in screen if key[0] == "agents"} == serving


def _queues_of(floor: Floor, agent: str) -> Sequence[str]:
    return (brief(floor, "agents", agent) or {}).get("queues", ())


@given(STEPS)
def test_what_decides_who_is_shown_it_stands_in_the_document_too(steps: list[Any]) -> None:
    floor = Floor()
    for nth, event in enumerate(step for step in steps if isinstance(step, ev.Event)):
        floor.apply(event, NOON + nth * 1_000)
    for kind in BRIEF:
        for name in (*QUEUES, *PEOPLE, "all", "unheard-of"):
            decides, whole = brief(floor, kind, name), kpis.entity(floor, kind, name)
            assert (decides is None) is (whole is None)
            assert (decides or {}).items() <= (whole or {}).items() if kind != "agents" else decides == _of(whole)


def _of(agent: Row | None) -> Row | None:
    kept = ("sources", "team", "activity", "queues", "presence")
    return None if agent is None else {key: agent[key] for key in kept if key in agent}


async def test_nobody_looks_so_nothing_is_made_until_somebody_asks(clock: Clock) -> None:
    made: list[tuple[str, str]] = []

    def make(floor: Floor, kind: str, name: str) -> Row | None:
        made.append((kind, name))
        return kpis.entity(floor, kind, name)

    pipeline = Loaded()
    pipeline.documents = Documents(pipeline.floor, make)
    hub = hub_of(pipeline, clock)
    shows_a = Reader(hub, board(Tile(kind="number", at=(1, 1), size=(2, 2), queues=["a"], metric="waiting")))
    for nth, queue in enumerate(QUEUES):  # what is new is made at once
        pipeline.apply(ev.SignedIn(agent=PEOPLE[nth], queues=[queue], source="pbx"))
        pipeline.apply(ev.Queued(contact=f"{nth}", queue=queue, source="pbx"))
    made.clear()
    for nth, queue in enumerate(QUEUES):
        pipeline.apply(ev.Answered(contact=f"{nth}", queue=queue, agent=PEOPLE[nth], source="pbx"))
    assert {one for one in made if one[0] in ("queues", "agents")} == {("queues", "a")}
    assert pipeline.documents["queues"]["b"]["now"]["engaged"] == 1
    assert made[-1] == ("queues", "b")
    clock.ms += 1_000
    hub.look()
    while shows_a.take():
        pass
    assert shows_a.state["queues"]["a"]["now"]["engaged"] == 1


async def test_people_whom_nobody_read_are_counted_no_more_when_they_go(clock: Clock) -> None:
    pipeline = Loaded()
    for agent in PEOPLE:
        pipeline.apply(ev.SignedIn(agent=agent, queues=["a"], source="pbx"))
    pipeline.documents = Documents(pipeline.floor)  # as after a restart
    pipeline.documents.begin()
    hub = hub_of(pipeline, clock)
    wall = Reader(hub, board(Tile(kind="agents", at=(1, 1), size=(2, 2), queues=["a"]), names="none"))
    while wall.take():
        pass
    assert [row["there"] for row in wall.state["counts"].values()] == [2]
    pipeline.apply(ev.AgentForgotten(name="x", source=ev.SERVER))
    clock.ms += 1_000
    hub.look()
    while wall.take():
        pass
    assert [row["there"] for row in wall.state["counts"].values()] == [1]
    assert "x" not in pipeline.documents["agents"]
