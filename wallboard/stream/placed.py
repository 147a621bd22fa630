"""Which message in a chat tells of an alert, and what does it say? So that its end can change that message.

Every method raises StreamUnavailable.
"""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from wallboard.stream.keys import TOLD_S, Keys
from wallboard.stream.redis import answering

_WHAT = "messages"


class Placed:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def put(self, receiver: str, alerts: Sequence[str], place: int, shown: bytes = b"") -> None:
        """It tells of these alerts; `shown`: what it says, where it tells of several."""
        with answering(_WHAT):
            pipe = self._redis.pipeline(transaction=True)
            for alert in alerts:
                pipe.set(self._keys.placed(receiver, alert), place, ex=TOLD_S)
            if shown:
                pipe.set(self._keys.shown(receiver, place), shown, ex=TOLD_S)
            await pipe.execute()

    async def of(self, receiver: str, alert: str) -> int | None:
        """The number of the message; None: none tells of it."""
        with answering(_WHAT):
            found = await self._redis.get(self._keys.placed(receiver, alert))
        return None if found is None else int(found)

    async def shown(self, receiver: str, place: int) -> bytes:
        """Nothing of a message that tells of one alert alone."""
        with answering(_WHAT):
            found: Any = await self._redis.get(self._keys.shown(receiver, place))
        return found or b""
