"""Who has to be told what by now? Worked out from the alerts as they stand, so that it is the same after a restart.

raised ─▶ first of `notify` ─ escalate, nobody acknowledged ─▶ the next too ─ repeat ─▶ again ─ over ─▶ whom it was told
                                                               snoozed ─ its end ─▶ again, whom it was told before
                                                               its owner goes off duty ─▶ who is on duty then

`on-duty` in `notify` stands for the leads who are on duty for its team, each through receivers of their own; while
nobody is, the chain goes on with the next at once, who is told why.
"""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import NamedTuple

from msgspec.structs import replace

from wallboard.alerts.message import GRAVEST, MINUTE_MS, First, Message, Speaks, Verb, message_of, named, said_in
from wallboard.catalogs import Words
from wallboard.core.firstout import firsts_of
from wallboard.core.hours import Hours, parse_openings
from wallboard.core.kpis import alert_document, entity
from wallboard.core.rows import AlertRow
from wallboard.core.rules import KPI, ON_DUTY, Rule
from wallboard.core.settings import Settings, Site
from wallboard.core.sofar import Beside, besides_now, holds, number_now
from wallboard.core.state import Floor
from wallboard.receivers import Receiver

STALE_MS = 86_400_000  # of what was over for longer nobody is told any more
MISSED_MS = 600_000  # of one that came and went while nobody could tell, or act on it
NEVER_NEW: Mapping[str, int] = {}  # since when who is told: all of them from the begin


class Link(NamedTuple):
    """One of the chain. `says`: why it has come to this one already."""

    receiver: Receiver
    place: int
    says: str = ""


class Said(NamedTuple):
    """`number`: of a repeat; of a snooze that ended, when (ms)."""

    receiver: str
    verb: Verb
    number: int = 0
    says: str = ""


class Due(NamedTuple):
    """`told`: put once into the receiver's outbox."""

    receiver: str
    told: str
    message: Message


class Asks(NamedTuple):
    """What is asked of the floor about an alert, where it is needed. `called`: what people call what it is about.
    `on_duty`: names, of one that somebody acted on, or that is over, of those of then; `on_duty_now`: whatever was
    done. `number`: by now, for a repeat, with its `unit`; `besides`: the further conditions, with their numbers."""

    called: Callable[[AlertRow], str]
    on_duty: Callable[[AlertRow], Collection[str]]
    on_duty_now: Callable[[AlertRow], Collection[str]]
    number: Callable[[AlertRow], float | None] = lambda _: None
    unit: Callable[[AlertRow], str] = lambda _: ""
    besides: Callable[[AlertRow], Sequence[Beside]] = lambda _: ()


def asks_of(floor: Floor, now_ms: int) -> Asks:
    return Asks(
        partial(called_of, floor), floor.alerts.on_duty, floor.alerts.on_duty_now,
        lambda row: value_now(floor, row, now_ms), partial(unit_of, floor), lambda row: besides_of(floor, row, now_ms),
    )  # fmt: skip


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


def called_of(floor: Floor, row: AlertRow) -> str:
    """What people call what it is about."""
    return str(alert_document(floor, row).get("name") or row.of)


def value_now(floor: Floor, row: AlertRow, now_ms: int) -> float | None:
    """Of one that is open; None: not known, or its rule asks for another number by now."""
    return number_now(row, floor.settings, floor.alerting, entity(floor, row.kind, row.of), now_ms).value


def besides_of(floor: Floor, row: AlertRow, now_ms: int) -> list[Beside]:
    """What else holds for it, or in its place, each with its number by now: beside its limit one that holds no more
    would read as if it did. One that is not known is said."""
    found = besides_now(row, floor.settings, floor.alerting, entity(floor, row.kind, row.of), now_ms)
    return [one for one in found if one.value is None or holds(one)]


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
        of_now, of_then = asks.on_duty_now(row), asks.on_duty(row)
        begun = list(_begun(row, rule, settings, receivers, of_then, now_ms, since, is_behind)) if rule else []
        if rule and not is_behind:
            begun += _woken(row, rule, settings, receivers, of_now, begun)
            begun += _left(row, rule, settings, receivers, of_now, now_ms, {one.receiver for one in begun})
        given = list(_given(row, settings, receivers, of_now, now_ms))
        dues, made = list[Due](), dict[tuple[Verb, int, str], Message]()  # one for all who are told the same
        hear = {one.receiver for one in (*begun, *given)}
        for receiver, verb, number, says in (*begun, *given, *_ended(alert, row, receivers, now_ms, hear, known)):
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


