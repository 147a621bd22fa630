"""What of the floor is a caller's? Leads are bound to teams, programs perhaps to queues; the rest is not there."""

from collections.abc import Mapping
from typing import Any

from wallboard.core.alerts import TEAM
from wallboard.core.state import Floor
from wallboard.web.who import Who


def has_queue(who: Who, floor: Floor, queue: str) -> bool:
    return who.of_team(floor.settings.for_queue(queue).team) and (who.queues is None or queue in who.queues)


def has_agent(who: Who, floor: Floor, agent: str) -> bool:
    """For whoever is bound to queues: who serves one of them."""
    row = floor.people.agents.get(agent)
    if row is None or not who.of_team(floor.people.team_of(agent)):
        return False
    return who.queues is None or not who.queues.isdisjoint(row.profile.member_of)


def has_contact(who: Who, floor: Floor, queues: set[str]) -> bool:
    """By the queues in which it waits or is talked to; one in no queue is everybody's who is bound to nothing."""
    if who.teams is None and who.queues is None:
        return True
    return any(has_queue(who, floor, queue) for queue in queues)


def has_alert(who: Who, floor: Floor, kind: str, of: str) -> bool:
    """What is of no team is every lead's; a person's is for who may see people, and leads that person."""
    if kind == "agents":
        return who.may("people:read") and ((who.teams is None and who.queues is None) or has_agent(who, floor, of))
    if kind == "queues":
        team = floor.settings.for_queue(of).team
        return (team is None or who.of_team(team)) and (who.queues is None or of in who.queues)
    if who.queues is not None:
        return False
    return not (kind == "groups" and of.startswith(TEAM)) or who.of_team(of.removeprefix(TEAM))


def has_notice(who: Who, floor: Floor, row: Mapping[str, Any]) -> bool:
    """One that is for everybody, or for a team or queue of theirs."""
    teams, queues = row.get("teams") or [], row.get("queues") or []
    if not teams and not queues:
        return True
    return any(who.of_team(team) for team in teams) or any(has_queue(who, floor, queue) for queue in queues)
