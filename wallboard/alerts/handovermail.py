"""What does the mail at the end of a shift say? The same as /shift, in plain lines; nothing about one person's alerts.

Messages are in English (docs/notify.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from wallboard.alerts.handover import Numbers, Waits
from wallboard.alerts.message import Message, message_of
from wallboard.core.alerts import MOST_OVER
from wallboard.core.calendar import Shift
from wallboard.core.kpis import alert_document
from wallboard.core.rows import AlertRow
from wallboard.core.state import Floor
from wallboard.record.shiftnotes import ShiftNote


class Parting(NamedTuple):
    """All that is told of one shift at a site; `notices`: their texts; `may_lack`: of the alerts there may be more."""

    site: str
    shift: Shift
    numbers: Numbers
    waits: Sequence[Waits]
    alerts: Sequence[tuple[str, AlertRow]]
    notices: Sequence[str]
    notes: Sequence[ShiftNote]
    may_lack: bool = False


def mail_of(told: Parting, floor: Floor, now_ms: int, link: str) -> Message:
    settings, shift = floor.settings, told.shift
    zone = ZoneInfo(settings.sites[told.site].zone)
    place = f"{settings.sites[told.site].name or told.site}, " if len(settings.sites) > 1 else ""
    blocks = [
        [f"{note.who}: {note.text}" for note in told.notes],
        _numbers(told.numbers, zone),
        _titled("Still waiting", (_wait(one, now_ms) for one in told.waits)),
        _titled("Alerts", (_alert(floor, name, row, zone) for name, row in told.alerts)),
        [f"There may be more alerts: only the last {MOST_OVER} that ended are known."] if told.may_lack else [],
        _titled("Notices", told.notices),
        [f"Thanks from customers: {told.numbers.thanks}"],
        [link] if link else [],
    ]
    return Message(
        id=f"shift {told.site} {shift.name} {shift.started_ms}", type="shift", severity="info",
        title=f"Hand-over: {place}{shift.name} {_time(shift.started_ms, zone)}–{_time(shift.ends_ms, zone)}",
        text="\n\n".join("\n".join(lines) for lines in blocks if lines), at=shift.ends_ms, link=link,
    )  # fmt: skip


def _titled(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [title, *found] if found else []


def _numbers(told: Numbers, zone: ZoneInfo) -> list[str]:
    target = "" if told.target is None else f" (target {told.target:g} % service level)"
    hours = [_row(_time(row["at"], zone), row) for row in told.hours]
    return [f"By hour{target}", *hours, _row("all  ", told.whole)]


def _row(time: str, row: dict[str, Any]) -> str:
    level = row.get("service_level")
    counts = ", ".join(f"{name} {row.get(name, '–')}" for name in ("offered", "answered", "abandoned"))
    return f"{time}  {counts}, service level {'–' if level is None else f'{level:.1f} %'}"


def _wait(one: Waits, now_ms: int) -> str:
    told = [
        f"{count} {word}, the longest {_span(now_ms - since_ms)}" if since_ms is not None else f"{count} {word}"
        for count, word, since_ms in (
            (one.waiting, "waiting", one.oldest_ms), (one.unanswered, "without a reply", one.unanswered_ms)
        )
        if count
    ]  # fmt: skip
    return f"{one.name}: {'; '.join(told)}"


def _alert(floor: Floor, name: str, row: AlertRow, zone: ZoneInfo) -> str:
    told = alert_document(floor, row)
    title = message_of(name, row, "raised", 0, None, str(told.get("name") or row.of), "").title
    until = "still open" if row.over_ms is None else _time(row.over_ms, zone)
    return f"{_time(row.raised_ms, zone)}–{until}  {row.severity}: {title}; {', '.join(_did(row, told))}"


def _did(row: AlertRow, told: dict[str, Any]) -> Iterator[str]:
    results = [f"{one['result'].replace('_', ' ')} ({one['who']})" for one in told.get("results", ())]
    if row.owner:
        yield f"{row.owner} took it"
    if row.acknowledged_by and row.acknowledged_by != row.owner:
        yield f"seen by {row.acknowledged_by}"
    yield from results
    if row.note:
        yield f"“{row.note}”"
    if not row.owner and not row.acknowledged_by and not results:
        yield "nobody acted"


def _span(ms: int) -> str:
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    return f"{minutes}:{seconds:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _time(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%H:%M")
