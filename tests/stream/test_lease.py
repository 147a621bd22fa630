"""The lease: one holder at a time, and a token that grows."""

import asyncio

from redis.asyncio import Redis

from wallboard.stream.keys import LEASE_MS, Keys
from wallboard.stream.lease import Lease


async def test_only_one_of_many_gets_a_free_lease(redis: Redis, keys: Keys) -> None:
    tokens = await asyncio.gather(*(Lease(redis, keys).acquire() for _ in range(10)))
    assert sorted(token for token in tokens if token is not None) == [1]


async def test_waiting_for_the_lease_takes_nothing_from_the_holder(redis: Redis, keys: Keys) -> None:
    lease = Lease(redis, keys)
    token = await lease.acquire()
    assert token is not None
    assert await lease.acquire() is None
    assert int(await redis.get(keys.fence)) == token
    assert await lease.renew(token)


async def test_each_holder_has_a_greater_token_than_the_one_before(redis: Redis, keys: Keys) -> None:
    lease = Lease(redis, keys)
    first = await lease.acquire()
    assert first is not None
    await lease.release(first)
    second = await lease.acquire()
    assert second is not None
    assert second > first


async def test_a_lease_runs_out_by_itself_and_renewing_starts_its_time_anew(redis: Redis, keys: Keys) -> None:
    lease = Lease(redis, keys)
    token = await lease.acquire()
    assert token is not None
    assert 0 < await redis.pttl(keys.lease) <= LEASE_MS
    await redis.pexpire(keys.lease, 100)
    assert await lease.renew(token)
    assert await redis.pttl(keys.lease) > 1000


async def test_who_lost_the_lease_can_neither_renew_nor_release_it(redis: Redis, keys: Keys) -> None:
    lease = Lease(redis, keys)
    old = await lease.acquire()
    assert old is not None
    await redis.delete(keys.lease)  # as if it had run out
    assert not await lease.renew(old)
    new = await lease.acquire()
    assert new is not None
    assert not await lease.renew(old)
    await lease.release(old)
    assert await lease.renew(new)
