"""How does a command reach the stream? The clients of one process, closed when it is done."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from redis.asyncio import Redis

from wallboard.config import Config
from wallboard.core.errors import WallboardError
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream


class Line(NamedTuple):
    """`stream` for appending, `reader` on a connection of its own for reading."""

    redis: Redis
    keys: Keys
    stream: Stream
    reader: Stream


@asynccontextmanager
async def line(config: Config) -> AsyncIterator[Line]:
    """To the Redis of a configuration that names one."""
    if config.redis_url is None:
        raise WallboardError("no Redis is known: set WALLBOARD_REDIS_URL, or start `wallboard up`")
    keys = Keys(config.namespace)
    redis, blocking = connect(config.redis_url), connect(config.redis_url, blocking=True)
    try:
        yield Line(redis, keys, Stream(redis, keys), Stream(blocking, keys))
    finally:
        await blocking.aclose()
        await redis.aclose()


@asynccontextmanager
async def running_line(config: Config) -> AsyncIterator[Line]:
    """To the Redis that is configured, or to the private one that `up` keeps for this data folder."""
    from wallboard import logs
    from wallboard.ownredis import running

    logs.configure(level=logging.WARNING)  # on standard error: the command's own output stays clean
    url = config.redis_url or await running(config.data)
    if url is None:
        raise WallboardError(f"nothing runs with the data folder {config.data}: start `wallboard up` first")
    async with line(config.at_redis(url)) as parts:
        yield parts
