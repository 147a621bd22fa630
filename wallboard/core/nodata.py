"""Of what does a rule know nothing now? It raises nothing there and clears nothing, which is not as if all were well.

abandon_rate > 10 of eight queues, min_n 10      2 of 8, few; 8 of 8, silent, while pbx-1 is
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple

from wallboard.core.alerting import Alerting, sources_in
from wallboard.core.askable import OF_SOURCES
from wallboard.core.compiled import Asked, Compiled, conditions
from wallboard.core.condition import Condition
from wallboard.core.measured import Document, Measured
from wallboard.core.numbers import number_named
from wallboard.core.select import is_pattern
from wallboard.core.state import Floor
from wallboard.core.watch import groups_of

Why = Literal["silent", "few", "unknown", "quiet", "untold"]


class NoData(NamedTuple):
    """`unknown`: of how many entities, `of` those for which the rule counts now; 0 of 0: none is there.
    `why`: all of its `sources` are silent, the number is of too few, or is not known, or the source sends no
    heartbeats, or nobody told of the entity."""

    unknown: int
    of: int
    why: frozenset[Why]
    sources: frozenset[str]


Documents = Mapping[str, Mapping[str, Document]]


class Looking:
    """At the rule of this name, an entity at a time: whoever looks may do something else in between. `found` None: all
    is known, or it counts for nothing now."""

    def __init__(self, floor: Floor, name: str, now_ms: int) -> None:
        assert floor.alerting
        self._asked = Compiled(name, floor.settings.alert[name], floor.settings)
        self._alerting, self._now_ms = floor.alerting, now_ms
        self._zone = next(iter(floor.settings.sites.values())).zone
        self._late = {one for one in floor.sources if floor.listening.state_of(one) == "late"}
        self._why, self._silent, self._counted, self._is_there = list[Why](), set[str](), 0, False

    @property
    def found(self) -> NoData | None:
        if self._is_there and not self._why:
            return None
        return NoData(len(self._why), self._counted, frozenset(self._why or ["untold"]), frozenset(self._silent))

    def rows(self, documents: Documents) -> Iterator[tuple[str, Document | None]]:
        """Of the state document whom the rule names, also where they are not there; of patterns whoever is."""
        rule, kind, rows = self._asked.rule, self._asked.kind, documents.get(self._asked.kind, {})
        named: list[str] = groups_of(rule) if kind == "groups" else getattr(rule, kind)
        is_exact = bool(named) and kind != "kpis" and not any(map(is_pattern, named))
        for of in named if is_exact else list(rows):
            row = rows.get(of)
            is_meant = row and self._alerting.rules.names(rule, kind, of) and self._asked.is_of_team(row.get("team"))
            if is_meant or (is_exact and row is None):
                yield of, row

    def look(self, of: str, row: Document | None) -> None:
        self._is_there = True
        told_by = [of] if self._asked.kind == "sources" else sources_in(row) if row else []
        if row and not self._counts(of, told_by):
            return
        self._counted += 1
        why = _why(self._asked, self._alerting, of, row, told_by, self._late, self._now_ms)
        self._why += [why] if why else []
        self._silent.update(told_by if why == "silent" else ())

    def _counts(self, of: str, sources: list[str]) -> bool:
        hours = self._asked.hours_of(of)
        if hours and not hours.is_open(self._now_ms):
            return False
        planned = self._asked.planned(self._asked.kind, of, sources)
        return not any(work.is_on(self._now_ms, self._zone) for work in planned)


def _why(
    asked: Compiled, alerting: Alerting, of: str, row: Document | None, sources: list[str], late: Collection[str],
    now_ms: int,
) -> Why | None:  # fmt: skip
    """None: known."""
    if row is None or not (sources or asked.listens or asked.kind not in ("queues", "groups")):
        return "untold"
    if sources and asked.rule.metric not in OF_SOURCES and all(one in late for one in sources):
        return "silent"
    key = asked.name, asked.kind, of
    wanted = list(zip(asked.asked, conditions(asked.rule), strict=True))
    known = [_measured(look, one, alerting, key, row, now_ms) for look, one in wanted]
    if asked.holds(known, keeping=False) is not None:
        return None
    missing = [one for (_, one), found in zip(wanted, known, strict=True) if found.value is None]
    if row.get("state") == "quiet" and any(one.metric in OF_SOURCES for one in missing):
        return "quiet"
    return "few" if any(map(_is_of_contacts, missing)) else "unknown"


def _measured(
    look: Asked, one: Condition, alerting: Alerting, key: tuple[str, str, str], row: Document, now_ms: int
) -> Measured:
    """As rules look at it; the time since no event begins, at the latest, now."""
    if look.listens is not None:
        return Measured(0)
    found = look.read(row, now_ms)
    return found if found.value is None or not one.within else Measured(alerting.measures.change(key, one) or 0)


def _is_of_contacts(one: Condition) -> bool:
    """What is counted of contacts is not there where they are none, or too few."""
    number = number_named(one.metric)
    return one.min_n is not None or (number is not None and not number.now)
