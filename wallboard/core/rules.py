"""What is an alert rule? `[alert.NAME]` of wallboard.toml as a value, and what is wrong with one (docs/alerts.md)."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from math import inf
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct, field, json

from wallboard.core.events import TOLD_TYPES
from wallboard.core.fields import LongText, Text
from wallboard.core.hours import parse_openings
from wallboard.core.limits import EXPECTED_DURATION, EXPECTED_LIMIT, Limit, Reach, duration_ms, limit_of
from wallboard.core.numbers import NUMBERS, Reads, number_named
from wallboard.core.words import meant

Severity = Literal["info", "warning", "critical"]
Window = Literal["now", "m15", "m30", "m60", "shift", "day"]
LEAST_AGAIN_MS = 60_000
LEAST_WITHIN_MS, MOST_WITHIN_MS = 60_000, 3_600_000
OPEN = "open"  # of `when`: while the queue is open, which is the default
ALWAYS = "always"
ON_DUTY = "on-duty"  # of `notify`: the leads who are on duty for its team
OWN = "own:"  # before the name of a receiver that a lead added
MOST_NAMED = 500  # queues and so on of one rule: each is compared with every name that comes
NO_ACTION = "has no `action`: an alarm that asks nobody to do anything is noise"


class Fault(NamedTuple):
    """`at`: the rule's key, such as `clear` or `and[0].raise`."""

    at: str
    reason: str


class Named(NamedTuple):
    """What an alert says of the condition that raised it."""

    metric: str
    window: str | None
    limit: str
    within: str | None
    event: str | None

    @property
    def number(self) -> tuple[str, str | None, str | None]:
        return self.metric, self.window, self.within


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """A number and its limits. `raises`, `clears` stand as `raise` and `clear` in the file. `event`: of `no_event_s`,
    the type of which none is told, or its family (`contact.*`); left out, any but heartbeats."""

    metric: Text
    window: Window | None = None
    raises: Text = field(name="raise")
    clears: Text | None = field(default=None, name="clear")
    min_n: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    within: Text | None = None
    event: Text | None = None

    @cached_property
    def within_ms(self) -> int | None:
        """Not the number itself: by how much it rose (`> 5`) or fell (`< -5`) within so long (core/moving.py)."""
        return duration_ms(self.within) if self.within else None

    @cached_property
    def raise_limit(self) -> Limit:
        return limit_of(self.raises) or _NEVER

    @cached_property
    def clear_limit(self) -> Limit | None:
        """None: it is over as soon as it is not raised any more."""
        return limit_of(self.clears) if self.clears else None

    @property
    def named(self) -> Named:
        return Named(self.metric, self.window, self.raises, self.within, self.event)

    def faults(self, at: str = "") -> Iterator[Fault]:
        if reason := _no_number(self.metric, self.window):
            yield Fault(f"{at}{reason[0]}", reason[1])
        for key, text in (("raise", self.raises), ("clear", self.clears)):
            if text is not None and limit_of(text) is None:
                yield Fault(at + key, EXPECTED_LIMIT)
        if self.within is not None:
            yield from self._faults_of_change(at)
        if self.event is not None:
            yield from self._faults_of_event(at)
        if self.clear_limit and _overlap(self.raise_limit, self.clear_limit):
            yield Fault(at + "clear", f"'{self.clears}' holds while '{self.raises}' does: it would clear as it raises")

    def beyond(self, at: str = "") -> Iterator[tuple[str, Reach]]:
        """Limits that the number passes never or always: the rule's key, and which. No faults, but slips of the pen."""
        low, high = _range_of(self.metric)
        if self.within:
            low, high = low - high, high - low
        for key, limit in (("raise", limit_of(self.raises)), ("clear", self.clear_limit)):
            if limit and (found := limit.reach(low, high)):
                yield at + key, found

    def _faults_of_change(self, at: str) -> Iterator[Fault]:
        if not LEAST_WITHIN_MS <= (self.within_ms or 0) <= MOST_WITHIN_MS:
            yield Fault(at + "within", f"{EXPECTED_DURATION}, from 1m to 1h")
        if self.metric in (*SINCE, *OF_SOURCES, *OF_AGENTS, NO_EVENT):
            yield Fault(at + "within", f"'{self.metric}' is no number whose change is watched: give it a limit alone")
        limit = limit_of(self.raises)
        if limit and not _is_change(limit):
            yield Fault(
                at + "raise",
                f"with `within` it is the change: '> 5' for a rise, '< -5' for a fall, not '{self.raises}'",
            )

    def _faults_of_event(self, at: str) -> Iterator[Fault]:
        if self.metric != NO_EVENT:
            yield Fault(at + "event", f"belongs to '{NO_EVENT}', and this is '{self.metric}'")
        elif self.event not in EVENTS:
            yield Fault(
                at + "event",
                f"no event '{self.event}', expected one of docs/events.md{meant(self.event or '', EVENTS)}",
            )


