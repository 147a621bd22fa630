"""Who has to hear what of one alert by now, and why they?

raised ─▶ first of `notify` ─ escalate, nobody acknowledged ─▶ the next too ─ repeat ─▶ again ─ over ─▶ whom it was told
                                                               snoozed ─ its end ─▶ again, whom it was told before
                                                               its owner goes off duty ─▶ who is on duty then

`on-duty` in `notify` stands for the leads who are on duty for its team, each through receivers of their own; while
nobody is, the chain goes on with the next at once, who is told why.
"""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from wallboard.alerts.asked import Asks, language_of
from wallboard.alerts.hearing import hears, is_acted_on, is_quiet
from wallboard.alerts.message import Verb, named, said_in
from wallboard.catalogs import Words
from wallboard.core.rows import AlertRow
from wallboard.core.rules import ON_DUTY, Rule
from wallboard.core.settings import Settings
from wallboard.receivers import Receiver

STALE_MS = 86_400_000  # of what was over for longer nobody is told any more
MISSED_MS = 600_000  # of one that came and went while nobody could tell, or act on it


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


def sayings_of(
    alert: str, row: AlertRow, settings: Settings, receivers: Mapping[str, Receiver], now_ms: int, asks: Asks,
    known: Container[tuple[str, str]], since: Mapping[str, int], is_behind: bool,
) -> list[Said]:  # fmt: skip
    """`known`, `since`, `is_behind`: as told.py says."""
    rule = settings.alert.get(row.rule)
    of_now, of_then = asks.on_duty_now(row), asks.on_duty(row)
    begun = list(_begun(row, rule, settings, receivers, of_then, now_ms, since, is_behind)) if rule else []
    if rule and not is_behind:
        begun += _woken(row, rule, settings, receivers, of_now, begun)
        begun += _left(row, rule, settings, receivers, of_now, now_ms, {one.receiver for one in begun})
    begun += _given(row, settings, receivers, of_now, now_ms)
    return begun + list(_ended(alert, row, receivers, now_ms, {one.receiver for one in begun}, known))


def _begun(
    row: AlertRow, rule: Rule, settings: Settings, receivers: Mapping[str, Receiver], on_duty: Collection[str],
    now_ms: int, since: Mapping[str, int], is_behind: bool,
) -> Iterator[Said]:  # fmt: skip
    """What is to be said by now to those of the chain; of what is over, if nobody could hear or act before."""
    at_ms = now_ms if row.over_ms is None else row.over_ms
    is_over = row.over_ms is not None
    if is_over and (is_acted_on(row) or row.over != "cleared" or now_ms - at_ms >= MISSED_MS):
        return
    came_ms = row.raised_ms if is_behind else at_ms  # so far has the chain come
    for receiver, place, says in _chain(row, rule, settings, receivers, on_duty, at_ms):
        if not all(hears(receiver, row, settings, one_ms) for one_ms in {now_ms, at_ms}):
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
        and any(hears(one, row, settings, at_ms) for at_ms in (row.raised_ms, began_ms))
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
    awake = {name: one for name, one in receivers.items() if hears(one, row, settings, now_ms)}
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
        if _is_own(receiver, row) and not is_quiet(receiver, row.severity, settings, now_ms):
            yield Said(receiver.name, "assigned", row.given_ms or 0, given)


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


def _is_before(row: AlertRow, since_ms: int) -> bool:
    """Whether it was over, or somebody had acknowledged or taken it, when a receiver came: that one hears nothing."""
    if row.over_ms is not None and row.over_ms < since_ms:
        return True
    return bool(row.acknowledged_by or row.owner) and min(_acted(row), default=0) < since_ms


def _is_own(receiver: Receiver, row: AlertRow) -> bool:
    return row.given_by is not None and receiver.person is not None and receiver.person == row.owner


def _chain(
    row: AlertRow, rule: Rule, settings: Settings, receivers: Mapping[str, Receiver], on_duty: Collection[str],
    at_ms: int,
) -> Iterator[Link]:  # fmt: skip
    """In its order. A place where nobody hears of it takes no time."""
    asked_ms = min([at_ms, *_acted(row)])
    own = [
        one for one in receivers.values()
        if one.person and one.person in on_duty and hears(one, row, settings, asked_ms)
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


def _repeats(row: AlertRow, repeat_ms: int | None, now_ms: int) -> int:
    if repeat_ms is None or is_acted_on(row):
        return 0
    return (now_ms - row.raised_ms) // repeat_ms
