"""A shown code is good once, for fifteen minutes and five tries; Redis holds nothing that opens a door."""

import asyncio
import random
from collections import Counter

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import StreamUnavailable
from wallboard.embedded import EmbeddedRedis
from wallboard.stream.keys import PAIRING_S, Keys
from wallboard.stream.pairing import LETTERS, LONG, TRIES, Pairing, Shown, code_of, written
from wallboard.stream.redis import connect


@pytest.fixture
def pairing(redis: Redis, keys: Keys) -> Pairing:
    return Pairing(redis, keys)


async def test_a_code_leads_to_its_device_which_learns_its_screen(pairing: Pairing) -> None:
    begun = await pairing.begin()
    assert await pairing.shown(begun.device) == Shown(begun.code)
    device = await pairing.attempt(begun.code)
    assert device is not None
    assert await pairing.give(begun.code, device, "hall")
    assert await pairing.shown(begun.device) == Shown(begun.code, "hall")


async def test_a_code_is_good_once_also_for_many_at_the_same_moment(pairing: Pairing) -> None:
    begun = await pairing.begin()
    device = await pairing.attempt(begun.code)
    assert device is not None
    given = await asyncio.gather(*(pairing.give(begun.code, device, str(number)) for number in range(20)))
    assert Counter(given) == {True: 1, False: 19}
    assert await pairing.attempt(begun.code) is None


async def test_after_five_tries_a_code_is_void_and_its_device_needs_another(pairing: Pairing) -> None:
    begun = await pairing.begin()
    tries = [await pairing.attempt(begun.code) for _ in range(TRIES)]
    assert all(tries)
    assert await pairing.shown(begun.device) == Shown(begun.code)
    assert await pairing.attempt(begun.code) is None
    assert await pairing.shown(begun.device) is None


async def test_ten_thousand_guesses_open_nothing_and_take_no_try_from_a_code_that_is_shown(pairing: Pairing) -> None:
    begun, luck = await pairing.begin(), random.Random(11)
    for _ in range(100):
        guesses = ["".join(luck.choices(LETTERS, k=LONG)) for _ in range(100)]
        assert begun.code not in guesses
        assert not any(await asyncio.gather(*(pairing.attempt(guess) for guess in guesses)))
    assert await pairing.attempt(begun.code) is not None


async def test_wrong_used_old_and_worn_out_codes_ask_redis_the_same(own_redis: EmbeddedRedis, keys: Keys) -> None:
    """So that none is told from another by its time."""
    redis = connect(own_redis.url)
    pairing = Pairing(redis, keys)
    used, old, worn = [(await pairing.begin()).code for _ in range(3)]
    assert await pairing.give(used, str(await pairing.attempt(used)), "screen-1")
    await redis.delete(keys.pair_code(old))
    for _ in range(TRIES + 1):
        await pairing.attempt(worn)
    asked = []
    for code in ("BCDFGHJK", used, old, worn):
        await redis.config_resetstat()
        assert await pairing.attempt(code) is None
        stats = await redis.info("commandstats")
        asked.append({name: one["calls"] for name, one in stats.items() if name != "cmdstat_config|resetstat"})
    await redis.aclose()
    assert asked[0] == asked[1] == asked[2] == asked[3]
    assert asked[0]["cmdstat_evalsha"] == asked[0]["cmdstat_hget"] == 1


async def test_a_screen_goes_to_the_device_that_showed_its_code_and_to_no_other(pairing: Pairing) -> None:
    one, other = await pairing.begin(), await pairing.begin()
    device, swapped = await pairing.attempt(one.code), await pairing.attempt(other.code)
    assert device is not None
    assert device != swapped
    assert await pairing.give(one.code, device, "hall")
    assert await pairing.shown(one.device) == Shown(one.code, "hall")
    assert await pairing.shown(other.device) == Shown(other.code), "who swaps the devices' secrets gets their own"


async def test_codes_end_after_fifteen_minutes(pairing: Pairing, redis: Redis, keys: Keys) -> None:
    begun = await pairing.begin()
    found = [key async for key in redis.scan_iter(f"{{{keys.namespace}}}*")]
    assert len(found) == 2
    for key in found:
        assert PAIRING_S - 5 <= await redis.ttl(key) <= PAIRING_S
        await redis.pexpire(key, 1)
    await asyncio.sleep(0.01)
    assert await pairing.shown(begun.device) is None
    assert await pairing.attempt(begun.code) is None


async def test_redis_holds_a_digest_of_the_device_and_never_its_secret(
    pairing: Pairing, redis: Redis, keys: Keys
) -> None:
    begun = await pairing.begin()
    device = await pairing.attempt(begun.code)
    found = [key async for key in redis.scan_iter(f"{{{keys.namespace}}}*")]
    assert device is not None
    assert begun.device not in f"{found}{device}{await redis.hgetall(keys.pair_code(begun.code))}"


async def test_the_code_is_no_device_and_the_device_no_code(pairing: Pairing) -> None:
    begun = await pairing.begin()
    assert await pairing.shown(begun.code) is None
    assert await pairing.attempt(begun.device) is None


@pytest.mark.parametrize("device", ["", "x", "x" * 129, "\x00", "*", "\udcff"])
async def test_nonsense_is_no_device(pairing: Pairing, device: str) -> None:
    assert await pairing.shown(device) is None


async def test_codes_are_eight_letters_that_are_hard_to_mistake(pairing: Pairing) -> None:
    codes = {(await pairing.begin()).code for _ in range(200)}
    assert len(codes) == 200
    assert {len(code) for code in codes} == {LONG}
    assert set("".join(codes)) == set(LETTERS)


@pytest.mark.parametrize("typed", ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "BCDF–GHJK", "ВСDF-GНJК"])
def test_a_code_is_understood_however_a_person_writes_it(typed: str) -> None:
    assert code_of(typed) == "BCDFGHJK"
    assert written("BCDFGHJK") == "BCDF-GHJK"


@pytest.mark.parametrize("typed", ["", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF-GHJ1", "BCDFGHJK" * 1000])
def test_what_is_no_code_is_told_apart(typed: str) -> None:
    assert code_of(typed) is None


async def test_without_redis_it_says_so(keys: Keys) -> None:
    nowhere = Pairing(connect("redis://127.0.0.1:1/0"), keys)
    for asked in (nowhere.begin(), nowhere.shown("x"), nowhere.attempt("BCDFGHJK"), nowhere.give("x", "y", "z")):
        with pytest.raises(StreamUnavailable):
            await asked