class Rule(Condition, frozen=True, kw_only=True):
    """One rule; each entity that it names is watched for itself.

    `queues`, `agents`, `sources`, `kpis` (of `no_event_s`): patterns; `teams`: their groups of queues, or, of a
    person's number, their agents. None of them: the group of all queues. `notify`: who is told, one after another
    where it escalates. `lasts` and `conditions` stand as `for`, `and` in the file.
    """

    queues: list[Text] = []
    teams: list[Text] = []
    agents: list[Text] = []
    sources: list[Text] = []
    kpis: list[Text] = []
    lasts: Text = field(default="0s", name="for")
    keep_for: Text = "0s"
    when: Text = OPEN
    holidays: list[Text] = []
    severity: Severity = "warning"
    action: LongText | None = None
    owners: list[Text] = []
    notify: list[Text] = []
    escalate: Text | None = None
    repeat: Text | None = None
    conditions: list[Condition] = field(default=[], name="and")
    others: list[Condition] = field(default=[], name="or")

    @cached_property
    def lasts_ms(self) -> int:
        return duration_ms(self.lasts) or 0

    @cached_property
    def keep_ms(self) -> int:
        return duration_ms(self.keep_for) or 0

    @cached_property
    def escalate_ms(self) -> int | None:
        """After so long without an acknowledgement the next of `notify` is told too; None: all at once."""
        return duration_ms(self.escalate) if self.escalate else None

    @cached_property
    def repeat_ms(self) -> int | None:
        return duration_ms(self.repeat) if self.repeat else None

    def beyond(self, at: str = "") -> Iterator[tuple[str, Reach]]:
        yield from super().beyond(at)
        for key, conditions in (("and", self.conditions), ("or", self.others)):
            for index, condition in enumerate(conditions):
                yield from condition.beyond(f"{at}{key}[{index}].")

    def raised_by(self, said: Named) -> Condition | None:
        """Which of its conditions that was, also with another limit by now; None: it asks for other numbers."""
        found = [one for one in (self, *self.others) if one.named.number == said.number]
        return next((one for one in found if one.named == said), found[0] if found else None)

    def asks(self, said: Named) -> bool:
        """Whether one of its conditions is so now, with this limit."""
        return said in [one.named for one in (self, *self.others)]

    def terms(self, asked: Condition) -> dict[str, str]:
        """On which one of its conditions raises an alert, beside its limit: as `alert.raised` says it. Of its `and`
        and `or` only whether they are others."""
        optional = {
            "clear": asked.clears, "min_n": asked.min_n, "and": _digest(self.conditions), "or": _digest(self.others),
        }  # fmt: skip
        return {"for": f"{self.lasts_ms // 1000}s", "keep_for": f"{self.keep_ms // 1000}s"} | {
            key: str(one) for key, one in optional.items() if one is not None
        }

    @property
    def of_agents(self) -> bool:
        return self.metric in OF_AGENTS

    @property
    def kind(self) -> str:
        """Of which entities it speaks, as they stand in the state document."""
        is_of_none = self.metric == NO_EVENT
        if self.metric.startswith(KPI) or (is_of_none and self.kpis):
            return "kpis"
        if self.metric in OF_SOURCES or (is_of_none and self.sources):
            return "sources"
        if self.of_agents:
            return "agents"
        return "queues" if self.queues else "groups"

    def faults(self, at: str = "") -> Iterator[Fault]:
        yield from super().faults(at)
        for key, text in (("for", self.lasts), ("keep_for", self.keep_for)):
            if duration_ms(text) is None:
                yield Fault(at + key, EXPECTED_DURATION)
        for key, again in (("escalate", self.escalate), ("repeat", self.repeat)):
            if again is not None and (duration_ms(again) or 0) < LEAST_AGAIN_MS:
                yield Fault(at + key, f"{EXPECTED_DURATION}, at least 1m")
        for key, conditions in (("and", self.conditions), ("or", self.others)):
            for index, condition in enumerate(conditions):
                yield from condition.faults(f"{at}{key}[{index}].")
        if self.when not in (OPEN, ALWAYS):
            try:
                parse_openings(self.when)
            except ValueError as error:
                yield Fault(at + "when", f"{error}, or '{OPEN}', '{ALWAYS}'")
        for key in NAMING:
            if (count := len(getattr(self, key))) > MOST_NAMED:
                yield Fault(
                    at + key, f"{count} of them: expected at most {MOST_NAMED}; '*' stands for many, as in 'a-*'"
                )
        for key in ("queues", "agents", "sources", "kpis"):
            if getattr(self, key) and self.kind != key:
                reason = f"'{self.metric}' is no number of {key}"
                yield Fault(at + key, f"it is of {self.kind} already" if self.metric == NO_EVENT else reason)
        if self.of_agents and NO_EVENT in [one.metric for one in (*self.conditions, *self.others)]:
            yield Fault(at + "metric", f"'{NO_EVENT}' is of queues, sources and kpis, not of people")


