"""What does an agent add to the live numbers of queues and groups? Where they stand, and whether they are free."""

from collections.abc import Callable, Iterable
from functools import cache

from wallboard.core.agentrow import AgentRow, Place
from wallboard.core.agents import activity, has_room

GroupsOf = Callable[[str], Iterable[str]]  # the groups of a queue


def restand(row: AgentRow, team: str | None, groups_of: GroupsOf, moved: dict[Place, int]) -> None:
    """Replace what the agent adds: what that moves comes into `moved`."""
    profile, free = row.profile, is_free(row)
    stands = (profile.overall, profile.by_queue, profile.queues, team)
    if stands != row.stands:
        _move(moved, row.ready, -int(row.free))
        row.stands, row.free = stands, False
        fresh = frozenset(_stands(row, team, groups_of))
        _move(moved, row.counted - fresh, -1)
        _move(moved, fresh - row.counted, 1)
        row.counted = fresh
        row.ready = frozenset((kind, entity, "idle") for kind, entity, metric in fresh if metric == "ready")
    if free != row.free:
        _move(moved, row.ready, int(free) - int(row.free))
        row.free = free


def doing(row: AgentRow) -> tuple[str, int]:
    """The agent's activity, and since when."""
    items = row.items
    if not items:
        released_ms = row.last_released_ms
        return activity(row.profile, [], released_ms, released_ms)
    if len(items) == 1 and not row.profile.device:
        (held,) = items.values()
        if len(held) == 1:
            return held[0].state, held[0].since_ms
    return activity(row.profile, row.contacts, row.last_released_ms, row.last_contact_ms)


def is_free(row: AgentRow) -> bool:
    """Could take one more contact now."""
    state, _ = doing(row)
    return has_room(state, [item.state for held in row.items.values() for item in held], row.profile.slots)


def _stands(row: AgentRow, team: str | None, groups_of: GroupsOf) -> Iterable[Place]:
    """(kind, id, metric) that this agent adds one to; `members` says that a queue's people are known at all."""
    overall = row.profile.overall
    if overall is None:
        return
    for queue in row.profile.member_of:
        here = row.profile.in_queue(queue) or overall
        standing = overall if overall.presence == "offline" else here
        for metric in _metrics(standing.presence, standing.reason):
            yield "queues", queue, metric
            for group in groups_of(queue):
                yield "groups", group, metric
    if not row.profile.member_of:
        for metric in _metrics(overall.presence, overall.reason):
            yield "groups", "all", metric
            if team:
                yield "groups", f"team:{team}", metric


def _move(moved: dict[Place, int], standings: Iterable[Place], by: int) -> None:
    for standing in standings if by else ():
        moved[standing] = moved.get(standing, 0) + by


@cache
def _metrics(presence: str, reason: str | None) -> list[str]:
    if presence == "offline":
        return ["members"]
    if presence == "paused":
        return ["members", "staffed", "paused", f"paused_by.{reason or 'no reason'}"]
    return ["members", "staffed", "ready"]
