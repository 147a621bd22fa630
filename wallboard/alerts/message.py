"""What does a message say? Its first 60 characters carry the queue, the number and the limit, as people read them."""

import re
from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from wallboard.assets import STATIC
from wallboard.catalogs import LANGUAGE, Words, words
from wallboard.core.limits import limit_of
from wallboard.core.numbers import number_named
from wallboard.core.rows import AlertRow
from wallboard.core.rules import Severity
from wallboard.core.sofar import Beside

Verb = Literal["raised", "again", "assigned", "cleared", "many", "test", "confirm", "shift"]
_ONCE = {"raised": "+", "cleared": "-"}  # what is said of an alert once
HEAD = 60  # characters that a phone shows of a message
MOST_LINES = 20  # of one that stands for many
MOST_ASIDE = 1_500  # characters that its lines say beside the titles, the gravest first: Telegram takes 4,096 in all
MOST_NOTES = 3  # the last ones
SHORT = 80  # characters of what to do, so that it stands in such a line
LEAST_NAME = 8  # characters that are kept of a long name, while something else can be cut
NOT_TIME = frozenset({"missed_in_row"})  # of the numbers that only rules know, the others are seconds
MINUTE_MS = 60_000
GRAVEST: dict[str, int] = {"critical": 0, "warning": 1, "info": 2}


class Part(Struct, frozen=True, omit_defaults=True):
    """One of those for which one stands. `first`: it came before the others of its cause."""

    alert: str
    type: Verb
    rule: str
    of: str
    first: bool = False


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """As it waits, and as a webhook sends it. `id` is the same each time that it is sent. `kind`, `of`: the entity.
    `first`: the alert that came first of the same cause, where it is another one. `value`: when it was raised, of a
    repeat when that was due; `now`: of one that leaves late, when it leaves. `parts`: of one for many, in their order.
    `aside`: what a line of such a one says beside the title; `why`: why this receiver is told."""

    id: str
    type: Verb
    severity: Severity
    title: str
    text: str
    at: int
    alert: str = ""
    rule: str = ""
    kind: str = ""
    of: str = ""
    language: str = LANGUAGE
    metric: str = ""
    value: float | None = None
    now: float | None = None
    limit: str = ""
    link: str = ""
    first: str = ""
    parts: tuple[Part, ...] = ()
    aside: tuple[str, ...] = ()
    why: str = ""


class First(NamedTuple):
    alert: str
    row: AlertRow
    called: str


class Speaks(NamedTuple):
    """In which language, and in which unit its number is (of a `kpi.*`)."""

    language: str = LANGUAGE
    unit: str = ""


IN_ENGLISH = Speaks()


def said_in(language: str) -> Words:
    """The words of messages."""
    return words(language, STATIC / "words" / "messages")


def test_of(receiver: str, chance: str, now_ms: int, language: str) -> Message:
    """`chance`: by which it is another one each time."""
    say = said_in(language)
    return Message(
        id=f"test {chance}", type="test", severity="info", title=say("test"),
        text=say("test.text", receiver=receiver), at=now_ms, language=language,
    )  # fmt: skip


def confirm_of(code: str, chance: str, now_ms: int, language: str, site: str) -> Message:
    """To an address that somebody gave as theirs. `site`: where they do."""
    say = said_in(language)
    return Message(
        id=f"confirm {chance}", type="confirm", severity="info", title=say("confirm", code=code),
        text=say("confirm.text", code=code, site=site), at=now_ms, language=language,
    )  # fmt: skip


def message_of(
    alert: str, row: AlertRow, verb: Verb, number: int, action: str | None, called: str, link: str, says: str = "",
    first: First | None = None, speaks: Speaks = IN_ENGLISH, owners: Sequence[str] = (),
    besides: Sequence[Beside] = (),
) -> Message:  # fmt: skip
    """`called`: what people call the entity. `number`: which of the repeats. `says`: why this receiver is told.
    `first`: the one of the same cause that came first. `link`: where people see all alerts. `owners`: who is meant.
    `besides`: what else has to hold, or holds in its place."""
    say, is_over = said_in(speaks.language), verb == "cleared"
    title = _title(row, verb, called, say, speaks.unit)
    if is_over and row.over_ms is not None:
        title = say("lasted", title=title, time=_lasting(row.over_ms - row.raised_ms, say))
    also = [] if is_over else [_also(one, row, say) for one in besides]
    do = [say("do", action=action)] if action and not is_over else []
    owner = [say("owner", who=row.owner)] if row.owner and verb != "assigned" and row.left_ms is None else []
    lines = [
        *also,
        say("rule", severity=say(f"severity.{row.severity}", row.severity), rule=row.rule),
        *do,
        *([say("owners", who=", ".join(owners))] if owners and not is_over else []),
        *([_after(first, say)] if first and not is_over else []),
        *([says] if says and not is_over else []),
        *owner,
        *[f"{one.who}: {one.note}" for one in row.results if one.note][-MOST_NOTES:],
        *([link := f"{link}?alert={quote(alert, safe='')}"] if link else []),
    ]
    return Message(
        id=named(alert, verb, number), type=verb, severity=_severity(row), title=title,
        text="\n".join(lines), at=row.over_ms if is_over and row.over_ms else row.raised_ms, alert=alert,
        rule=row.rule, kind=row.kind, of=row.of, metric=row.metric, value=row.value, limit=row.limit, link=link,
        first=first.alert if first else "", language=speaks.language, why="" if is_over else says,
        aside=() if is_over else (*also, *owner, *(do if len(action or "") <= SHORT else [])),
    )  # fmt: skip


