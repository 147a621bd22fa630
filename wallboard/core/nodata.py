"""Of what does a rule know nothing now? It raises nothing there and clears nothing, which is not as if all were well.

abandon_rate > 10 of eight queues, min_n 10      2 of 8, few; 8 of 8, silent, while pbx-1 is
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple

from wallboard.core.alerting import Alerting, sources_in
from wallboard.core.compiled import Compiled, conditions
from wallboard.core.kpis import source_state
from wallboard.core.measured import Document, Measured, measured
from wallboard.core.numbers import number_named
from wallboard.core.rules import NO_EVENT, OF_SOURCES, Condition
from wallboard.core.select import is_pattern
from wallboard.core.state import Floor
from wallboard.core.watch import groups_of

Why = Literal["silent", "few", "unknown", "untold"]


class NoData(NamedTuple):
    """`unknown`: of how many entities, `of` those for which the rule counts now; 0 of 0: none is there.
    `why`: all of its `sources` are silent, the number is of too few, or is not known, or nobody told of the entity."""

    unknown: int
    of: int
    why: frozenset[Why]
    sources: frozenset[str]


def no_data(floor: Floor, name: str, documents: Mapping[str, Mapping[str, Document]], now_ms: int) -> NoData | None:
    """Of the rule of this name; `documents`: the state document. None: all is known, or it counts for nothing now."""
    assert floor.alerting
    asked = Compiled(name, floor.settings.alert[name], floor.settings)
    late = {one for one in floor.sources if source_state(floor, one) == "late"}
    found, silent, counted, is_there = list[Why](), set[str](), 0, False
    for of, row in _rows(asked, floor.alerting, documents.get(asked.kind, {})):
        is_there = True
        told_by = [of] if asked.kind == "sources" else sources_in(row) if row else []
        if row and not _counts(asked, floor, of, told_by, now_ms):
            continue
        counted += 1
        why = _why(asked, floor.alerting, of, row, told_by, late, now_ms)
        found += [why] if why else []
        silent.update(told_by if why == "silent" else ())
    if is_there and not found:
        return None
    return NoData(len(found), counted, frozenset(found or ["untold"]), frozenset(silent))


def _rows(asked: Compiled, alerting: Alerting, rows: Mapping[str, Document]) -> Iterator[tuple[str, Document | None]]:
    """Whom the rule names, also where they are not there; of patterns whoever is."""
    rule, kind = asked.rule, asked.kind
    named: list[str] = groups_of(rule) if kind == "groups" else getattr(rule, kind)
    is_exact = bool(named) and kind != "kpis" and not any(map(is_pattern, named))
    for of in named if is_exact else rows:
        row = rows.get(of)
        if row is None or (alerting.names(rule, kind, of) and asked.is_of_team(row.get("team"))):
            yield of, row


def _counts(asked: Compiled, floor: Floor, of: str, sources: list[str], now_ms: int) -> bool:
    hours, zone = asked.hours_of(of), next(iter(floor.settings.sites.values())).zone
    if hours and not hours.is_open(now_ms):
        return False
    return not any(work.is_on(now_ms, zone) for work in asked.planned(asked.kind, of, sources))


def _why(
    asked: Compiled, alerting: Alerting, of: str, row: Document | None, sources: list[str], late: Collection[str],
    now_ms: int,
) -> Why | None:  # fmt: skip
    """None: known."""
    if row is None or not (sources or asked.listens or asked.kind not in ("queues", "groups")):
        return "untold"
    if sources and asked.rule.metric not in OF_SOURCES and all(one in late for one in sources):
        return "silent"
    key, known = (asked.name, asked.kind, of), list[Measured]()
    for one in conditions(asked.rule):
        known.append(_measured(one, alerting, key, row, now_ms))
    if asked.holds(known, keeping=False) is not None:
        return None
    missing = [one for one, found in zip(conditions(asked.rule), known, strict=True) if found.value is None]
    return "few" if any(map(_is_of_contacts, missing)) else "unknown"


def _measured(one: Condition, alerting: Alerting, key: tuple[str, str, str], row: Document, now_ms: int) -> Measured:
    """As rules look at it; the time since no event begins, at the latest, now."""
    if one.metric == NO_EVENT:
        return Measured(0)
    found = measured(one, row, now_ms)
    return found if found.value is None or not one.within else Measured(alerting.change(key, one) or 0)


def _is_of_contacts(one: Condition) -> bool:
    """What is counted of contacts is not there where they are none, or too few."""
    number = number_named(one.metric)
    return one.min_n is not None or (number is not None and not number.now)
