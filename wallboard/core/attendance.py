"""Who was there in each quarter of an hour, and what did they do? Agents' time by state; how well queues were staffed.

    time sheet (core/timesheet.py)   10:00 {handling: 512 s, idle: 388 s, [support, sales]: 900 s}
    agents     10:00                 handling 512 s, idle 388 s
    queues     10:00                 staffed_ms: 900 s of each agent who served it, clipped where that changed
    groups     10:00                 the same, each person once

The sheet keeps its last hours, so what is told here is worked out again after a new start, and an interval is always
written whole. An agent is looked at every few minutes, and after each quarter.
"""

from collections.abc import Iterator

from wallboard.core.agentrow import AgentRow
from wallboard.core.agenttime import quarters_before, quarters_of
from wallboard.core.ground import Ground
from wallboard.core.ledger import add_to
from wallboard.core.people import People
from wallboard.core.quarters import REACH_MS, Amounts, Interval
from wallboard.core.tallies import Tallies
from wallboard.core.timesheet import AFTER, KEPT_MS, QUARTER_MS, SERVES

TIME = "time"  # the basis of these intervals
STAFFED = "staffed_ms"
STAFFED_AFTER = "staffed_after_ms"  # how long after the quarter began the first of them was there, as far as was told
LOOK_MS = 5 * 60_000
SLICE = 200  # agents between two chances for others


class Attendance:
    """`changed`: intervals to be written. What was written until `written_ms` is in the record already."""

    def __init__(self, ground: Ground, tallies: Tallies, people: People, written_ms: int) -> None:
        self._ground = ground
        self._tallies = tallies
        self._people = people
        self._written_ms = written_ms
        self.changed: set[Interval] = set()
        self._begin()

    def _begin(self) -> None:
        """From the sheets alone, as after a new start or another configuration."""
        self._amounts: dict[Interval, Amounts] = {}
        self._afters: dict[Interval, dict[int, int]] = {}  # STAFFED_AFTER → of how many agents
        self._told: dict[str, dict[int, dict[str, int]]] = {}  # agent → quarter → what is counted of it
        self._looked_ms: dict[str, int] = {}
        self._waiting = self._people.attended = set(self._people.agents)  # of whom something was told since

    def look(self, *, at_once: bool = False) -> Iterator[None]:
        """Take over the time of those who are due; `at_once`: of all. Pauses after each SLICE: go on until it ends."""
        if self._people.attended is not self._waiting:
            self._begin()
        now_ms, count = self._ground.now_ms, 0
        for name in sorted(self._people.agents if at_once else self._waiting):
            looked_ms = self._looked_ms.get(name, 0)
            if at_once or now_ms - looked_ms >= LOOK_MS or looked_ms // QUARTER_MS != now_ms // QUARTER_MS:
                self._waiting.discard(name)
                self._look_at(name)
                self._looked_ms[name] = now_ms
                count += 1
                if count % SLICE == 0:
                    yield
        old_ms = now_ms - KEPT_MS - QUARTER_MS
        for old in [one for one in self._amounts if one.started_ms < old_ms and one not in self.changed]:
            self._amounts.pop(old)
            self._afters.pop(old, None)

    def take_changed(self, most: int) -> dict[Interval, Amounts]:
        """Up to `most` intervals to write, each whole; they count as written."""
        taken = [self.changed.pop() for _ in range(min(most, len(self.changed)))]
        found = {interval: dict(self._amounts.get(interval, {})) for interval in taken}
        for interval, amounts in found.items():
            if after_ms := min(self._afters.get(interval, ()), default=0):
                amounts[STAFFED_AFTER] = after_ms
        return found

    def _look_at(self, name: str) -> None:
        row = self._people.agents.get(name)
        if row is None:
            return
        spent, until_ms = quarters_of(row, self._ground)
        if name not in self._told and self._written_ms:
            self._take_back(name, row, spent)
        told, kept_ms = self._told.setdefault(name, {}), until_ms - KEPT_MS
        for started_ms in told.keys() - spent.keys():
            states = told.pop(started_ms)
            if started_ms >= kept_ms:  # taken back by what was told late; older ones stay as they are
                self._count(name, started_ms, states, -1)
        for started_ms, states in spent.items():
            if started_ms >= kept_ms and told.get(started_ms) != states:
                self._count(name, started_ms, told.get(started_ms, {}), -1)
                self._count(name, started_ms, states, 1)
                over = started_ms + QUARTER_MS <= until_ms
                told[started_ms] = states if over else dict(states)  # the running one goes on to be added to

    def _take_back(self, name: str, row: AgentRow, spent: dict[int, dict[str, int]]) -> None:
        """After a new start: what was told last may have emptied what was written before it."""
        for before in quarters_before(row, self._ground):
            for started_ms, states in before.items():
                if not states.keys() <= spent.get(started_ms, {}).keys():
                    for sign in (1, -1):
                        self._count(name, started_ms, states, sign)

    def _count(self, agent: str, started_ms: int, states: dict[str, int], sign: int) -> None:
        after_ms = states.get(AFTER, 0)
        for state, ms in states.items():
            if state == AFTER:
                continue
            if not state.startswith(SERVES):
                self._add(Interval("agents", agent, started_ms, TIME), state, sign * ms)
                continue
            queues = [queue for queue in state.split(SERVES) if queue]
            groups = {group for queue in queues for group in self._tallies.groups_of(queue)} or self._alone(agent)
            for kind, names in (("queues", queues), ("groups", groups)):
                for name in names:
                    interval = Interval(kind, name, started_ms, TIME)
                    self._add(interval, STAFFED, sign * ms)
                    add_to(self._afters.setdefault(interval, {}), after_ms, sign)

    def _add(self, interval: Interval, name: str, ms: int) -> None:
        add_to(self._amounts.setdefault(interval, {}), name, ms)
        # Before that somebody's sheet may hold the quarter no more: what was written of it is better.
        if interval.started_ms >= max(self._written_ms - REACH_MS, self._ground.now_ms - KEPT_MS):
            self.changed.add(interval)

    def _alone(self, agent: str) -> set[str]:
        """The groups of somebody who serves no queue."""
        team = self._people.team_of(agent)
        return {"all", *([f"team:{team}"] if team else [])}


def gather(into: Amounts, more: Amounts) -> None:
    """Of the same quarter, such as those of several queues."""
    afters = [of.get(STAFFED_AFTER, 0) for of in (into, more) if STAFFED in of]
    for name, amount in more.items():
        add_to(into, name, amount)
    if afters:
        into[STAFFED_AFTER] = min(afters)
