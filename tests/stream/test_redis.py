"""The client: every form of address, what Redis refuses said in words, nothing repeated."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import LeaseLost, Mistake, StreamUnavailable
from wallboard.core.events import KpiReported
from wallboard.embedded import redis_binary
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.redis import connect
from wallboard.stream.stream import BEGIN, Stream

EVENT = KpiReported(kpi="n", value=1, source="pbx", id="a")


async def everything_works(url: str, keys: Keys) -> None:
    """The whole of `stream/` over this address, once."""
    redis, reader = connect(url), connect(url, blocking=True)
    token = await Lease(redis, keys).acquire()
    assert token is not None
    appended = await Stream(redis, keys).append([EVENT, EVENT], collector="c", position="1", fence=token)
    assert appended.duplicates == [1]
    stream = Stream(reader, keys)
    (entry,) = await stream.read(BEGIN, block_ms=100)
    assert await stream.read(entry.id, block_ms=10) == []
    await stream.check(entry.id)
    await stream.trim(1)
    await Checkpoints(redis, keys).write(entry.id, {"a": b"1", "b": b"2"}, [], token)
    assert await Checkpoints(redis, keys).read() == (entry.id, {"a": b"1", "b": b"2"})
    await redis.aclose()
    await reader.aclose()


async def test_a_unix_socket_serves_everything(redis_url: str, keys: Keys) -> None:
    await everything_works(redis_url, keys)


async def test_a_tcp_address_with_a_password_serves_everything(tmp_path: Path, keys: Keys) -> None:
    async with server(tmp_path, "--requirepass", "s3cret@") as port:
        await everything_works(f"redis://:s3cret%40@127.0.0.1:{port}/3", keys)
        wrong = connect(f"redis://:no@127.0.0.1:{port}/3")
        with pytest.raises(StreamUnavailable, match="another user or password"):
            await Stream(wrong, keys).last_id()
        none = connect(f"redis://127.0.0.1:{port}/3")
        with pytest.raises(StreamUnavailable, match="another user or password"):
            await Stream(none, keys).last_id()
        await wrong.aclose()
        await none.aclose()


async def test_a_user_with_the_rights_that_the_docs_name_may_do_everything(redis: Redis, redis_url: str) -> None:
    """And no key outside of the namespace is ever touched."""
    keys = Keys("rights")
    rights = ["on", ">pass", "resetkeys", f"~{{{keys.namespace}}}:*", "+@all", "-@dangerous"]
    await redis.execute_command("ACL SETUSER", "floor", *rights)
    await everything_works(f"{redis_url.replace('unix://', 'unix://floor@')}?password=pass", keys)
    stranger = connect(f"{redis_url.replace('unix://', 'unix://floor@')}?password=pass")
    with pytest.raises(StreamUnavailable, match="may not do this"):
        await Stream(stranger, Keys("others")).append([EVENT])
    await stranger.aclose()


async def test_a_cluster_serves_everything_from_one_slot(tmp_path: Path, keys: Keys) -> None:
    async with server(tmp_path, "--cluster-enabled", "yes") as port:
        node = connect(f"redis://127.0.0.1:{port}")
        await node.execute_command("CLUSTER ADDSLOTS", *range(16384))
        async with asyncio.timeout(60):
            while (await node.execute_command("CLUSTER INFO"))["cluster_state"] != "ok":
                await asyncio.sleep(0.05)
        await node.aclose()
        await everything_works(f"redis+cluster://127.0.0.1:{port}", keys)


async def test_a_primary_behind_sentinels_is_found_by_its_name(tmp_path: Path, keys: Keys) -> None:
    async with server(tmp_path / "primary") as port:
        config = tmp_path / "sentinel.conf"
        config.write_text(f"sentinel monitor floor 127.0.0.1 {port} 1\n")
        async with server(tmp_path / "sentinel", config=config) as sentinel:
            await everything_works(f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel}/floor/2", keys)
            unknown = connect(f"redis+sentinel://127.0.0.1:{sentinel}/nobody")
            with pytest.raises(StreamUnavailable, match="nobody"):
                await Stream(unknown, keys).last_id()
            await unknown.aclose()


async def test_a_replica_takes_no_events_and_says_what_to_do(tmp_path: Path, keys: Keys) -> None:
    async with server(tmp_path, "--replicaof", "127.0.0.1", "1") as port:
        replica = connect(f"redis://127.0.0.1:{port}")
        with pytest.raises(StreamUnavailable, match="name the primary"):
            await Stream(replica, keys).append([EVENT])
        await replica.aclose()


@pytest.mark.parametrize(
    "url", ["http://host", "redis://host:port", "redis+sentinel://host", "redis+cluster://", "nonsense"]
)
def test_an_address_that_cannot_be_meant_is_a_mistake_in_the_settings(url: str) -> None:
    with pytest.raises(Mistake, match=r"redis\.url"):
        connect(url)


async def test_more_commands_at_once_than_connections_wait_for_their_turn(redis: Redis, keys: Keys) -> None:
    await asyncio.gather(*(redis.incr(keys.stream) for _ in range(500)))
    assert await redis.get(keys.stream) == b"500"


async def test_a_reader_keeps_its_connection_and_closes_it(redis: Redis, redis_url: str) -> None:
    reader = connect(redis_url, blocking=True)
    ids = await asyncio.gather(*[reader.client_id() for _ in range(5)])
    assert len({*ids}) == 1
    await reader.aclose()
    assert await redis.client_kill_filter(_id=ids[0]) == 0, "it is there still"


async def test_a_reader_whose_connection_was_closed_meanwhile_asks_over_a_new_one(
    redis: Redis, redis_url: str, keys: Keys
) -> None:
    """Redis closes idle ones (`timeout`), and all when it starts anew."""
    reader = connect(redis_url, blocking=True)
    before = await reader.client_id()
    assert await redis.client_kill_filter(_id=before) == 1
    assert await Stream(reader, keys).read(BEGIN) == []
    assert await reader.client_id() != before
    await reader.aclose()


async def test_a_redis_that_does_not_answer_is_unavailable(keys: Keys) -> None:
    """It accepts and says nothing, as a host that hangs does."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        redis = connect(f"redis://127.0.0.1:{silent.getsockname()[1]}?socket_timeout=0.2")
        with pytest.raises(StreamUnavailable):
            await Lease(redis, keys).acquire()
        await redis.aclose()


