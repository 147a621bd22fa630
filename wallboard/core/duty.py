"""Who is on duty, for which teams and until when? A switch that always ends by itself."""

from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.deeds import Deed, Did
from wallboard.core.ground import Ground

MOST_ON = 500  # at once; above it nobody more is taken, and it is said


class DutyRow(Struct):
    """`teams`: those that this lead leads; None: all. `account`: `person:ID`, as names change."""

    since_ms: int
    until_ms: int
    teams: list[str] | None = None
    account: str | None = None


class Duty:
    """`on`: name → row, of who is on duty now."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.on: dict[str, DutyRow] = {}

    def take(self, event: ev.DutyTaken | ev.DutyLeft, at_ms: int) -> Deed:
        before = self.on.get(event.who)
        if isinstance(event, ev.DutyLeft):
            self.on.pop(event.who, None)
            return Deed(Did.NOTED, f"{event.who} is off duty") if before else Deed(Did.NOTHING, "not on duty")
        if event.until <= self._ground.now_ms:
            return Deed(Did.NOTHING, f"the duty of {event.who} is over already")
        if before is None and len(self.on) >= MOST_ON:
            return Deed(Did.OVERFLOW, f"no room for {event.who}: {MOST_ON} are on duty already")
        since_ms = before.since_ms if before else at_ms
        self.on[event.who] = DutyRow(since_ms, event.until, event.teams, event.account)
        self.await_end(event.who)
        return Deed(Did.NOTED, f"{event.who} is on duty")

    def await_end(self, who: str) -> None:
        self._ground.calendar.wait(self.on[who].until_ms, "duty", who)

    def end(self, who: str, at_ms: int) -> bool:
        """Its time has come, unless it was put off. Gives whether it is over."""
        row = self.on.get(who)
        if row is None or row.until_ms > at_ms:
            return False
        del self.on[who]
        return True

    def of_team(self, team: str | None, *, is_person: bool = False) -> list[str]:
        """Who is on duty for this team; None: for what is of no team, which is everybody's, but a person of no team is
        only theirs who lead all."""
        is_everybodys = team is None and not is_person
        return sorted(who for who, row in self.on.items() if row.teams is None or is_everybodys or team in row.teams)
