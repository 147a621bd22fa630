"""Is something wrong that somebody should act on? A small machine for each rule and entity, looked at on whole seconds.

    normal ─ raise ─▶ pending ─ for ─▶ raised ─ clear ─▶ recovering ─ keep_for ─▶ normal
       ▲──── not any more ──┘            ▲───── raise again ────┘

What it says is told by events (`untold`), which the leading worker puts into the stream; they are told when they come
back through it. Both are in the checkpoint, so that whoever leads after a death says the same again, by the same ids.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Literal

from msgspec import Struct

from wallboard.core import events as ev
from wallboard.core.ground import Entity, Ground
from wallboard.core.heard import ANY, Heard, Listens
from wallboard.core.hours import Hours, parse_openings
from wallboard.core.maintenance import Maintenance
from wallboard.core.measured import SECOND_MS, Document, Measured, measured
from wallboard.core.moving import Moving
from wallboard.core.rows import AlertRow
from wallboard.core.rules import ALWAYS, NO_EVENT, OF_SOURCES, OPEN, Condition, Rule
from wallboard.core.select import selects
from wallboard.core.watch import Watch, groups_of

SECOND_LOOK_MS = 60_000  # at one about no event, while nobody who tells of it is heard
MOST_UNTOLD = 10_000  # above it the oldest are dropped: a worker was away for very long
State = Literal["pending", "raised", "recovering"]
Name = tuple[str, str, str]  # rule, kind, id
Moves = tuple[str, str, str, str]  # the same, and which number of it within how long


class Instance(Struct):
    """One that is not normal. `since_ms`: of its state; `alert`: its id, once raised."""

    state: State
    since_ms: int
    alert: str = ""


class Alerting:
    """`row_of` gives an entity's row of the state document. Looks at what was touched, and at what falls due."""

    def __init__(self, ground: Ground, row_of: Callable[[str, str], Document | None]) -> None:
        self._ground = ground
        self._row_of = row_of
        self._watch: Watch | None = None  # of the rules in force; made when it is asked for
        self._rules: dict[Entity, tuple[str | None, list[str]]] = {}  # an entity's team, and which rules speak of it
        self._due_ms: dict[Name, int] = {}
        self._awaits_ms = 0
        self._late: dict[str, bool] = {}  # of the sources that were asked for in this look
        self.touched: set[Entity] = set()
        self.instances: dict[Name, Instance] = {}
        self.moving: dict[Moves, Moving] = {}
        self.heard = Heard()
        self.untold: dict[str, ev.AlertRaised | ev.AlertCleared] = {}

    def await_second(self) -> None:
        """What was touched is looked at when the second is over."""
        if self._ground.settings.alert and self._awaits_ms <= self._ground.now_ms:
            self._awaits_ms = (self._ground.now_ms // SECOND_MS + 1) * SECOND_MS
            self._ground.calendar.wait(self._awaits_ms, "alert", "")

    def look(self, kind: str, name: str) -> None:
        """At what was touched; or at one entity of which a time has come."""
        touched = {(kind, name)} if kind else self.touched | self._ground.touched
        if not kind:
            self.touched = set()
        self._late = {}
        for entity in sorted(touched, key=lambda one: (one[0] != "sources", one)):
            row = self._row_of(*entity)
            for rule in self._rules_of(*entity, row):
                self._look_at(rule, *entity, row)

    def hear(self, kind: str, at_ms: int, entities: Sequence[Entity]) -> None:
        """An event of this type was told of these: those for whom that was waited for are looked at."""
        self.touched |= self.heard.hear(kind, at_ms, entities)

    def told(self, event: ev.AlertEvent) -> None:
        self.untold.pop(event.id or "", None)

    def holds_back(self, row: AlertRow) -> bool:
        """Of one that is open: nobody who tells of it is heard, so that there is nothing new to say of it."""
        self._late = {}
        rule, found = self._ground.settings.alert.get(row.rule), self._row_of(row.kind, row.of)
        return bool(rule and found and self._is_held_back(rule, found))

    def ruled_anew(self) -> None:
        """The rules may be others: what no rule asks for any more is over, the rest is looked at."""
        self._watch, self._rules, self._due_ms = None, {}, {}
        for rule, kind, name in list(self.instances):
            one = self._ground.settings.alert.get(rule)
            if one is None or not self._names(one, kind, name):
                self._end((rule, kind, name), "rule")
            else:
                self._rules.setdefault((kind, name), (ANY_TEAM, []))[1].append(rule)
        asked = {rule: {_moves(each) for each in _conditions(one)} for rule, one in self._ground.settings.alert.items()}
        self.moving = {
            key: one for key, one in self.moving.items()
            if key[3] in asked.get(key[0], ()) and self._names(self._ground.settings.alert[key[0]], *key[1:3])
        }  # fmt: skip
        self.heard.keep(self._asks)
        self.touched |= {(kind, name) for _, kind, name in self.instances}

    def _rules_of(self, kind: str, name: str, row: Document | None) -> list[str]:
        """In their order. Of somebody who came into another team, this once also those of the team before."""
        team = row.get("team") if row and kind == "agents" else None
        before, found = self._rules.get((kind, name), (ANY_TEAM, []))
        if before == team:
            return found
        rules = self._ground.settings.alert
        self._watch = self._watch or Watch(rules)
        mine = [
            rule for rule in self._watch.of(kind, name, team)
            if self._names(rules[rule], kind, name) and _is_of_team(rules[rule], kind, team)
        ]  # fmt: skip
        self._rules[kind, name] = team, mine
        return mine + [rule for rule in found if rule not in mine]

    def _asks(self, entity: Entity, listens: Listens) -> bool:
        rule = self._ground.settings.alert.get(listens[0])
        return rule is not None and listens[1] in _listens(rule) and self._names(rule, *entity)

    def _names(self, rule: Rule, kind: str, name: str) -> bool:
        if rule.kind != kind:
            return False
        if kind == "kpis":
            figure = name.partition(":")[0]
            return selects(rule.kpis, figure) if rule.kpis else figure == rule.metric.partition(".")[2]
        if kind == "groups":
            return name in groups_of(rule)
        patterns: list[str] = getattr(rule, kind)
        if patterns and not selects(patterns, name):
            return False
        return kind != "queues" or not self._ground.settings.for_queue(name).hidden

    # One rule and one entity

    def _look_at(self, name: str, kind: str, entity: str, row: Document | None) -> None:
        rule, now_ms = self._ground.settings.alert[name], self._ground.now_ms
        key: Name = (name, kind, entity)
        hours, planned = self._hours(rule, kind, entity), self._planned(name, kind, entity, row or {})
        measures = [self._measured(key, one, row) for one in _conditions(rule)]
        counts, again_ms = False, None
        if row is None or not _is_of_team(rule, kind, row.get("team")):
            self._end(key, "gone")
        elif hours and not hours.is_open(now_ms):
            self._end(key, "closed")
        elif any(one.is_on(now_ms, self._zone) for one in planned):
            self._end(key, "maintenance")
        elif (
            rule.metric in OF_SOURCES and row["state"] == "quiet"
        ):  # its silence says nothing, whatever was told before
            self._end(key, "cleared")
        elif self._is_held_back(rule, row):
            again_ms = now_ms + SECOND_LOOK_MS
        else:
            counts = True
            self._step(key, rule, measures)
        if not counts and _listens(rule):
            measures = [self._let_go(key, again_ms) for _ in measures]
        self._await(key, rule, measures, hours, planned)

    def _measured(self, key: Name, condition: Condition, row: Document | None) -> Measured:
        """Its number; of one with `within` by how much that changed. What is not known changes nothing."""
        now_ms, moves = self._ground.now_ms, (*key, _moves(condition))
        if row is None:
            self.moving.pop(moves, None)
            return Measured(None)
        if condition.metric == NO_EVENT:
            since_ms = self.heard.of(key[1:], key[0], condition.event or ANY, now_ms)
            return Measured(max(0, now_ms - since_ms) / 1000, since_ms)
        now = measured(condition, row, now_ms)
        if condition.within_ms is None or now.value is None:
            return now
        moving = self.moving.setdefault(moves, Moving(now.value))
        change = moving.moved_to(now.value, now_ms, condition.within_ms, condition.raise_limit)
        return Measured(change, forgets_ms=moving.next_change_ms(condition.within_ms))

    def _let_go(self, key: Name, again_ms: int | None) -> Measured:
        """Of one about no event that does not count now: the time begins anew when it does, but what is open stays."""
        found = self.instances.get(key)
        if found and not found.alert:
            del self.instances[key]
        if found is None or not found.alert:
            self.heard.forget(key[1:], key[0])
        return Measured(None, forgets_ms=again_ms)

    def _step(self, key: Name, rule: Rule, measures: Sequence[Measured]) -> None:
        now_ms, found = self._ground.now_ms, self.instances.get(key)
        raises, keeps = holds(rule, measures, keeping=False), holds(rule, measures, keeping=True)
        if found is None:
            if raises:
                self.instances[key] = found = Instance("pending", now_ms)
            else:
                return
        if found.state == "pending":
            if not raises:
                del self.instances[key]
            elif now_ms >= found.since_ms + rule.lasts_ms:
                self._raise(key, rule, measures[0].value, found)
        elif found.state == "raised" and keeps is False:
            found.state, found.since_ms = "recovering", now_ms
        elif found.state == "recovering" and raises:
            found.state, found.since_ms = "raised", now_ms
        if found.state == "recovering" and now_ms >= found.since_ms + rule.keep_ms:
            self._end(key, "cleared", measures[0].value)

    def _raise(self, key: Name, rule: Rule, value: float | None, found: Instance) -> None:
        began_ms, now_ms = found.since_ms, self._ground.now_ms
        found.state, found.since_ms = "raised", now_ms
        found.alert = blake2b("\0".join((*key, str(now_ms))).encode(), digest_size=8).hexdigest()
        said = {
            "kind": key[1], "of": key[2], "metric": rule.metric, "limit": rule.raises, "since": str(began_ms),
        } | {name: own for name in ("window", "within", "event") if (own := getattr(rule, name))}  # fmt: skip
        self._tell(ev.AlertRaised(
            time=now_ms, source=SOURCE, id=f"{found.alert}+", alert=found.alert, rule=key[0], severity=rule.severity,
            value=value, attributes=said,
        ))  # fmt: skip

    def _end(self, key: Name, why: str, value: float | None = None) -> None:
        """`why`: cleared, closed (out of hours), maintenance (planned work), gone (its entity), rule (there is no such
        rule any more)."""
        found, now_ms = self.instances.pop(key, None), self._ground.now_ms
        if found is None or not found.alert:
            return
        self._tell(ev.AlertCleared(
            time=now_ms, source=SOURCE, id=f"{found.alert}-", alert=found.alert, rule=key[0], value=value, note=why
        ))  # fmt: skip

    def _tell(self, event: ev.AlertRaised | ev.AlertCleared) -> None:
        self.untold[event.id or ""] = event
        while len(self.untold) > MOST_UNTOLD:
            del self.untold[next(iter(self.untold))]

    def _is_held_back(self, rule: Rule, row: Document) -> bool:
        """None of its sources is heard: what the row says is old, and a rule about the source speaks of that."""
        sources = _sources(row)
        if rule.kind == "sources":
            return rule.metric not in OF_SOURCES and row["state"] == "late"
        if not sources:
            return False
        return all(self._is_late(one) for one in sources)

    def _is_late(self, source: str) -> bool:
        if source not in self._late:
            self._late[source] = (self._row_of("sources", source) or {}).get("state") == "late"
        return self._late[source]

    def _planned(self, rule: str, kind: str, name: str, row: Document) -> list[Maintenance]:
        """The work that holds back this rule of this entity, whenever it is."""
        windows = self._ground.settings.maintenance.values()
        return [one for one in windows if one.covers(rule, kind, name, _sources(row))]

    @property
    def _zone(self) -> str:
        return next(iter(self._ground.settings.sites.values())).zone

    def _hours(self, rule: Rule, kind: str, name: str) -> Hours | None:
        """When the rule counts; None: always."""
        settings = self._ground.settings
        if rule.when == ALWAYS:
            return None
        if rule.when == OPEN:
            return settings.hours_of(name) if kind == "queues" else None
        site = settings.sites[settings.site_of(name) if kind == "queues" else next(iter(settings.sites))]
        return Hours(parse_openings(rule.when), site.zone, frozenset((*rule.holidays, *site.holidays)))

    def _await(
        self, key: Name, rule: Rule, measures: Sequence[Measured], hours: Hours | None, planned: Sequence[Maintenance]
    ) -> None:
        """The next instant at which something is different although nothing is told."""
        now_ms, found = self._ground.now_ms, self.instances.get(key)
        dues = [hours.next_change_ms(now_ms)] if hours else []
        dues += [one.next_change_ms(now_ms, self._zone) for one in planned]
        if found and found.state != "raised":
            dues.append(found.since_ms + (rule.lasts_ms if found.state == "pending" else rule.keep_ms))
        for condition, value in zip(_conditions(rule), measures, strict=True):
            dues += [value.passes_ms(limit) for limit in (condition.raise_limit, condition.clear_limit) if limit]
            dues.append(value.forgets_ms)
        ahead_ms = min((due for due in dues if due is not None and due > now_ms), default=None)
        if ahead_ms is None:
            return
        ahead_ms = -(-ahead_ms // SECOND_MS) * SECOND_MS
        awaited_ms = self._due_ms.get(key, 0)  # a later one is looked for again when that one comes
        if awaited_ms <= now_ms or ahead_ms < awaited_ms:
            self._due_ms[key] = ahead_ms
            self._ground.calendar.wait(ahead_ms, "alert", key[1], key[2])


SOURCE = "wallboard"
ANY_TEAM = "\0"  # whose team is not known yet


def _is_of_team(rule: Rule, kind: str, team: str | None) -> bool:
    return kind != "agents" or not rule.teams or team in rule.teams


def holds(rule: Rule, measures: Sequence[Measured], *, keeping: bool) -> bool | None:
    """Whether the rule's condition holds; `keeping`: whether one that is raised stays so. None: not known.

    `measures`: of each condition, in the order of `_conditions`.
    """
    held = [_holds(one, value, keeping=keeping) for one, value in zip(_conditions(rule), measures, strict=True)]
    ends = 1 + len(rule.conditions)
    found = _all(held[:ends])
    for other in held[ends:]:
        found = True if found or other else None if found is None or other is None else False
    return found


def _holds(condition: Condition, found: Measured, *, keeping: bool) -> bool | None:
    if found.value is None:
        return None
    if keeping and condition.clear_limit:
        return not condition.clear_limit.passed_by(found.value)
    return condition.raise_limit.passed_by(found.value)


def _all(held: list[bool | None]) -> bool | None:
    return False if False in held else None if None in held else True


def _sources(row: Document) -> list[str]:
    """Who tells of it."""
    return row.get("sources") or ([row["source"]] if "source" in row else [])


def _conditions(rule: Rule) -> Iterator[Condition]:
    yield rule
    yield from rule.conditions
    yield from rule.others


def _listens(rule: Rule) -> list[str]:
    """The events of which it asks since when there was none."""
    return [one.event or ANY for one in _conditions(rule) if one.metric == NO_EVENT]


def _moves(condition: Condition) -> str:
    """Which number, within how long, in which direction: of another one nothing is known yet."""
    return " ".join((condition.metric, condition.window or "", condition.within or "", condition.raise_limit.sign[0]))
