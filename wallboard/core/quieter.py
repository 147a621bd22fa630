"""What would keep a rule from coming and going? A longer `for`, a wider deadband, a higher `min_n`: each to be tried.

Worked out of the rule and of how long its alerts lasted; whether it helps, a trial says (core/trial.py).
"""

from collections.abc import Iterator, Sequence
from math import ceil, floor
from typing import Any, NamedTuple

from msgspec.structs import replace

from wallboard.core.noise import CHATTER_MS, Course
from wallboard.core.numbers import number_named
from wallboard.core.rules import Rule
from wallboard.core.trial import Spoke

LONGER = ("10s", "20s", "30s", "1m", "2m", "3m", "5m", "10m", "15m", "30m")
SHARE = 0.8  # of the brief alerts that a longer `for` should have kept back
BAND = 0.2  # of the limit: a deadband where there is none
WIDEST = 0.7  # of the limit: beyond that it would hardly be over any more
FEW = 5  # the default `min_n` of a queue


class Quieter(NamedTuple):
    """`key`: what changes; `text`: its line, as in wallboard.toml."""

    key: str
    text: str
    rule: Rule


def quieter(rule: Rule, own: Sequence[Course]) -> list[Quieter]:
    """What is worth a trial; `own`: the alerts of this rule, of which only those count that it raised as it is now."""
    these = [one for one in own if _is_of_now(rule, one)]
    return [one for one in _changes(rule, these) if not list(one.rule.faults())] if these or not own else []


def before(rule: Rule, own: Sequence[Course]) -> int:
    """How many of its alerts were raised while its limits, conditions or times were others."""
    return sum(not _is_of_now(rule, one) for one in own)


def _is_of_now(rule: Rule, one: Course) -> bool:
    """What an alert does not say is believed."""
    if one.said is None:
        return True
    asked = rule.raised_by(one.said)
    return asked is not None and asked.named == one.said and one.terms in (None, rule.terms(asked))


def still_told(found: Sequence[Spoke], acted: Sequence[Course], until_ms: int) -> int:
    """Of the alerts that somebody acted on: of how many the trial spoke while they were open."""
    return sum(any(_is_same(spoke, one, until_ms) for spoke in found) for one in acted)


def _is_same(spoke: Spoke, one: Course, until_ms: int) -> bool:
    meets = spoke.raised_ms <= (one.over_ms or until_ms) and one.raised_ms <= (spoke.over_ms or until_ms)
    return (spoke.kind, spoke.of) == (one.kind, one.of) and meets


def _changes(rule: Rule, own: Sequence[Course]) -> Iterator[Quieter]:
    if longer := _longer(rule, own):
        yield _changed("for", longer, replace(rule, lasts=longer))
    if clear := _wider(rule):
        yield _changed("clear", clear, replace(rule, clears=clear))
    number = number_named(rule.metric)
    if number and number.reads == "percent" and not number.now:
        more = 2 * (FEW if rule.min_n is None else max(FEW, rule.min_n))
        yield _changed("min_n", more, replace(rule, min_n=more))


def _changed(key: str, value: str | int, rule: Rule) -> Quieter:
    return Quieter(key, f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}", rule)


def _longer(rule: Rule, own: Sequence[Course]) -> str | None:
    """The shortest under which most of the brief ones would have been over before they were raised."""
    held = sorted(
        one.lasted_ms - rule.keep_ms for one in own if one.lasted_ms is not None and one.lasted_ms < CHATTER_MS
    )  # fmt: skip
    if not held:
        return None
    most_ms = rule.lasts_ms + held[ceil(SHARE * len(held)) - 1]
    return next((text for text in LONGER if replace(rule, lasts=text).lasts_ms > max(most_ms, rule.lasts_ms)), None)


def _wider(rule: Rule) -> str | None:
    """Twice the deadband that it has; none where the limit is zero or leaves no room."""
    sign, limit = rule.raise_limit
    now = rule.clear_limit.number if rule.clear_limit else limit
    band = min(2 * abs(limit - now) or BAND * abs(limit), WIDEST * abs(limit))
    number: Any = number_named(rule.metric)
    counts = number is not None and number.reads == "count"
    if sign.startswith(">"):
        clear = limit - band
        clear = floor(clear) if counts else clear
    else:
        clear = limit + band
        clear = ceil(clear) if counts else clear
        if number is not None and number.reads == "percent" and clear >= 100:
            return None
    if limit <= 0 or clear <= 0 or abs(limit - clear) <= abs(limit - now):
        return None
    return f"{'<' if sign.startswith('>') else '>'} {round(clear, 2):g}"
