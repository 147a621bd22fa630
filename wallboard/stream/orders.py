"""What is a paired screen told, and what did it say last? Through Redis, since another process may hold its socket.

orders          a short stream: each web process reads all of it, and passes on what is for its own screens
screen:ID       what the screen said last, and when
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from redis.asyncio import Redis

from wallboard.stream.keys import SCREEN_S, Keys
from wallboard.stream.redis import answering

MOST_ORDERS = 200  # that stand; whoever was away for so many reads on from there
AT_ONCE = 500


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """For one screen. `name`: what it shows as its own; `board`: where it goes."""

    screen: str
    do: Literal["reload", "identify", "show"]
    name: str = ""
    board: str = ""


class Word(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one screen said last. `at`: when its server process saw it last, in ms UTC; `shows`: a board's id."""

    at: int
    shows: str = ""
    build: str | None = None
    lag_ms: float | None = None
    heap_mb: float | None = None
    sound: str | None = None
    connected: bool = True


class Read(NamedTuple):
    place: str
    orders: list[Order]


class Orders:
    """Every method raises StreamUnavailable when Redis does not answer."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def give(self, order: Order) -> None:
        with answering("screens"):
            await self._redis.xadd(
                self._keys.orders, {"o": msgspec.json.encode(order)}, maxlen=MOST_ORDERS, approximate=False
            )

    async def place(self) -> str:
        """Behind the newest order: where a reader begins."""
        with answering("screens"):
            last: Any = await self._redis.xrevrange(self._keys.orders, count=1)
        return _text(last[0][0]) if last else "0-0"

    async def after(self, place: str) -> Read:
        """The orders since then. Never waits."""
        with answering("screens"):
            found: Any = await self._redis.xrange(self._keys.orders, min=f"({place}", count=MOST_ORDERS)
        if not found:
            return Read(place, [])
        return Read(_text(found[-1][0]), [msgspec.json.decode(fields[b"o"], type=Order) for _, fields in found])

    async def say(self, words: Mapping[str, Word]) -> None:
        """Each is kept for SCREEN_S, or until the screen is forgotten."""
        items = list(words.items())
        for start in range(0, len(items), AT_ONCE):
            with answering("screens"):
                pipe = self._redis.pipeline(transaction=False)
                for screen, word in items[start : start + AT_ONCE]:
                    pipe.set(self._keys.screen(screen), msgspec.json.encode(word), ex=SCREEN_S)
                await pipe.execute()

    async def said(self, screens: Sequence[str]) -> dict[str, Word]:
        if not screens:
            return {}
        with answering("screens"):
            found = await self._redis.mget([self._keys.screen(screen) for screen in screens])
        return {name: msgspec.json.decode(word, type=Word) for name, word in zip(screens, found, strict=True) if word}

    async def forget(self, screen: str) -> None:
        with answering("screens"):
            await self._redis.delete(self._keys.screen(screen))


def _text(found: bytes) -> str:
    return found.decode()