def _also(one: Beside, row: AlertRow, say: Words) -> str:
    """and ready 0 (limit < 1)"""
    asked = one.asked
    other = replace(
        row, metric=asked.metric, window=asked.window, limit=asked.raises, within=asked.within, event=asked.event
    )
    value = _value(one.value, other, say, "")
    return say(one.joined, metric=_metric(other, say), value=value, limit=_limit(other, ""))


def late_of(message: Message, row: AlertRow, called: str, unit: str, now: float | None, raised: str) -> Message:
    """The same of an open alert some time after it was raised: its number now in front, and behind the limit when it
    was raised and with which. `now` None: not known. `raised`: the time, as people there read it."""
    say = said_in(message.language)
    begun = _value(row.value, row, say, unit)
    key, value = ("late.unknown", begun) if now is None else ("late", _value(now, row, say, unit))
    if now is not None and message.type != "again":
        value = say("value.now", value=value)
    title = _title(row, message.type, called, say, unit, value)
    return replace(message, title=say(key, title=title, time=raised, value=begun), now=now)


def standing(row: AlertRow, called: str, now: float | None, speaks: Speaks) -> tuple[str, list[str]]:
    """How it stands, in a list: the title with its number `now`, and what it was when raised, where that was another.
    `now` None: not known, or it is over: the title has the number at the raise, and says so."""
    say = said_in(speaks.language)
    begun = _value(row.value, row, say, speaks.unit)
    raised = begun if row.value is None else say("value.raised", value=begun)
    value = raised if now is None else _value(now, row, say, speaks.unit)
    title = _title(row, "raised", called, say, speaks.unit, value)
    return title, [] if now is None or row.value is None or value == begun else [raised]


def without_first(message: Message, first: First) -> Message:
    """The one that came first is over by now."""
    line = _after(first, said_in(message.language))
    return replace(message, first="", text="\n".join(one for one in message.text.split("\n") if one != line))


def _after(first: First, say: Words) -> str:
    return say("after", what=f"{first.called}: {_metric(first.row, say)}")


def _value(number: float | None, row: AlertRow, say: Words, unit: str) -> str:
    sign = "+" if row.within and (number or 0) > 0 else ""
    value = "–" if number is None else sign + _figure(number, row.metric, unit)
    return say("value.within", value=value, time=row.within) if row.within else value


def _title(row: AlertRow, verb: Verb, called: str, say: Words, unit: str, value: str = "") -> str:
    """Of what is too long the name is cut first, then the number's name, never the number or the limit. `value`: as it
    is to be told, where that is not the row's."""
    value = value or _value(row.value, row, say, unit)
    key = f"title.{verb}" if verb in ("again", "assigned", "cleared") else "title"
    why = say(f"over.{row.over or 'cleared'}", say("over.cleared"))
    metric = _metric(row, say)

    def title(name: str, metric: str) -> str:
        return say(key, name=name, metric=metric, value=value, limit=_limit(row, unit), why=why)

    name = _cut(called, len(title(called, metric)) - HEAD)
    return title(name, _cut(metric, len(title(name, metric)) - HEAD))


def _cut(text: str, too_long: int) -> str:
    if too_long <= 0 or len(text) <= LEAST_NAME:
        return text
    return f"{text[: max(LEAST_NAME, len(text) - too_long) - 1]}…"


def named(alert: str, verb: Verb, number: int = 0) -> str:
    """The id of what is said of an alert: the same whenever it is said."""
    return alert + (_ONCE.get(verb) or f"{'>' if verb == 'assigned' else '*'}{number}")


def alert_of(name: str) -> str:
    """Of which alert something with this id was said."""
    return re.split(r"[-+*>]", name, maxsplit=1)[0]


