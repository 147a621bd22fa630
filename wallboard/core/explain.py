"""Why is this number what it is? Its parts, what they leave out, and the last visits that counted.

`explain` gives codes and counts; words stand in the catalogs (static/words/explain). What it gives recomputes to
the number of the state document: parts that would not are left out, and the number is `stated`.
"""

from collections.abc import Mapping
from typing import Any

from wallboard.core import counted, leftout
from wallboard.core.agenttime import time_of
from wallboard.core.byformula import all_seven, formulas_of
from wallboard.core.countedin import counted_in
from wallboard.core.covering import bounds
from wallboard.core.kpis import Document, entity
from wallboard.core.needtogether import SUMMED, needs_of
from wallboard.core.numbers import TO, number_in
from wallboard.core.parts import MODELLED, STATED, Parts, of_agent, of_tally, parts_of
from wallboard.core.state import Floor
from wallboard.core.statedgroup import stated_in, told_of
from wallboard.core.still import oldest
from wallboard.core.tally import Tally

PEOPLE = ("contact", "agent", "reason")  # of a visit: for those who may see people
OF_NEED = frozenset({"agents_needed", "missing", "can_release", "service_level_in_30m", "service_level_in_60m"})
NOT_NEEDED = {"missing": "enough", "can_release": "none_to_spare"}  # where it is known what is needed


def explain(floor: Floor, kind: str, name: str, metric: str, window: str, *, people: bool) -> Document | None:
    """A number of `queues`, `groups`, `agents` or `kpis`; None where there is no such entity.

    `people`: with ids of contacts and agents. Instants are ms UTC, durations seconds; terms whose name ends in
    `_ms` count ms. `value` is absent where the number is.
    """
    row = entity(floor, kind, name)
    if row is None:
        return None
    value = _value_of(kind, row, metric, window)
    of_queues = kind in ("queues", "groups") and window != "now"
    formulas = formulas_of(floor, kind, name, window) if of_queues and metric == "service_level" else []
    parts, known = _parts(floor, kind, name, metric, window, row, formulas), STATED
    if parts is not None and parts.value() == value:
        known = parts
    elif metric in OF_NEED:
        known = MODELLED
    found: Document = {"kind": kind, "id": name, "metric": metric, "window": window, "now": floor.now_ms}
    found |= {} if value is None else {"value": value}
    found |= bounds(floor, kind, name, window) | _of_parts(known)
    if kind in ("queues", "groups"):
        found |= _of_queues(floor, kind, name, metric, window, known, formulas)
        if (to_ms := row["now"].get(TO.get(metric, ""))) is not None:
            found["to"] = to_ms
        found |= {"observed": True} if known is STATED and value is not None and row["now"].get("observed") else {}
        if kind == "groups" and known is not STATED and row["now"].get("observed"):
            found["notes"] = [*found.get("notes", ()), {"code": "with_observed", "n": len(stated_in(floor, name).said)}]
    found |= _age(floor, kind, row)
    if value is None:
        found["absent"] = _why_absent(row, metric, window, known)
    elif metric == "rating_avg" and "rating_best" in row[window]:
        found["notes"] = [*found.get("notes", ()), {"code": "scale", "best": row[window]["rating_best"]}]
    rows = [] if known in (STATED, MODELLED) and value is not None else counted_in(floor, kind, name, metric, window)
    return found | {"visits": rows if people else [_without_people(one) for one in rows]}


def _value_of(kind: str, row: Mapping[str, Any], metric: str, window: str) -> Any:
    """The number as it stands in the state document."""
    if kind == "kpis":
        return row.get("value")
    return number_in(row if kind == "agents" and metric.startswith("tags.") else row.get(window) or {}, metric)


def _without_people(row: Document) -> Document:
    return {key: value for key, value in row.items() if key not in PEOPLE}


def _members(floor: Floor, kind: str, name: str) -> list[tuple[str, Tally]]:
    """The queues whose numbers these are."""
    queues = floor.tallies.queues
    return [(name, queues[name])] if kind == "queues" else [one for one in queues.items() if name in one[1].groups]


def _tally(floor: Floor, kind: str, name: str) -> Tally:
    return (floor.tallies.queues if kind == "queues" else floor.tallies.groups)[name]


