"""What are the numbers of an agent? Their state document (docs/kpis.md), computed from their row."""

from functools import lru_cache

from wallboard.core.agentrow import AgentRow
from wallboard.core.agents import Item, Standing
from wallboard.core.agenttime import time_of
from wallboard.core.brief import told_by
from wallboard.core.figures import Document, family, window_of_contacts, with_times
from wallboard.core.standings import doing
from wallboard.core.state import Floor
from wallboard.core.timesheet import WINDOWS


def agent_document(floor: Floor, name: str) -> Document | None:
    row = floor.people.agents.get(name)
    if row is None or not row.is_known:
        return None
    contacts, profile = row.contacts, row.profile
    activity, since_ms = doing(row)
    found: Document = {
        "name": agent_name(floor, name, row),
        "activity": activity,
        "since": since_ms,
        "queues": profile.member_of,
        "slots": _slots(_used(contacts) if contacts else 0, profile.slots),
        "contacts": [_held(one) for one in contacts] if contacts else [],
        "as_of": row.seen_ms,
    }  # fmt: skip
    times, work = time_of(row, floor.ground)
    if floor.ground.runs_shift(floor.people.site_of(name)) is False:
        found["shift"] = {}
    for window in [one for one in WINDOWS if one in row.sheet.starts]:
        longest_ms = work.longest_ms(window, row.sheet.starts, row.seen_ms)
        found[window] = with_times(window_of_contacts(row.ledger.window(window)), times.get(window, {}), longest_ms)
    if work.since_ms is not None:
        found["stretch_since"] = work.since_ms
    found["tags"] = family("tags.", row.ledger.window("day").sums)
    if len(row.hostile) > 1:
        found["hostile_twice_since"] = row.hostile[-2]
    found |= limits_of(floor, name, row)
    found |= _presence(row)
    return found


def agent_name(floor: Floor, name: str, row: AgentRow) -> str:
    configured = floor.settings.agent.get(name)
    return (configured and configured.name) or row.profile.name or name


def limits_of(floor: Floor, name: str, row: AgentRow) -> Document:
    """What rules about a person mostly ask for, which takes no adding up of times."""
    found = told_by(floor, name, row)
    if row.items and (over_ms := _wrapup_over_ms(floor, row.contacts)) is not None:
        found["wrapup_over_at"] = over_ms
    if (over_ms := _pause_over_ms(floor, row)) is not None:
        found["pause_over_at"] = over_ms
    if missed := _missed_in_row(row.calls):
        found["missed_in_row"] = missed
    return found


def _held(one: Item) -> Document:
    found: Document = {"contact": one.contact, "channel": one.channel, "since": one.since_ms, "state": one.state}
    if one.queue:
        found["queue"] = one.queue
    return found


@lru_cache(maxsize=1000)
def _slots(used: int, allowed: int) -> Document:
    """One for all who have so many, so that nobody compares it."""
    return {"used": used, "allowed": allowed}


def _used(contacts: list[Item]) -> int:
    return sum(item.state in ("engaged", "holding", "ringing") for item in contacts)


def _presence(row: AgentRow) -> Document:
    standing = row.profile.standing
    if standing is None:
        return {}
    found: Document = {"presence": standing.presence, "presence_since": standing.since_ms}
    if row.profile.by_queue:
        found["in_queues"] = [_in_queue(queue, one) for queue, one in sorted(row.profile.by_queue.items())]
    if standing.reason:
        found["reason"] = standing.reason
    return found


def _in_queue(queue: str, one: Standing) -> Document:
    """Where the agent stands otherwise there than as a whole."""
    found: Document = {"queue": queue, "presence": one.presence, "since": one.since_ms}
    return found | ({"reason": one.reason} if one.reason else {})


def _wrapup_over_ms(floor: Floor, contacts: list[Item]) -> int | None:
    """When the first of the agent's wrap-ups passes what its queue allows."""
    limits = [
        one.since_ms + round(row.wrapup_s * 1000)
        for one in contacts
        if one.state == "wrapup" and one.queue
        and ((row := floor.settings.for_queue(one.queue)).wrapup_s or not row.wrapup_told)
    ]  # fmt: skip
    return min(limits, default=None)


def _pause_over_ms(floor: Floor, row: AgentRow) -> int | None:
    """When the agent's pause passes what its reason allows."""
    standing = row.profile.standing
    if standing is None or standing.presence != "paused" or not standing.reason:
        return None
    reason = floor.settings.reason.get(standing.reason)
    return standing.since_ms + round(reason.minutes * 60_000) if reason and reason.minutes else None


def _missed_in_row(calls: list[tuple[int, bool]]) -> int:
    if not calls or calls[-1][1]:
        return 0
    return next((n for n, (_, taken) in enumerate(reversed(calls)) if taken), len(calls))
