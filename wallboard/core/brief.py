"""What decides who is shown a queue, group or agent, and where it is counted? The part of its document that takes no
working out, for those of which there are many and which change with every contact.
"""

from typing import Any

from wallboard.core.agentrow import AgentRow
from wallboard.core.standings import doing
from wallboard.core.state import Floor

Document = dict[str, Any]


BRIEF = frozenset({"queues", "groups", "agents"})


def is_there(floor: Floor, kind: str, name: str) -> bool:
    """Whether this kind, one of BRIEF, has such an entity; what `settle` counts included."""
    if kind == "agents":
        row = floor.people.agents.get(name)
        return row is not None and row.is_known
    return name in (floor.tallies.queues if kind == "queues" else floor.tallies.groups)


def brief(floor: Floor, kind: str, name: str) -> Document | None:
    """Of one of BRIEF; None when the entity is gone. What stands here stands in the whole document too."""
    floor.settle()
    if not is_there(floor, kind, name):
        return None
    if kind == "agents":
        return _agent(floor, name, floor.people.agents[name])
    team = floor.settings.for_queue(name).team if kind == "queues" else None
    return {"team": team} if team else {}


def told_by(floor: Floor, name: str, row: AgentRow) -> Document:
    """Which sources speak of an agent, and the team."""
    found: Document = {"sources": sorted(row.sources)}
    if team := floor.people.team_of(name):
        found["team"] = team
    return found


def _agent(floor: Floor, name: str, row: AgentRow) -> Document:
    found = told_by(floor, name, row)
    found["activity"], _ = doing(row)
    found["queues"] = row.profile.member_of
    if standing := row.profile.standing:
        found["presence"] = standing.presence
    return found
