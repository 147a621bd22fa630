"""How many alerts are open for somebody, and does anything raise them now? static/js/opencount.js asks again.

How many stands in the head of every page for leads; that no worker runs on those about alerts (workerless.html).
"""

from typing import NotRequired, TypedDict

from wallboard.core.measured import Document
from wallboard.core.rows import AlertRow
from wallboard.core.state import Floor
from wallboard.live.vitals import no_worker_since
from wallboard.web.alerttexts import order_of
from wallboard.web.figures import moment
from wallboard.web.sight import seen_by
from wallboard.web.who import Who
from wallboard.web.wiring import Parts
from wallboard.web.words import Words


class OpenAlerts(TypedDict):
    """`severity`: of the gravest; `text`: how many in words; `no_worker`: that none runs now."""

    open: int
    severity: NotRequired[str]
    text: str
    no_worker: NotRequired[str]


def open_alerts(floor: Floor, who: Who, page: Words) -> OpenAlerts:
    """As `/alerts` lists them, without what is snoozed and what another lead acts on."""
    alerts = floor.alerts
    awake = [row for row in alerts.open.values() if row.snoozed_until_ms is None]
    severities = [row.severity for row in awake if is_for(who, row, alerts.team_of(row))]
    found = OpenAlerts(open=len(severities), text=page("alerts.count", count=len(severities)))
    if severities:
        found["severity"] = min(severities, key=lambda one: order_of({"severity": one}))
    return found


def workerless(parts: Parts, page: Words) -> str:
    """That no worker runs, and since when: nothing is raised or told. Empty while one does."""
    since_ms = no_worker_since(parts.pipeline.documents.get("sources", {}))
    if since_ms is None:
        return ""
    zone = next(iter(parts.pipeline.floor.settings.sites.values())).zone
    return page("alerts.no_worker", time=moment(since_ms, parts.clock_ms(), zone))


def is_for(who: Who, row: AlertRow, team: str | None) -> bool:
    """What is of no team is every lead's, but a person of no team is only theirs who lead all."""
    if row.kind == "agents":
        return seen_by(who).everything and who.of_team(team)
    return team is None or who.of_team(team)


def of_another_team(row: Document, who: Who) -> bool:
    """What is of no team is every lead's."""
    return "team" in row and not who.of_team(row["team"])
