"""Which alerts are about to be raised? Their rules hold, and have not for long enough yet: shown, but nobody is called.

For whom they would be: of another lead's team nothing is said, and of a silent source's queues neither.
"""

from collections.abc import Iterator

from wallboard.core.alertdocument import alert_document
from wallboard.core.measured import Document
from wallboard.core.rows import AlertRow
from wallboard.core.sofar import leading
from wallboard.web.alerttexts import alert_text, order_of
from wallboard.web.openalerts import is_for
from wallboard.web.who import Who
from wallboard.web.wiring import Parts
from wallboard.web.words import Words

SHOWN = 50


def pending(parts: Parts, who: Who, say: Words) -> list[Document]:
    """As alerts are told, the gravest first; `value` and `text` are of now, and `raised_at` is still to come."""
    floor = parts.pipeline.floor
    rows = [row for row in _rows(parts) if is_for(who, row, floor.alerts.team_of(row))]
    rows.sort(key=lambda row: (order_of({"severity": row.severity}), row.raised_ms, row.rule, row.of))
    found = list[Document]()
    for row in rows[:SHOWN]:
        of = parts.pipeline.documents.get(row.kind, {}).get(row.of)
        document = alert_document(floor, leading(row, floor.settings, floor.alerting, of, parts.clock_ms()))
        found.append(document | {"text": alert_text(document, say)})
    return found


def _rows(parts: Parts) -> Iterator[AlertRow]:
    """What each would be if it were raised."""
    floor = parts.pipeline.floor
    for (name, kind, of), since_ms, raised_ms in floor.alerting.pending() if floor.alerting else ():
        rule = floor.settings.alert[name]
        row = AlertRow(
            name, rule.severity, kind, of, rule.metric, rule.window, rule.raises, None, since_ms, raised_ms,
            within=rule.within, event=rule.event,
        )  # fmt: skip
        if floor.alerting and not floor.alerting.holds_back(row):
            yield row
