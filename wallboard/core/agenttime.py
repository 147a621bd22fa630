"""Where did an agent's time go until they were told last, and until now?"""

from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec.structs import replace

from wallboard.core.agentrow import AgentRow
from wallboard.core.agents import setting
from wallboard.core.contactrow import Told, last_arrivals
from wallboard.core.ground import Ground
from wallboard.core.timesheet import IDLE_BREAK_MS, Setting, Span, Timesheet, Work, reach_beyond


def time_of(row: AgentRow, ground: Ground) -> tuple[dict[str, dict[str, int]], Work]:
    """Window → ms by state until `row.seen_ms`, and the stretch of work."""
    if row.draft is None:
        row.draft, row.ahead = row.sheet.copied(), {**row.spans}
    if (seen_ms := row.seen_ms) > row.draft.settled_ms:
        row.draft.settle(seen_ms, settings_of(row, ground), chain.from_iterable(row.ahead.values()))
        row.ahead = {key: spans for key, spans in row.ahead.items() if reach_beyond(spans, seen_ms)}
    return row.draft.sums, row.draft.work


def stretch_of(row: AgentRow, ground: Ground) -> tuple[int | None, int | None]:
    """The stretch of work as of now, whenever it was told last: since when, and when that is different by time
    alone (ms; None: never)."""
    now_ms, settings = ground.now_ms, settings_of(row, ground)
    spans = [*chain.from_iterable(row.spans.values())]
    sheet = _until_now(row, ground, spans)
    edges = [edge for span in spans for edge in (span.begin_ms, span.end_ms) if edge is not None]
    ahead = [at_ms for at_ms in (*edges, *(one.at_ms for one in settings)) if at_ms > now_ms]  # told ahead of time
    if sheet.work.idle_ms is not None:
        ahead.append(sheet.work.idle_ms + IDLE_BREAK_MS)
    return sheet.work.since_ms, min(ahead, default=None)


def quarters_of(row: AgentRow, ground: Ground) -> tuple[dict[int, dict[str, int]], int]:
    """Quarter of an hour → ms by state and by queues served (core/timesheet.py), and until when: as of now."""
    sheet = _until_now(row, ground, [*chain.from_iterable(row.spans.values())])
    return sheet.quarters, sheet.settled_ms


def settings_of(row: AgentRow, ground: Ground) -> list[Setting]:
    """What the agent's own events said, one after another."""
    if not row.told:
        row.told += _told_by(row, row.events, ground)
    return row.told


def quarters_before(row: AgentRow, ground: Ground) -> Iterator[dict[int, dict[str, int]]]:
    """As `quarters_of`, as it was before each of the own events that arrived last."""
    for last in last_arrivals(row.events):
        sheet = row.sheet.copied()
        told = _told_by(row, [one for one in row.events if one[1] < last], ground)
        sheet.settle(ground.now_ms, told, chain.from_iterable(row.spans.values()))
        yield sheet.quarters


def _told_by(row: AgentRow, events: Iterable[Told], ground: Ground) -> list[Setting]:
    """What is settled, and what these own events said after it."""
    profile = replace(row.base)
    told = [setting(profile, row.base_ms)]
    for at_ms, _, event in events:
        profile.step(event, at_ms, ground.settings.aliases_of(event.source or "").queues)
        told.append(setting(profile, at_ms))
    return told


def _until_now(row: AgentRow, ground: Ground, spans: list[Span]) -> Timesheet:
    time_of(row, ground)
    assert row.draft is not None
    sheet = row.draft.copied()
    sheet.settle(ground.now_ms, settings_of(row, ground), spans)
    return sheet
