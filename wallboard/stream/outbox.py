"""What has still to be said to whom? A stream a receiver; what was delivered is taken out of it.

put ─▶ known already? ─▶ nothing            waiting ─▶ (sent) ─▶ done
          └ no ─▶ XADD, remember                   └ (given up) ─▶ bury

So a process that dies in between says it again, and never not at all. Every method raises StreamUnavailable.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis

from wallboard.stream.keys import TOLD_S, Keys
from wallboard.stream.redis import answering
from wallboard.stream.script import REFUSE_OLD_TOKEN, Script

MOST_WAITING = 10_000  # of one receiver; above it the oldest are dropped: it was away for very long
MOST_DEAD = 1_000
_WHAT = "messages"

# KEYS: fence, told, the one it needs (or told again), outbox. ARGV: token, seconds, most, needs '1', message.
_PUT = Script(f"""
{REFUSE_OLD_TOKEN}
redis.call('XLEN', KEYS[4])
if ARGV[4] == '1' and redis.call('EXISTS', KEYS[3]) == 0 then return 0 end
if redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[2]) then
  redis.call('XADD', KEYS[4], 'MAXLEN', ARGV[3], '*', 'm', ARGV[5])
  return 1
end
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 0
""")


class Waiting(NamedTuple):
    """`at_ms`: when it was put there."""

    id: str
    at_ms: int
    message: bytes


class Outbox:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def put(self, token: int, receiver: str, told: str, message: bytes, needs: str | None = None) -> bool:
        """Once for each `told`, and only if `needs` was told. Raises LeaseLost for who does not lead any more."""
        keys = [self._keys.fence, self._keys.told(receiver, told), self._keys.told(receiver, needs or told)]
        with answering(_WHAT):
            arguments: list[str | bytes | int] = [str(token), TOLD_S, MOST_WAITING, "1" if needs else "", message]
            return bool(await _PUT.run(self._redis, [*keys, self._keys.outbox(receiver)], arguments))

    async def waiting(self, receiver: str, count: int) -> list[Waiting]:
        """The oldest first."""
        with answering(_WHAT):
            found: Any = await self._redis.xrange(self._keys.outbox(receiver), count=count)
        named = [(one.decode(), fields[b"m"]) for one, fields in found]
        return [Waiting(one, int(one.partition("-")[0]), message) for one, message in named]

    async def done(self, receiver: str, ids: Sequence[str]) -> None:
        with answering(_WHAT):
            await self._redis.xdel(self._keys.outbox(receiver), *ids)

    async def bury(self, receiver: str, dead: Sequence[Waiting], reason: str) -> None:
        """Given up: kept to be looked at."""
        with answering(_WHAT):
            pipe = self._redis.pipeline(transaction=True)
            for one in dead:
                fields = {"receiver": receiver, "reason": reason, "message": one.message}
                pipe.xadd(self._keys.dead_letters, fields, maxlen=MOST_DEAD)  # type: ignore[arg-type]
            pipe.xdel(self._keys.outbox(receiver), *[one.id for one in dead])
            await pipe.execute()

    async def dead(self) -> int:
        """How many were given up."""
        with answering(_WHAT):
            return int(await self._redis.xlen(self._keys.dead_letters))