def is_unheard(
    row: AlertRow, settings: Settings, receivers: Mapping[str, Receiver], on_duty: Collection[str], now_ms: int
) -> bool:
    """Whether it waits for somebody, its rule tells leads on duty, and of them and whom else it names nobody has a
    receiver that takes it now."""
    rule = settings.alert.get(row.rule)
    if rule is None or ON_DUTY not in rule.notify or _is_acted_on(row):
        return False
    named = [receivers[name] for name in rule.notify if name in receivers]
    own = (one for one in receivers.values() if one.person in on_duty) if on_duty else ()
    return not any(_hears(one, row, settings, now_ms) for one in chain(named, own))


def language_of(row: AlertRow, settings: Settings) -> str:
    return place_of(row, settings).language


def place_of(row: AlertRow, settings: Settings) -> Site:
    """Its queue's; of what is of no queue, the first site."""
    return settings.sites[settings.site_of(row.of) if row.kind == "queues" else next(iter(settings.sites))]


def unit_of(floor: Floor, row: AlertRow) -> str:
    """Of a reported figure, as it says."""
    reported = floor.kpis.get(row.of) if row.kind == "kpis" and row.event is None else None
    return (reported.event.unit or "") if reported and row.metric.startswith(KPI) else ""


def _begun(
    row: AlertRow, rule: Rule, settings: Settings, receivers: Mapping[str, Receiver], on_duty: Collection[str],
    now_ms: int, since: Mapping[str, int], is_behind: bool,
) -> Iterator[Said]:  # fmt: skip
    """What is to be said by now to those of the chain; of what is over, if nobody could hear or act before."""
    at_ms = now_ms if row.over_ms is None else row.over_ms
    is_over = row.over_ms is not None
    if is_over and (_is_acted_on(row) or row.over != "cleared" or now_ms - at_ms >= MISSED_MS):
        return
    came_ms = row.raised_ms if is_behind else at_ms  # so far has the chain come
    for receiver, place, says in _chain(row, rule, settings, receivers, on_duty, at_ms):
        if not all(_hears(receiver, row, settings, one_ms) for one_ms in {now_ms, at_ms}):
            continue
        if _is_before(row, since.get(receiver.name, 0)):
            continue
        if row.snoozed_until_ms is not None or not _is_reached(row, place, rule.escalate_ms, came_ms):
            continue
        yield Said(receiver.name, "raised", says=says)
        number = 0 if is_over else _repeats(row, rule.repeat_ms, came_ms)
        called_ms = row.raised_ms + place * (rule.escalate_ms or 0)
        heard_ms = max(called_ms, since.get(receiver.name, 0), row.woken_ms or 0)
        if number and row.raised_ms + number * (rule.repeat_ms or 0) > heard_ms:
            yield Said(receiver.name, "again", number, says)


def _is_before(row: AlertRow, since_ms: int) -> bool:
    """Whether it was over, or somebody had acknowledged or taken it, when a receiver came: that one hears nothing."""
    if row.over_ms is not None and row.over_ms < since_ms:
        return True
    return bool(row.acknowledged_by or row.owner) and min(_acted(row), default=0) < since_ms


def _woken(
    row: AlertRow, rule: Rule, settings: Settings, receivers: Mapping[str, Receiver], on_duty: Collection[str],
    begun: Sequence[Said],
) -> Iterator[Said]:  # fmt: skip
    """A snooze ended by itself, and nobody acted since it began: told again, once, to those of `begun` whom it was told
    before. Who came on duty meanwhile hears of it for the first time."""
    began_ms = row.snoozed_ms
    if row.woken_ms is None or began_ms is None or row.over_ms is not None or max(_acted(row), default=0) > began_ms:
        return
    before = {
        one.name for one, place, _ in _chain(row, rule, settings, receivers, row.snoozed_duty, began_ms)
        if _is_reached(row, place, rule.escalate_ms, began_ms)
        and any(_hears(one, row, settings, at_ms) for at_ms in (row.raised_ms, began_ms))
    }  # fmt: skip
    says = said_in(language_of(row, settings))("woken", who=row.last_snoozed_by) if row.last_snoozed_by else ""
    for receiver in [receivers[one.receiver] for one in begun if one.verb == "raised" and one.receiver in before]:
        if receiver.person is None or receiver.person in on_duty:
            yield Said(receiver.name, "again", row.woken_ms, says)


def _left(
    row: AlertRow, rule: Rule, settings: Settings, receivers: Mapping[str, Receiver], on_duty: Collection[str],
    now_ms: int, hear: Collection[str],
) -> Iterator[Said]:  # fmt: skip
    """Its owner went off duty, and nobody acted since: told once to who is on duty for it, while nobody is to the next
    of `notify`; to those who `hear` of it that it still is so, to the others for the first time."""
    if not row.is_left or row.snoozed_until_ms is not None or ON_DUTY not in rule.notify:
        return
    awake = {name: one for name, one in receivers.items() if _hears(one, row, settings, now_ms)}
    own = [one for one in awake.values() if one.person in on_duty]
    says = said_in(language_of(row, settings))("left", who=row.owner)
    for one in own or [awake[name] for name in rule.notify if name in awake][:1]:
        again = Said(one.name, "again", row.left_ms or 0, says)
        yield again if one.name in hear else Said(one.name, "raised", says=says)


