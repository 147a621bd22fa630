"""Up to which shift has a lead read what was handed over?

handed-over:ACCOUNT     when the shift ended of which they said so last (ms UTC)
"""

from redis.asyncio import Redis

from wallboard.stream.keys import HANDED_S, Keys
from wallboard.stream.redis import answering

_WHAT = "hand-overs"


class HandedOver:
    """Every method raises StreamUnavailable when Redis does not answer."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def read(self, account: str, ended_ms: int) -> None:
        """The latest counts: of one before it nothing was left to say."""
        if ended_ms > await self.until(account):
            with answering(_WHAT):
                await self._redis.set(self._keys.handed_over(account), ended_ms, ex=HANDED_S)

    async def until(self, account: str) -> int:
        """0: of none."""
        with answering(_WHAT):
            found = await self._redis.get(self._keys.handed_over(account))
        return int(found or 0)

    async def forget(self, account: str) -> None:
        """The account is gone."""
        with answering(_WHAT):
            await self._redis.delete(self._keys.handed_over(account))