def together(messages: Sequence[Message]) -> Message:
    """One for all of them, the gravest first, named after the first of the gravest that are not over; the one itself
    where it is alone."""
    if len(messages) == 1:
        return messages[0]
    ordered = sorted(messages, key=lambda one: GRAVEST[one.severity])
    over = {one.alert or one.id for one in messages if one.type == "cleared"}
    begun = {one.alert or one.id for one in messages} - over
    told = [one for one in messages if (one.alert or one.id) in begun] or [
        one for one in messages if one.type == "cleared"
    ]
    came_first = {one.first for one in messages if one.first}
    first = min(told, key=lambda one: (GRAVEST[one.severity], one.alert not in came_first))
    say = said_in(first.language)
    why = {one.why for one in told if one.alert in begun}
    shared = why.pop() if len(why) == 1 else ""
    aside = {
        one.alert: " · ".join(("", *one.aside, *([one.why] if one.why and not shared else []))) for one in messages
    }
    begins = {one.alert for one in messages if one.type == "raised"}  # of which no line says again that it is still so
    said = (
        (say("line", severity=_standing(one, came_first, say), title=one.title), one.alert)
        for one in ordered
        if one.type != "again" or one.alert not in begins
    )
    lines, room = list[str](), MOST_ASIDE
    for line, alert in dict.fromkeys(said):  # of several late repeats each says the same
        beside = aside[alert] if alert in begun and len(aside[alert]) <= room else ""
        lines.append(line + beside)
        room -= len(beside)
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [say("more_lines", count=len(lines) - MOST_LINES)]
    more, link = len(begun | over) - 1, first.link
    return Message(
        id=f"{messages[0].id}&{messages[-1].id}", type="many", severity=ordered[0].severity,
        title=say("more", title=first.title, count=more) if more else first.title, at=messages[-1].at, link=link,
        text="\n".join([_counted(len(begun), len(over), say), *lines, *(one for one in (shared, link) if one)]),
        parts=tuple(Part(one.alert, one.type, one.rule, one.of, one.alert in came_first) for one in messages),
        language=first.language,
    )  # fmt: skip


def _standing(one: Message, came_first: Collection[str], say: Words) -> str:
    """resolved; critical; first, critical: the one that came before the others of its cause."""
    severity = say("over.cleared") if one.type == "cleared" else say(f"severity.{one.severity}", one.severity)
    return say("first", severity=severity) if one.alert in came_first else severity


def _severity(row: AlertRow) -> Severity:
    return row.severity if row.severity in GRAVEST else "warning"  # type: ignore[return-value]


def _counted(alerts: int, over: int, say: Words) -> str:
    told = [say("alerts", count=alerts)] if alerts else []
    return ", ".join([*told, *([say("over.count", count=over)] if over else [])])


def _lasting(ms: int, say: Words) -> str:
    """45 s, 6 min, 2 h 5 min."""
    wall = words(say.language)
    if ms < MINUTE_MS:
        return wall("span.s", n=max(1, ms // 1000))
    hours, minutes = divmod((ms + MINUTE_MS // 2) // MINUTE_MS, 60)
    told = [wall(key, n=n) for key, n in (("span.h", hours), ("span.min", minutes)) if n]
    return " ".join(told)


def _metric(row: AlertRow, say: Words) -> str:
    """As the wall calls it, within a sentence."""
    if row.event:
        return say("no_event", event=row.event)
    word = words(say.language)(f"metric.{row.metric}", "")
    if not word:
        return _words(row.metric)
    return word if word[1:2].isupper() else word[:1].lower() + word[1:]


def _words(metric: str) -> str:
    """Of one that the wall has no word for: its own name."""
    return metric.removeprefix("kpi.").removesuffix("_s").replace("_", " ").replace(".", " ")


def _limit(row: AlertRow, unit: str) -> str:
    found = limit_of(row.limit)
    return f"{found.sign} {_figure(found.number, row.metric, unit)}" if found else row.limit


def _figure(value: float, metric: str, unit: str = "") -> str:
    """2:14 of seconds, 71.2 % of percentages, 12 EUR of what is reported so; a fall with its sign."""
    if value < 0:
        return "-" + _figure(-value, metric, unit)
    number = number_named(metric)
    if metric not in NOT_TIME and (number is None or number.reads == "seconds"):
        minutes, seconds = divmod(int(value + 0.5), 60)  # as on the wall, which says the same number
        return f"{minutes}:{seconds:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    plain = f"{value:.1f}".removesuffix(".0")
    unit = "%" if number and number.reads == "percent" else unit
    return f"{plain} {unit}" if unit else plain
