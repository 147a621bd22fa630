"""The stream: read on from a place, find out when that place is gone, trim by time."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import StreamGap, StreamUnavailable
from wallboard.core.events import Event, KpiReported
from wallboard.embedded import EmbeddedRedis
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.stream import BEGIN, Entry, Stream


def events(*values: int) -> list[Event]:
    return [KpiReported(kpi="n", value=value, source="pbx") for value in values]


def values(entries: list[Entry]) -> list[float]:
    return [entry.event.value for entry in entries if isinstance(entry.event, KpiReported)]


async def followed(stream: Stream, count: int) -> list[Entry]:
    """`count` entries appended and read, so that the reader stands on the last one."""
    await stream.append(events(*range(count)))
    return await stream.read(BEGIN)


async def test_a_reader_goes_on_after_the_entry_that_it_has(stream: Stream) -> None:
    await stream.append(events(1, 2, 3, 4, 5))
    first = await stream.read(BEGIN, count=2)
    second = await stream.read(first[-1].id, count=2)
    third = await stream.read(second[-1].id, count=2)
    assert [values(part) for part in (first, second, third)] == [[1, 2], [3, 4], [5]]
    assert await stream.read(third[-1].id) == []


async def test_a_waiting_reader_gets_an_event_that_arrives_meanwhile(stream: Stream) -> None:
    waiting = asyncio.create_task(stream.read(BEGIN, block_ms=2000))
    await asyncio.sleep(0.05)
    await stream.append(events(1))
    assert values(await waiting) == [1]


async def test_a_reader_that_waits_longer_than_other_commands_may_take_is_no_error(stream: Stream) -> None:
    assert await stream.read(BEGIN, block_ms=60_000) == []


@pytest.mark.parametrize("protocol", [2, 3])
async def test_both_protocols_of_redis_give_the_same_entries(redis_url: str, keys: Keys, protocol: int) -> None:
    redis = connect(f"{redis_url}?protocol={protocol}", blocking=True)
    stream = Stream(redis, keys)
    assert await stream.read(BEGIN, block_ms=1) == []
    appended = await stream.append(events(1, 2), collector="c", position="9")
    entries = await stream.read(BEGIN, block_ms=1)
    assert [entry.id for entry in entries] == appended.ids
    assert values(entries) == [1, 2]
    assert await Stream(redis, keys).read(BEGIN) == entries
    assert await Stream(redis, keys).read(entries[0].id) == entries[1:]
    assert await stream.last_id() == appended.ids[1]
    assert await stream.position("c") == "9"
    await redis.aclose()


async def test_an_event_without_time_happened_when_it_arrived_and_one_with_time_keeps_it(stream: Stream) -> None:
    await stream.append([*events(1), KpiReported(kpi="n", value=2, time=1000)])
    first, second = await stream.read(BEGIN)
    assert first.event is not None
    assert second.event is not None
    assert first.event.time == first.arrival_ms == int(first.id.split("-")[0])
    assert second.event.time == 1000


@pytest.mark.parametrize("fields", [{"e": "{"}, {"e": '{"type":"no.such"}'}, {"other": "1"}, {"e": b"\xff\x00"}])
async def test_an_entry_that_is_no_event_is_given_without_one(
    redis: Redis, stream: Stream, keys: Keys, fields: dict[str, str]
) -> None:
    await redis.xadd(keys.stream, fields)
    await stream.append(events(7))
    strange, good = await stream.read(BEGIN)
    assert strange.event is None
    assert strange.reason
    assert values([good]) == [7]


async def test_the_end_of_an_empty_stream_is_its_beginning(stream: Stream) -> None:
    assert await stream.last_id() == BEGIN
    await stream.check(BEGIN)


# Gaps


async def emptied(redis: Redis, keys: Keys) -> None:
    """As FLUSHALL, for this namespace only: the server is shared."""
    await redis.delete(keys.stream, keys.positions, *keys.seen)


async def trimmed(redis: Redis, keys: Keys) -> None:
    await redis.xtrim(keys.stream, maxlen=0, approximate=False)


async def restored(redis: Redis, keys: Keys) -> None:
    """An older copy of the stream is there again: its newest entries are missing."""
    (newest, _), *_ = await redis.xrevrange(keys.stream, count=1)
    await redis.xdel(keys.stream, newest)


LOSSES = pytest.mark.parametrize("lose", [emptied, trimmed, restored])
Lose = Callable[[Redis, Keys], Awaitable[None]]


@LOSSES
async def test_a_place_that_is_gone_is_a_gap_when_it_is_checked(
    redis: Redis, stream: Stream, keys: Keys, lose: Lose
) -> None:
    entries = await followed(stream, 3)
    await stream.check(entries[-1].id)
    await lose(redis, keys)
    with pytest.raises(StreamGap):
        await stream.check(entries[-1].id)


@LOSSES
async def test_a_reader_whose_place_is_gone_is_told_although_new_events_follow(
    redis: Redis, stream: Stream, keys: Keys, lose: Lose
) -> None:
    entries = await followed(stream, 3)
    await lose(redis, keys)
    await stream.append(events(8, 9))
    with pytest.raises(StreamGap):
        await stream.read(entries[-1].id)


@LOSSES
async def test_a_reader_that_begins_at_a_place_that_was_checked_is_told_when_it_is_gone_since(
    redis: Redis, stream: Stream, keys: Keys, lose: Lose
) -> None:
    """As from a checkpoint, in a quiet hour."""
    last = (await followed(stream, 3))[-1].id
    reader = Stream(redis, keys)
    await reader.check(last)
    await lose(redis, keys)
    await stream.append(events(8))
    with pytest.raises(StreamGap):
        await reader.read(last)


@LOSSES
async def test_a_reader_that_waits_while_its_place_is_lost_is_told_with_the_next_event(
    redis: Redis, redis_url: str, stream: Stream, keys: Keys, lose: Lose
) -> None:
    entries = await followed(stream, 3)
    waiting = asyncio.create_task(stream.read(entries[-1].id, block_ms=2000))
    await asyncio.sleep(0.05)
    await lose(redis, keys)
    await Stream(redis, keys).append(events(8))
    with pytest.raises(StreamGap):
        await waiting


@pytest.mark.parametrize("block_ms", [None, 10])
async def test_a_reader_that_begins_where_nothing_stands_gets_what_comes_after_and_no_more_than_it_asked_for(
    stream: Stream, block_ms: int | None
) -> None:
    entries = await followed(stream, 5)
    before = f"{entries[0].arrival_ms - 1}-0"
    found = await stream.read(before, count=2, block_ms=block_ms)
    assert [entry.id for entry in found] == [entry.id for entry in entries[:2]]
    found = await stream.read(found[-1].id, count=2, block_ms=block_ms)
    assert [entry.id for entry in found] == [entry.id for entry in entries[2:4]]


async def test_a_gap_is_told_once_so_that_a_reader_with_nothing_better_reads_on(
    redis: Redis, stream: Stream, keys: Keys
) -> None:
    entries = await followed(stream, 3)
    await trimmed(redis, keys)
    with pytest.raises(StreamGap):
        await stream.read(entries[-1].id)
    await stream.append(events(8))
    assert values(await stream.read(entries[-1].id)) == [8]


async def test_a_flushed_redis_is_a_gap(own_redis: EmbeddedRedis) -> None:
    redis = connect(own_redis.url, blocking=True)
    stream = Stream(redis, Keys("flushed"))
    entries = await followed(stream, 3)
    await redis.flushall()
    with pytest.raises(StreamGap):
        await stream.read(entries[-1].id, block_ms=10)
    await redis.aclose()


async def test_a_reader_far_behind_is_told_that_what_it_did_not_read_was_trimmed(
    redis: Redis, stream: Stream, keys: Keys
) -> None:
    await stream.append(events(*range(10)))
    cursor = (await stream.read(BEGIN, count=2))[-1].id
    await redis.xtrim(keys.stream, maxlen=5, approximate=False)
    with pytest.raises(StreamGap):
        await stream.read(cursor)


async def test_a_foreign_value_under_the_stream_key_is_unavailable_and_says_what_to_do(
    redis: Redis, stream: Stream, keys: Keys
) -> None:
    await redis.set(keys.stream, "not a stream")
    for asked in (
        stream.read(BEGIN, block_ms=10),
        stream.check("1-1"),
        stream.last_id(),
        stream.trim(1),
    ):
        with pytest.raises(StreamUnavailable, match="choose another namespace"):
            await asked


# Trimming


async def test_trimming_takes_out_what_arrived_before_and_says_how_many(stream: Stream) -> None:
    await stream.append(events(*range(20_000)))
    await asyncio.sleep(0.002)
    (middle,) = (await stream.append(events(77))).ids
    await asyncio.sleep(0.002)
    await stream.append(events(88))
    assert middle is not None
    removed = await stream.trim(int(middle.split("-")[0]))
    left = values(await stream.read(BEGIN, count=30_000))
    assert removed + len(left) == 20_002
    assert left[-2:] == [77, 88]
    assert len(left) < 400  # whole nodes only


async def test_trimming_never_takes_the_newest_entry_where_readers_stand(stream: Stream) -> None:
    entries = await followed(stream, 1000)
    await stream.trim(int(time.time() * 1000) + 3_600_000)
    await stream.check(entries[-1].id)
    await stream.append(events(5))
    assert values(await stream.read(entries[-1].id)) == [5]


async def test_trimming_an_empty_stream_is_nothing(stream: Stream) -> None:
    assert await stream.trim(int(time.time() * 1000)) == 0
