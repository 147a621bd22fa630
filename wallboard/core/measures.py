"""What are the numbers of a rule's conditions now? A change, and a time without events, take somebody who remembers."""

from collections.abc import Callable

from wallboard.core.compiled import Asked, Compiled, conditions, moves_of
from wallboard.core.condition import Condition
from wallboard.core.ground import Ground
from wallboard.core.heard import Heard
from wallboard.core.instance import Name
from wallboard.core.measured import Document, Measured
from wallboard.core.moving import Moving
from wallboard.core.rules import Rule

Moves = tuple[str, str, str, str]  # a rule and its entity, and which number of it within how long


class Measures:
    """`moving`: the numbers whose changes are watched."""

    def __init__(self, ground: Ground, heard: Heard) -> None:
        self._ground = ground
        self._heard = heard
        self.moving: dict[Moves, Moving] = {}

    def of(self, rule: Compiled, key: Name, row: Document | None) -> list[Measured]:
        """Of each condition; of one with `within` by how much it changed. What is not known changes nothing."""
        return [self._measured(one, key, row) for one in rule.asked]

    def change(self, key: Name, one: Condition) -> float | None:
        """Of one of its rule's with `within`: by how much its number changed; None: not known."""
        moving = self.moving.get((*key, moves_of(one)))
        return moving.change(one.raise_limit) if moving else None

    def keep(self, names: Callable[[Rule, str, str], bool]) -> None:
        """Only what the rules in force still ask for. `names`: whether a rule speaks of an entity."""
        rules = self._ground.settings.alert
        asked = {rule: {moves_of(each) for each in conditions(one)} for rule, one in rules.items()}
        self.moving = {
            key: one for key, one in self.moving.items()
            if key[3] in asked.get(key[0], ()) and names(rules[key[0]], *key[1:3])
        }  # fmt: skip

    def _measured(self, one: Asked, key: Name, row: Document | None) -> Measured:
        now_ms = self._ground.now_ms
        now = self._now(one, key, row) if row is not None else Measured(None)
        if one.within_ms is None:
            return now
        moves = (*key, one.moves)
        if row is None:
            self.moving.pop(moves, None)
        if now.value is None:
            return now
        moving = self.moving.setdefault(moves, Moving(now.value))
        change = moving.moved_to(now.value, now_ms, one.within_ms, one.raises)
        return Measured(change, forgets_ms=moving.next_change_ms(one.within_ms))

    def _now(self, one: Asked, key: Name, row: Document) -> Measured:
        now_ms = self._ground.now_ms
        if one.listens is None:
            return one.read(row, now_ms)
        since_ms = self._heard.of(key[1:], key[0], one.listens, now_ms)
        return Measured(max(0, now_ms - since_ms) / 1000, since_ms)
