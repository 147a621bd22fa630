"""A known session survives an absence of Redis, and a revoked one does not survive five seconds."""

from pathlib import Path

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import StreamUnavailable
from wallboard.embedded import EmbeddedRedis
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.signin import Person, SignIn
from wallboard.web.sessions import Sessions

OLENA = Person("Olena", ("admin",))


async def signed_in(signin: SignIn) -> str:
    redeemed = await signin.redeem(await signin.issue(OLENA))
    assert redeemed is not None
    return redeemed[0]


async def test_a_session_that_another_process_ended_is_noticed_within_five_seconds(redis: Redis, keys: Keys) -> None:
    elsewhere = SignIn(redis, keys)
    sessions = Sessions(SignIn(redis, keys), namespace="w", https=False)
    token = await signed_in(elsewhere)
    assert await sessions.person(token, now_s=100) == OLENA
    await elsewhere.end(token)
    assert await sessions.person(token, now_s=105) is None


async def test_a_session_that_ended_here_is_gone_at_once(redis: Redis, keys: Keys) -> None:
    sessions = Sessions(SignIn(redis, keys), namespace="w", https=False)
    token = await signed_in(sessions.signin)
    assert await sessions.person(token, now_s=100) == OLENA
    await sessions.end(token)
    assert await sessions.person(token, now_s=100) is None


async def test_while_redis_is_away_known_sessions_go_on_for_ten_minutes_and_unknown_ones_do_not(
    tmp_path: Path, keys: Keys
) -> None:
    server = EmbeddedRedis()
    client = connect(await server.start(tmp_path))
    sessions = Sessions(SignIn(client, keys), namespace="w", https=False)
    try:
        token = await signed_in(sessions.signin)
        assert await sessions.person(token, now_s=0) == OLENA
    finally:
        await server.stop()
    assert await sessions.person(token, now_s=599) == OLENA
    with pytest.raises(StreamUnavailable):
        await sessions.person(token, now_s=601)
    with pytest.raises(StreamUnavailable):
        await sessions.person("unknown", now_s=1)
    await client.aclose()


def test_namespaces_on_one_host_do_not_share_a_cookie() -> None:
    def cookie(namespace: str, https: bool) -> str:
        return Sessions(
            SignIn(connect("redis://127.0.0.1:1/0"), Keys(namespace)), namespace=namespace, https=https
        ).cookie

    assert cookie("wallboard", False) != cookie("wallboard-demo", False)
    assert cookie("wallboard", True).startswith("__Host-")
