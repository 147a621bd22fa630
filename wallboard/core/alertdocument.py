"""What does the state document say of an alert?"""

from wallboard.core.agentdocument import agent_name
from wallboard.core.askable import reads_of
from wallboard.core.figures import Document
from wallboard.core.rows import AlertRow, ResultRow
from wallboard.core.state import Floor


def alert_document(floor: Floor, row: AlertRow) -> Document:
    """Of one that is open, or over."""
    rule = floor.settings.alert.get(row.rule)
    found: Document = {
        "reads": reads_of(row.metric),
        "rule": row.rule, "severity": row.severity, "kind": row.kind, "of": row.of, "metric": row.metric,
        "limit": row.limit, "since": row.since_ms, "raised_at": row.raised_ms,
    }  # fmt: skip
    optional = {
        "name": about(floor, row.kind, row.of), "team": floor.alerts.team_of(row),
        "window": row.window, "within": row.within, "event": row.event, "value": row.value,
        "action": rule and rule.action, "owners": (rule and rule.owners) or None,
        "acknowledged_by": row.acknowledged_by, "acknowledged_at": row.acknowledged_ms, "owner": row.owner,
        "snoozed_by": row.snoozed_by, "last_snoozed_by": row.last_snoozed_by, "snoozed_until": row.snoozed_until_ms,
        "over_at": row.over_ms, "over": row.over, "results": [_result(one) for one in row.results] or None,
    }  # fmt: skip
    return found | {key: value for key, value in optional.items() if value is not None}


def about(floor: Floor, kind: str, of: str) -> str | None:
    """Whom or what it is about, as people call it; None: all queues together."""
    if kind == "agents":
        floor.settle()
        row = floor.people.agents.get(of)
        return agent_name(floor, of, row) if row and row.is_known else of
    if kind == "queues":
        return floor.settings.for_queue(of).name or of
    return of.partition(":")[2] or None if kind == "groups" else of


def _result(row: ResultRow) -> Document:
    return {"result": row.result, "who": row.who, "at": row.at_ms} | ({"note": row.note} if row.note else {})
