"""A leading process with deliveries, whose pauses are short."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.alerts.there import Sending, quick
from wallboard.stream.keys import Keys


@pytest.fixture
async def sending(redis: Redis, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sending]:
    async with quick(redis, keys, monkeypatch) as sending:
        yield sending
