"""Which of several alerts of one cause came first? The first of those that were still open when another one came.

    support waits ──●────────╮
    support lost     ╰──●────────╮  ten minutes at most from one to the next: the same queue, person or source
    billing waits    ╰●────      │  fifteen seconds at most: the same rule at another queue of the team
    support nobody               ●  when support waits was over, support lost is the first

Queues of two teams have no cause in common, nor those of two sites that are of no team: nobody sees to both. Also where
they share people, as who works where changes by the minute, and what came first must not. Nor have two people: whom one
person's alert is for may not know of the other's. What began in the same second came together: none of them is first.
"""

from collections.abc import Iterator, Mapping, Sequence

from wallboard.core.rows import AlertRow
from wallboard.core.settings import Settings

SAME_ENTITY_MS = 600_000
SAME_RULE_MS = 15_000


def firsts_of(alerts: Mapping[str, AlertRow], settings: Settings) -> dict[str, str]:
    """Of each that came after another one of its cause: which was the first. When an alert began is when its rule began
    to hold, not when its `for` was over."""
    groups: dict[str, list[str]] = {}  # one list, shared by those that are in it
    going: dict[tuple[str, ...], list[str]] = {}  # those that may still be open, the newest last
    near: list[tuple[tuple[str, ...], int]]
    for alert, row in sorted(alerts.items(), key=lambda one: one[1].since_ms):
        groups[alert] = [alert]
        near = [((row.kind, row.of), SAME_ENTITY_MS)]
        near += [((row.rule, *_place_of(row, settings)), SAME_RULE_MS)] if row.kind != "agents" else []
        for name, reach_ms in near:
            before = going.setdefault(name, [])
            while before and not _is_open(alerts[before[-1]], row.since_ms):
                before.pop()
            if before and row.since_ms - alerts[before[-1]].since_ms <= reach_ms:
                _join(groups, before[-1], alert)
            before.append(alert)
    found: dict[str, str] = {}
    for group in {id(one): one for one in groups.values()}.values():
        if len(group) > 1:
            found |= _firsts(sorted(group, key=lambda one: alerts[one].since_ms), alerts)
    return found


def _place_of(row: AlertRow, settings: Settings) -> tuple[str, str]:
    """Its team; of a queue of no team, the site. Of what is neither, the house."""
    if row.kind == "groups":
        return "team", row.of
    if row.kind != "queues":
        return "", ""
    team = settings.for_queue(row.of).team
    return ("team", team) if team else ("site", settings.site_of(row.of))


def _firsts(group: Sequence[str], alerts: Mapping[str, AlertRow]) -> Iterator[tuple[str, str]]:
    """`group`: in the order in which they began. `first`, `second`: the places of the two that began before all others
    that are still open."""
    rows = [alerts[alert] for alert in group]
    first = second = 0
    for place, (alert, row) in enumerate(zip(group, rows, strict=True)):
        while first < place and not _is_open(rows[first], row.since_ms):
            first += 1
        second = max(second, first + 1)
        while second < place and not _is_open(rows[second], row.since_ms):
            second += 1
        if first < place and rows[first].since_ms not in (row.since_ms, rows[second].since_ms):
            yield alert, group[first]


def _is_open(row: AlertRow, at_ms: int) -> bool:
    return row.over_ms is None or row.over_ms > at_ms


def _join(groups: dict[str, list[str]], one: str, other: str) -> None:
    kept, gone = groups[one], groups[other]
    if kept is not gone:
        if len(kept) < len(gone):
            kept, gone = gone, kept
        kept += gone
        groups.update(dict.fromkeys(gone, kept))
