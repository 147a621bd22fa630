"""What are the numbers? The state document (docs/kpis.md) of an entity, computed from its row.

Instants are ms UTC. A field that is not known, or whose denominator is zero, is absent.
"""

from collections.abc import Callable, Iterable
from typing import Any

from wallboard.core.agentdocument import agent_document
from wallboard.core.alertdocument import alert_document
from wallboard.core.queuedocument import group_document, queue_document
from wallboard.core.sofar import number_now
from wallboard.core.state import Floor

Document = dict[str, Any]


def document(floor: Floor) -> dict[str, dict[str, Document]]:
    """The whole state document."""
    return {
        kind: {name: found for name in rows if (found := entity(floor, kind, name)) is not None}
        for kind, rows in names(floor).items()
    }


def names(floor: Floor) -> dict[str, Iterable[str]]:
    """Of each kind who may stand in it."""
    floor.settle()
    return {
        "sites": floor.settings.sites, "queues": floor.settings.in_order("queues", floor.tallies.queues),
        "groups": floor.tallies.groups,
        "agents": floor.people.agents,
        "kpis": floor.kpis, "alerts": floor.alerts.open, "notices": floor.notices, "sources": floor.sources,
    }  # fmt: skip


def entity(floor: Floor, kind: str, name: str) -> Document | None:
    """One entity as it stands in the state document; None when it is gone."""
    floor.settle()
    return _OF[kind](floor, name)


def _site(floor: Floor, name: str) -> Document | None:
    place, day = floor.settings.sites.get(name), floor.ground.calendar.days.get(name)
    if place is None or day is None:
        return None
    found: Document = {
        "name": place.name or name, "zone": place.zone,
        "day": day.label, "day_started": day.started_ms, "day_ends": day.ends_ms,
    }  # fmt: skip
    if shift := floor.ground.calendar.shifts.get(name):
        found |= {"shift": shift.name, "shift_started": shift.started_ms, "shift_ends": shift.ends_ms}
    return found


def _kpi(floor: Floor, name: str) -> Document | None:
    row = floor.kpis.get(name)
    if row is None:
        return None
    said = row.event
    optional = {
        "unit": said.unit, "target": said.target, "good": said.good,
        "queue": said.queue, "agent": said.agent, "team": said.team,
    }  # fmt: skip
    return {"value": said.value, "as_of": row.at_ms, "source": row.source} | {
        key: value for key, value in optional.items() if value is not None
    }


def _alert(floor: Floor, name: str) -> Document | None:
    """`value_now`; of what grows by itself `grows_since`, the instant from which its seconds count. Whoever is off duty
    is its owner no more; `left`: and nobody acted since."""
    row = floor.alerts.open.get(name)
    if row is None:
        return None
    now = number_now(row, floor.settings, floor.alerting, entity(floor, row.kind, row.of), floor.now_ms)
    number = {"value_now": now.value} if now.since_ms is None else {"grows_since": now.since_ms}
    found = alert_document(floor, row) | (number if now.value is not None else {})
    if row.left_ms is not None:
        found.pop("owner", None)
    return found | ({"left": True} if row.is_left else {})


def _notice(floor: Floor, name: str) -> Document | None:
    row = floor.notices.get(name)
    if row is None:
        return None
    said = row.event
    optional = {
        "until": said.until, "boards": said.boards, "queues": said.queues, "teams": said.teams, "mark": said.mark,
    }  # fmt: skip
    return {"text": said.text, "level": said.level, "posted_at": row.posted_ms, "source": row.source} | {
        key: value for key, value in optional.items() if value is not None
    }


def _source(floor: Floor, name: str) -> Document | None:
    row = floor.sources.get(name)
    if row is None:
        return None
    found: Document = {
        "state": floor.listening.state_of(name),
        "late": row.late, "clamped": row.clamped, "rejected": row.rejected, "duplicates": row.duplicates,
        "restarts": row.restarts, "gaps": row.gaps, "gap_ms": row.gap_ms,
    }  # fmt: skip
    if row.heard_ms:
        found["last_event_at"] = row.heard_ms
    if row.lag_ms is not None:
        found["lag_ms"] = row.lag_ms
    if row.conflicts:
        found["conflicts"] = row.conflicts
    if row.overflow:
        found["overflow"] = row.overflow
    if row.note:
        found["note"] = row.note
    return found


_OF: dict[str, Callable[[Floor, str], Document | None]] = {
    "sites": _site, "queues": queue_document, "groups": group_document, "agents": agent_document,
    "kpis": _kpi, "alerts": _alert, "notices": _notice, "sources": _source,
}  # fmt: skip
