"""Which queues share agents? Those of one group are worked out together (core/need.py)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Group(NamedTuple):
    """Queues that share agents, and the agents."""

    queues: tuple[str, ...]
    agents: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.queues[0]


def shared(names: Iterable[str], serving: Iterable[tuple[str, Iterable[str]]]) -> Iterator[Group]:
    """These queues, joined where one agent serves both. `serving`: each agent with all queues that they serve."""
    root = {name: name for name in names}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    one_of: dict[str, str] = {}  # agent → a queue that they serve
    for agent, served in serving:
        queues = [queue for queue in served if queue in root]
        for other in queues[1:]:
            one, two = sorted((find(queues[0]), find(other)))
            root[two] = one
        if queues:
            one_of[agent] = queues[0]
    queues_of: dict[str, list[str]] = {}
    for name in root:
        queues_of.setdefault(find(name), []).append(name)
    agents_of: dict[str, list[str]] = {}
    for agent, queue in one_of.items():
        agents_of.setdefault(find(queue), []).append(agent)
    for name, together in queues_of.items():
        yield Group(tuple(sorted(together)), tuple(agents_of.get(name, ())))
