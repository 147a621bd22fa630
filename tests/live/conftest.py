"""Fixtures of the tests of live/."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from wallboard.stream.health import HealthRecords
from wallboard.stream.keys import Keys


@pytest.fixture
async def health(redis_url: str, namespace: str) -> AsyncIterator[HealthRecords]:
    redis = Redis.from_url(redis_url)
    yield HealthRecords(redis, Keys(namespace))
    await redis.aclose()
