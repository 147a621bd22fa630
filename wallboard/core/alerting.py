"""Is something wrong that somebody should act on? Each rule and entity, looked at on whole seconds (core/instance.py).

What it says is told by events (`untold`), which the leading worker puts into the stream; they are told when they come
back through it. Both are in the checkpoint, so that whoever leads after a death says the same again, by the same ids.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from wallboard.core import events as ev
from wallboard.core.askable import OF_SOURCES
from wallboard.core.compiled import Compiled
from wallboard.core.ground import Entity, Ground
from wallboard.core.heard import Heard
from wallboard.core.inforce import InForce
from wallboard.core.instance import Instance, Name
from wallboard.core.measured import SECOND_MS, Document, Measured
from wallboard.core.measures import Measures
from wallboard.core.rows import AlertRow
from wallboard.core.rules import Rule

MOST_UNTOLD = 10_000  # above it the oldest are dropped: a worker was away for very long


class Sight(Protocol):
    """What rules see of a floor (core/watchful.py)."""

    def row(self, kind: str, name: str) -> Document | None: ...
    def brief(self, agent: str) -> Document | None: ...
    def team_of(self, agent: str) -> str | None: ...
    def sources_of(self, kind: str, name: str) -> Collection[str]: ...
    def is_late(self, source: str) -> bool: ...


class Alerting:
    """Looks at what was touched, and at what falls due."""

    def __init__(self, ground: Ground, sight: Sight) -> None:
        self._ground = ground
        self._sight = sight
        self.rules = InForce(ground, sight.team_of)
        self._due_ms: dict[Name, int] = {}
        self._awaits_ms = 0
        self.instances: dict[Name, Instance] = {}
        self.heard = Heard()
        self.measures = Measures(ground, self.heard)
        self.untold: dict[str, ev.AlertRaised | ev.AlertCleared] = {}

    def await_second(self) -> None:
        """What was touched is looked at when the second is over."""
        if self._ground.settings.alert and self._awaits_ms <= self._ground.now_ms:
            self._awaits_ms = (self._ground.now_ms // SECOND_MS + 1) * SECOND_MS
            self._ground.calendar.wait(self._awaits_ms, "alert", "")

    def look(self, kind: str, name: str) -> None:
        """At what was touched; or at one entity of which a time has come."""
        if kind:
            self._look_at_due(kind, name)
            return
        touched, self._ground.unlooked = self._ground.unlooked, set()
        for kind, name in sorted(touched, key=lambda one: (one[0] != "sources", one)):
            self._look_at(kind, name, self.rules.of(kind, name))

    def hear(self, kind: str, at_ms: int, entities: Sequence[Entity]) -> None:
        """An event of this type was told of these: those for whom that was waited for are looked at."""
        self._ground.unlooked |= self.heard.hear(kind, at_ms, entities)

    def hear_again(self, source: str) -> None:
        """It was late: where nobody else told of an entity its time about no event begins anew, but what is open stays.
        By this event and not by looks: whoever loads a checkpoint looks at other times."""
        for entity, mine in self.heard.since_ms.items():
            sources = self._sight.sources_of(*entity)
            if source not in sources or not all(one == source or self._sight.is_late(one) for one in sources):
                continue
            for listens in mine:
                rule, key = self._ground.settings.alert.get(listens[0]), (listens[0], *entity)
                found = self.instances.get(key)
                if rule is None or rule.metric in OF_SOURCES or (found and found.alert):
                    continue
                self.instances.pop(key, None)
                mine[listens] = self._ground.now_ms

    def told(self, event: ev.AlertEvent, row: AlertRow | None = None) -> None:
        """It came through the stream, and what that says stands: an alert that another process raised or ended at
        another second is open or over here too, so that no rule has two of one entity, or none. `row`: as it is now."""
        self.untold.pop(event.id or "", None)
        if row is None:
            return
        key = row.rule, row.kind, row.of
        found, rule = self.instances.get(key), self._ground.settings.alert.get(row.rule)
        if isinstance(event, ev.AlertCleared) and found and found.alert == event.alert:
            del self.instances[key]
            self._ground.unlooked.add(key[1:])
        elif isinstance(event, ev.AlertRaised) and self._ground.settings.alert:  # else they are still to come
            self._go_on_with(event.alert, row)
            if rule and self.rules.names(rule, *key[1:]):
                self.rules.find_once(key[0], key[1:])
            else:
                self._end(key, "rule")

    def _go_on_with(self, alert: str, row: AlertRow) -> None:
        key = row.rule, row.kind, row.of
        found = self.instances.get(key)
        if f"{alert}-" in self.untold or (found and found.alert == alert):
            return
        if found is None or found.state == "pending":
            found = self.instances[key] = Instance("raised", self._ground.now_ms)
        self.untold.pop(f"{found.alert}+", None)
        found.alert, found.said = alert, row.named
        self._ground.unlooked.add(key[1:])

    def pending(self) -> Iterator[tuple[Name, int, int]]:
        """What is not raised yet: since when its rule holds, and when it is raised if that lasts (ms)."""
        for key, found in self.instances.items():
            rule = self._ground.settings.alert.get(key[0])
            if found.state == "pending" and rule:
                yield key, found.since_ms, found.since_ms + rule.lasts_ms

    def holds_back(self, row: AlertRow) -> bool:
        """Of one that is open: nobody who tells of it is heard, so that there is nothing new to say of it."""
        rule = self._ground.settings.alert.get(row.rule)
        return bool(rule and self._is_held_back(rule, self._sight.sources_of(row.kind, row.of)))

    def ruled_anew(self, open_: Mapping[str, AlertRow]) -> None:
        """The rules may be others: what no rule asks for any more is over, the rest is looked at. So is what is open
        and of which nothing is known here, as the stream was read from its begin: else nobody would ever end it."""
        for alert, row in open_.items():
            if (row.rule, row.kind, row.of) not in self.instances:
                self._go_on_with(alert, row)
        self.rules.renew()
        self._due_ms = {}
        for rule, kind, name in list(self.instances):
            one = self._ground.settings.alert.get(rule)
            if one is None or not self.rules.names(one, kind, name):
                self._end((rule, kind, name), "rule")
            else:
                self.rules.find_once(rule, (kind, name))
        self.measures.keep(self.rules.names)
        self.heard.keep(self.rules.listens)
        self._ground.unlooked |= {(kind, name) for _, kind, name in self.instances}

    def _look_at_due(self, kind: str, name: str) -> None:
        rules, now_ms = self.rules.found(kind, name), self._ground.now_ms
        self._look_at(kind, name, [one for one in rules if self._due_ms.get((one.name, kind, name)) == now_ms])

    def _look_at(self, kind: str, name: str, rules: Sequence[Compiled]) -> None:
        if not rules:
            return
        is_brief = kind == "agents" and all(one.is_brief for one in rules)
        row = self._sight.brief(name) if is_brief else self._sight.row(kind, name)
        for rule in rules:
            self._look_with(rule, kind, name, row)

    # One rule and one entity

    def _look_with(self, rule: Compiled, kind: str, name: str, row: Document | None) -> None:
        now_ms, key = self._ground.now_ms, (rule.name, kind, name)
        sources = sources_in(row) if row else ()
        turning, planned = self.rules.turning(rule, name), rule.planned(kind, name, sources)
        measures = self.measures.of(rule, key, row)
        lets_go = bool(rule.listens)
        if row is None or not rule.is_of_team(row.get("team")):
            self._end(key, "gone")
        elif turning and not turning.is_open:
            self._end(key, "closed")
        elif any(one.is_on(now_ms, self._zone) for one in planned):
            self._end(key, "maintenance")
        elif rule.rule.metric in OF_SOURCES and row["state"] == "quiet":  # its silence says nothing, whatever was told
            self._end(key, "cleared")
        else:
            lets_go = False
            if not self._is_held_back(rule.rule, (name,) if kind == "sources" else sources):
                self._step(key, rule, measures)
        if lets_go:
            measures = [self._let_go(key) for _ in measures]
        if (found := self.instances.get(key)) and found.alert:
            self._ground.touched.add(("alerts", found.alert))  # its number may be another one
        dues = [one.next_change_ms(now_ms, self._zone) for one in planned]
        self._await(key, rule, measures, [*dues, turning.turn_ms] if turning else dues)

    def _let_go(self, key: Name) -> Measured:
        """Of one about no event that does not count now: the time begins anew when it does, but what is open stays."""
        found = self.instances.get(key)
        if found and not found.alert:
            del self.instances[key]
        if found is None or not found.alert:
            self.heard.forget(key[1:], key[0])
        return Measured(None)

    def _step(self, key: Name, rule: Compiled, measures: Sequence[Measured]) -> None:
        now_ms, found = self._ground.now_ms, self.instances.get(key)
        if found is None:
            if not rule.holds(measures, keeping=False):
                return
            found = self.instances[key] = Instance("pending", now_ms)
        match found.turn(rule, measures, now_ms):
            case "raises":
                self._tell(found.raised(key, rule, measures, now_ms))
            case "ends":
                self._end(key, "cleared", rule.value_of(found.said, measures))

    def _end(self, key: Name, why: str, value: float | None = None) -> None:
        """What was not raised ends without a word."""
        found = self.instances.pop(key, None)
        if found and found.alert:
            self._tell(found.cleared(key[0], why, value, self._ground.now_ms))

    def _tell(self, event: ev.AlertRaised | ev.AlertCleared) -> None:
        self.untold[event.id or ""] = event
        while len(self.untold) > MOST_UNTOLD:
            del self.untold[next(iter(self.untold))]

    def _is_held_back(self, rule: Rule, sources: Collection[str]) -> bool:
        """None of its sources is heard: what the row says is old, and a rule about the source speaks of that."""
        if rule.metric in OF_SOURCES or not sources:
            return False
        return all(self._sight.is_late(one) for one in sources)

    @property
    def _zone(self) -> str:
        return next(iter(self._ground.settings.sites.values())).zone

    def _await(self, key: Name, rule: Compiled, measures: Sequence[Measured], dues: list[int | None]) -> None:
        """The next instant at which something is different although nothing is told; `dues`: some of which."""
        now_ms, found = self._ground.now_ms, self.instances.get(key)
        is_raised = found is not None and found.state == "raised"
        dues.append(found.changes_ms(rule) if found else None)
        for one, value in zip(rule.asked, measures, strict=True):
            if value.since_ms is not None:
                dues.append(value.passes_ms(one.limit(keeping=is_raised)))
            if value.forgets_ms is not None:
                dues.append(value.forgets_ms)
        ahead_ms = min((due for due in dues if due is not None and due > now_ms), default=None)
        if ahead_ms is None:
            return
        ahead_ms = -(-ahead_ms // SECOND_MS) * SECOND_MS
        awaited_ms = self._due_ms.get(key, 0)  # a later one is looked for again when that one comes
        if awaited_ms <= now_ms or ahead_ms < awaited_ms:
            self._due_ms[key] = ahead_ms
            self._ground.calendar.wait(ahead_ms, "alert", key[1], key[2])


def sources_in(row: Document) -> list[str]:
    """Who tells of it."""
    return row.get("sources") or ([row["source"]] if "source" in row else [])
