"""Tests of wallboard/stream/housetime.py on a real Redis."""

from redis.asyncio import Redis

from wallboard.stream.housetime import MS, STEP_NS, HouseTime, steady_ns
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect


class Steady:
    """A clock of this machine that a test sets forth: to whoever reads it Redis's is set back."""

    def __init__(self) -> None:
        self.set_forth_ms = 0

    def __call__(self) -> int:
        return steady_ns() + self.set_forth_ms * MS


async def redis_ms(redis: Redis) -> int:
    seconds, micros = await redis.time()
    return int(seconds) * 1000 + int(micros) // 1000


async def test_it_is_redis_s_time_and_never_ahead_of_it(redis: Redis, keys: Keys) -> None:
    house = HouseTime(redis, keys, Steady())
    for _ in range(10):
        before_ms = await redis_ms(redis)
        await house.look()
        assert before_ms - 1 <= house()
        assert house() <= await redis_ms(redis) + 1  # whole milliseconds of two clocks


async def test_it_is_not_ahead_by_a_part_of_a_millisecond(redis: Redis, keys: Keys) -> None:
    """Two readings that are cut first differ by up to one: 100.0 and 50.9 ms by 50, though 49.1 lie between."""
    house = HouseTime(redis, keys)
    await house.look()
    for _ in range(300):
        told_ms = house()
        assert told_ms <= await redis_ms(redis)


async def test_an_answer_that_comes_late_changes_nothing(redis: Redis, keys: Keys) -> None:
    steady = Steady()
    house = HouseTime(redis, keys, steady)
    await house.look()
    steady.set_forth_ms = STEP_NS // MS // 2  # half a second passes here before Redis's word is read
    before_ms = house()
    await house.look()
    assert house() >= before_ms


async def test_a_clock_of_redis_that_was_set_back_is_followed_at_once(redis: Redis, keys: Keys) -> None:
    steady = Steady()
    house = HouseTime(redis, keys, steady)
    await house.look()
    steady.set_forth_ms = 3_600_000
    assert house() > await redis_ms(redis) + 3_000_000
    await house.look()
    assert house() <= await redis_ms(redis) + 1


async def test_without_redis_time_goes_on(redis: Redis, keys: Keys) -> None:
    steady = Steady()
    away = connect("redis://127.0.0.1:1/0")
    house = HouseTime(away, keys, steady)
    await house.look()
    before_ms = house()
    steady.set_forth_ms = 5_000
    await house.look()
    assert 5_000 <= house() - before_ms < 65_000
    assert abs(house() - 5_000 - await redis_ms(redis)) < 60_000, "by this machine's clock, which is Redis's here"
    await away.aclose()
