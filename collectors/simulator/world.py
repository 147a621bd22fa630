"""What stands and waits in the simulated centre, and what comes next? The state, the agenda, the dice.

Behaviour stands beside it: `arrivals`, `contacts`, `shifts`, `news`; each puts actions on the agenda.
"""

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from collectors.simulator.centre import Line, Person
from wallboard.core.events import Event

SECOND_MS = 1000
CUSTOMERS_REMEMBERED = 400
T = TypeVar("T")


@dataclass(eq=False)
class Contact:
    """One customer's interaction. `turn` counts its steps: what was planned for an older one does nothing."""

    id: str
    customer: str
    queue: "Queue"
    channel: str
    via: str | None = None
    began_ms: int = 0
    agent: "Agent | None" = None  # whom it rings at or speaks with
    turn: int = 0


@dataclass(eq=False)
class Agent:
    """`free_since_ms` orders who is asked next; `then` waits until the last contact is over."""

    person: Person
    ready: bool = False
    paused_for: str | None = None
    ringing: Contact | None = None
    contacts: list[Contact] = field(default_factory=list)  # with the one in wrap-up
    free_since_ms: int = 0
    ends_ms: int = 0
    then: Callable[[], None] | None = None
    served: "list[Queue]" = field(default_factory=list)

    def can_take(self, contact: Contact) -> bool:
        if not self.ready or self.ringing or self.then:
            return False
        if contact.queue.line.spoken:
            return not self.contacts
        speaks = any(one.queue.line.spoken for one in self.contacts)
        return len(self.contacts) < self.person.slots and not speaks


@dataclass(eq=False)
class Queue:
    """`waiting` in order of arrival; who rings at an agent stays in it."""

    line: Line
    members: list[Agent] = field(default_factory=list)
    waiting: list[Contact] = field(default_factory=list)
    storm: float = 1.0  # how many times its usual arrivals now


class World:
    """The whole centre at `now_ms`."""

    def __init__(self, seed: int, lines: list[Line], people: list[Person], start_ms: int) -> None:
        self.now_ms = start_ms
        self.queues = [Queue(line) for line in lines]
        self.agents = [Agent(person) for person in people]
        self.customers: deque[str] = deque(maxlen=CUSTOMERS_REMEMBERED)
        self.sales: deque[tuple[int, float]] = deque()  # of the last hour
        self._name = f"{seed}-{start_ms // SECOND_MS:x}"
        self._dice = random.Random(f"{self._name}-{len(lines)}-{len(people)}")
        self._agenda: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._planned = 0
        self._told = 0
        self._news: list[Event] = []
        self._seat()

    def run(self) -> Iterator[Event]:
        """What happens, in order of time, for as long as somebody asks."""
        while self._agenda:
            self.now_ms, _, action, arguments = heapq.heappop(self._agenda)
            action(*arguments)
            yield from self._news
            self._news.clear()

    def after(self, seconds: float, action: Callable[..., None], *arguments: Any) -> None:
        self._planned += 1
        at_ms = self.now_ms + max(1, round(seconds * SECOND_MS))
        heapq.heappush(self._agenda, (at_ms, self._planned, action, arguments))

    def tell(self, what: type[Event], /, **fields: Any) -> None:
        self._news.append(what(time=self.now_ms, id=self.key("e"), **fields))

    def key(self, letter: str) -> str:
        """A new id, the same in every run of this seed and start."""
        self._told += 1
        return f"{letter}{self._name}-{self._told}"

    # The dice

    def often(self, chance: float) -> bool:
        return self._dice.random() < chance

    def between(self, least: float, most: float) -> float:
        return self._dice.uniform(least, most)

    def about(self, mean: float, spread: float = 0.5) -> float:
        """Log-normal with this mean, as talks are: many short, few very long."""
        return self._dice.lognormvariate(math.log(mean) - spread * spread / 2, spread)

    def until_next(self, per_second: float) -> float:
        return self._dice.expovariate(per_second)

    def one_of(self, choices: Sequence[T]) -> T:
        return self._dice.choice(choices)

    def _seat(self) -> None:
        by_id = {queue.line.id: queue for queue in self.queues}
        for agent in self.agents:
            agent.served = [by_id[queue] for queue in agent.person.queues]
            for queue in agent.served:
                queue.members.append(agent)
