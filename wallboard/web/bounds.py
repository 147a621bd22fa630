"""Does this event stay inside what its sender is limited to? Its source, its queues, its teams, each with its path."""

from collections.abc import Iterator

from wallboard.core import events as ev
from wallboard.core.errors import Refused
from wallboard.core.naming import named
from wallboard.core.settings import Settings
from wallboard.web.who import Who


def keep_inside(who: Who, event: ev.Event, settings: Settings) -> None:
    """`event` with its source. Raises Refused. What names no queue and no agent is its own contact's or source's."""
    if who.source is not None and event.source != who.source:
        raise Refused("$.source", f"'{who.name}' speaks as '{who.source}' only: leave the source out")
    if who.queues is None and who.teams is None:
        return
    for kind, at, name in (*named(event), *_besides(event)):
        if kind == "queues":
            _queue(who, settings, settings.queue_of(event.source or "", name), at)
        elif kind == "agents" and who.teams is not None:
            own = settings.agent.get(settings.agent_of(event.source or "", name))
            team = own.team if own else getattr(event, "team", None)
            if team not in who.teams:
                raise Refused(
                    at, f"'{who.name}' is limited to the teams {_some(who.teams)}: '{name}' is of none of them"
                )


def _queue(who: Who, settings: Settings, queue: str, at: str) -> None:
    if who.queues is not None and queue not in who.queues:
        raise Refused(at, f"'{who.name}' is limited to the queues {_some(who.queues)}, and this is '{queue}'")
    if who.teams is not None and settings.for_queue(queue).team not in who.teams:
        raise Refused(at, _of_no_team(who, queue))


def _of_no_team(who: Who, name: str) -> str:
    return f"'{who.name}' is limited to the teams {_some(who.teams or frozenset())}: '{name}' is of none of them"


def _besides(event: ev.Event) -> Iterator[tuple[str, str, str]]:
    """Queues and agents of figures, notices and transfers, which bring no name into being."""
    if isinstance(event, ev.KpiReported | ev.NoticePosted | ev.Transferred):
        for field in ("queue", "to_queue"):
            if name := getattr(event, field, None):
                yield "queues", f"$.{field}", name
    if isinstance(event, ev.NoticePosted):
        for name in event.queues or ():
            yield "queues", "$.queues", name
    if isinstance(event, ev.KpiReported) and event.agent:
        yield "agents", "$.agent", event.agent


def _some(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)[:5]) + ("" if len(names) <= 5 else f" and {len(names) - 5} more")
