"""What did the store say a moment ago? Its answers are believed for seconds, and for minutes while it is away."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

from wallboard.core.errors import RecordUnavailable, StreamUnavailable

FRESH_S = 2.0  # two of them, a session and its rights, and a revocation bites within 5 s all the same
STALE_S = 600.0  # while Redis or the record is away: a wall must survive a reload
MOST = 10_000

T = TypeVar("T")


class _Seen(NamedTuple, Generic[T]):
    answer: T
    at_s: float


class Remembered(Generic[T]):
    """By key. Times are monotonic seconds. What was asked before anything was forgotten is not remembered: it may be
    from before the change."""

    def __init__(self, ask: Callable[[str], Awaitable[T | None]]) -> None:
        self._ask = ask
        self._seen: OrderedDict[str, _Seen[T]] = OrderedDict()
        self.forgets = 0

    async def get(self, key: str, now_s: float) -> T | None:
        """Raises what `ask` raises, where nothing is known that could be believed."""
        if (fresh := self.fresh(key, now_s)) is not None:
            return fresh
        forgets = self.forgets
        try:
            answer = await self._ask(key)
        except (StreamUnavailable, RecordUnavailable):
            seen = self._seen.get(key)
            if seen and now_s - seen.at_s < STALE_S:
                return seen.answer
            raise
        if forgets == self.forgets:
            self.put(key, answer, now_s)
        return answer

    def fresh(self, key: str, now_s: float) -> T | None:
        """What is believed without asking, if anything is."""
        seen = self._seen.get(key)
        return seen.answer if seen and now_s - seen.at_s < FRESH_S else None

    def put(self, key: str, answer: T | None, now_s: float) -> None:
        """What was found out otherwise. Nothing is remembered of what is not there."""
        self._seen.pop(key, None)
        if answer is None:
            return
        self._seen[key] = _Seen(answer, now_s)
        if len(self._seen) > MOST:
            self._seen.popitem(last=False)

    def forget(self, key: str) -> None:
        """After the change, never before it."""
        self.forgets += 1
        self._seen.pop(key, None)
