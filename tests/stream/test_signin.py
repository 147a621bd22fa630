"""Codes are good once and for a while, sessions while they are used; Redis holds nothing that opens a door."""

import asyncio
import secrets

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import StreamUnavailable
from wallboard.stream.keys import SESSION_S, SIGN_IN_CODE_S, Keys
from wallboard.stream.redis import connect
from wallboard.stream.signin import Person, SignIn

OLENA = Person("Олена", ("admin",))


@pytest.fixture
def signin(redis: Redis, keys: Keys) -> SignIn:
    return SignIn(redis, keys)


async def own_keys(redis: Redis, keys: Keys) -> list[bytes]:
    return [key async for key in redis.scan_iter(f"{{{keys.namespace}}}*")]


async def test_a_code_gives_one_session_and_is_then_gone(signin: SignIn) -> None:
    code = await signin.issue(OLENA)
    redeemed = await signin.redeem(code)
    assert redeemed is not None
    token, person = redeemed
    assert person == OLENA
    assert await signin.session(token) == OLENA
    assert await signin.redeem(code) is None


async def test_many_at_once_with_one_code_get_one_session(signin: SignIn) -> None:
    code = await signin.issue(OLENA)
    redeemed = await asyncio.gather(*(signin.redeem(code) for _ in range(20)))
    assert sum(one is not None for one in redeemed) == 1


async def test_a_code_is_no_session_and_a_session_is_no_code(signin: SignIn) -> None:
    code = await signin.issue(OLENA)
    assert await signin.session(code) is None
    redeemed = await signin.redeem(code)
    assert redeemed is not None
    assert await signin.redeem(redeemed[0]) is None


async def test_what_ends_is_ended(signin: SignIn) -> None:
    redeemed = await signin.redeem(await signin.issue(OLENA))
    assert redeemed is not None
    await signin.end(redeemed[0])
    assert await signin.session(redeemed[0]) is None


@pytest.mark.parametrize("secret", ["", "x", "x" * 129, "\x00", "*", "Олена", "\udcff"])
async def test_nonsense_is_nobodys(signin: SignIn, secret: str) -> None:
    assert await signin.redeem(secret) is None
    assert await signin.session(secret) is None


async def test_redis_holds_digests_with_an_end_and_never_the_secrets(signin: SignIn, redis: Redis, keys: Keys) -> None:
    code = await signin.issue(OLENA)
    [code_key] = await own_keys(redis, keys)
    assert 0 < await redis.ttl(code_key) <= SIGN_IN_CODE_S
    redeemed = await signin.redeem(code)
    assert redeemed is not None
    [session_key] = await own_keys(redis, keys)
    assert 0 < await redis.ttl(session_key) <= SESSION_S
    stored = code_key + session_key + (await redis.get(session_key) or b"")
    assert code.encode() not in stored
    assert redeemed[0].encode() not in stored


async def test_a_session_in_use_is_renewed_before_it_ends(signin: SignIn, redis: Redis, keys: Keys) -> None:
    redeemed = await signin.redeem(await signin.issue(OLENA))
    assert redeemed is not None
    [key] = await own_keys(redis, keys)
    await redis.expire(key, 60)
    await signin.session(redeemed[0])
    assert await redis.ttl(key) > SESSION_S - 60


async def test_every_secret_is_new_and_long(signin: SignIn) -> None:
    codes = {await signin.issue(OLENA) for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) >= len(secrets.token_urlsafe(32)) for code in codes)


async def test_without_redis_nobody_is_let_in_or_turned_away(keys: Keys) -> None:
    nowhere = SignIn(connect("redis://127.0.0.1:1/0"), keys)
    with pytest.raises(StreamUnavailable):
        await nowhere.issue(OLENA)
    with pytest.raises(StreamUnavailable):
        await nowhere.redeem("x")
    with pytest.raises(StreamUnavailable):
        await nowhere.session("x")
