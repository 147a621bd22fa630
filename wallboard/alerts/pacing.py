"""How many messages can a person read? One a cause, and at most ten in ten minutes; in a flood one a minute.

Above ten all waits, unless something critical is among it: then all goes as one, once a minute.

Limits: EEMUA 191.

steady ─ over 10 came in 10 minutes ─▶ flood: all that waits as one, once a minute ─ under 5 ─▶ steady

One cause: the same rule elsewhere, or another rule of the same queue. The first goes at once, alone or with what came
with it; what follows of its cause within 15 s goes as one when they are over.
"""

from collections import deque
from collections.abc import Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

SPAN_MS = 600_000
FLOOD_ABOVE = 10
STEADY_BELOW = 5
MOST_SENT = 10  # in a span
ONE_BY_ONE = 3  # more causes that wait at once go as one
CAUSE_MS = 15_000
FLOOD_EACH_MS = 60_000

# Ten went in ten minutes · as one, once a minute · of the cause of one that just went.
Pace = Literal["full", "flood", "cause"]


class Coming(NamedTuple):
    """One that waits since `at_ms`. `rule`, `of`: by which it is of one cause with others; "": it stands alone.
    `is_critical`: it waits a minute at most."""

    id: str
    at_ms: int
    rule: str = ""
    of: str = ""
    is_critical: bool = False


class Memory(Struct, frozen=True):
    """What whoever sends next has to know: when those of the last ten minutes came, and the newest; when each message
    went, and the first of it."""

    came: list[int] = []
    newest: tuple[int, str] = (0, "")
    sent: list[tuple[int, Coming]] = []
    is_flood: bool = False


class Pacing:
    """Of one receiver. Times are of the same clock."""

    def __init__(self, before: Memory = Memory()) -> None:  # noqa: B008 - frozen
        self.is_flood = before.is_flood
        self._came = deque(before.came)
        self._newest = before.newest
        self._sent = deque(before.sent)

    def memory(self) -> Memory:
        return Memory([*self._came], self._newest, [*self._sent], self.is_flood)

    def next(self, waiting: Sequence[Coming], now_ms: int, behind: Sequence[Coming] = ()) -> list[Coming]:
        """Those that go as one message now, of all that wait, the oldest first; none: not yet. `behind`: the critical
        ones of those that come after more than can be looked at; what is between will be counted in its turn."""
        self._count(waiting, now_ms)
        waiting = [*waiting, *behind]
        is_full = len(self._sent) >= MOST_SENT
        if not waiting or (is_full and not any(one.is_critical for one in waiting)):
            return []
        if self.is_flood or is_full:
            is_soon = self._sent and now_ms - self._sent[-1][0] < FLOOD_EACH_MS
            return [] if is_soon else list(waiting)
        running = [first for at_ms, first in self._sent if now_ms - at_ms < CAUSE_MS]
        causes = list[Coming]()
        for one in waiting:
            if not any(_share_a_cause(one, first) for first in (*running, *causes)):
                causes.append(one)
        if len(causes) > ONE_BY_ONE:
            return list(waiting)
        return [one for one in waiting if _share_a_cause(one, causes[0])] if causes else []

    def holds(self, waiting: Sequence[Coming], now_ms: int) -> Pace | None:
        """Why nothing of what waits goes now."""
        if not waiting or self.next(waiting, now_ms):
            return None
        is_full = len(self._sent) >= MOST_SENT
        if is_full and not any(one.is_critical for one in waiting):
            return "full"
        return "flood" if self.is_flood or is_full else "cause"

    def sent(self, first: Coming, now_ms: int) -> None:
        self._sent.append((now_ms, first))

    def _count(self, waiting: Sequence[Coming], now_ms: int) -> None:
        """Nobody asks while nothing waits: whether a flood ended meanwhile is judged before what came now counts."""
        while self._came and self._came[0] <= now_ms - SPAN_MS:
            self._came.popleft()
        while self._sent and self._sent[0][0] <= now_ms - SPAN_MS:
            self._sent.popleft()
        self.is_flood = self.is_flood and len(self._came) >= STEADY_BELOW
        for one in waiting:
            if _nth(one.at_ms, one.id) > _nth(*self._newest):
                self._newest = (one.at_ms, one.id)
                self._came.append(one.at_ms)
        self.is_flood = self.is_flood or len(self._came) > FLOOD_ABOVE


def _nth(at_ms: int, name: str) -> tuple[int, int, str]:
    """In the order of a stream's ids, in which 1-10 comes after 1-9."""
    return at_ms, len(name), name


def _share_a_cause(one: Coming, other: Coming) -> bool:
    """All of one alert do, so that they stay in their order."""
    return one.id == other.id or bool(one.rule and (one.rule == other.rule or one.of == other.of))
