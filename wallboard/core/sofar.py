"""What is the number of an open alert by now?

oldest_wait_s was 134 s when it was raised     since 12:00:00, so 310 s at 12:05:10
"""

from wallboard.core.alerting import Alerting
from wallboard.core.heard import ANY
from wallboard.core.measured import Document, Measured, measured
from wallboard.core.rows import AlertRow
from wallboard.core.rules import NO_EVENT, Condition
from wallboard.core.settings import Settings


def asks_the_same(row: AlertRow, settings: Settings) -> bool:
    """Whether its rule is there and asks for the number that the alert was raised with."""
    rule = settings.alert.get(row.rule)
    return rule is not None and (rule.metric, rule.window, rule.within) == (row.metric, row.window, row.within)


def number_now(
    row: AlertRow, settings: Settings, alerting: Alerting | None, entity: Document | None, now_ms: int
) -> Measured:
    """`entity`: what it is about, as in the state document. Value None: not known, or its rule asks for another one."""
    rule = settings.alert.get(row.rule)
    if rule is None or alerting is None or not asks_the_same(row, settings):
        return Measured(None)
    return _number(rule, row, alerting, entity, now_ms)


def others_now(
    row: AlertRow, settings: Settings, alerting: Alerting | None, entity: Document | None, now_ms: int
) -> list[tuple[Condition, float | None]]:
    """What else has to hold for it, each with its number; none where its rule asks for another number by now."""
    rule = settings.alert.get(row.rule)
    if rule is None or alerting is None or not asks_the_same(row, settings):
        return []
    return [(one, _number(one, row, alerting, entity, now_ms).value) for one in rule.conditions]


def _number(one: Condition, row: AlertRow, alerting: Alerting, entity: Document | None, now_ms: int) -> Measured:
    if one.metric == NO_EVENT:
        since_ms = alerting.heard.last((row.kind, row.of), row.rule, one.event or ANY)
        return Measured(None) if since_ms is None else Measured(max(0, now_ms - since_ms) / 1000, since_ms)
    if one.within:
        return Measured(alerting.change((row.rule, row.kind, row.of), one))
    return measured(one, entity, now_ms) if entity else Measured(None)
