"""What does a message say? Its first 60 characters carry the queue, the number and the limit, as people read them."""

import re
from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from wallboard.core.limits import limit_of
from wallboard.core.numbers import number_named
from wallboard.core.rows import AlertRow
from wallboard.core.rules import Severity

Verb = Literal["raised", "again", "assigned", "cleared", "many", "test", "shift"]
HEAD = 60  # characters that a phone shows of a message
MOST_LINES = 20  # of one that stands for many
OVER = {
    "closed": "closed now", "maintenance": "planned work begins", "gone": "not there any more",
    "rule": "its rule was taken out",
}  # fmt: skip
RESOLVED = "resolved"  # over for any other reason; "over" alone reads as "above"
NOT_TIME = frozenset({"missed_in_row"})  # of the numbers that only rules know, the others are seconds
SHORT = frozenset({"aht", "asa", "csat", "nps"})
GRAVEST: dict[str, int] = {"critical": 0, "warning": 1, "info": 2}


class Part(Struct, frozen=True, omit_defaults=True):
    """One of those for which one stands. `first`: it came before the others of its cause."""

    alert: str
    type: Verb
    rule: str
    of: str
    first: bool = False


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """As it waits, and as a webhook sends it. `id` is the same each time that it is sent. `first`: the alert that came
    first of the same cause, where it is another one. `parts`: of one for many, in their order."""

    id: str
    type: Verb
    severity: Severity
    title: str
    text: str
    at: int
    alert: str = ""
    rule: str = ""
    of: str = ""
    metric: str = ""
    value: float | None = None
    limit: str = ""
    link: str = ""
    first: str = ""
    parts: tuple[Part, ...] = ()


class First(NamedTuple):
    alert: str
    row: AlertRow
    called: str


def test_of(receiver: str, chance: str, now_ms: int) -> Message:
    """`chance`: by which it is another one each time."""
    return Message(
        id=f"test {chance}", type="test", severity="info", title="A test message of Wallboard",
        text=f"Messages to '{receiver}' arrive here.", at=now_ms,
    )  # fmt: skip


def message_of(
    alert: str, row: AlertRow, verb: Verb, number: int, action: str | None, called: str, link: str, says: str = "",
    first: First | None = None,
) -> Message:  # fmt: skip
    """`called`: what people call the entity. `number`: which of the repeats. `says`: why this receiver is told.
    `first`: the one of the same cause that came first."""
    end = OVER.get(row.over or "", RESOLVED) if verb == "cleared" else ""
    lines = [
        f"{row.severity}, rule {row.rule}",
        *([f"Do: {action}"] if action and verb != "cleared" else []),
        *([f"Came after: {first.called}: {_metric(first.row)}"] if first and verb != "cleared" else []),
        *([says] if says and verb != "cleared" else []),
        *([f"{row.owner} has taken it"] if row.owner and verb != "assigned" else []),
        *([row.note] if row.note else []),
        *([link] if link else []),
    ]
    sign = "+" if row.within and (row.value or 0) > 0 else ""
    shown = "–" if row.value is None else sign + _figure(row.value, row.metric)
    number_now = ("still " if verb == "again" else "") + shown
    moved = f" in {row.within}" if row.within else ""
    whose = "for you, " if verb == "assigned" else ""
    title = f"{called}: {whose}{_metric(row)} {number_now}{moved} (limit {_limit(row)})"
    if end:
        title = f"{called}: {end}, {_metric(row)} (limit {_limit(row)})"
    return Message(
        id=named(alert, verb, number), type=verb, severity=_severity(row), title=_fitted(title, called),
        text="\n".join(lines), at=row.over_ms if verb == "cleared" and row.over_ms else row.raised_ms, alert=alert,
        rule=row.rule, of=row.of, metric=row.metric, value=row.value, limit=row.limit, link=link,
        first=first.alert if first else "",
    )  # fmt: skip


def named(alert: str, verb: Verb, number: int = 0) -> str:
    """The id of what is said of an alert: the same whenever it is said."""
    return alert + {"raised": "+", "cleared": "-", "assigned": f">{number}"}.get(verb, f"*{number}")


def alert_of(name: str) -> str:
    """Of which alert something with this id was said."""
    return re.split(r"[-+*]", name, maxsplit=1)[0]


def together(messages: Sequence[Message]) -> Message:
    """One for all of them, named after the first that is not over, then the gravest first; the one itself where it is
    alone."""
    if len(messages) == 1:
        return messages[0]
    ordered = sorted(messages, key=lambda one: GRAVEST[one.severity])
    over = {one.alert or one.id for one in messages if one.type == "cleared"}
    begun = {one.alert or one.id for one in messages} - over
    told = [one for one in messages if (one.alert or one.id) in begun] or [
        one for one in messages if one.type == "cleared"
    ]
    came_first = {one.first for one in messages if one.first}
    first = next((one for one in told if one.alert in came_first), told[0])
    lines = [f"{_standing(one, came_first)}: {one.title}" for one in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        lines.append(f"and {len(ordered) - MOST_LINES} more")
    more = len(begun | over) - 1
    return Message(
        id=f"{messages[0].id}&{messages[-1].id}", type="many", severity=ordered[0].severity,
        title=f"{first.title} + {more} more" if more else first.title, at=messages[-1].at, link=messages[0].link,
        text="\n".join([_counted(len(begun), len(over)), *lines, *([messages[0].link] if messages[0].link else [])]),
        parts=tuple(Part(one.alert, one.type, one.rule, one.of, one.alert in came_first) for one in messages),
    )  # fmt: skip


def _standing(one: Message, came_first: Collection[str]) -> str:
    """resolved; critical; first, critical: the one that came before the others of its cause."""
    first = "first, " if one.alert in came_first else ""
    return first + (RESOLVED if one.type == "cleared" else one.severity)


def _severity(row: AlertRow) -> Severity:
    return row.severity if row.severity in GRAVEST else "warning"  # type: ignore[return-value]


def _counted(alerts: int, over: int) -> str:
    told = [f"{alerts} alert{'s' if alerts > 1 else ''}"] if alerts else []
    return ", ".join([*told, *([f"{over} {RESOLVED}"] if over else [])])


def _metric(row: AlertRow) -> str:
    return f"without {row.event} for" if row.event else _words(row.metric)


def _words(metric: str) -> str:
    plain = metric.removeprefix("kpi.").removesuffix("_s").replace("_", " ").replace(".", " ")
    return plain.upper() if plain in SHORT else plain


def _limit(row: AlertRow) -> str:
    found = limit_of(row.limit)
    return f"{found.sign} {_figure(found.number, row.metric)}" if found else row.limit


def _figure(value: float, metric: str) -> str:
    """2:14 of seconds, 71.2 % of percentages; a fall with its sign."""
    if value < 0:
        return "-" + _figure(-value, metric)
    number = number_named(metric)
    if metric not in NOT_TIME and (number is None or number.reads == "seconds"):
        minutes, seconds = divmod(int(value), 60)
        return f"{minutes}:{seconds:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    plain = f"{value:.1f}".removesuffix(".0")
    return f"{plain} %" if number and number.reads == "percent" else plain


def _fitted(title: str, called: str) -> str:
    """A long name is cut, never the number or the limit."""
    too_long = len(title) - HEAD
    return (
        title if too_long <= 0 or len(called) <= too_long + 1 else f"{called[: -too_long - 1]}…{title[len(called) :]}"
    )