def _parts(
    floor: Floor, kind: str, name: str, metric: str, window: str, row: Document, formulas: list[Document]
) -> Parts | None:
    if kind == "agents":
        of = floor.people.agents[name]
        if window not in of.sheet.starts:
            return None
        times, work = time_of(of, floor.ground)
        longest_ms = work.longest_ms(window, of.sheet.starts, of.seen_ms)
        sums = of.ledger.window("day" if metric.startswith("tags.") else window).sums
        return of_agent(sums, times.get(window, {}), longest_ms, metric)
    if kind == "kpis" or (window != "now" and not row.get(window)):
        return None
    if metric in TO:
        known = oldest(floor, _members(floor, kind, name), metric)
        return Parts(shape="earliest", instants=known.instants if known else ())
    told = told_of(floor, name, window) if kind == "groups" else []
    formula = formulas[0]["formula"] if len(formulas) == 1 else None
    return of_tally(_tally(floor, kind, name), metric, window, formula, told)


def _of_parts(parts: Parts) -> Document:
    found: Document = {"shape": parts.shape}
    if parts.shape in ("stated", "modelled"):
        return found
    found |= {"n": parts.n, "times": parts.times, "by": parts.by}
    for side, all_terms in (("numerator", parts.top), ("denominator", parts.bottom), ("now_terms", parts.now)):
        if all_terms:
            found[side] = {"terms": [{"term": one.name, "sign": one.sign, "n": one.n} for one in all_terms]}
    if parts.top:
        found["numerator"]["total"] = parts.numerator
    if parts.bottom:
        found["denominator"] |= {"total": parts.denominator, "least": parts.least}
    if parts.shape == "percentile":
        found |= {"share": parts.share, "rank": parts.rank}
    if parts.shape in ("percentile", "longest"):
        found["spread"] = [list(step) for step in parts.spread]
    if parts.shape == "earliest":
        found["instants"] = list(parts.instants[: counted.KEPT])
    return found


def _of_queues(
    floor: Floor, kind: str, name: str, metric: str, window: str, parts: Parts, formulas: list[Document]
) -> Document:
    found: Document = {}
    tally = _tally(floor, kind, name)
    queue = floor.settings.for_queue(name if kind == "queues" else "")
    if kind == "queues":
        target = queue.target
        found["target"] = {
            "percent": target.percent, "seconds": target.seconds, "formula": target.formula,
            "count_waiting": target.count_waiting, "short_abandon_s": queue.short_abandon_s, "min_n": queue.min_n,
        }  # fmt: skip
        if tally.ruled_ms is not None and tally.ruled_ms >= tally.day_ms:
            found["target"]["since"] = tally.ruled_ms
        if metric in OF_NEED and tally.need:
            found["need"] = floor.needs.basis_of(name)
    elif metric in SUMMED and tally.need:
        needs = needs_of(name, floor.tallies.queues)
        found["needs"] = [{key: part[key] for key in ("queues", *SUMMED) if key in part} for part in needs]
    if window == "now" or parts.shape in ("stated", "modelled"):
        return found
    sums = tally.ledger.window(window).sums
    told = told_of(floor, name, window) if kind == "groups" else []
    if metric == "service_level":
        found["service_levels"] = all_seven(sums, tally.live["over_counted"], told)
        found |= {"formulas": formulas} if kind == "groups" else {}
    left = leftout.exclusions(metric, parts, sums, tally.live)
    mixed = any(one.keys() >= parts_of(metric) for one in told)  # platforms do not say what theirs leave out
    found["exclusions"] = [{"code": one["code"]} for one in left] if mixed else left
    found["notes"] = leftout.notes(metric, parts, formulas, queue.min_n)
    return found


def _age(floor: Floor, kind: str, row: Document) -> Document:
    names = [row["source"]] if kind == "kpis" else row["sources"]
    rows = [(name, entity(floor, "sources", name) or {}) for name in names]
    kept = ("state", "last_event_at")
    sources = [{"source": name} | {key: one[key] for key in kept if key in one} for name, one in rows]
    as_of = row.get("as_of") if kind in ("kpis", "agents") else row["now"].get("as_of")
    return {"sources": sources} | ({} if as_of is None else {"as_of": as_of})


def _why_absent(row: Document, metric: str, window: str, parts: Parts) -> str:
    if metric in OF_NEED:
        known = "need_until" in row["now"]
        return "too_little" if not known else NOT_NEEDED.get(metric, "unknown") if "ready" in row["now"] else "unknown"
    if parts.shape == "ratio":
        return "zero"
    if metric == "rating_avg" and (row.get(window) or {}).get("rated"):
        return "scales"
    if parts.shape not in ("stated", "modelled"):
        return "none"
    if not row.get("sources"):
        return "no_source"
    return "no_shift" if window == "shift" and not row.get("shift") else "unknown"
