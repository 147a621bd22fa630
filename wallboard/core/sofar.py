"""What is the number of an open alert by now?

oldest_wait_s was 134 s when it was raised     since 12:00:00, so 310 s at 12:05:10
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from wallboard.core.alerting import Alerting
from wallboard.core.askable import NO_EVENT
from wallboard.core.condition import Condition
from wallboard.core.heard import ANY
from wallboard.core.measured import Document, Measured, measured
from wallboard.core.rows import AlertRow
from wallboard.core.settings import Settings


class Beside(NamedTuple):
    """A further condition of its rule, with its number by now; None: not known. Joined by `or`: one that holds."""

    joined: Literal["and", "or"]
    asked: Condition
    value: float | None


def asked_of(row: AlertRow, settings: Settings) -> Condition | None:
    """The condition of its rule that the alert was raised with; None: its rule is gone, or asks for other numbers."""
    rule = settings.alert.get(row.rule)
    return rule.raised_by(row.named) if rule else None


def number_now(
    row: AlertRow, settings: Settings, alerting: Alerting | None, entity: Document | None, now_ms: int
) -> Measured:
    """`entity`: what it is about, as in the state document. Value None: not known, or its rule asks for another one."""
    asked = asked_of(row, settings)
    if asked is None or alerting is None:
        return Measured(None)
    return _number(asked, row, alerting, entity, now_ms)


def besides_now(
    row: AlertRow, settings: Settings, alerting: Alerting | None, entity: Document | None, now_ms: int
) -> list[Beside]:
    """What else has to hold for it, and what holds in its place; none where its rule asks for another number by now.
    Of one that was raised by a condition joined by `or` nothing else has to."""
    rule, asked = settings.alert.get(row.rule), asked_of(row, settings)
    if rule is None or alerting is None or asked is None:
        return []

    def beside(joined: Literal["and", "or"], those: Sequence[Condition]) -> list[Beside]:
        return [Beside(joined, one, _number(one, row, alerting, entity, now_ms).value) for one in those]

    others = [one for one in beside("or", rule.others) if one.asked is not asked and holds(one)]
    if asked is rule:
        return beside("and", rule.conditions) + others
    own = beside("or", [rule, *rule.conditions])
    return (own[:1] if all(map(holds, own)) else []) + others


def leading(
    row: AlertRow, settings: Settings, alerting: Alerting | None, entity: Document | None, now_ms: int
) -> AlertRow:
    """Of one that is not raised yet: as its rule's first condition that holds says it, with the number by now."""
    value = number_now(row, settings, alerting, entity, now_ms).value
    besides, asked = besides_now(row, settings, alerting, entity, now_ms), asked_of(row, settings)
    first = [*([Beside("and", asked, value)] if asked else []), *(one for one in besides if one.joined == "and")]
    other = next((one for one in besides if one.joined == "or"), None)
    if other is None or all(map(holds, first)):
        return replace(row, value=value)
    said = other.asked
    return replace(
        row, metric=said.metric, window=said.window, limit=said.raises, within=said.within, event=said.event,
        value=other.value,
    )  # fmt: skip


def _number(one: Condition, row: AlertRow, alerting: Alerting, entity: Document | None, now_ms: int) -> Measured:
    if one.metric == NO_EVENT:
        since_ms = alerting.heard.last((row.kind, row.of), row.rule, one.event or ANY)
        return Measured(None) if since_ms is None else Measured(max(0, now_ms - since_ms) / 1000, since_ms)
    if one.within:
        return Measured(alerting.measures.change((row.rule, row.kind, row.of), one))
    return measured(one, entity, now_ms) if entity else Measured(None)


def holds(one: Beside) -> bool:
    """Whether it would raise it by now."""
    return one.value is not None and one.asked.raise_limit.passed_by(one.value)
