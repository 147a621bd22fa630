"""What is an alert rule? `[alert.NAME]` of wallboard.toml as a value, and what is wrong with one (docs/alerts.md)."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Literal

from msgspec import field, json

from wallboard.core.askable import KPI, NO_EVENT, OF_AGENTS, OF_SOURCES
from wallboard.core.condition import Condition, Fault, Named
from wallboard.core.fields import LongText, Text
from wallboard.core.hours import parse_openings
from wallboard.core.limits import EXPECTED_DURATION, Reach, duration_ms

Severity = Literal["info", "warning", "critical"]
LEAST_AGAIN_MS = 60_000
OPEN = "open"  # of `when`: while the queue is open, which is the default
ALWAYS = "always"
ON_DUTY = "on-duty"  # of `notify`: the leads who are on duty for its team
OWN = "own:"  # before the name of a receiver that a lead added
MOST_NAMED = 500  # queues and so on of one rule: each is compared with every name that comes
NO_ACTION = "has no `action`: an alarm that asks nobody to do anything is noise"
NAMING = ("queues", "teams", "agents", "sources", "kpis")  # the keys of a rule by which it names entities


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
        for place, condition in self._beside(at):
            yield from condition.beyond(place)

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
        for place, condition in self._beside(at):
            yield from condition.faults(place)
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

    def _beside(self, at: str) -> Iterator[tuple[str, Condition]]:
        """Its other conditions, with where each stands."""
        for key, conditions in (("and", self.conditions), ("or", self.others)):
            yield from ((f"{at}{key}[{index}].", condition) for index, condition in enumerate(conditions))


def _digest(those: Sequence[Condition]) -> str | None:
    """None: there are none. What an event carries is short, and they may be many."""
    return blake2b(json.encode(those), digest_size=8).hexdigest() if those else None
