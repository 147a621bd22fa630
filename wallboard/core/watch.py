"""Which rules may speak of an entity? Those that name it, found by its name; only those with patterns are gone through.

So a thousand rules cost no more than the few that speak of what changed.
"""

from collections import defaultdict
from collections.abc import Mapping

from wallboard.core.rules import Rule
from wallboard.core.select import is_pattern


class Watch:
    """Of the rules in force, as `[alert]` has them."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._place = {name: place for place, name in enumerate(rules)}
        self._named: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._others: dict[str, list[str]] = defaultdict(list)
        for name, rule in rules.items():
            names = _names(rule)
            for one in names or ():
                self._named[rule.kind, one].append(name)
            if names is None:
                self._others[rule.kind].append(name)

    def of(self, kind: str, name: str, team: str | None) -> list[str]:
        """In their order; some of them may not mean it after all."""
        keys = [name.partition(":")[0]] if kind == "kpis" else [name]
        keys += [_team(team)] if kind == "agents" and team else []
        found = {rule for key in keys for rule in self._named.get((kind, key), ())}
        return sorted([*found, *self._others.get(kind, ())], key=self._place.__getitem__)


def groups_of(rule: Rule) -> list[str]:
    """The ids of the groups of queues that it speaks of."""
    return [_team(team) for team in rule.teams] or ["all"]


def _names(rule: Rule) -> list[str] | None:
    """By which it is found; None: it has to be asked."""
    match rule.kind:
        case "kpis" if not rule.kpis:
            return [rule.metric.partition(".")[2]]
        case "groups":
            return groups_of(rule)
    patterns: list[str] = getattr(rule, rule.kind)
    if patterns:
        return None if any(map(is_pattern, patterns)) else list(dict.fromkeys(patterns))
    return [_team(team) for team in rule.teams] if rule.kind == "agents" and rule.teams else None


def _team(name: str) -> str:
    return f"team:{name}"
