"""Which alerts are open, and who acted on them? As the stream tells it (core/alerting.py says what to tell)."""

from wallboard.core import events as ev
from wallboard.core.deeds import Deed, Did
from wallboard.core.duty import Duty
from wallboard.core.ground import Ground
from wallboard.core.lasttimes import Identity, LastTimes, identity
from wallboard.core.people import People
from wallboard.core.rows import AlertRow, ResultRow

MOST_OVER = 1_000  # of those that ended are known; however many, those of the last minute are too,
TELL_MS = 60_000  # in which who leads, or comes to lead, tells everybody of them
MOST_ENDING = 10_000  # of these; above it the oldest go all the same, and of their end nobody may be told
ERASED = "–"  # instead of somebody's name
MOST_GIVEN = 10  # of one alert: to so many it was handed over last
NOTE = "note"  # the result of who writes something, whatever else they did: each stands beside those before
MOST_RESULTS = 10  # of one alert; above it the oldest are dropped
LONGEST_SNOOZE_MS = 12 * 3_600_000  # a snooze always ends by itself
OWNER_BY = "owner_by"  # of what is assigned: as which account
IN_TELEGRAM = " (Telegram)"  # behind the name of whoever acts there
TEAM = "team:"  # a group's id begins so


class Alerts:
    """`open`: id → row. `over`: the last ones that ended, the newest last; `last`: of those before them."""

    def __init__(self, ground: Ground, people: People, duty: Duty) -> None:
        self._ground = ground
        self._people = people
        self._duty = duty
        self.open: dict[str, AlertRow] = {}
        self.over: dict[str, AlertRow] = {}
        self.last = LastTimes()
        self._open_of: dict[Identity, str] = {}  # which of the open ones; made again where it is not of all of them

    def take(self, event: ev.AlertEvent, at_ms: int) -> Deed:
        if isinstance(event, ev.AlertRaised):
            return self._raised(event, at_ms)
        row = self.open.get(event.alert)
        if isinstance(event, ev.AlertActed):
            return self._acted(event, self.known(event.alert), at_ms)
        if row is None:
            return Deed(Did.NOTHING, f"no open alert {event.alert}")
        self._ground.touch("alerts", event.alert)
        match event:
            case ev.AlertCleared():
                self._end(event, row, at_ms)
                return Deed(Did.NOTED, f"{row.rule} of {row.of} is over: {event.note or 'cleared'}")
            case ev.AlertAcknowledged():
                row.duty = self.on_duty(row)
                row.acknowledged_by, row.acknowledged_ms = event.who, at_ms
            case ev.AlertAssigned():
                row.duty = self.on_duty(row)
                said = event.attributes or {}
                row.owner, row.owned_ms = said.get("to") or event.who, row.owned_ms or at_ms
                row.owner_by, row.left_ms = said.get(OWNER_BY), None
                row.given_by, row.given_ms = (event.who, at_ms) if row.owner != event.who else (None, None)
                if row.given_by and row.owner:
                    row.given = [*row.given, (row.owner, at_ms)][-MOST_GIVEN:]
            case ev.AlertSnoozed():
                row.snoozed_by, row.snoozed_until_ms, row.last_snoozed_by = event.who, event.until, event.who
                row.snoozed_ms, row.snoozed_duty, row.woken_ms = at_ms, self.on_duty(row), None
                if event.until is not None:
                    self._ground.calendar.wait(event.until, "snooze", event.alert)
            case ev.AlertWoken():
                row.snoozed_by = row.snoozed_until_ms = None
        if event.note:
            _add(row, ResultRow(NOTE, event.who or "nobody", at_ms, event.note))
        verb = ev.type_of(event).partition(".")[2]
        return Deed(Did.NOTED, f"{row.rule} of {row.of}: {verb} by {event.who or 'nobody'}")

    def known(self, alert: str) -> AlertRow | None:
        """Open, or one of the last that ended."""
        return self.open.get(alert) or self.over.get(alert)

    def _end(self, event: ev.AlertCleared, row: AlertRow, at_ms: int) -> None:
        row.duty = self.on_duty(row)
        row.over_ms, row.over = at_ms, event.note or "cleared"
        row.snoozed_until_ms = None
        self.over[event.alert] = self.open.pop(event.alert)
        self._open_of.pop(identity(row), None)
        while len(self.over) > MOST_OVER:
            alert, oldest = next(iter(self.over.items()))
            if len(self.over) <= MOST_ENDING and (oldest.over_ms or 0) > at_ms - TELL_MS:
                return
            self.last.keep(alert, self.over.pop(alert))

    def forget(self, name: str) -> None:
        """A person is erased: what is over and was about them goes, what is open goes on without their name, for whom
        it was for; what they did stays, without their name too."""
        for rows in (self.over, self.last.older):
            for alert in [alert for alert, row in rows.items() if (row.kind, row.of) == ("agents", name)]:
                del rows[alert]
        for alert, row in self.open.items():
            if (row.kind, row.of) == ("agents", name):
                row.duty, row.of = self.on_duty(row), ERASED
                self._open_of.clear()
                self._ground.touch("alerts", alert)
        for alert, row in (self.open | self.over | self.last.older).items():
            if _leave_out(row, name) and alert in self.open:
                self._ground.touch("alerts", alert)

    def _acted(self, event: ev.AlertActed, row: AlertRow | None, at_ms: int) -> Deed:
        result, who = (event.attributes or {}).get("result"), event.who or "nobody"
        if row is None or not result:
            return Deed(Did.NOTHING, f"no alert {event.alert}, or no result")
        before = next((one for one in row.results if (one.result, one.who) == (result, who) and result != NOTE), None)
        if before:
            before.note = event.note or before.note
        else:
            _add(row, ResultRow(result, who, at_ms, event.note))
        if row.over_ms is None:
            self._ground.touch("alerts", event.alert)
            if row.acknowledged_by is None:
                row.duty = self.on_duty(row)
                row.acknowledged_by, row.acknowledged_ms = event.who, at_ms
        return Deed(Did.NOTED, f"{row.rule} of {row.of}: {result} by {who}")

    def team_of(self, row: AlertRow) -> str | None:
        """Whose leads it is for; None: every lead's, but of a person only those leads' who lead all."""
        if row.kind == "agents":
            return self._people.team_of(row.of) if row.of in self._people.agents else None
        if row.kind == "queues":
            return self._ground.settings.for_queue(row.of).team
        return row.of.removeprefix(TEAM) if row.kind == "groups" and row.of.startswith(TEAM) else None

    def shift_ends_ms(self, row: AlertRow) -> int:
        """When the running shift of its site ends, or the business day where none runs; of several sites (of a group,
        of a person) the last to end; in twelve hours at the latest."""
        calendar, sites = self._ground.calendar, list(self._ground.settings.sites)
        of = [self._ground.settings.site_of(row.of)] if row.kind == "queues" else sites
        ends_ms = max((calendar.shifts.get(site) or calendar.days[site]).ends_ms for site in of)
        return min(ends_ms, calendar.now_ms + LONGEST_SNOOZE_MS)

    def on_duty(self, row: AlertRow) -> list[str]:
        """Who is on duty for it; of one that somebody acted on, or that is over: who was when that began."""
        if row.duty is not None:
            return row.duty
        return self.on_duty_now(row)

    def note_duty(self, who: str, at_ms: int) -> None:
        """They came on duty, or went off it: nobody has what is theirs until they come again."""
        for alert, row in self.open.items():
            owner = row.owner.removesuffix(IN_TELEGRAM) if row.owner and row.owner_by else row.owner
            if owner == who:
                row.left_ms = None if who in self._duty.on else at_ms
                self._ground.touch("alerts", alert)

    def on_duty_now(self, row: AlertRow) -> list[str]:
        """Whatever was done about it: to whom it may be handed over."""
        return self._duty.of_team(self.team_of(row), is_person=row.kind == "agents")

    def wake(self, alert: str, at_ms: int) -> None:
        """A snooze ends by itself."""
        row = self.open.get(alert)
        if row and row.snoozed_until_ms is not None and row.snoozed_until_ms <= at_ms:
            row.woken_ms = row.snoozed_until_ms
            row.snoozed_by = row.snoozed_until_ms = None
            self._ground.touch("alerts", alert)

    def _raised(self, event: ev.AlertRaised, at_ms: int) -> Deed:
        said = event.attributes or {}
        if event.alert in self.open:
            return Deed(Did.NOTHING, f"alert {event.alert} is open already")
        since = said.get("since", "")
        row = AlertRow(
            event.rule or "", event.severity or "warning", said.get("kind", ""), said.get("of", ""),
            said.get("metric", ""), said.get("window"), said.get("limit", ""), event.value,
            int(since) if since.isdecimal() else at_ms, at_ms, within=said.get("within"),
            event=said.get("event"),
        )  # fmt: skip
        if other := self._standing().get(identity(row)):
            return Deed(Did.NOTHING, f"{row.rule} of {row.of} is open already, as alert {other}")
        self.open[event.alert], self._open_of[identity(row)] = row, event.alert
        self._ground.touch("alerts", event.alert)
        return Deed(Did.NOTED, f"{row.rule} of {row.of} is raised")

    def _standing(self) -> dict[Identity, str]:
        """The open one of each rule and entity."""
        if len(self._open_of) != len(self.open):
            self._open_of = {identity(row): alert for alert, row in self.open.items()}
        return self._open_of