def _given(
    row: AlertRow, settings: Settings, receivers: Mapping[str, Receiver], on_duty: Collection[str], now_ms: int
) -> Iterator[Said]:
    """To whom somebody else gave it, on each channel of their own: however grave, but not in its quiet hours. What is
    about a person only to who is on duty for it, as anybody may be named."""
    if row.over_ms is not None or (row.kind == "agents" and row.owner not in on_duty):
        return
    given = said_in(language_of(row, settings))("given", who=row.given_by)
    for receiver in receivers.values():
        if _is_own(receiver, row) and not _is_quiet(receiver, row.severity, settings, now_ms):
            yield Said(receiver.name, "assigned", row.given_ms or 0, given)


def _is_own(receiver: Receiver, row: AlertRow) -> bool:
    return row.given_by is not None and receiver.person is not None and receiver.person == row.owner


def is_held(receiver: Receiver, message: Message, settings: Settings, now_ms: int) -> bool:
    """Whether it waits in the outbox until the quiet hours are over: an end, which is put there at once."""
    return message.type == "cleared" and _is_quiet(receiver, message.severity, settings, now_ms)


def _ended(
    alert: str, row: AlertRow, receivers: Mapping[str, Receiver], now_ms: int, hear: Collection[str],
    known: Container[tuple[str, str]],
) -> Iterator[Said]:  # fmt: skip
    """To whom it was told that it began, or was theirs, whatever its rule is by now and whoever has it; and to those
    who are to `hear` that only now."""
    if row.over_ms is None or now_ms - row.over_ms >= STALE_MS:
        return
    begins = [named(alert, "raised"), *(named(alert, "assigned", at_ms) for _, at_ms in row.given)]
    for name in receivers:
        if name in hear or any((name, told) in known for told in begins):
            yield Said(name, "cleared")


def _chain(
    row: AlertRow, rule: Rule, settings: Settings, receivers: Mapping[str, Receiver], on_duty: Collection[str],
    at_ms: int,
) -> Iterator[Link]:  # fmt: skip
    """In its order. A place where nobody hears of it takes no time."""
    asked_ms = min([at_ms, *_acted(row)])
    own = [
        one for one in receivers.values()
        if one.person and one.person in on_duty and _hears(one, row, settings, asked_ms)
    ]  # fmt: skip
    passed_over, says = 0, ""
    for place, name in enumerate(rule.notify):
        if name != ON_DUTY:
            if receiver := receivers.get(name):
                yield Link(receiver, place - passed_over, says)
            continue
        yield from (Link(one, place - passed_over) for one in own)
        if not own:
            passed_over += 1
            says = _nobody(on_duty, said_in(language_of(row, settings)))


def _nobody(on_duty: Collection[str], say: Words) -> str:
    return say("on_duty", who=", ".join(on_duty)) if on_duty else say("nobody")


def _is_reached(row: AlertRow, place: int, escalate_ms: int | None, now_ms: int) -> bool:
    """Whether the chain has come to this place: it goes on until somebody acknowledged or took it."""
    if escalate_ms is None or place == 0:
        return True
    acted = _acted(row)
    if row.owner and not acted:
        return False
    return min([now_ms, *acted]) - row.raised_ms >= place * escalate_ms


def _acted(row: AlertRow) -> list[int]:
    return [at_ms for at_ms in (row.acknowledged_ms, row.owned_ms) if at_ms is not None]


def _is_acted_on(row: AlertRow) -> bool:
    return bool(row.acknowledged_by or row.owner or row.snoozed_by or row.snoozed_until_ms)


def _repeats(row: AlertRow, repeat_ms: int | None, now_ms: int) -> int:
    if repeat_ms is None or _is_acted_on(row):
        return 0
    return (now_ms - row.raised_ms) // repeat_ms


def _hears(receiver: Receiver, row: AlertRow, settings: Settings, now_ms: int) -> bool:
    """Whether it is grave enough, and no hours in which only graver ones are told."""
    return GRAVEST[row.severity] <= GRAVEST[receiver.least] and not _is_quiet(receiver, row.severity, settings, now_ms)


def _is_quiet(receiver: Receiver, severity: str, settings: Settings, now_ms: int) -> bool:
    if receiver.quiet is None or severity == "critical":
        return False
    return _is_open(receiver.quiet, next(iter(settings.sites.values())).zone, now_ms // MINUTE_MS)


@lru_cache(maxsize=4_096)
def _is_open(hours: str, zone: str, minute: int) -> bool:
    """Hours begin and end with a minute: in each of them it is worked out once for all alerts."""
    return Hours(parse_openings(hours), zone).is_open(minute * MINUTE_MS)
