"""A floor that looks after its alert rules."""

from collections.abc import Collection

from wallboard.core.agentdocument import limits_of
from wallboard.core.agentrow import AgentRow
from wallboard.core.agenttime import stretch_of
from wallboard.core.alerting import Alerting
from wallboard.core.kpis import Document, entity
from wallboard.core.state import Floor


def watchful(floor: Floor) -> Floor:
    """The same floor; from now on its rules are looked at."""
    floor.alerting = Alerting(floor.ground, Sight(floor))
    return floor


class Sight:
    """What rules see of a floor."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def row(self, kind: str, name: str) -> Document | None:
        """As in the state document; None: it is gone. A person's stretch of work is as of now, not of when they were
        told last: whoever loads a checkpoint tells everybody anew."""
        row = entity(self._floor, kind, name)
        if row is None or kind != "agents":
            return row
        since_ms, turns_ms = stretch_of(self._floor.people.agents[name], self._floor.ground)
        return row | {"stretch_since": since_ms, "stretch_turns_at": turns_ms}

    def brief(self, agent: str) -> Document | None:
        """Of that row what takes no adding up of times."""
        row = self._known(agent)
        return limits_of(self._floor, agent, row) if row else None

    def team_of(self, agent: str) -> str | None:
        return self._floor.people.team_of(agent) or None if self._known(agent) else None

    def sources_of(self, kind: str, name: str) -> Collection[str]:
        """Who tells of it."""
        floor = self._floor
        floor.settle()
        if kind == "agents":
            return row.sources if (row := self._known(name)) else ()
        if kind == "kpis":
            return (floor.kpis[name].source,) if name in floor.kpis else ()
        if kind == "sources":
            return (name,)
        tally = (floor.tallies.groups if kind == "groups" else floor.tallies.queues).get(name)
        return tally.sources if tally else ()

    def is_late(self, source: str) -> bool:
        return source in self._floor.sources and self._floor.listening.state_of(source) == "late"

    def _known(self, agent: str) -> AgentRow | None:
        row = self._floor.people.agents.get(agent)
        return row if row and row.is_known else None
