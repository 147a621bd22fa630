"""A stream on a client of its own, which may wait for events."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream


@asynccontextmanager
async def reading(url: str, keys: Keys, kind: type[Stream] = Stream) -> AsyncIterator[Stream]:
    client = connect(url, blocking=True)
    try:
        yield kind(client, keys)
    finally:
        await client.aclose()
