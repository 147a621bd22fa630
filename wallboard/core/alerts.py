"""Which alerts are open, and who acted on them? As the stream tells it (core/alerting.py says what to tell)."""

from wallboard.core import events as ev
from wallboard.core.ground import Ground
from wallboard.core.rows import AlertRow
from wallboard.core.visits import Deed, Did

MOST_OVER = 200


class Alerts:
    """`open`: id → row. `over`: the last ones that ended, the newest last."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.open: dict[str, AlertRow] = {}
        self.over: dict[str, AlertRow] = {}

    def take(self, event: ev.AlertEvent, at_ms: int) -> Deed:
        if isinstance(event, ev.AlertRaised):
            return self._raised(event, at_ms)
        row = self.open.get(event.alert)
        if row is None:
            return Deed(Did.NOTHING, f"no open alert {event.alert}")
        self._ground.touch("alerts", event.alert)
        match event:
            case ev.AlertCleared():
                self._end(event, row, at_ms)
                return Deed(Did.NOTED, f"{row.rule} of {row.of} is over: {event.note or 'cleared'}")
            case ev.AlertAcknowledged():
                row.acknowledged_by, row.acknowledged_ms = event.who, at_ms
            case ev.AlertAssigned():
                row.owner = (event.attributes or {}).get("to") or event.who
            case ev.AlertSnoozed():
                row.snoozed_by, row.snoozed_until_ms = event.who, event.until
                if event.until is not None:
                    self._ground.calendar.wait(event.until, "snooze", event.alert)
            case ev.AlertWoken():
                row.snoozed_by = row.snoozed_until_ms = None
        row.note = event.note or row.note
        verb = ev.type_of(event).partition(".")[2]
        return Deed(Did.NOTED, f"{row.rule} of {row.of}: {verb} by {event.who or 'nobody'}")

    def _end(self, event: ev.AlertCleared, row: AlertRow, at_ms: int) -> None:
        row.over_ms, row.over = at_ms, event.note or "cleared"
        row.snoozed_by = row.snoozed_until_ms = None
        self.over[event.alert] = self.open.pop(event.alert)
        while len(self.over) > MOST_OVER:
            del self.over[next(iter(self.over))]

    def wake(self, alert: str, at_ms: int) -> None:
        """A snooze ends by itself."""
        row = self.open.get(alert)
        if row and row.snoozed_until_ms is not None and row.snoozed_until_ms <= at_ms:
            row.snoozed_by = row.snoozed_until_ms = None
            self._ground.touch("alerts", alert)

    def _raised(self, event: ev.AlertRaised, at_ms: int) -> Deed:
        said = event.attributes or {}
        if event.alert in self.open:
            return Deed(Did.NOTHING, f"alert {event.alert} is open already")
        since = said.get("since", "")
        self.open[event.alert] = AlertRow(
            event.rule or "", event.severity or "warning", said.get("kind", ""), said.get("of", ""),
            said.get("metric", ""), said.get("window"), said.get("limit", ""), event.value,
            int(since) if since.isdecimal() else at_ms, at_ms,
        )  # fmt: skip
        self._ground.touch("alerts", event.alert)
        return Deed(Did.NOTED, f"{event.rule} of {said.get('of')} is raised")
