"""Does this event stay inside what its sender is limited to? Its source, its queues, its teams, each with its path.

A program that is limited to queues or teams speaks as its own source only, and of what that source tells it changes
only what is of these queues and teams: not somebody else's contact, not whom other queues have too, not the whole.
Notices are events like others; those that were written here are changed by who may write such.
"""

from collections.abc import Iterable, Iterator

from wallboard.core import events as ev
from wallboard.core.errors import Refused
from wallboard.core.naming import named
from wallboard.core.state import Floor
from wallboard.web.who import Who
from wallboard.web.within import has_queue


def keep_inside(who: Who, event: ev.Event, floor: Floor) -> None:
    """`event` with its source. Raises Refused."""
    if event.source == ev.SERVER:
        raise Refused("$.source", f"'{ev.SERVER}' is the server itself: take another name")
    is_limited = who.queues is not None or who.teams is not None
    own = who.speaks_as
    if own is not None and event.source != own:
        raise Refused("$.source", f"'{who.name}' speaks as '{own}' only: leave the source out")
    _written_here(who, floor, event)
    if not is_limited:
        return
    for kind, at, name in (*named(event), *_besides(event)):
        if kind == "queues":
            _queue(who, floor, floor.settings.queue_of(own or "", name), at)
        elif kind == "agents":
            _agent(who, floor, floor.settings.agent_of(own or "", name), event, at)
    for at, team in _teams(event):
        if who.teams is not None and team not in who.teams:
            raise Refused(at, _of_no_team(who, team))
    _notice(who, floor, event)
    _figure(who, event)
    _contact(who, floor, event)
    _whole(who, floor, event)


def _written_here(who: Who, floor: Floor, event: ev.Event) -> None:
    """Notices that people wrote on the pages, or programs over `/notices`, need that scope."""
    if isinstance(event, ev.NoticePosted | ev.NoticeCleared) and not who.may("notices:write"):
        before = floor.notices.get(event.notice or event.id or "")
        if before is not None and before.source == ev.SERVER:
            raise Refused("$.notice", "this notice was written here: to change it takes the scope notices:write")


def _queue(who: Who, floor: Floor, queue: str, at: str) -> None:
    if who.queues is not None and queue not in who.queues:
        raise Refused(at, f"'{who.name}' is limited to the queues {_some(who.queues)}, and this is '{queue}'")
    if not has_queue(who, floor, queue):
        raise Refused(at, _of_no_team(who, queue))


def _agent(who: Who, floor: Floor, agent: str, event: ev.Event, at: str) -> None:
    """Whom nobody knows yet is brought into a team by the event that says so."""
    row = floor.people.agents.get(agent)
    configured = floor.settings.agent.get(agent)
    team = floor.people.team_of(agent) if row else configured and configured.team
    if who.teams is not None and (team or getattr(event, "team", None)) not in who.teams:
        raise Refused(at, _of_no_team(who, agent))
    if row is None or getattr(event, "contact", None) is not None:
        return
    serves = row.profile.member_of
    others = [queue for queue in serves if not has_queue(who, floor, queue)]
    if who.queues is not None and serves and len(others) == len(serves):
        raise Refused(at, f"'{who.name}' is limited to the queues {_some(who.queues)}: '{agent}' serves others")
    if others and isinstance(event, ev.SignedIn | ev.QueuesSet) and event.queues is not None:
        raise Refused(at, f"'{agent}' serves {_some(others)} too, which '{who.name}' may not take away")


def _teams(event: ev.Event) -> Iterator[tuple[str, str]]:
    told = getattr(event, "teams", None) or ()
    yield from (("$.teams", team) for team in told)
    if team := getattr(event, "team", None):
        yield "$.team", team


def _notice(who: Who, floor: Floor, event: ev.Event) -> None:
    """One of its own source, for queues or teams of its own."""
    if isinstance(event, ev.NoticePosted):
        if who.teams is None and event.teams:
            raise Refused("$.teams", f"'{who.name}' is limited to queues, not to teams")
        if not event.queues and not event.teams:
            raise Refused("$.queues", f"'{who.name}' is limited: say for which of its queues or teams this notice is")
    if isinstance(event, ev.NoticePosted | ev.NoticeCleared):
        before = floor.notices.get(event.notice or event.id or "")
        if before is not None and before.source != event.source:
            raise Refused("$.notice", "this notice is somebody else's")


def _figure(who: Who, event: ev.Event) -> None:
    if not isinstance(event, ev.KpiReported) or event.queue or event.agent:
        return
    if who.queues is not None or event.team is None:
        raise Refused("$.queue", f"'{who.name}' is limited: say of which queue, agent or team this figure is")


def _contact(who: Who, floor: Floor, event: ev.Event) -> None:
    """What names no queue is of the queues where its contact is, or was when it is over."""
    name = getattr(event, "contact", None)
    if name is None or getattr(event, "queue", None) is not None:
        return
    key = (getattr(event, "contact_source", None) or event.source or "", name)
    known = floor.contacts.contacts.get(key)
    if known is None and key[0] != event.source:
        raise Refused(
            "$.contact", f"'{who.name}' is limited, and of which queue this contact was is not known any more"
        )
    queues = (known.story.queues_now or known.story.queues) if known else set()
    if queues and not any(has_queue(who, floor, queue) for queue in queues):
        raise Refused("$.contact", f"'{who.name}' is limited, and this contact is of {_some(queues)}")


def _whole(who: Who, floor: Floor, event: ev.Event) -> None:
    """A whole truth, or a platform that started anew, changes whatever its source has told."""
    if not isinstance(event, ev.FloorObserved | ev.SourceRestarted):
        return
    source = event.source or ""
    places = {queue for one in floor.contacts.of_source(source) for queue in one.story.queues_now}
    if others := {queue for queue in places if not has_queue(who, floor, queue)}:
        raise Refused("$", f"'{who.name}' is limited, and '{source}' has contacts in {_some(others)} too")
    if isinstance(event, ev.SourceRestarted) or event.agents is None:
        return
    for agent, row in floor.people.agents.items():
        if source in row.sources:
            _agent(who, floor, agent, event, "$.agents")
    for agent, listed in event.agents.items():
        if listed.queues is not None:
            keep_inside(who, ev.QueuesSet(agent=agent, queues=listed.queues, source=source), floor)


def _besides(event: ev.Event) -> Iterator[tuple[str, str, str]]:
    """Queues and agents of figures, notices and transfers, which bring no name into being."""
    if isinstance(event, ev.KpiReported | ev.NoticePosted | ev.Transferred):
        for field in ("queue", "to_queue"):
            if name := getattr(event, field, None):
                yield "queues", f"$.{field}", name
    if isinstance(event, ev.NoticePosted):
        for name in event.queues or ():
            yield "queues", "$.queues", name
    for field in ("agent", "to_agent"):
        if isinstance(event, ev.KpiReported | ev.Transferred) and (name := getattr(event, field, None)):
            yield "agents", f"$.{field}", name


def _of_no_team(who: Who, name: str) -> str:
    return f"'{who.name}' is limited to the teams {_some(who.teams or frozenset())}: '{name}' is of none of them"


def _some(names: Iterable[str]) -> str:
    told = sorted(names)
    return ", ".join(told[:5]) + ("" if len(told) <= 5 else f" and {len(told) - 5} more")
