"""Who has to be told what by now? Worked out from the alerts as they stand, so that it is the same after a restart."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from wallboard.alerts.asked import Asks, asks_of, language_of
from wallboard.alerts.message import First, Message, Speaks, Verb, message_of, named
from wallboard.alerts.sayings import sayings_of
from wallboard.core.firstout import firsts_of
from wallboard.core.rows import AlertRow
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.receivers import Receiver

NEVER_NEW: Mapping[str, int] = {}  # since when who is told: all of them from the begin


class Due(NamedTuple):
    """`told`: put once into the receiver's outbox."""

    receiver: str
    told: str
    message: Message


def due_on(
    floor: Floor, receivers: Mapping[str, Receiver], now_ms: int, link: str, known: Container[tuple[str, str]] = (),
    *, since: Mapping[str, int] = NEVER_NEW, is_behind: bool = False, names: Iterable[str] | None = None,
) -> Iterator[list[Due]]:  # fmt: skip
    """Of the alerts of this floor, what is open first. What is held back is open, and nothing is said of it."""
    held, alerts = floor.alerting, floor.alerts
    speaking = {name: row for name, row in alerts.open.items() if not (held and held.holds_back(row))} | alerts.over
    return due(
        speaking, floor.settings, receivers, now_ms, asks_of(floor, now_ms), link, known, since=since,
        is_behind=is_behind, names=names,
    )  # fmt: skip


def due(
    alerts: Mapping[str, AlertRow],
    settings: Settings,
    receivers: Mapping[str, Receiver],
    now_ms: int,
    asks: Asks,
    link: str,
    known: Container[tuple[str, str]] = (),
    *,
    since: Mapping[str, int] = NEVER_NEW,
    is_behind: bool = False,
    names: Iterable[str] | None = None,
) -> Iterator[list[Due]]:
    """What each receiver should have been told of these alerts, open or over, at `now_ms`, an alert at a time: whoever
    asks may do something else in between. `known`: what was put already, by receiver and `told`: no message is
    made of it again, and no end for whom its begin was not told. `since`: when a receiver came (ms), where that is
    known: of what was over by then, or acted upon, it is not told. `is_behind`: there is more to read, in which
    somebody may have acted on it or it may be over: what comes by time alone waits. `names`: of these instead, nothing
    of one that is not there."""
    firsts: dict[str, str] | None = None  # worked out when somebody is told of something
    for alert in alerts if names is None else names:
        if (row := alerts.get(alert)) is None:
            yield []
            continue
        rule = settings.alert.get(row.rule)
        sayings = sayings_of(alert, row, settings, receivers, now_ms, asks, known, since, is_behind)
        dues, made = list[Due](), dict[tuple[Verb, int, str], Message]()  # one for all who are told the same
        for receiver, verb, number, says in sayings:
            told = named(alert, verb, number)
            if (receiver, told) in known:
                continue
            message = made.get((verb, number, says))
            if message is None:
                action, owners = (rule.action, rule.owners) if rule else (None, [])
                firsts = firsts_of(alerts, settings) if firsts is None else firsts
                before = firsts.get(alert)
                first = First(before, alerts[before], asks.called(alerts[before])) if before else None
                first = first if first and first.row.over_ms is None and first.row.raised_ms <= row.raised_ms else None
                speaks = Speaks(language_of(row, settings), asks.unit(row))
                now = asks.number(row) if verb == "again" else None
                as_now = row if now is None else replace(row, value=now)
                message = made[verb, number, says] = message_of(
                    alert, as_now, verb, number, action, asks.called(row), link, says, first, speaks, owners,
                    () if verb == "cleared" else asks.besides(row),
                )  # fmt: skip
            dues.append(Due(receiver, told, message))
        yield dues
