"""What falls due, and what happens then? Waits, notices, silence, and the turns of days, shifts and opening hours."""

from wallboard.core.allrows import AllRows
from wallboard.core.anew import count_anew
from wallboard.core.calendar import Due
from wallboard.core.tally import NEVER_MS
from wallboard.core.timesheet import QUARTER_MS

FORGET_MS = 2 * 3_600_000  # longer ago than any rolling window reaches


def fall_due(rows: AllRows, due: Due) -> None:
    match due.kind:
        case "contact":
            rows.contacts.fall_due((due.first, due.second), due.at_ms)
        case "put away":
            rows.contacts.put_away((due.first, due.second))
        case "day":
            _turn_day(rows, due.first)
        case "shift":
            _turn_shift(rows, due.first)
        case "hours":
            _turn_hours(rows, due.first)
        case "need":
            rows.settle()
            rows.needs.fall_due(due.first)
        case "sheet":
            rows.people.tick(due.first, due.at_ms)
        case "silent":
            rows.listening.listen_for(due.first)
        case "notice":
            rows.posted.end(due.first, due.at_ms)
        case "snooze":
            rows.alerts.wake(due.first, due.at_ms)
        case "duty":
            if rows.duty.end(due.first, due.at_ms):
                rows.alerts.note_duty(due.first, due.at_ms)
        case "alert" if rows.alerting:
            rows.settle()
            rows.alerting.look(due.first, due.second)


def _turn_day(rows: AllRows, site: str) -> None:
    rows.settle()
    day = rows.ground.calendar.open_day(site, rows.settings.sites[site])
    rows.ground.touch("sites", site)
    rows.tallies.begin("day", site, day.started_ms)
    rows.people.begin("day", site, day.started_ms)
    _forget_past_days(rows)


def _forget_past_days(rows: AllRows) -> None:
    """What was over before every running day, and longer ago than any window reaches, is in no number."""
    running = (*rows.ground.calendar.days.values(), *rows.ground.calendar.shifts.values())
    oldest_ms = min([rows.now_ms - FORGET_MS, *(one.started_ms for one in running if one)])
    oldest_ms -= oldest_ms % QUARTER_MS  # a quarter of the history is counted whole, or not at all
    rows.contacts.forget_before(oldest_ms)
    rows.cases.forget(oldest_ms)


def _turn_shift(rows: AllRows, site: str) -> None:
    rows.settle()
    before = rows.ground.calendar.shifts.get(site)
    shift = rows.ground.calendar.open_shift(site, rows.settings.shifts[site])
    if shift == before:
        return
    if shift and shift.started_ms < rows.now_ms:  # an inner shift ended: the outer one goes on
        count_anew(rows)
        return
    rows.ground.touch("sites", site)
    started_ms = shift.started_ms if shift else NEVER_MS
    rows.tallies.begin("shift", site, started_ms)
    rows.people.begin("shift", site, started_ms)


def _turn_hours(rows: AllRows, queue: str) -> None:
    """A queue opens or closes: waits stand still, or go on."""
    rows.ground.touch("queues", queue)
    if (tally := rows.tallies.queues.get(queue)) and any(tally.waits.values()):
        rows.ground.touch_all({("groups", name) for name in tally.groups})
    rows.ground.await_hours(queue)
