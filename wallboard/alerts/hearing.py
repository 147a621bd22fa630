"""Which receiver takes an alert now? One that is grave enough for it, and not in its quiet hours."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import chain

from wallboard.alerts.message import GRAVEST, MINUTE_MS, Message
from wallboard.core.hours import Hours, parse_openings
from wallboard.core.rows import AlertRow
from wallboard.core.rules import ON_DUTY
from wallboard.core.settings import Settings
from wallboard.receivers import Receiver


def is_unheard(
    row: AlertRow, settings: Settings, receivers: Mapping[str, Receiver], on_duty: Collection[str], now_ms: int
) -> bool:
    """Whether it waits for somebody, its rule tells leads on duty, and of them and whom else it names nobody has a
    receiver that takes it now."""
    rule = settings.alert.get(row.rule)
    if rule is None or ON_DUTY not in rule.notify or is_acted_on(row):
        return False
    named = [receivers[name] for name in rule.notify if name in receivers]
    own = (one for one in receivers.values() if one.person in on_duty) if on_duty else ()
    return not any(hears(one, row, settings, now_ms) for one in chain(named, own))


def hears(receiver: Receiver, row: AlertRow, settings: Settings, now_ms: int) -> bool:
    """Whether it is grave enough, and no hours in which only graver ones are told."""
    return GRAVEST[row.severity] <= GRAVEST[receiver.least] and not is_quiet(receiver, row.severity, settings, now_ms)


def is_held(receiver: Receiver, message: Message, settings: Settings, now_ms: int) -> bool:
    """Whether it waits in the outbox until the quiet hours are over: an end, which is put there at once."""
    return message.type == "cleared" and is_quiet(receiver, message.severity, settings, now_ms)


def is_quiet(receiver: Receiver, severity: str, settings: Settings, now_ms: int) -> bool:
    if receiver.quiet is None or severity == "critical":
        return False
    return _is_open(receiver.quiet, next(iter(settings.sites.values())).zone, now_ms // MINUTE_MS)


def is_acted_on(row: AlertRow) -> bool:
    return bool(row.acknowledged_by or row.owner or row.snoozed_by or row.snoozed_until_ms)


@lru_cache(maxsize=4_096)
def _is_open(hours: str, zone: str, minute: int) -> bool:
    """Hours begin and end with a minute: in each of them it is worked out once for all alerts."""
    return Hours(parse_openings(hours), zone).is_open(minute * MINUTE_MS)
