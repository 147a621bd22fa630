"""How many different names may there be? A script that puts an id where a name belongs must not fill every wall."""

from collections.abc import Iterator, Mapping

from wallboard.core import events as ev
from wallboard.core.errors import Refused
from wallboard.core.state import Floor

MOST = {"queues": 5_000, "agents": 50_000, "sources": 1_000}


class Names:
    """The names of one request, beside those that the floor knows."""

    def __init__(self, floor: Floor) -> None:
        self._known: dict[str, Mapping[str, object]] = {
            "queues": floor.tallies.queues, "agents": floor.people.agents, "sources": floor.sources,
        }  # fmt: skip
        self._new: dict[str, set[str]] = {kind: set() for kind in MOST}

    def admit(self, event: ev.Event) -> None:
        """Raises Refused for a name that would be one too many."""
        for kind, at, name in _named(event):
            known, new = self._known[kind], self._new[kind]
            if name in known or name in new:
                continue
            if len(known) + len(new) >= MOST[kind]:
                raise Refused(at, f"there are {MOST[kind]} {kind} already: is this a name, or an id that changes?")
            new.add(name)


def _named(event: ev.Event) -> Iterator[tuple[str, str, str]]:
    """(kind, path, name) of what this event would bring into being."""
    if event.source:
        yield "sources", "$.source", event.source
    if queue := getattr(event, "queue", None):
        yield "queues", "$.queue", queue
    queues = getattr(event, "queues", None)
    if isinstance(queues, dict | list) and not isinstance(event, ev.NoticePosted):
        for queue in queues:
            yield "queues", "$.queues", queue
    if isinstance(agent := getattr(event, "agent", None), str):
        yield "agents", "$.agent", agent
    if isinstance(agents := getattr(event, "agents", None), dict):
        for agent in agents:
            yield "agents", "$.agents", agent
