"""What has still to be said to whom? A stream a receiver; what was delivered is taken out of it.

put ─▶ known already? ─▶ nothing            waiting ─▶ (sent) ─▶ done
          └ no ─▶ XADD, remember                   └ (given up) ─▶ bury ─▶ letters (stream/letters.py)

So a process that dies in between says it again, and never not at all. Every method raises StreamUnavailable.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis

from wallboard.stream.keys import GOING_S, MOST_WAITING, TOLD_S, Keys
from wallboard.stream.letters import MOST_DEAD, Letters
from wallboard.stream.placed import Placed
from wallboard.stream.redis import answering
from wallboard.stream.script import REFUSE_OLD_TOKEN, Script

ASKED_AT_ONCE = 500
PUT_AT_ONCE = 100  # a script holds up everybody else in Redis: about a millisecond for so many
_WHAT = "messages"
_BETWEEN = "\n"  # a receiver's name and what it was told

# KEYS: fence, outbox, then of each: what was told about it. ARGV: token, seconds, most, then of each: how it is known
# there, message. Gives 1 for each that was put. Beside the message stands where and how it is known (`close`).
_PUT = Script(f"""
{REFUSE_OLD_TOKEN}
redis.call('XLEN', KEYS[2])
local put = {{}}
for i = 3, #KEYS do
  put[#put + 1] = redis.call('HSETNX', KEYS[i], ARGV[2 * i - 2], '1')
  redis.call('EXPIRE', KEYS[i], ARGV[2])
  if put[#put] == 1 then
    redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[3], '*', 'm', ARGV[2 * i - 1], 'in', KEYS[i], 'as', ARGV[2 * i - 2])
    redis.call('EXPIRE', KEYS[2], ARGV[2])
  end
end
return put
""")

# Those of before this was written down were there from the begin: ''; so it is there also where nobody is told.
# Of one that is none any more stands since when, below zero.
# KEYS: fence, receivers. ARGV: token, now, '', names. Gives of each since when (ms), first of ''.
_SINCE = Script(f"""
{REFUSE_OLD_TOKEN}
local since = redis.call('EXISTS', KEYS[2]) == 1 and ARGV[2] or '0'
local gone = {{}}
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do gone[name] = redis.call('HGET', KEYS[2], name) end
for i = 3, #ARGV do
  local known = gone[ARGV[i]]
  if not known or string.sub(known, 1, 1) == '-' then redis.call('HSET', KEYS[2], ARGV[i], since) end
  gone[ARGV[i]] = nil
end
for name, known in pairs(gone) do
  if string.sub(known, 1, 1) ~= '-' then redis.call('HSET', KEYS[2], name, '-' .. ARGV[2]) end
end
return redis.call('HMGET', KEYS[2], unpack(ARGV, 3))
""")

# KEYS: fence, what goes. ARGV: token, ids.
_BEGIN = Script(f"""
{REFUSE_OLD_TOKEN}
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[2], 'batch', ARGV[2])
  redis.call('EXPIRE', KEYS[2], '{GOING_S}')
end
return 1
""")

# What was taken is taken out, whoever sent it; how it goes on only the newest leader says.
# KEYS: fence, outbox, what goes. ARGV: token, is_alone '1', now, paced, ids.
_DONE = Script(f"""
redis.call('XDEL', KEYS[2], unpack(ARGV, 5))
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[3], 'failed', 'reason')
if ARGV[2] ~= '1' then redis.call('HDEL', KEYS[3], 'batch') end
redis.call('HSET', KEYS[3], 'taken', ARGV[3], 'paced', ARGV[4])
redis.call('EXPIRE', KEYS[3], '{GOING_S}')
return 1
""")

# KEYS: fence, what goes. ARGV: token, now, reason.
_FAILED = Script(f"""
{REFUSE_OLD_TOKEN}
redis.call('HSET', KEYS[2], 'failed', ARGV[2], 'reason', ARGV[3])
return redis.call('EXPIRE', KEYS[2], '{GOING_S}')
""")

# KEYS: fence, outbox, what goes, dead letters. ARGV: token, most, receiver, reason, is_alone '1', then of each: id,
# message.
_BURY = Script(f"""
{REFUSE_OLD_TOKEN}
redis.call('XLEN', KEYS[4])
for i = 6, #ARGV, 2 do
  redis.call('XDEL', KEYS[2], ARGV[i])
  redis.call('XADD', KEYS[4], 'MAXLEN', ARGV[2], '*', 'receiver', ARGV[3], 'reason', ARGV[4], 'message', ARGV[i + 1])
