"""A leading process with deliveries, whose pauses are short."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.alerts.there import Sending
from wallboard.alerts import delivery as delivering
from wallboard.stream.keys import Keys


@pytest.fixture
async def sending(redis: Redis, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sending]:
    for name, value in (("LOOK_S", 0.02), ("FIRST_PAUSE_S", 0.05), ("LONGEST_PAUSE_S", 0.2), ("SEND_S", 0.5)):
        monkeypatch.setattr(delivering, name, value)
    sending = Sending(redis, keys)
    await sending.lead()
    yield sending
    for name in list(sending.tasks):
        await sending.stop(name)
