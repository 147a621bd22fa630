"""What is the number of an open alert by now?

oldest_wait_s was 134 s when it was raised     since 12:00:00, so 310 s at 12:05:10
"""

from typing import Literal, NamedTuple

from wallboard.core.alerting import Alerting
from wallboard.core.heard import ANY
from wallboard.core.measured import Document, Measured, measured
from wallboard.core.rows import AlertRow
from wallboard.core.rules import NO_EVENT, Condition
from wallboard.core.settings import Settings


class Beside(NamedTuple):
    """A further condition of its rule, with its number by now; None: not known. Joined by `or`: one that holds."""

    joined: Literal["and", "or"]
    asked: Condition
    value: float | None


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


def besides_now(
    row: AlertRow, settings: Settings, alerting: Alerting | None, entity: Document | None, now_ms: int
) -> list[Beside]:
    """What else has to hold for it, and what holds in its place; none where its rule asks for another number by now."""
    rule = settings.alert.get(row.rule)
    if rule is None or alerting is None or not asks_the_same(row, settings):
        return []
    joined: tuple[tuple[Literal["and", "or"], list[Condition]], ...] = (("and", rule.conditions), ("or", rule.others))
    found = [
        Beside(word, one, _number(one, row, alerting, entity, now_ms).value) for word, those in joined for one in those
    ]
    return [one for one in found if one.joined == "and" or holds(one)]


def _number(one: Condition, row: AlertRow, alerting: Alerting, entity: Document | None, now_ms: int) -> Measured:
    if one.metric == NO_EVENT:
        since_ms = alerting.heard.last((row.kind, row.of), row.rule, one.event or ANY)
        return Measured(None) if since_ms is None else Measured(max(0, now_ms - since_ms) / 1000, since_ms)
    if one.within:
        return Measured(alerting.change((row.rule, row.kind, row.of), one))
    return measured(one, entity, now_ms) if entity else Measured(None)


def holds(one: Beside) -> bool:
    """Whether it would raise it by now."""
    return one.value is not None and one.asked.raise_limit.passed_by(one.value)
