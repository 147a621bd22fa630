"""Codes are good once and for a while, sessions while they are used; Redis holds nothing that opens a door."""

import asyncio
import secrets

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import StreamUnavailable
from wallboard.stream.keys import SESSION_S, SIGN_IN_CODE_S, Keys
from wallboard.stream.redis import connect
from wallboard.stream.signin import Session, SignIn, ref_of

OLENA = "olena-id"
HERS = Session(OLENA, 1, "Firefox", "10.0.0.7")


@pytest.fixture
def signin(redis: Redis, keys: Keys) -> SignIn:
    return SignIn(redis, keys)


async def own_keys(redis: Redis, keys: Keys) -> list[bytes]:
    return [key async for key in redis.scan_iter(f"{{{keys.namespace}}}*")]


async def test_a_code_is_for_one_person_and_then_gone(signin: SignIn) -> None:
    code = await signin.issue(OLENA)
    assert await signin.redeem(code) == OLENA
    assert await signin.redeem(code) is None


async def test_many_at_once_with_one_code_are_one(signin: SignIn) -> None:
    code = await signin.issue(OLENA)
    redeemed = await asyncio.gather(*(signin.redeem(code) for _ in range(20)))
    assert sum(one is not None for one in redeemed) == 1


async def test_a_code_is_no_session_and_a_session_is_no_code(signin: SignIn) -> None:
    code = await signin.issue(OLENA)
    assert await signin.session(code) is None
    assert await signin.redeem(await signin.begin(HERS)) is None


async def test_what_ends_is_ended(signin: SignIn) -> None:
    token = await signin.begin(HERS)
    assert await signin.session(token) == HERS
    await signin.end(token)
    assert await signin.session(token) is None


async def test_a_person_sees_every_session_of_theirs_and_may_end_each(signin: SignIn) -> None:
    here, phone = await signin.begin(HERS), await signin.begin(Session(OLENA, 2, "Safari", "10.0.0.8"))
    other = await signin.begin(Session("somebody else", 3))
    listed = await signin.of(OLENA)
    assert [(one.ref, one.session.browser, one.used_s) for one in listed] == [
        (ref_of(phone), "Safari", 0), (ref_of(here), "Firefox", 0)
    ]  # fmt: skip
    assert await signin.end_of(OLENA, ref_of(phone)) == 1
    assert await signin.end_of(OLENA, ref_of(other)) == 0
    assert [one.ref for one in await signin.of(OLENA)] == [ref_of(here)]
    await signin.begin(HERS)
    assert await signin.end_of(OLENA, but=here) == 1
    assert await signin.session(here) == HERS
    assert await signin.session(other) is not None


async def test_what_an_older_version_wrote_is_no_session(signin: SignIn, redis: Redis, keys: Keys) -> None:
    token = await signin.begin(HERS)
    session = next(key for key in await own_keys(redis, keys) if b"session:" in key)
    await redis.set(session, b'["Olena",["admin"]]')
    assert await signin.session(token) is None


@pytest.mark.parametrize("secret", ["", "x", "x" * 129, "\x00", "*", "Олена", "\udcff"])
async def test_nonsense_is_nobodys(signin: SignIn, secret: str) -> None:
    assert await signin.redeem(secret) is None
    assert await signin.session(secret) is None


async def test_redis_holds_digests_with_an_end_and_never_the_secrets(signin: SignIn, redis: Redis, keys: Keys) -> None:
    code = await signin.issue(OLENA)
    [code_key] = await own_keys(redis, keys)
    assert 0 < await redis.ttl(code_key) <= SIGN_IN_CODE_S
    await signin.redeem(code)
    token = await signin.begin(HERS)
    [session_key, of_person] = sorted(await own_keys(redis, keys), key=lambda key: b"sessions-of" in key)
    for key in (session_key, of_person):
        assert 0 < await redis.ttl(key) <= SESSION_S
    stored = code_key + session_key + (await redis.get(session_key) or b"") + b"".join(await redis.smembers(of_person))
    assert code.encode() not in stored
    assert token.encode() not in stored


async def test_a_session_in_use_is_renewed_before_it_ends(signin: SignIn, redis: Redis, keys: Keys) -> None:
    token = await signin.begin(HERS)
    for key in await own_keys(redis, keys):
        await redis.expire(key, 60)
    await signin.session(token)
    left_s = [await redis.ttl(key) for key in await own_keys(redis, keys)]
    assert len(left_s) == 2, "the session, and who has it"
    assert min(left_s) > SESSION_S - 60


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
        await nowhere.begin(HERS)
    with pytest.raises(StreamUnavailable):
        await nowhere.session("x")