def test_a_refused_token_is_no_outage() -> None:
    assert not issubclass(LeaseLost, StreamUnavailable)


@asynccontextmanager
async def server(folder: Path, *options: str, config: Path | None = None) -> AsyncIterator[int]:
    """A redis-server on a TCP port, with options that the private one never has."""
    folder.mkdir(exist_ok=True)
    port = _free_port()
    command = [redis_binary(folder), *([config] if config else []), "--port", str(port), "--dir", folder]
    process = subprocess.Popen([*command, *options, *(["--sentinel"] if config else [])], stdout=subprocess.DEVNULL)
    try:
        async with asyncio.timeout(60):
            while not await _listens(port):
                assert process.poll() is None, "this redis-server does not start with these options"
                await asyncio.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.mark.parametrize("blocking", [False, True])
async def test_whoever_talks_to_redis_ends_when_cancelled_at_any_moment(redis_url: str, blocking: bool) -> None:
    """On Python 3.11 redis-py forgets a cancellation that comes as its sending ends."""
    client = connect(redis_url, blocking=blocking)

    async def talk() -> None:
        while True:
            await client.ping()

    for turns in range(60):
        task = asyncio.create_task(talk())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=30)
        assert task.cancelled(), f"after {turns} turns of the loop it went on"
    assert await client.ping()
    await client.aclose()
