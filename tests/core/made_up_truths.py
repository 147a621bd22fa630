"""What may a source's whole truth (`floor.observed`) say? Made-up ones, right or wrong."""

from collections.abc import Iterator

from hypothesis import strategies as st
from msgspec.structs import replace

from wallboard.core import events as ev

_queues, _agents = st.sampled_from(["q1", "q2"]), st.sampled_from(["a1", "a2"])
_waits = st.builds(
    ev.ListedContact, contact=st.sampled_from(["c1", "c2", "c3", "c4", "c5"]),
    since=st.sampled_from([None, None, 0, 1, 5_000, 300_000]),
)  # fmt: skip
_seen = st.builds(
    ev.ListedAgent, presence=st.sampled_from([None, "ready", "paused", "offline"]),
    reason=st.sampled_from([None, "lunch"]), queues=st.none() | st.lists(_queues, max_size=2),
    activity=st.sampled_from([None, "idle", "idle", "engaged", "busy"]),
)  # fmt: skip
truth = st.builds(
    ev.FloorObserved, source=st.sampled_from(["pbx", "pbx", "crm"]), parts=st.sampled_from([None, None, 2]),
    queues=st.none() | st.dictionaries(_queues, st.lists(_waits, max_size=3, unique_by=lambda one: one.contact)),
    agents=st.none() | st.dictionaries(_agents, _seen),
)  # fmt: skip


def since_before(event: ev.FloorObserved, at_ms: int) -> ev.FloorObserved:
    """Whoever waits does so since before it was asked for."""
    if event.queues is None:
        return event
    listed = {
        queue: [row if row.since is None else replace(row, since=at_ms - row.since) for row in rows]
        for queue, rows in event.queues.items()
    }
    return replace(event, queues=listed)


def in_parts(event: ev.Event) -> Iterator[ev.Event]:
    """A listing of two parts: one queue and one agent in each."""
    if not isinstance(event, ev.FloorObserved) or event.parts is None:
        yield event
        return
    for part in (1, 2):
        queues, agents = event.queues, event.agents
        yield replace(
            event, part=part,
            queues=None if queues is None else {name: rows for name, rows in queues.items() if name == f"q{part}"},
            agents=None if agents is None else {name: seen for name, seen in agents.items() if name == f"a{part}"},
        )  # fmt: skip
