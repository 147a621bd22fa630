"""What do a collector and the writer of the history say about themselves? One small record each in Redis."""

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


class Writing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the history is written. `written_at`: when all was last in the record; `reason`: why it is not now."""

    written_at: int | None = None
    failures: int = 0  # of the worker that leads, since it started
    reason: str | None = None


_decoder = msgspec.json.Decoder(Health)
_of_history = msgspec.json.Decoder(Writing)


class HealthRecords:
    """Of one namespace: every collector's, which is gone when its writer is, and the history's."""

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

    async def write_history(self, writing: Writing) -> None:
        """Kept until the next one: a worker that is gone shows by its age. Raises StreamUnavailable."""
        try:
            await self._redis.set(self._keys.history, msgspec.json.encode(writing))
        except (RedisError, OSError) as error:
            raise StreamUnavailable(f"health of the history not written: {error}") from None

    async def read_history(self) -> Writing | None:
        """None: no worker has ever said anything. Raises StreamUnavailable."""
        try:
            found = await self._redis.get(self._keys.history)
        except (RedisError, OSError) as error:
            raise StreamUnavailable(f"health of the history not read: {error}") from None
        return _of_history.decode(found) if found else None
