"""How many new names may there be? A script that puts an id where a name belongs must not fill every wall.

A name that is known always passes. Of new ones there is a limit for all, and a share of it that one sender may bring
within an hour.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

from wallboard.config import Limits
from wallboard.core import events as ev
from wallboard.core.errors import Refused
from wallboard.core.naming import MOST, named, named_once
from wallboard.core.settings import Settings
from wallboard.core.state import Floor
from wallboard.core.words import alike
from wallboard.web.who import Who
from wallboard.web.within import has_queue

HOUR_MS = 3_600_000
_MEMORY_MS = 60_000  # a name that was taken is on the floor by then, or never will be
_SECOND_MS = 1_000
_FEW = 100  # so many are looked at with each request
LOOKED_AT = 5  # new names of a request that are compared with those that there are
_ASKS = "is this a name, or an id that changes? [limits] in wallboard.toml says how many there may be"

Brought = dict[tuple[str, str], None]  # kind and name of what one request brings into being


class Names:
    """One a process. What was taken counts before the floor has seen it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken: dict[str, dict[str, int]] = {kind: {} for kind in MOST}  # name → when
        self._trying: dict[tuple[str, str], Brought] = {}  # of these, those of requests that are not through yet
        self._brought: Counter[tuple[str, str]] = Counter()  # kind and sender → new names of this hour
        self._hour = self._second = 0
        self._passed: set[tuple[str, str, str]] = set()  # kind, source and name, within this second
        self._alike: set[tuple[str, Any]] = set()  # sender, and an event all of whose names passed
        self._settings: Settings | None = None  # under which they passed
        self.refused = 0

    def look(self, floor: Floor, now_ms: int) -> None:
        """Before each request: forget what is on the floor by now."""
        is_same = now_ms // _SECOND_MS == self._second and floor.settings is self._settings
        if is_same and not any(self._taken.values()):
            return
        if now_ms // HOUR_MS != self._hour:
            self._hour, self._brought = now_ms // HOUR_MS, Counter()
        if now_ms // _SECOND_MS != self._second or floor.settings is not self._settings:
            self._passed, self._alike, self._settings = set(), set(), floor.settings
        if now_ms // _SECOND_MS == self._second and sum(map(len, self._taken.values())) > _FEW:
            return
        self._second, oldest_ms = now_ms // _SECOND_MS, now_ms - _MEMORY_MS
        for kind, taken in self._taken.items():
            if not taken:
                continue
            there = _there(floor, kind)
            self._taken[kind] = {name: at for name, at in taken.items() if at > oldest_ms and name not in there}

    @contextmanager
    def bringing(self, floor: Floor, sender: str, now_ms: int) -> Iterator[Brought]:
        """What a request brings counts from the event on that names it, so that many at once bring no more; and if the
        request fails, which takes nothing, it counts no longer."""
        brought: Brought = {}
        try:
            yield brought
        except BaseException:
            self._give_back(brought, sender)
            raise
        for kind, name in brought:
            self._trying.pop((kind, name), None)
            if name not in self._taken[kind] and name not in _there(floor, kind):  # it counted for one that failed
                self._take(kind, name, sender, now_ms)

    def admit(self, floor: Floor, event: ev.Event, sender: str, now_ms: int, brought: Brought | None) -> list[str]:
        """The queues that it brings. Raises Refused for a name that would be one too many: then it brought none.
        `brought`: by this request; None: nothing is taken down."""
        like_it = (sender, named_once(event))
        if like_it in self._alike:
            return []
        new, waits, count = Brought(), Brought(), dict.fromkeys(MOST, 0)
        for kind, at, name in named(event):
            told = (kind, event.source or sender, name)
            if told in self._passed:
                continue
            own = _own(floor, *told)
            if (kind, own) in self._trying:
                waits[kind, own] = None
                continue
            if own in _there(floor, kind) or own in _configured(floor, kind) or own in self._taken[kind]:
                self._passed.add(told)
                continue
            if (kind, own) in new:
                continue
            if reason := self._too_many(floor, kind, sender, count[kind]):
                self.refused += brought is not None
                raise Refused(at, f"too many names: {reason}: {_ASKS}")
            new[kind, own] = None
            count[kind] += 1
        if brought is not None:
            brought |= new | waits
            self._trying |= dict.fromkeys(new, brought)
            for kind, name in new:
                self._take(kind, name, sender, now_ms)
        if not new and not waits and like_it[1] is not None:
            self._alike.add(like_it)
        return [name for kind, name in new if kind == "queues"]

    def knows_source(self, floor: Floor, name: str) -> bool:
        """Whether it stands on the floor, or was taken and will."""
        return name in floor.sources or name in self._taken["sources"]

    def _take(self, kind: str, name: str, sender: str, now_ms: int) -> None:
        self._taken[kind][name] = now_ms
        self._brought[kind, sender] += 1

    def _give_back(self, brought: Brought, sender: str) -> None:
        """Not what counts for another request."""
        for kind, name in brought:
            if self._trying.get((kind, name)) is brought:
                del self._trying[kind, name]
                if self._taken[kind].pop(name, None) is not None and self._brought[kind, sender]:
                    self._brought[kind, sender] -= 1

    def _too_many(self, floor: Floor, kind: str, sender: str, more: int) -> str | None:
        """`more`: names that the same event brings before it."""
        most = getattr(self._limits, kind)
        if len(_there(floor, kind)) + len(self._taken[kind]) + more >= most:
            return f"there are {most} {kind} already"
        share = max(1, most * self._limits.new_in_an_hour // 100)
        if self._brought[kind, sender] + more >= share:
            return f"{share} new {kind} came from '{sender}' within this hour"
        return None


def slips(who: Who, floor: Floor, new: Iterable[str]) -> dict[str, str]:
    """New queue → the one that may have been meant; of the first ones, and none of which the sender may not know."""
    found: dict[str, str] = {}
    for name in islice(new, LOOKED_AT):
        like = alike(name, chain(floor.settings.queue, floor.tallies.queues))
        if like is not None and has_queue(who, floor, like):
            found[name] = like
    return found


def _own(floor: Floor, kind: str, source: str, name: str) -> str:
    if kind == "queues":
        return floor.settings.queue_of(source, name)
    return floor.settings.agent_of(source, name) if kind == "agents" else name


def _there(floor: Floor, kind: str) -> Collection[str]:
    if kind == "queues":
        return floor.tallies.queues
    if kind == "agents":
        return floor.people.agents
    return floor.sources if kind == "sources" else floor.kpis


def _configured(floor: Floor, kind: str) -> Collection[str]:
    settings = floor.settings
    return settings.queue if kind == "queues" else settings.agent if kind == "agents" else ()
