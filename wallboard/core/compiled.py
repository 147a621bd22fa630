"""What does a rule ask for? Worked out once, so that with each look only values are compared."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wallboard.core.askable import NO_EVENT
from wallboard.core.condition import Condition, Named
from wallboard.core.heard import ANY
from wallboard.core.hours import AnyOf, Hours, parse_openings
from wallboard.core.limits import Limit
from wallboard.core.maintenance import Maintenance
from wallboard.core.measured import Measured, Reader, reader_of
from wallboard.core.rules import ALWAYS, OPEN, Rule
from wallboard.core.select import selects
from wallboard.core.settings import Settings

BRIEFLY = frozenset({"missed_in_row", "wrapup_over_s", "pause_over_s"})  # of a person, known without adding up times


class Asked(NamedTuple):
    """A condition. `moves`: which number, within how long, in which direction: of another one nothing is known yet.
    `listens`: of no event since when, instead of a number that is read."""

    read: Reader
    raises: Limit
    clears: Limit | None
    within_ms: int | None
    moves: str
    listens: str | None

    def limit(self, *, keeping: bool) -> Limit:
        """At which something changes; `keeping`: for what is raised."""
        return self.clears if keeping and self.clears else self.raises

    def holds(self, found: Measured, *, keeping: bool) -> bool | None:
        """None: not known."""
        if found.value is None:
            return None
        if keeping and self.clears:
            return not self.clears.passed_by(found.value)
        return self.raises.passed_by(found.value)


class Compiled:
    """One rule of these settings. `is_brief`: of a person it asks for nothing that takes long to work out. `listens`:
    for the absence of an event."""

    __slots__ = (
        "_hours",
        "_of_groups",
        "_settings",
        "_windows",
        "asked",
        "is_brief",
        "kind",
        "listens",
        "name",
        "rule",
    )

    def __init__(self, name: str, rule: Rule, settings: Settings) -> None:
        self.name, self.rule, self.kind = name, rule, rule.kind
        self.asked = [_asked(one) for one in conditions(rule)]
        self.is_brief = all(one.metric in BRIEFLY for one in conditions(rule))
        self.listens = bool(listens_of(rule))
        self._settings = settings
        self._windows = [one for one in settings.maintenance.values() if not one.rules or selects(one.rules, name)]
        self._hours: dict[str, Hours] = {}
        self._of_groups: dict[str, AnyOf | None] = {}

    def holds(self, measures: Sequence[Measured], *, keeping: bool) -> bool | None:
        """Whether the condition holds; `keeping`: whether what is raised stays so. None: not known.

        `measures`: of each of `asked`.
        """
        held = [one.holds(value, keeping=keeping) for one, value in zip(self.asked, measures, strict=True)]
        if len(held) == 1:
            return held[0]
        ends = 1 + len(self.rule.conditions)
        found = _all(held[:ends])
        for other in held[ends:]:
            found = True if found or other else None if found is None or other is None else False
        return found

    def leading(self, measures: Sequence[Measured]) -> tuple[Condition, float | None]:
        """Of one that holds the first condition that does, with its number: the rule's own with its `and`, else one of
        `or`."""
        held = [one.holds(value, keeping=False) for one, value in zip(self.asked, measures, strict=True)]
        ends = 1 + len(self.rule.conditions)
        place = 0 if _all(held[:ends]) or True not in held[ends:] else held.index(True, ends)
        return list(conditions(self.rule))[place], measures[place].value

    def value_of(self, said: Named | None, measures: Sequence[Measured]) -> float | None:
        """The number of the condition that raised it; None: not known, or the rule asks for other numbers by now."""
        asked = self.rule.raised_by(said) if said else self.rule
        found = zip(conditions(self.rule), measures, strict=True)
        return next((value.value for one, value in found if one is asked), None)

    def is_of_team(self, team: str | None) -> bool:
        return self.kind != "agents" or not self.rule.teams or team in self.rule.teams

    def planned(self, kind: str, name: str, sources: Sequence[str]) -> list[Maintenance]:
        """The work that holds it back of this entity, whenever that is."""
        return [one for one in self._windows if one.covers(self.name, kind, name, sources)]

    def hours_of(self, name: str) -> Hours | AnyOf | None:
        """When it counts, of this entity; None: always. The same object each time."""
        rule, settings = self.rule, self._settings
        if rule.when == ALWAYS:
            return None
        if rule.when == OPEN:
            return settings.hours_of(name) if self.kind == "queues" else self._hours_of_group(name)
        named = settings.site_of(name) if self.kind == "queues" else next(iter(settings.sites))
        if named not in self._hours:
            site = settings.sites[named]
            holidays = frozenset((*rule.holidays, *site.holidays))
            self._hours[named] = Hours(parse_openings(rule.when), site.zone, holidays)
        return self._hours[named]

    def _hours_of_group(self, name: str) -> AnyOf | None:
        """While one of its queues is open, of those that are configured; what is no group has no hours."""
        if self.kind != "groups":
            return None
        if name not in self._of_groups:
            _, _, team = name.partition(":")
            rows = self._settings.queue.items()
            own = [queue for queue, row in rows if not row.hidden and (not team or row.team == team)]
            found = dict.fromkeys(self._settings.hours_of(queue) for queue in own or [""])
            places = tuple(one for one in found if one)
            self._of_groups[name] = AnyOf(places) if len(places) == len(found) else None
        return self._of_groups[name]


class Turning:
    """Opening hours that are asked again and again as time goes on: looked up only at each turn."""

    __slots__ = ("_hours", "_until_ms", "is_open", "turn_ms")

    def __init__(self, hours: Hours | AnyOf) -> None:
        self._hours = hours
        self._until_ms = 0
        self.is_open = False
        self.turn_ms: int | None = None  # the next one

    def at(self, now_ms: int) -> "Turning":
        if now_ms >= self._until_ms:
            self.is_open, self.turn_ms = self._hours.is_open(now_ms), self._hours.next_change_ms(now_ms)
            self._until_ms = self.turn_ms or now_ms + 1
        return self


def conditions(rule: Rule) -> Iterator[Condition]:
    yield rule
    yield from rule.conditions
    yield from rule.others


def listens_of(rule: Rule) -> list[str]:
    """The events of which it asks since when there was none."""
    return [one.event or ANY for one in conditions(rule) if one.metric == NO_EVENT]


def moves_of(condition: Condition) -> str:
    return " ".join((condition.metric, condition.window or "", condition.within or "", condition.raise_limit.sign[0]))


def _asked(one: Condition) -> Asked:
    listens = (one.event or ANY) if one.metric == NO_EVENT else None
    return Asked(reader_of(one), one.raise_limit, one.clear_limit, one.within_ms, moves_of(one), listens)


def _all(held: list[bool | None]) -> bool | None:
    return False if False in held else None if None in held else True
