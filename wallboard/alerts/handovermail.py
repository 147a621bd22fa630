"""What does the mail at the end of a shift say? The same as /shift, in plain lines; nothing about one person's alerts.

In the language of the site.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from wallboard.alerts.asked import unit_of, value_now
from wallboard.alerts.handover import Numbers, Waits, least
from wallboard.alerts.handoversaid import hours, lasting, percent, raised, time_of, worst
from wallboard.alerts.handoverworst import Longest, worst_hour
from wallboard.alerts.message import Message, Speaks, standing
from wallboard.assets import STATIC
from wallboard.catalogs import Words, words
from wallboard.core.alertdocument import alert_document
from wallboard.core.alerts import MOST_OVER
from wallboard.core.calendar import Shift
from wallboard.core.rows import AlertRow
from wallboard.core.state import Floor
from wallboard.record.shiftnotes import ShiftNote


class Parting(NamedTuple):
    """All that is told of one shift at a site; `notices`: their texts; `may_lack`: of the alerts there may be more;
    `longest`: the longest wait."""

    site: str
    shift: Shift
    numbers: Numbers
    waits: Sequence[Waits]
    alerts: Sequence[tuple[str, AlertRow]]
    notices: Sequence[str]
    notes: Sequence[ShiftNote]
    may_lack: bool = False
    longest: Longest | None = None


class Said(NamedTuple):
    """The words of the page, which says the same, and of the wall's numbers."""

    page: Words
    wall: Words


def mail_of(told: Parting, floor: Floor, now_ms: int, link: str) -> Message:
    settings, shift = floor.settings, told.shift
    site = settings.sites[told.site]
    zone, say = ZoneInfo(site.zone), Said(words(site.language, STATIC / "words" / "pages"), words(site.language))
    day = datetime.fromtimestamp(shift.started_ms / 1000, zone).date()
    span = f"{day} {time_of(shift.started_ms, zone)}–{time_of(shift.ends_ms, zone)}"
    page = say.page
    blocks = [
        [f"{note.who}: {note.text}" for note in told.notes],
        list(worst(told.longest, worst_hour([told.numbers], least(floor)), zone, page)),
        _numbers(told.numbers, zone, say),
        _titled(page("shift.waits"), (_wait(one, now_ms, page) for one in told.waits)),
        _titled(page("nav.alerts"), (_alert(floor, row, shift, now_ms, zone, page) for _, row in told.alerts)),
        [page("shift.alerts_known", number=MOST_OVER)] if told.may_lack else [],
        _titled(page("shift.notices"), told.notices),
        [page("shift.thanks", number=told.numbers.thanks)],
        [link] if link else [],
    ]
    return Message(
        id=f"shift {told.site} {shift.name} {shift.started_ms}", type="shift", severity="info",
        title=f"{page('shift.title')}: {site.name or told.site}, {shift.name} {span}", language=site.language,
        text="\n\n".join("\n".join(lines) for lines in blocks if lines), at=shift.ends_ms, link=link,
    )  # fmt: skip


def _titled(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [title, *found] if found else []


def _numbers(told: Numbers, zone: ZoneInfo, say: Said) -> list[str]:
    target = [] if told.target is None else [say.page("shift.target", target=f"{told.target:g} %")]
    by_hour = [_row(hours(row, zone), row, say.wall) for row in told.hours]
    return [say.page("shift.numbers"), *by_hour, _row(say.page("shift.whole"), told.whole, say.wall), *target]


def _row(time: str, row: dict[str, Any], say: Words) -> str:
    level = row.get("service_level")
    shown = "–" if level is None else percent(level, say.language)
    figures = {name: row.get(name, "–") for name in ("offered", "answered", "abandoned")} | {"service_level": shown}
    return f"{time:5}  {', '.join(f'{_metric(name, say)} {value}' for name, value in figures.items())}"


def _metric(name: str, say: Words) -> str:
    """Within a line."""
    word = say(f"metric.{name}")
    return word[:1].lower() + word[1:]


def _wait(one: Waits, now_ms: int, page: Words) -> str:
    told = [
        page(key, number=count, longest="–" if since_ms is None else lasting(now_ms - since_ms))
        for count, key, since_ms in (
            (one.waiting, "shift.waiting", one.oldest_ms), (one.unanswered, "shift.unanswered", one.unanswered_ms)
        )
        if count
    ]  # fmt: skip
    return f"{one.name}: {'; '.join(told)}"


def _alert(floor: Floor, row: AlertRow, shift: Shift, now_ms: int, zone: ZoneInfo, page: Words) -> str:
    told, now = alert_document(floor, row), value_now(floor, row, now_ms) if row.over_ms is None else None
    title, then = standing(row, str(told.get("name") or row.of), now, Speaks(page.language, unit_of(floor, row)))
    until = page("shift.open") if row.over_ms is None else time_of(row.over_ms, zone)
    severity = page(f"alerts.severity.{row.severity}", row.severity)
    said = ", ".join([*then, *_did(row, told, page)])
    return f"{raised(row.raised_ms, shift.started_ms, zone)}–{until}  {severity}: {title}; {said}"


def _did(row: AlertRow, told: dict[str, Any], page: Words) -> Iterator[str]:
    """As /shift says it."""
    results = [
        f"{page('alerts.result.' + one['result'], one['result'])} ({one['who']})"
        + (f" “{one['note']}”" if one.get("note") else "")
        for one in told.get("results", ())
    ]
    snoozed_by = row.last_snoozed_by if row.last_snoozed_by not in (row.owner, row.acknowledged_by) else None
    if row.owner:
        had = "alerts.owner" if row.left_ms is None else "alerts.off_duty"
        yield page(had if row.over_ms is None else "alerts.had", who=row.owner)
    if row.acknowledged_by and row.acknowledged_by != row.owner:
        yield page("alerts.seen", who=row.acknowledged_by)
    if snoozed_by:
        yield page("alerts.was_snoozed" if row.snoozed_until_ms is None else "alerts.snoozed_by", who=snoozed_by)
    yield from results
    if not row.owner and not row.acknowledged_by and not snoozed_by and not results:
        yield page("shift.unheeded")
