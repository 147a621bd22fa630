"""Which rules in force speak of an entity, and when does one count? Worked out once, until the rules are others."""

from collections.abc import Callable

from wallboard.core.compiled import Compiled, Turning, listens_of
from wallboard.core.ground import Entity, Ground
from wallboard.core.heard import Listens
from wallboard.core.rules import Rule
from wallboard.core.select import selects
from wallboard.core.watch import Watch, groups_of

ANY_TEAM = "\0"  # whose team is not known yet


class InForce:
    def __init__(self, ground: Ground, team_of: Callable[[str], str | None]) -> None:
        self._ground = ground
        self._team_of = team_of
        self._watch: Watch | None = None  # made when it is asked for, as are these
        self._compiled: dict[str, Compiled] = {}
        self._turnings: dict[int, Turning] = {}
        self._found: dict[Entity, tuple[str | None, list[Compiled]]] = {}  # its team, and which rules speak of it

    def renew(self) -> None:
        """They may be others."""
        self._watch, self._compiled, self._turnings, self._found = None, {}, {}, {}

    def of(self, kind: str, name: str) -> list[Compiled]:
        """In their order. Of somebody who came into another team, this once also those of the team before."""
        team = self._team_of(name) if kind == "agents" else None
        before, found = self._found.get((kind, name), (ANY_TEAM, []))
        if before == team:
            return found
        rules = self._ground.settings.alert
        self._watch = self._watch or Watch(rules)
        asked = [self._ready(one) for one in self._watch.of(kind, name, team) if self.names(rules[one], kind, name)]
        mine = [one for one in asked if one.is_of_team(team)]
        self._found[kind, name] = team, mine
        return mine + [rule for rule in found if rule not in mine]

    def found(self, kind: str, name: str) -> list[Compiled]:
        """As they were found last."""
        return self._found.get((kind, name), (ANY_TEAM, []))[1]

    def find_once(self, rule: str, entity: Entity) -> None:
        """The next time also this one, which may not speak of the entity any more: it came into another team."""
        ready = self._ready(rule)
        self._found[entity] = ANY_TEAM, [*(one for one in self.found(*entity) if one is not ready), ready]

    def names(self, rule: Rule, kind: str, name: str) -> bool:
        """Whether the rule speaks of this entity; of people, whatever their team."""
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

    def listens(self, entity: Entity, listens: Listens) -> bool:
        """Whether one asks since when this was not told of the entity."""
        rule = self._ground.settings.alert.get(listens[0])
        return rule is not None and listens[1] in listens_of(rule) and self.names(rule, *entity)

    def turning(self, rule: Compiled, name: str) -> Turning | None:
        """When the rule counts; None: always."""
        hours = rule.hours_of(name)
        if hours is None:
            return None
        found = self._turnings.get(id(hours))
        if found is None:
            found = self._turnings[id(hours)] = Turning(hours)
        return found.at(self._ground.now_ms)

    def _ready(self, rule: str) -> Compiled:
        if rule not in self._compiled:
            settings = self._ground.settings
            self._compiled[rule] = Compiled(rule, settings.alert[rule], settings)
        return self._compiled[rule]