def before(event: ev.AlertEvent, row: AlertRow) -> dict[str, str | int] | None:
    """For the audit trail: what of the alert this event replaces."""
    if isinstance(event, ev.AlertAssigned) and row.owner is not None:
        return {"to": row.owner}
    if isinstance(event, ev.AlertSnoozed | ev.AlertWoken) and row.snoozed_until_ms is not None:
        return {"until": row.snoozed_until_ms}
    return None


def _add(row: AlertRow, result: ResultRow) -> None:
    row.results = [*row.results, result][-MOST_RESULTS:]


_NAMES = ("acknowledged_by", "owner", "snoozed_by", "last_snoozed_by", "given_by")


def _leave_out(row: AlertRow, name: str) -> bool:
    """Whether it was there."""
    found = [key for key in _NAMES if getattr(row, key) == name]
    for key in found:
        setattr(row, key, ERASED)
    if "owner" in found:
        row.owner_by = None
    row.given = [one for one in row.given if one[0] != name]
    theirs = [one for one in row.results if one.who == name]
    for one in theirs:
        one.who = ERASED
    was_on_duty = name in (row.duty or ()) or name in row.snoozed_duty
    row.snoozed_duty = [who for who in row.snoozed_duty if who != name]
    if row.duty:
        row.duty = [who for who in row.duty if who != name]
    return bool(found or theirs or was_on_duty)