KPI = "kpi."
NAMING = ("queues", "teams", "agents", "sources", "kpis")  # the keys of a rule by which it names entities
OF_SOURCES = frozenset({"silent_s"})
# Of a person; times in seconds since it began, or by which a limit is passed.
OF_AGENTS = frozenset({"missed_in_row", "wrapup_over_s", "pause_over_s", "stretch_s"})
# Seconds since an instant of the state document's window `now`.
SINCE = {
    "oldest_wait_s": "oldest_at", "oldest_unanswered_s": "oldest_unanswered_at", "oldest_case_s": "oldest_case_at",
    "quiet_s": "as_of",
}  # fmt: skip
NO_EVENT = "no_event_s"  # since an event of a kind was told (core/heard.py)
EVENTS = tuple(sorted({*TOLD_TYPES, *(one.partition(".")[0] + ".*" for one in TOLD_TYPES)}))
METRICS = (*SINCE, *sorted(OF_AGENTS), *sorted(OF_SOURCES), NO_EVENT, *NUMBERS)
_NEVER = Limit(">", inf)


def reads_of(metric: str) -> Reads:
    """How a rule's number is read."""
    number = number_named(metric)
    return number.reads if number else "count" if metric == "missed_in_row" else "seconds"


def _digest(those: Sequence[Condition]) -> str | None:
    """None: there are none. What an event carries is short, and they may be many."""
    return blake2b(json.encode(those), digest_size=8).hexdigest() if those else None


def _range_of(metric: str) -> tuple[float, float]:
    """Between what the number lies whatever happens."""
    reads = reads_of(metric)
    if reads == "percent":
        return (-100, 100) if metric == "nps" else (0, 100)
    is_any = reads == "decimal" or metric in ("wrapup_over_s", "pause_over_s")
    return (-inf if is_any else 0, inf)


def _no_number(metric: str, window: str | None) -> Fault | None:
    own = metric in METRICS
    number = number_named(metric)
    if not own and number is None:
        return Fault("metric", f"no number '{metric}', expected one of docs/kpis.md{meant(metric, METRICS)}")
    if number and number.reads == "instant":
        instead = next(name for name, instant in SINCE.items() if instant == metric)
        return Fault("metric", f"'{metric}' is an instant: take '{instead}', the seconds since then")
    counted_now = number is None or number.now
    if window is not None and counted_now != (window == "now"):
        expected = "no window, it is counted now" if counted_now else "m15, m30, m60, shift or day"
        return Fault("window", f"'{metric}' expects {expected}")
    return None


def _is_change(limit: Limit) -> bool:
    """Standing still must not pass it."""
    return not limit.passed_by(0) and (limit.number >= 0) == (limit.sign[0] == ">")


def _overlap(raises: Limit, clears: Limit) -> bool:
    """Whether some value passes both."""
    if raises.sign[0] == clears.sign[0]:
        return True
    low, high = (raises, clears) if raises.sign[0] == ">" else (clears, raises)
    return low.number < high.number or (low.number == high.number and "=" in low.sign and "=" in high.sign)
