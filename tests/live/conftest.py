"""Fixtures of the tests of live/."""

from collections.abc import AsyncIterator

import pytest

from tests.live.loaded import Clock
from wallboard.stream.health import HealthRecords
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect


@pytest.fixture
async def health(redis_url: str, namespace: str) -> AsyncIterator[HealthRecords]:
    redis = connect(redis_url)
    yield HealthRecords(redis, Keys(namespace))
    await redis.aclose()


@pytest.fixture
def clock() -> Clock:
    return Clock()
