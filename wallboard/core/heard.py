"""Since when was no event of a kind told? For rules with `no_event_s`.

    contact.answered ──●──────────── 10 min ───────────▶ raised
                          ▲ or from here: hours begin, planned work is over, its source is heard again, the rule is new

So an opening raises nothing because the night was quiet.
"""

from collections.abc import Callable, Iterable

from wallboard.core.ground import Entity

ANY = ""  # whatever is told but heartbeats
BEAT = "source.beat"
# What a source's whole truth shows is as good as told.
_SEEN = {"floor.waiting": "contact.queued", "floor.gone": "contact.left"}
Listens = tuple[str, str]  # rule, event


class Heard:
    """`since_ms`: of each entity, by rule and by which events: the last of them, or from when it is counted."""

    def __init__(self) -> None:
        self.since_ms: dict[Entity, dict[Listens, int]] = {}

    def hear(self, kind: str, at_ms: int, entities: Iterable[Entity]) -> set[Entity]:
        """One event of the type `kind`, told of these. Gives for whom that was waited for."""
        moved = set()
        for entity in entities:
            for listens, since_ms in self.since_ms.get(entity, {}).items():
                if at_ms > since_ms and is_meant(listens[1], kind):
                    self.since_ms[entity][listens] = at_ms
                    moved.add(entity)
        return moved

    def of(self, entity: Entity, rule: str, event: str, now_ms: int) -> int:
        """Since when (ms). Asked for the first time: since now."""
        return self.since_ms.setdefault(entity, {}).setdefault((rule, event), now_ms)

    def last(self, entity: Entity, rule: str, event: str) -> int | None:
        """Since when (ms); None: it was not asked for."""
        return self.since_ms.get(entity, {}).get((rule, event))

    def forget(self, entity: Entity, rule: str) -> None:
        """Its rule does not count now: when it does again, time begins anew."""
        self.keep(lambda one, listens: one != entity or listens[0] != rule, [entity])

    def keep(self, asked: Callable[[Entity, Listens], bool], entities: Iterable[Entity] | None = None) -> None:
        """Only what is still asked for."""
        for entity in list(self.since_ms if entities is None else entities):
            mine = self.since_ms.pop(entity, {})
            if kept := {listens: since_ms for listens, since_ms in mine.items() if asked(entity, listens)}:
                self.since_ms[entity] = kept


def is_meant(event: str, kind: str) -> bool:
    """`contact.answered`; `contact.*`: any of contacts; "": any but heartbeats."""
    kind = _SEEN.get(kind, kind)
    if event.endswith(".*"):
        return kind.startswith(event[:-1])
    return kind == event if event else kind != BEAT
