"""Tests of wallboard/stream/health.py."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import StreamUnavailable
from wallboard.stream.health import Health, HealthRecords
from wallboard.stream.keys import HEALTH_S, Keys

WAITING = Health(state="waiting", since=1, at_ms=2, kind="asterisk", note="no route", lag_ms=3, retry_at=4)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


async def test_what_a_collector_said_last_is_read_and_silence_is_absent(redis: Redis, namespace: str) -> None:
    records = HealthRecords(redis, Keys(namespace))
    await records.write("pbx-1", Health(state="starting", since=1, at_ms=1))
    await records.write("pbx-1", WAITING)
    assert await records.read(["pbx-1", "crm"]) == {"pbx-1": WAITING}
    assert await records.read([]) == {}


async def test_the_word_of_a_dead_collector_goes_away(redis: Redis, namespace: str) -> None:
    await HealthRecords(redis, Keys(namespace)).write("pbx-1", WAITING)
    assert 0 < await redis.ttl(Keys(namespace).health("pbx-1")) <= HEALTH_S


async def test_a_record_of_a_newer_build_is_read(redis: Redis, namespace: str) -> None:
    newer = b'{"state":"connected","since":1,"at_ms":2,"mood":"good"}'
    await redis.set(Keys(namespace).health("pbx-1"), newer)
    found = await HealthRecords(redis, Keys(namespace)).read(["pbx-1"])
    assert found["pbx-1"].state == "connected"


async def test_redis_away_is_said_in_our_own_words(tmp_path: Path) -> None:
    client = Redis.from_url(f"unix://{tmp_path}/nothing")
    records = HealthRecords(client, Keys("x"))
    with pytest.raises(StreamUnavailable, match="health of pbx-1 not written"):
        await records.write("pbx-1", WAITING)
    with pytest.raises(StreamUnavailable, match="not read"):
        await records.read(["pbx-1"])
    await client.aclose()