end
if ARGV[5] ~= '1' then redis.call('HDEL', KEYS[3], 'batch') end
return 1
""")


class Going(NamedTuple):
    """How it goes with one receiver: how many wait, since when; when it last took one, or why it did not (ms UTC)."""

    waiting: int
    since_ms: int | None
    taken_ms: int | None
    failed_ms: int | None
    reason: str | None


class New(NamedTuple):
    """`told`: by which it is put once; `about`: what it is about, of which it is known together what was told."""

    about: str
    told: str
    message: bytes


class Waiting(NamedTuple):
    """`at_ms`: when it was put there."""

    id: str
    at_ms: int
    message: bytes


class Outbox:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self.letters = Letters(redis, keys)
        self.placed = Placed(redis, keys)

    async def put(self, token: int, receiver: str, messages: Sequence[New]) -> list[bool]:
        """In their order, each once; whether it was put. Raises LeaseLost for who does not lead any more."""
        done = list[bool]()
        for first in range(0, len(messages), PUT_AT_ONCE):
            batch = messages[first : first + PUT_AT_ONCE]
            keys, arguments = [self._keys.fence, self._keys.outbox(receiver)], list[str | bytes | int]()
            arguments += [token, TOLD_S, MOST_WAITING]
            for one in batch:
                keys.append(self._keys.told(one.about))
                arguments += [_BETWEEN.join((receiver, one.told)), one.message]
            with answering(_WHAT):
                done += map(bool, await _PUT.run(self._redis, keys, arguments))
        return done

    async def told(self, abouts: Sequence[str]) -> set[tuple[str, str]]:
        """What was put about these: (receiver, by what it is put once)."""
        found = await self._of_each(abouts, lambda pipe, key: pipe.hkeys(key))
        return {_receiver_and_told(name) for names in found for name in names}

    async def remember(self, abouts: Sequence[str]) -> None:
        """What was put about these is known for another TOLD_S."""
        await self._of_each(abouts, lambda pipe, key: pipe.expire(key, TOLD_S))

    async def _of_each(self, abouts: Sequence[str], ask: Callable[[Any, str], object]) -> list[Any]:
        """What Redis says of what was told about each."""
        found = list[Any]()
        for first in range(0, len(abouts), ASKED_AT_ONCE):
            pipe = self._redis.pipeline(transaction=False)
            for about in abouts[first : first + ASKED_AT_ONCE]:
                ask(pipe, self._keys.told(about))
            with answering(_WHAT):
                found += await pipe.execute()
        return found

    async def since(self, token: int, receivers: Sequence[str], now_ms: int) -> dict[str, int]:
        """Since when each of these is told of alerts (ms): now of one that is new, 0 of one that was there before that
        was known. All others are none any more. Raises LeaseLost."""
        names = ["", *receivers]
        with answering(_WHAT):
            found = await _SINCE.run(self._redis, [self._keys.fence, self._keys.receivers], [token, now_ms, *names])
        return {name: int(since_ms) for name, since_ms in zip(names, found, strict=True) if name}

    async def gone(self, before_ms: int) -> list[str]:
        """Which receivers are none any more, and were none then (ms)."""
        with answering(_WHAT):
            found: Any = self._redis.hgetall(self._keys.receivers)
            since = (await found).items()
        return [name.decode() for name, value in since if int(value) < 0 and -int(value) <= before_ms]

    async def waiting(self, receiver: str, count: int, after: str = "") -> list[Waiting]:
        """The oldest first, behind the one of the id `after`."""
        with answering(_WHAT):
            least = f"({after}" if after else "-"
            found: Any = await self._redis.xrange(self._keys.outbox(receiver), min=least, count=count)
        named = [(one.decode(), fields[b"m"]) for one, fields in found]
        return [Waiting(one, int(one.partition("-")[0]), message) for one, message in named]

    async def awaiting(self, receivers: Sequence[str]) -> list[str]:
        """To which of these something waits."""
        if not receivers:
            return []
        with answering(_WHAT):
            pipe = self._redis.pipeline(transaction=False)
            for one in receivers:
                pipe.xlen(self._keys.outbox(one))
            counts = await pipe.execute()
        return [one for one, count in zip(receivers, counts, strict=True) if count]

    async def add(self, receiver: str, message: bytes) -> None:
        """Whatever is known of it: a test."""
        with answering(_WHAT):
            pipe = self._redis.pipeline(transaction=True)
            pipe.xadd(self._keys.outbox(receiver), {"m": message}, maxlen=MOST_WAITING)
            pipe.expire(self._keys.outbox(receiver), TOLD_S)
            await pipe.execute()

    async def begin(self, token: int, receiver: str, ids: Sequence[str]) -> None:
        """These go as one now: whoever tries again sends the same as one. Asked before each try, also with no ids:
        raises LeaseLost for who does not lead any more, as the one that leads sends the same."""
        with answering(_WHAT):
            await _BEGIN.run(self._redis, [self._keys.fence, self._keys.going(receiver)], [token, " ".join(ids)])

    async def begun(self, receiver: str) -> list[str]:
        """What went as one and was not taken yet."""
        with answering(_WHAT):
            found: Any = self._redis.hget(self._keys.going(receiver), "batch")
            told = await found
        return told.decode().split() if told else []

    async def done(
        self, token: int, receiver: str, ids: Sequence[str], now_ms: int, paced: bytes = b"", *, is_alone: bool = False
    ) -> None:
        """`paced`: what the next one to send must know of what was sent; of who does not lead any more only that these
        were taken counts. `is_alone`: it was not begun, and what was is still to come."""
        keys = [self._keys.fence, self._keys.outbox(receiver), self._keys.going(receiver)]
        with answering(_WHAT):
            await _DONE.run(self._redis, keys, [token, "1" if is_alone else "", now_ms, paced, *ids])

    async def close(self, *receivers: str) -> int:
        """Nobody is told there any more: what waits goes, as if it had not been put; how many that were."""
        count = 0
        with answering(_WHAT):
            for receiver in receivers:
                while went := await self._taken_out(receiver):
                    count += went
                pipe = self._redis.pipeline(transaction=True)
                pipe.delete(self._keys.outbox(receiver), self._keys.going(receiver))
                pipe.hdel(self._keys.receivers, receiver)
                await pipe.execute()
        return count

    async def _taken_out(self, receiver: str) -> int:
        """Some of what waits, the oldest first; how many."""
        outbox = self._keys.outbox(receiver)
        found: Any = await self._redis.xrange(outbox, count=ASKED_AT_ONCE)
        pipe = self._redis.pipeline(transaction=True)
        for name, fields in found:
            if b"as" in fields:
                pipe.hdel(fields[b"in"], fields[b"as"])
            pipe.xdel(outbox, name)
        await pipe.execute()
        return len(found)

    async def void(self, receiver: str, ids: Iterable[str]) -> None:
        """These say nothing any more: they are not sent, and no letters."""
        with answering(_WHAT):
            await self._redis.xdel(self._keys.outbox(receiver), *ids)

    async def paced(self, receiver: str) -> bytes:
        """As the last one that sent to it left it; nothing where nothing is known."""
        with answering(_WHAT):
            found: Any = self._redis.hget(self._keys.going(receiver), "paced")
            return await found or b""

    async def failed(self, token: int, receiver: str, reason: str, now_ms: int) -> None:
        """It was not taken. Raises LeaseLost."""
        keys = [self._keys.fence, self._keys.going(receiver)]
        with answering(_WHAT):
            await _FAILED.run(self._redis, keys, [token, now_ms, reason])

    async def going(self, receiver: str) -> Going:
        with answering(_WHAT):
            pipe = self._redis.pipeline(transaction=False)
            pipe.xlen(self._keys.outbox(receiver))
            pipe.xrange(self._keys.outbox(receiver), count=1)
            pipe.hgetall(self._keys.going(receiver))
            count, oldest, told = await pipe.execute()
        since_ms = int(oldest[0][0].partition(b"-")[0]) if oldest else None
        taken, failed = (int(told[key]) if key in told else None for key in (b"taken", b"failed"))
        return Going(count, since_ms, taken, failed, told[b"reason"].decode() if b"reason" in told else None)

    async def bury(
        self, token: int, receiver: str, dead: Sequence[Waiting], reason: str, *, is_alone: bool = False
    ) -> None:
        """Given up: kept to be looked at. `is_alone`: as in `done`. Raises LeaseLost."""
        keys = [self._keys.fence, self._keys.outbox(receiver), self._keys.going(receiver), self._keys.dead_letters]
        arguments: list[str | bytes | int] = [token, MOST_DEAD, receiver, reason, "1" if is_alone else ""]
        for one in dead:
            arguments += [one.id, one.message]
        with answering(_WHAT):
            await _BURY.run(self._redis, keys, arguments)


def _receiver_and_told(name: bytes) -> tuple[str, str]:
    receiver, _, told = name.decode().rpartition(_BETWEEN)
    return receiver, told
