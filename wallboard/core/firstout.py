"""Which of several alerts of one cause came first? Its mark stays when it is over, for as long as the others are known.

    support waits ──●────────
    support lost     ╰──●────   ten minutes at most from one to the next: the same queue, person or source
    sales waits      ╰●──────   fifteen seconds at most: the same rule elsewhere

What began in the same second came together: none of them is first. Two people have no cause in common: whom one
person's alert is for may not know of the other's.
"""

from collections.abc import Mapping
from typing import NamedTuple

from wallboard.core.rows import AlertRow

SAME_ENTITY_MS = 600_000
SAME_RULE_MS = 15_000


class Cause(NamedTuple):
    """Several alerts. `first`: which of them."""

    first: str
    alerts: tuple[str, ...]


def causes_of(alerts: Mapping[str, AlertRow]) -> dict[str, Cause]:
    """By alert, of those that came with others and of which one came first. When an alert began is when its rule began
    to hold, not when its `for` was over."""
    groups: dict[str, list[str]] = {}  # one list, shared by those that are in it
    last: dict[tuple[str, ...], str] = {}
    near: list[tuple[tuple[str, ...], int]]
    for alert, row in sorted(alerts.items(), key=lambda one: one[1].since_ms):
        groups[alert] = [alert]
        near = [((row.kind, row.of), SAME_ENTITY_MS)]
        near += [((row.rule,), SAME_RULE_MS)] if row.kind != "agents" else []
        for name, reach_ms in near:
            before = last.get(name)
            if before is not None and row.since_ms - alerts[before].since_ms <= reach_ms:
                _join(groups, before, alert)
            last[name] = alert
    found: dict[str, Cause] = {}
    for group in {id(one): one for one in groups.values()}.values():
        first, *others = sorted(group, key=lambda one: alerts[one].since_ms)
        if others and alerts[first].since_ms < alerts[others[0]].since_ms:
            found |= dict.fromkeys(group, Cause(first, (first, *others)))
    return found


def _join(groups: dict[str, list[str]], one: str, other: str) -> None:
    kept, gone = groups[one], groups[other]
    if kept is not gone:
        if len(kept) < len(gone):
            kept, gone = gone, kept
        kept += gone
        groups.update(dict.fromkeys(gone, kept))
