"""Who is the one worker now? A lease of a few seconds, with a token that grows from holder to holder.

The lease says who should work; the token, checked in the same script as every write (`REFUSE_OLD_TOKEN`),
keeps out one that slept past its lease and does not know it yet.
"""

from redis.asyncio import Redis

from wallboard.stream.keys import LEASE_MS, Keys
from wallboard.stream.redis import answering
from wallboard.stream.script import Script

# KEYS: lease, fence. ARGV: how long in ms. The counter moves only when the lease is free: a worker that
# merely waits takes nothing from the one that leads.
_ACQUIRE = Script("""
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local token = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
return token
""")

# KEYS: lease. ARGV: token, how long in ms.
_RENEW = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
""")

_RELEASE = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
""")


class Lease:
    """One holder at a time. Every method raises StreamUnavailable when Redis does not answer."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def acquire(self) -> int | None:
        """The fencing token for the next LEASE_MS. None: somebody holds the lease."""
        with answering("the lease was not asked for"):
            token = await _ACQUIRE.run(self._redis, [self._keys.lease, self._keys.fence], [LEASE_MS])
        return None if token is None else int(token)

    async def led(self) -> tuple[bool, bool]:
        """Whether somebody holds it now, and whether anybody ever did."""
        with answering("the lease was not looked at"):
            held, ever = await self._redis.mget([self._keys.lease, self._keys.fence])
        return held is not None, ever is not None

    async def renew(self, token: int) -> bool:
        """For another LEASE_MS. False: it has run out, and perhaps somebody else holds it."""
        with answering("the lease was not renewed"):
            return bool(await _RENEW.run(self._redis, [self._keys.lease], [token, LEASE_MS]))

    async def release(self, token: int) -> None:
        """So that the next one need not wait. Nothing happens if it is not held any more."""
        with answering("the lease was not released"):
            await _RELEASE.run(self._redis, [self._keys.lease], [token])
