"""Who has to be told what by now? Worked out from the alerts as they stand, so that it is the same after a restart.

raised ─▶ first of `notify` ─ escalate, nobody acknowledged ─▶ the next too ─ repeat ─▶ again ─ over ─▶ whom it was told
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from wallboard.alerts.message import GRAVEST, Message, Verb, message_of
from wallboard.core.hours import Hours, parse_openings
from wallboard.core.rows import AlertRow
from wallboard.core.settings import Settings
from wallboard.receivers import Receiver

STALE_MS = 86_400_000  # of what was over for longer nobody is told any more
MISSED_MS = 600_000  # of one that came and went while nobody could tell


class Due(NamedTuple):
    """`told`: put once into the receiver's outbox; `needs`: only where that one was."""

    receiver: str
    told: str
    message: Message
    needs: str | None = None


def due(
    alerts: Mapping[str, AlertRow],
    settings: Settings,
    receivers: Mapping[str, Receiver],
    now_ms: int,
    called: Callable[[AlertRow], str],
    link: str,
) -> Iterator[Due]:
    """What each receiver should have been told of these alerts, open or over, at `now_ms`."""
    for alert, row in alerts.items():
        rule = settings.alert.get(row.rule)
        if rule is None:
            continue
        for name in rule.notify:
            receiver = receivers.get(name)
            if receiver is None or GRAVEST[row.severity] > GRAVEST[receiver.least]:
                continue
            raised = f"{alert}+"
            at_ms = now_ms if row.over_ms is None else row.over_ms
            reached = _is_reached(row, rule.notify.index(name), rule.escalate_ms, at_ms)
            is_due = reached and not _is_quiet(receiver, row, settings, at_ms)
            if is_due and now_ms - at_ms < MISSED_MS:
                yield Due(name, raised, message_of(alert, row, "raised", 0, rule.action, called(row), link))
            if row.over_ms is None:
                again = _repeats(row, rule.repeat_ms, now_ms) if is_due else 0
                verb: Verb = "again"
            else:
                again, verb = int(now_ms - at_ms < STALE_MS), "cleared"
            if again:
                told = message_of(alert, row, verb, again, rule.action, called(row), link)
                yield Due(name, told.id, told, needs=raised)


def _is_reached(row: AlertRow, place: int, escalate_ms: int | None, now_ms: int) -> bool:
    """Whether the chain has come to this place: it goes on until somebody acknowledged or took it."""
    if escalate_ms is None or place == 0:
        return True
    until_ms = row.acknowledged_ms if row.acknowledged_ms is not None else now_ms
    if row.owner and row.acknowledged_ms is None:
        return False
    return until_ms - row.raised_ms >= place * escalate_ms


def _repeats(row: AlertRow, repeat_ms: int | None, now_ms: int) -> int:
    if repeat_ms is None or row.acknowledged_by or row.owner or row.snoozed_until_ms is not None:
        return 0
    return (now_ms - row.raised_ms) // repeat_ms


def _is_quiet(receiver: Receiver, row: AlertRow, settings: Settings, now_ms: int) -> bool:
    if receiver.quiet is None or row.severity == "critical":
        return False
    zone = next(iter(settings.sites.values())).zone
    return Hours(parse_openings(receiver.quiet), zone).is_open(now_ms)
