"""What do platforms' own figures (`queue.observed`) add to a group? Those of queues of which nothing is counted here.

Counts and times add. A ratio has what all of its parts were told of, since percentages do not add; nor do people, of
whom one may serve several queues.
"""

from wallboard.core.figures import COUNTS, Document, thousandths
from wallboard.core.formulas import PERCENT, RATIOS, total
from wallboard.core.numbers import TO
from wallboard.core.state import Floor
from wallboard.core.stated import WITHIN, leave_out, stated_oldest_ms
from wallboard.core.statedsums import TIMES, Joined, Said, StatedSums, Told, said_in
from wallboard.core.tally import Tally


def stated_in(floor: Floor, group: str) -> StatedSums:
    """What is said of the group's queues that only a platform tells of."""
    tally, queues = floor.tallies.groups[group], floor.tallies.queues
    restated, tally.restated = tally.restated, set()
    if tally.kept is None:
        tally.kept, restated = StatedSums(), floor.tallies.stated
    for queue in restated:
        if group in queues[queue].groups:
            tally.kept.put(queue, _said_of(floor, queue))
    found: StatedSums = tally.kept
    return found


def told_of(floor: Floor, group: str, window: str) -> list[Told]:
    """What the platform says of each of them."""
    said = stated_in(floor, group).said.values() if floor.tallies.stated else ()
    return [one.told.get(window, {}) for one in said]


def add_stated(floor: Floor, group: str, found: Document) -> None:
    """Into a group's document, which says so."""
    stated = stated_in(floor, group)
    if not stated.said:
        return
    tally, queues = floor.tallies.groups[group], floor.tallies.queues
    others = map(queues.__getitem__, queues.keys() - stated.said.keys())
    if not any(group in one.groups and one.sources for one in others):
        leave_out(found)
    now = {name: value for name, value in found["now"].items() if name != "est_wait_s"} | {"observed": True}
    if live := stated.joined("now"):
        now |= {name: now.get(name, 0) + parts[name] for name, parts in live.numbers.items()}
    oldest_ms = stated.oldest_ms
    if oldest_ms is not None and oldest_ms <= now.get("oldest_at", oldest_ms):
        now["oldest_at"] = oldest_ms
        now.pop(TO["oldest_at"], None)
    found["now"] = now
    for window in WITHIN:
        if told := stated.joined(window):
            found[window] = _window(found.get(window, {}), tally, window, told)


def _said_of(floor: Floor, queue: str) -> Said | None:
    tally = floor.tallies.queues[queue]
    if tally.observed is None or not tally.is_only_stated:
        return None
    if tally.kept is None:
        formula = floor.settings.for_queue(queue).target.formula
        tally.kept = said_in(tally.observed, stated_oldest_ms(tally), formula)
    said: Said = tally.kept
    return said


def _window(row: Document, tally: Tally, window: str, told: Joined) -> Document:
    own = tally.ledger.window(window).sums
    found = {**row, "n": {**row.get("n", {})}}
    for metric, parts in told.numbers.items():
        if metric in COUNTS:
            found[metric] = row.get(metric, 0) + parts[metric]
            continue
        sums = {part: own.get(part, 0) + n for part, n in parts.items()}
        if metric in TIMES:
            found[metric] = thousandths(sum(sums.values()))
            continue
        ratio = RATIOS[metric]
        sums["over_counted"] = tally.live["over_counted"]
        if (value := ratio.of(sums)) is not None:
            found[metric] = value
            if ratio.scale is PERCENT:
                found["n"][metric] = total(ratio.bottom, sums)
    if told.longest_s is not None:
        found["max_wait_s"] = max(told.longest_s, row.get("max_wait_s", told.longest_s))
    return found
