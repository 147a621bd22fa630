"""How many are there of a queue, or of a group of queues? Counts by window, and what is live now."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from wallboard.core import events as ev
from wallboard.core.fields import LATEST_MS, UNKNOWN_SOURCE
from wallboard.core.ledger import Ledger, add_all, add_to

NEVER_MS = LATEST_MS
WAITS = ("waiting", "unanswered", "case")
_STANDINGS = frozenset({"members", "staffed", "ready", "idle", "paused"})


class Tally:
    """The numbers of one queue, or of a group of queues: counts by window, and what is live now.

    `groups`: those that a queue belongs to; what changed in it is passed on to them by `settle`.
    """

    __slots__ = (
        "as_of_ms", "channel", "channel_ms", "day_ms", "groups", "kept", "ledger", "live", "moved", "need", "observed",
        "observed_ms", "restated", "ruled_ms", "shift_ms", "sources", "waits", "waits_moved",
    )  # fmt: skip

    def __init__(self, minute: int, groups: "Mapping[str, Tally] | None" = None) -> None:
        self.groups: dict[str, Tally] = dict(groups or {})
        self.ledger: Ledger = Ledger(minute, [group.ledger for group in self.groups.values()])
        self.day_ms = self.shift_ms = NEVER_MS  # when the site's running day and shift began
        self.live: Counter[str] = Counter()
        self.moved: dict[str, int] = {}  # what comes to `live`, here and in the groups, when it is settled
        self.waits: dict[str, Counter[int]] = {name: Counter() for name in WAITS}  # since → how many
        self.waits_moved: dict[str, dict[int, int]] = {}  # the same of `waits`
        self.sources: set[str] = set()
        self.as_of_ms: int | None = None
        self.channel: str | None = None  # as its newest contact tells it; a configured queue has its own
        self.channel_ms = 0
        self.ruled_ms: int | None = None  # since when its target, formula or limit of short abandons is what it is
        self.need: dict[str, int | float | list[str]] = {}  # core/need.py
        self.observed: ev.QueueObserved | None = None
        self.observed_ms = 0
        self.restated: set[str] = set()  # of a group: queues of which a platform may say something else by now
        self.kept: Any = None  # what is said of it (core/statedgroup.py), or of its queues as far as not restated

    @property
    def is_only_stated(self) -> bool:
        """Whether only a platform tells of the queue, and nothing of it was counted here."""
        seen = self.observed
        return seen is not None and self.sources == {seen.source or UNKNOWN_SOURCE} and not self._is_counted

    @property
    def _is_counted(self) -> bool:
        """Whether anything that contacts add is in its numbers."""
        ledger = self.ledger
        if ledger.moves or ledger.window("day").sums or ledger.window("shift").sums:
            return True
        return not all(map(_is_standing, self.live))

    def observe(self, seen: ev.QueueObserved, at_ms: int) -> None:
        """A platform's own figures stand from now on."""
        self.observed, self.observed_ms, self.kept = seen, at_ms, None

    def change(self, metric: str, by: int) -> None:
        """Of what is live, here alone."""
        add_to(self.live, metric, by)

    def settle(self, minute: int) -> None:
        """What changed since the last time holds here and in the groups."""
        self.ledger.turn(minute)
        self.ledger.fold()
        moved, waits_moved = self.moved, self.waits_moved
        self.moved, self.waits_moved = {}, {}
        self._follow(self, moved, waits_moved)
        for group in self.groups.values():
            group._follow(self, moved, waits_moved)

    def join(self, name: str, group: "Tally") -> None:
        """Be counted in one more group, with all that is counted here; after `settle`. Agents stand there by themselves
        (core/people.py)."""
        self.groups[name] = group
        self.ledger.join(group.ledger)
        live = {metric: n for metric, n in self.live.items() if not _is_standing(metric)}
        group._follow(self, live, self.waits)

    def _follow(self, queue: "Tally", live: Mapping[str, int], waits: Mapping[str, Mapping[int, int]]) -> None:
        add_all(self.live, live)
        for metric, known in waits.items():
            add_all(self.waits[metric], known)
        if not queue.sources <= self.sources:
            self.sources |= queue.sources
        if queue.as_of_ms is not None and (self.as_of_ms is None or queue.as_of_ms > self.as_of_ms):
            self.as_of_ms = queue.as_of_ms


def _is_standing(metric: str) -> bool:
    """Whether it counts agents where they stand (core/people.py) and not what contacts add."""
    return metric in _STANDINGS or metric.startswith("paused_by.")
