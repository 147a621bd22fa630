"""What was given up, and how does it come back? Dead letters, kept for 30 days to be looked at.

`stream/outbox.py` buries them. Every method raises StreamUnavailable.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from redis.asyncio import Redis

from wallboard.stream.keys import DEAD_S, MOST_WAITING, TOLD_S, Keys
from wallboard.stream.redis import answering
from wallboard.stream.script import Script

MOST_DEAD = 1_000
_WHAT = "messages"

# KEYS: dead letters, outbox. ARGV: the letter, most, its message, seconds.
_AGAIN = Script("""
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[2], '*', 'm', ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return redis.call('XDEL', KEYS[1], ARGV[1])
""")


class Letter(NamedTuple):
    """A message that was given up."""

    id: str
    at_ms: int
    receiver: str
    reason: str
    message: bytes


class Letters:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def newest(self, count: int) -> list[Letter]:
        """The newest first."""
        with answering(_WHAT):
            found: Any = await self._redis.xrevrange(self._keys.dead_letters, count=count)
        return [_letter(one.decode(), fields) for one, fields in found]

    async def count(self) -> int:
        with answering(_WHAT):
            return int(await self._redis.xlen(self._keys.dead_letters))

    async def again(self, letter: Letter) -> bool:
        """Back into its outbox; False: it is no dead letter any more."""
        keys = [self._keys.dead_letters, self._keys.outbox(letter.receiver)]
        with answering(_WHAT):
            return bool(await _AGAIN.run(self._redis, keys, [letter.id, MOST_WAITING, letter.message, TOLD_S]))

    async def drop(self, now_ms: int) -> int:
        """Those that were given up more than 30 days ago are kept no longer; how many went."""
        with answering(_WHAT):
            return int(
                await self._redis.xtrim(self._keys.dead_letters, minid=now_ms - DEAD_S * 1000, approximate=False)
            )

    async def forget(self, is_about: Callable[[bytes], bool]) -> int:
        """Takes out those whose message is about somebody; how many there were."""
        found = [one.id for one in await self.newest(MOST_DEAD) if is_about(one.message)]
        with answering(_WHAT):
            return int(await self._redis.xdel(self._keys.dead_letters, *found)) if found else 0


def _letter(name: str, fields: dict[bytes, bytes]) -> Letter:
    at_ms = int(name.partition("-")[0])
    return Letter(name, at_ms, fields[b"receiver"].decode(), fields[b"reason"].decode(), fields[b"message"])
