"""What do platforms' own figures (`queue.observed`) add to a group? Those of queues of which nothing is counted here.

Counts and times add. A ratio has what all of its parts were told of, since percentages do not add; nor do people, of
whom one may serve several queues.
"""

from collections.abc import Iterable, Mapping

import msgspec

from wallboard.core.figures import COUNTS, DURATIONS, Document, thousandths
from wallboard.core.formulas import PERCENT, RATIOS, SERVICE_LEVELS, total
from wallboard.core.numbers import TO
from wallboard.core.parts import joined, parts_of
from wallboard.core.state import Floor
from wallboard.core.stated import WITHIN, is_only_stated, leave_out, stated_oldest_ms
from wallboard.core.tally import Tally

NOW = ("waiting", "engaged")

Told = Mapping[str, int]  # as a window's sums; of `now` as what is live


def stated_in(floor: Floor, group: str) -> dict[str, Tally]:
    """The group's queues that only a platform tells of."""
    rows = {name: floor.tallies.queues.get(name) for name in floor.tallies.stated}
    return {name: row for name, row in rows.items() if row and group in row.groups and is_only_stated(row)}


def told_in(floor: Floor, queue: str, window: str) -> Told:
    """What the platform says of one of them."""
    seen = floor.tallies.queues[queue].observed
    told = msgspec.to_builtins(seen if window == "now" else getattr(seen, window)) or {}
    if window == "now":
        return {name: told[name] for name in NOW if name in told}
    found = {name: told[name] for name in COUNTS if name in told}
    found |= {f"{part}_ms": round(told[f"{part}_s"] * 1000) for part in DURATIONS if f"{part}_s" in told}
    level = SERVICE_LEVELS[floor.settings.for_queue(queue).target.formula]
    if found.keys() >= level.top.keys() | level.bottom.keys():
        found |= {"sl_good": total(level.top, found), "sl_base": total(level.bottom, found)}
    return found


def told_of(floor: Floor, group: str, window: str) -> list[Told]:
    """Of each of them."""
    return [told_in(floor, queue, window) for queue in stated_in(floor, group)] if floor.tallies.stated else []


def add_stated(floor: Floor, group: str, found: Document) -> None:
    """Into a group's document, which says so."""
    stated = stated_in(floor, group)
    if not stated:
        return
    tally, queues = floor.tallies.groups[group], floor.tallies.queues
    if not any(group in one.groups and one.sources and name not in stated for name, one in queues.items()):
        leave_out(found)
    now = {name: value for name, value in found["now"].items() if name != "est_wait_s"} | {"observed": True}
    _add(now, NOW, [told_in(floor, queue, "now") for queue in stated])
    instants = [at_ms for one in stated.values() if (at_ms := stated_oldest_ms(one)) is not None]
    if instants and min(instants) <= now.get("oldest_at", min(instants)):
        now["oldest_at"] = min(instants)
        now.pop(TO["oldest_at"], None)
    found["now"] = now
    for window in WITHIN:
        said = [figures for one in stated.values() if (figures := getattr(one.observed, window))]
        if said:
            told = [told_in(floor, queue, window) for queue in stated]
            found[window] = _window(found.get(window, {}), tally, window, told, [one.max_wait_s for one in said])


def _window(row: Document, tally: Tally, window: str, told: list[Told], waits: Iterable[float | None]) -> Document:
    own = tally.ledger.window(window).sums
    found = {**row, "n": {**row.get("n", {})}}
    _add(found, COUNTS, told)
    for part in DURATIONS:
        if any(f"{part}_ms" in one for one in told):
            found[f"{part}_s"] = thousandths(joined(own, told, {f"{part}_ms"}).get(f"{part}_ms", 0))
    for metric, ratio in RATIOS.items():
        parts = parts_of(metric)
        if not any(one.keys() >= parts for one in told):
            continue
        sums = {**joined(own, told, parts), "over_counted": tally.live["over_counted"]}
        if (value := ratio.of(sums)) is not None:
            found[metric] = value
            if ratio.scale is PERCENT:
                found["n"][metric] = total(ratio.bottom, sums)
    if known := [wait_s for wait_s in (*waits, row.get("max_wait_s")) if wait_s is not None]:
        found["max_wait_s"] = max(known)
    return found


def _add(found: Document, metrics: Iterable[str], told: Iterable[Told]) -> None:
    for one in told:
        found |= {name: found.get(name, 0) + one[name] for name in metrics if name in one}
