"""Fixtures of the tests of live/."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.live.followed import Standing, Watcher, followed
from tests.live.loaded import Clock
from tests.reading import reading
from tests.waiting import now_ms
from wallboard.live.pipeline import Pipeline
from wallboard.stream.health import HealthRecords
from wallboard.stream.keys import Keys
from wallboard.stream.stream import Stream


@pytest.fixture
def health(redis: Redis, keys: Keys) -> HealthRecords:
    return HealthRecords(redis, keys)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def reader(redis_url: str, keys: Keys) -> AsyncIterator[Stream]:
    """On a client of its own, beside that of `stream`."""
    async with reading(redis_url, keys) as found:
        yield found


@pytest.fixture
async def running(reader: Stream) -> AsyncIterator[tuple[Pipeline, Watcher]]:
    """A pipeline that runs, with a watcher of what it published."""
    pipeline, watcher = Pipeline(reader, None, now_ms), Watcher()
    pipeline.sinks.append(watcher)
    async with followed(pipeline):
        watcher.documents = {kind: dict(rows) for kind, rows in pipeline.documents.items()}
        yield pipeline, watcher


@pytest.fixture
async def standing(running, redis_url: str, keys: Keys):
    """A second pipeline on the same stream, and its reader."""
    async with reading(redis_url, keys, Standing) as reader:
        pipeline = Pipeline(reader, None, lambda: now_ms() + reader.ahead_ms, now_ms)
        async with followed(pipeline):
            yield pipeline, reader
