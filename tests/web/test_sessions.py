"""A known session survives an absence of Redis or the record; what was revoked does not survive five seconds."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import StreamUnavailable
from wallboard.embedded import EmbeddedRedis
from wallboard.record.database import open_record
from wallboard.record.people import Bound, People, Person
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.signin import Session, SignIn
from wallboard.web.sessions import Sessions


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    engine = open_record(tmp_path / "record")
    yield People(engine)
    engine.dispose()


@pytest.fixture
def olena(people: People) -> Person:
    people.first(0)
    return people.add("Olena", "lead", Bound(teams=("first-line",)), by="tests", now_ms=1)


def sessions_of(redis: Redis, keys: Keys, people: People) -> Sessions:
    return Sessions(SignIn(redis, keys), people, namespace="w", https=False)


async def test_a_session_that_another_process_ended_is_noticed_within_five_seconds(
    redis: Redis, keys: Keys, people: People, olena: Person
) -> None:
    elsewhere, sessions = SignIn(redis, keys), sessions_of(redis, keys, people)
    token = await elsewhere.begin(Session(olena.id))
    who = await sessions.who(token, now_s=100)
    assert who
    assert (who.name, who.kind, who.role, who.id, who.teams) == ("Olena", "person", "lead", olena.id, {"first-line"})
    await elsewhere.end(token)
    assert await sessions.who(token, now_s=104.9) is None


async def test_rights_that_another_process_changed_count_within_five_seconds(
    redis: Redis, keys: Keys, people: People, olena: Person
) -> None:
    sessions = sessions_of(redis, keys, people)
    token = await sessions.begin(Session(olena.id))
    who = await sessions.who(token, now_s=100)
    assert who
    assert who.may("people:read")
    people.change(olena.id, by="tests", now_ms=2, role="viewer", bound=Bound(boards=("support",)))
    who = await sessions.who(token, now_s=104.9)
    assert who
    assert not who.may("people:read")
    assert (who.may_see_board("support?queue=a"), who.may_see_board("sales")) == (True, False)
    assert (await sessions.again([token, "unknown"])) == {token: who}
    people.change(olena.id, by="tests", now_ms=3, disabled=True)
    assert await sessions.who(token, now_s=110) is None
    assert await sessions.again([token]) == {}


async def test_a_session_that_ended_here_is_gone_at_once(
    redis: Redis, keys: Keys, people: People, olena: Person
) -> None:
    sessions = sessions_of(redis, keys, people)
    token = await sessions.begin(Session(olena.id))
    assert await sessions.who(token, now_s=100)
    await sessions.end(token)
    assert await sessions.who(token, now_s=100) is None


async def test_a_session_is_gone_at_once_although_somebody_was_asking_when_it_ended(
    redis: Redis, keys: Keys, people: People, olena: Person
) -> None:
    read, ended = asyncio.Event(), asyncio.Event()

    class Slow(SignIn):
        async def session(self, token: str) -> Session | None:
            found = await super().session(token)
            read.set()
            await ended.wait()
            return found

    sessions = Sessions(Slow(redis, keys), people, namespace="w", https=False)
    token = await sessions.begin(Session(olena.id))
    asking = asyncio.create_task(sessions.who(token, now_s=100))
    async with asyncio.timeout(60):
        await read.wait()
    await sessions.end(token)
    ended.set()
    await asking
    assert await sessions.who(token, now_s=100) is None


async def test_while_redis_is_away_known_sessions_go_on_for_ten_minutes_and_unknown_ones_do_not(
    tmp_path: Path, keys: Keys, people: People, olena: Person
) -> None:
    server = EmbeddedRedis()
    client = connect(await server.start(tmp_path))
    sessions = sessions_of(client, keys, people)
    try:
        token = await sessions.begin(Session(olena.id))
        assert await sessions.who(token, now_s=0)
    finally:
        await server.stop()
    assert await sessions.who(token, now_s=599)
    with pytest.raises(StreamUnavailable):
        await sessions.who(token, now_s=601)
    with pytest.raises(StreamUnavailable):
        await sessions.who("unknown", now_s=1)
    await client.aclose()


def test_namespaces_on_one_host_do_not_share_a_cookie(people: People) -> None:
    def cookie(namespace: str, https: bool) -> str:
        signin = SignIn(connect("redis://127.0.0.1:1/0"), Keys(namespace))
        return Sessions(signin, people, namespace=namespace, https=https).cookie

    assert cookie("wallboard", False) != cookie("wallboard-demo", False)
    assert cookie("wallboard", True).startswith("__Host-")
