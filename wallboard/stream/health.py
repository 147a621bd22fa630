"""What does a collector say about itself? One small record each in Redis, gone when its writer is."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from wallboard.core.errors import StreamUnavailable
from wallboard.stream.keys import HEALTH_S, Keys

State = Literal["starting", "connected", "waiting", "failed", "ended"]


class Health(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One collector now. `waiting`: it tries again at `retry_at`; `failed`: a person must change something;
    `note` says why, in words and without secrets. `since`: in this state; `at_ms`: when it was written."""

    state: State
    since: int
    at_ms: int
    kind: str | None = None
    note: str | None = None
    lag_ms: int | None = None
    retry_at: int | None = None


_decoder = msgspec.json.Decoder(Health)


class HealthRecords:
    """Health of every collector of one namespace."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def write(self, collector: str, health: Health) -> None:
        """Kept for HEALTH_S. Raises StreamUnavailable."""
        try:
            await self._redis.set(self._keys.health(collector), msgspec.json.encode(health), ex=HEALTH_S)
        except (RedisError, OSError) as error:
            raise StreamUnavailable(f"health of {collector} not written: {error}") from None

    async def read(self, collectors: Sequence[str]) -> dict[str, Health]:
        """Those of `collectors` that said something within HEALTH_S. Raises StreamUnavailable."""
        if not collectors:
            return {}
        try:
            found = await self._redis.mget([self._keys.health(name) for name in collectors])
        except (RedisError, OSError) as error:
            raise StreamUnavailable(f"health of collectors not read: {error}") from None
        return {name: _decoder.decode(data) for name, data in zip(collectors, found, strict=True) if data}
