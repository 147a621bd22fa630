"""What is kept of a source, a notice, an alert, a reported figure?"""

from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.condition import Named
from wallboard.core.platform import Counters


class SourceRow(Struct):
    """What a source is heard to say, and the quality of it. `heard_ms` is an arrival, 0: it told nothing that was
    taken; `is_late` waits to be heard."""

    heard_ms: int = 0
    beats: bool = False
    is_late: bool = False
    lag_ms: int | None = None
    note: str | None = None
    late: int = 0
    clamped: int = 0
    rejected: int = 0
    duplicates: int = 0
    conflicts: int = 0  # of these: repeats that said another thing than the first
    overflow: int = 0  # new names that there was no room for
    restarts: int = 0  # of its platform: what was open there then was closed as lost
    gaps: int = 0  # times that it was late and heard again; together it was not heard for `gap_ms`
    gap_ms: int = 0
    platform: dict[str, Counters] = {}  # queue → what the platform itself counts


class NoticeRow(Struct):
    event: ev.NoticePosted
    source: str
    posted_ms: int


class ResultRow(Struct):
    """What somebody did about an alert: one of core/alerts.py, or own words."""

    result: str
    who: str
    at_ms: int
    note: str | None = None


class AlertRow(Struct):
    """One that is raised. `kind`, `of`: the entity; `since_ms`: when its rule began to hold."""

    rule: str
    severity: str
    kind: str
    of: str
    metric: str
    window: str | None
    limit: str
    value: float | None
    since_ms: int
    raised_ms: int
    acknowledged_by: str | None = None
    acknowledged_ms: int | None = None
    owner: str | None = None
    owned_ms: int | None = None
    snoozed_by: str | None = None
    snoozed_until_ms: int | None = None
    over_ms: int | None = None
    over: str | None = None  # why: cleared, closed, gone, rule (core/alerting.py)
    results: list[ResultRow] = []
    duty: list[str] | None = None  # who was on duty for it when somebody first acted, or when it was over
    owner_by: str | None = None  # as which account, `person:ID`: names change
    within: str | None = None  # of a rule about a change: within how long
    event: str | None = None  # of one about no event: of which type
    given_by: str | None = None  # who else gave it to its owner, and when
    given_ms: int | None = None
    given: list[tuple[str, int]] = []  # to whom somebody else gave it, and when; the last ones
    last_snoozed_by: str | None = None  # whether or not it still sleeps
    snoozed_ms: int | None = None  # when it was snoozed last
    snoozed_duty: list[str] = []  # who was on duty for it then
    woken_ms: int | None = None  # when that snooze ended by itself
    left_ms: int | None = None  # since when its owner is off duty

    @property
    def is_left(self) -> bool:
        """Whether its owner went off duty and nobody acted since: nobody has it."""
        acted = (self.acknowledged_ms or 0, *(one.at_ms for one in self.results))
        return self.over_ms is None and self.left_ms is not None and max(acted) <= self.left_ms

    @property
    def named(self) -> Named:
        return Named(self.metric, self.window, self.limit, self.within, self.event)


class KpiRow(Struct):
    event: ev.KpiReported
    source: str
    at_ms: int
