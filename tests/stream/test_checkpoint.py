"""Checkpoints: a reader always sees a whole one, and only the holder of the newest token writes."""

import asyncio
import random

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import LeaseLost, StreamUnavailable
from wallboard.stream import checkpoint as checkpoint_module
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import CHUNK_GRACE_S, CHUNK_LOOSE_S, Keys
from wallboard.stream.lease import Lease


@pytest.fixture
def checkpoints(redis: Redis, keys: Keys) -> Checkpoints:
    return Checkpoints(redis, keys)


@pytest.fixture
async def token(redis: Redis, keys: Keys) -> int:
    token = await Lease(redis, keys).acquire()
    assert token is not None
    return token


async def test_there_is_none_at_first(checkpoints: Checkpoints) -> None:
    assert await checkpoints.read() is None


async def test_what_was_written_is_read_with_kept_chunks_as_they_were(checkpoints: Checkpoints, token: int) -> None:
    await checkpoints.write("5-0", {"a": b"a1", "b": b"\x00b1", "c": b""}, [], token)
    assert await checkpoints.read() == ("5-0", {"a": b"a1", "b": b"\x00b1", "c": b""})
    await checkpoints.write("6-0", {"b": b"b2"}, ["a"], token)
    assert await checkpoints.read() == ("6-0", {"a": b"a1", "b": b"b2"})


async def test_large_chunks_go_in_slices_and_come_back_whole(
    checkpoints: Checkpoints, token: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_module, "SLICE_BYTES", 1000)
    chunks = {f"c{n}": bytes([n]) * (300 * n) for n in range(10)}
    await checkpoints.write("1-1", chunks, [], token)
    assert await checkpoints.read() == ("1-1", chunks)


async def test_an_older_token_writes_nothing(redis: Redis, keys: Keys, checkpoints: Checkpoints, token: int) -> None:
    await checkpoints.write("1-0", {"a": b"1"}, [], token)
    await redis.delete(keys.lease)
    newer = await Lease(redis, keys).acquire()
    assert newer is not None
    with pytest.raises(LeaseLost):
        await checkpoints.write("2-0", {"a": b"2"}, [], token)
    assert await checkpoints.read() == ("1-0", {"a": b"1"})
    await checkpoints.write("3-0", {"a": b"3"}, [], newer)
    assert await checkpoints.read() == ("3-0", {"a": b"3"})


async def test_a_chunk_to_keep_that_is_not_there_is_refused_and_the_old_checkpoint_stands(
    redis: Redis, keys: Keys, checkpoints: Checkpoints, token: int
) -> None:
    await checkpoints.write("1-0", {"a": b"1"}, [], token)
    with pytest.raises(StreamUnavailable, match="no chunk b: write a whole one"):
        await checkpoints.write("2-0", {"a": b"2"}, ["b"], token)
    assert await checkpoints.read() == ("1-0", {"a": b"1"})
    (chunk,) = await chunk_keys(redis, keys)
    await redis.delete(chunk)
    with pytest.raises(StreamUnavailable, match="no chunk a: write a whole one"):
        await checkpoints.write("2-0", {"b": b"2"}, ["a"], token)


async def test_named_chunks_stay_and_replaced_ones_go_after_a_while(
    redis: Redis, keys: Keys, checkpoints: Checkpoints, token: int
) -> None:
    await checkpoints.write("1-0", {"a": b"1", "b": b"1"}, [], token)
    old = await chunk_keys(redis, keys)
    await checkpoints.write("2-0", {"a": b"2"}, ["b"], token)
    lives = {await redis.get(key): await redis.ttl(key) for key in await chunk_keys(redis, keys) if b"chunk:a" in key}
    assert lives[b"2"] == -1
    assert 0 < lives[b"1"] <= CHUNK_GRACE_S
    (b,) = [key for key in old if b"chunk:b" in key]
    assert await redis.ttl(b) == -1


async def test_what_a_writer_left_that_died_before_its_pointer_expires(
    redis: Redis, keys: Keys, checkpoints: Checkpoints
) -> None:
    with pytest.raises(LeaseLost):
        await checkpoints.write("1-0", {"a": b"1"}, [], fence=99)
    (chunk,) = await chunk_keys(redis, keys)
    assert 0 < await redis.ttl(chunk) <= CHUNK_LOOSE_S
    assert await checkpoints.read() is None


async def test_a_reader_between_many_checkpoints_never_sees_parts_of_two(
    redis: Redis, keys: Keys, token: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each checkpoint says one number in all of its chunks, changed and kept. Replaced chunks go at once here."""
    monkeypatch.setattr(checkpoint_module, "CHUNK_GRACE_S", 0)
    monkeypatch.setattr(checkpoint_module, "_TRIES", 1000)
    names = [f"c{n}" for n in range(12)]
    writer, reader = Checkpoints(redis, keys), Checkpoints(redis, keys)
    await writer.write("0-1", dict.fromkeys(names, b"0"), [], token)

    async def write() -> None:
        for number in range(1, 60):
            await writer.write(f"{number}-1", dict.fromkeys(names, str(number).encode()), [], token)
            await asyncio.sleep(random.uniform(0, 0.01))

    writing = asyncio.create_task(write())
    seen = []
    while not writing.done():
        found = await reader.read()
        assert found is not None
        assert {data.decode() for data in found[1].values()} == {found[0].removesuffix("-1")}
        seen.append(int(found[0].removesuffix("-1")))
    await writing
    assert seen == sorted(seen)
    assert seen[-1] > 0


async def test_a_pointer_that_is_not_ours_is_as_none_and_is_written_over(
    redis: Redis, keys: Keys, checkpoints: Checkpoints, token: int
) -> None:
    await redis.set(keys.checkpoint, b'{"of": "a later version"}')
    assert await checkpoints.read() is None
    await checkpoints.write("1-0", {"a": b"1"}, [], token)
    assert await checkpoints.read() == ("1-0", {"a": b"1"})


async def chunk_keys(redis: Redis, keys: Keys) -> list[bytes]:
    return [key async for key in redis.scan_iter(f"{{{keys.namespace}}}:chunk:*")]
