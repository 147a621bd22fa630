"""`append`: each (source, id) once within 24 hours, in order, together with its collector's position."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.exceptions import ConnectionError

from wallboard.core.errors import LeaseLost, StreamUnavailable
from wallboard.core.events import KpiReported, encode
from wallboard.embedded import EmbeddedRedis
from wallboard.stream import append as append_module
from wallboard.stream.keys import SEEN_RING, SEEN_SPAN_S, Keys
from wallboard.stream.lease import Lease
from wallboard.stream.redis import connect
from wallboard.stream.said import DIGEST_BYTES, said_of
from wallboard.stream.script import Script
from wallboard.stream.stream import BEGIN, Stream


def event(number: int, *, source: str = "pbx", id: str | None = None) -> KpiReported:
    return KpiReported(kpi="n", value=number, source=source, id=id)


def digest_of(one: KpiReported) -> bytes:
    """As an older version kept it, alone."""
    return said_of(one, encode(one))[:DIGEST_BYTES]


def numbers(entries: list) -> list[float]:
    return [entry.event.value for entry in entries]


async def whole(stream: Stream) -> list[float]:
    return numbers(await stream.read(BEGIN, count=100_000))


async def test_what_was_appended_is_read_in_order(stream: Stream) -> None:
    appended = await stream.append([event(1, id="a"), event(2, id="b"), event(3)])
    entries = await stream.read(BEGIN)
    assert [entry.id for entry in entries] == appended.ids
    assert numbers(entries) == [1, 2, 3]
    assert appended.duplicates == []


async def test_a_repeat_is_a_duplicate_in_another_batch_and_inside_one(stream: Stream) -> None:
    await stream.append([event(1, id="a")])
    again = await stream.append([event(2, id="a"), event(3, id="b"), event(4, id="b"), event(5, id="c")])
    assert again.duplicates == [0, 2]
    assert [one is None for one in again.ids] == [True, False, True, False]
    assert await whole(stream) == [1, 3, 5]


async def test_the_same_id_at_two_sources_is_two_events(stream: Stream) -> None:
    appended = await stream.append([event(1, source="a", id="bc"), event(2, source="ab", id="c")])
    assert appended.duplicates == []


async def test_events_without_an_id_are_always_new(stream: Stream) -> None:
    await stream.append([event(1), event(1)])
    await stream.append([event(1)])
    assert await whole(stream) == [1, 1, 1]


Said = tuple[str, str | None, int, int | None]  # source, id, what it says, and when
SAID = st.tuples(
    st.sampled_from("ab"), st.sampled_from([*"pqrstuvw", None]), st.integers(0, 1), st.sampled_from([None, 1000, 2000])
)
BATCHES = st.lists(st.lists(SAID, max_size=12), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=BATCHES, slice_events=st.integers(1, 5))
def test_any_batches_count_each_source_and_id_once_in_order_of_first_sight(
    redis_url: str, batches: list[list[Said]], slice_events: int
) -> None:
    asyncio.run(_counted_once(redis_url, batches, slice_events))


async def _counted_once(url: str, batches: list[list[Said]], slice_events: int) -> None:
    redis = connect(url)
    stream = Stream(redis, Keys(f"any-{time.monotonic_ns()}"))
    first: dict[tuple[str, str], Said] = {}
    expected: list[tuple[str, str | None, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(append_module, "SLICE_EVENTS", slice_events)
        for position, batch in enumerate(batches):
            differing = []
            for place, one in enumerate(batch):
                source, id, value, _ = one
                if id is None or (source, id) not in first:
                    expected.append((source, id, value))
                if id is not None and _differs(first.setdefault((source, id), one), one):
                    differing.append(place)
            before = await stream.read(BEGIN)
            events = [KpiReported(kpi="n", value=value, source=of, id=id, time=at) for of, id, value, at in batch]
            appended = await stream.append(events, collector="c", position=str(position))
            fresh = [one for one in appended.ids if one is not None]
            assert [entry.id for entry in await stream.read(before[-1].id if before else BEGIN)] == fresh
            assert len(appended.ids) == len(events)
            assert appended.conflicts == differing
            assert await stream.position("c") == str(position)
    told = [entry.event for entry in await stream.read(BEGIN)]
    assert [(one.source, one.id, one.value) for one in told if isinstance(one, KpiReported)] == expected
    await redis.aclose()


def _differs(first: Said, again: Said) -> bool:
    """A time that only one of the two has is no other time."""
    return first[2] != again[2] or (None not in (first[3], again[3]) and first[3] != again[3])


async def test_what_says_another_thing_under_a_known_id_is_a_conflict_and_the_first_one_stands(stream: Stream) -> None:
    await stream.append([event(1, id="a")])
    again = await stream.append([event(1, id="a"), event(2, id="a"), event(3, id="b"), event(4, id="b"), event(5)])
    assert (again.duplicates, again.conflicts) == ([0, 1, 3], [1, 3])
    assert (await stream.append([event(1, id="a"), event(3, id="b")])).conflicts == []
    assert await whole(stream) == [1, 3, 5]


class Torn:
    """The script, on a line that breaks after some calls of it."""

    def __init__(self, script: Script, calls: int) -> None:
        self._script, self._calls = script, calls

    async def run(self, *given: Any) -> Any:
        self._calls -= 1
        if self._calls < 0:
            raise ConnectionError("cut")
        return await self._script.run(*given)


@pytest.mark.parametrize("calls", range(4))
async def test_what_was_interrupted_between_two_slices_and_is_sent_again_has_no_conflict(
    stream: Stream, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    monkeypatch.setattr(append_module, "SLICE_EVENTS", 2)
    script, events = append_module._APPEND, [event(n, id=f"e-{n}") for n in range(7)]
    monkeypatch.setattr(append_module, "_APPEND", Torn(script, calls))
    with pytest.raises(StreamUnavailable):
        await stream.append(events, collector="c", position="7")
    assert await stream.position("c") is None
    monkeypatch.setattr(append_module, "_APPEND", script)
    again = await stream.append(events, collector="c", position="7")
    assert (again.duplicates, again.conflicts) == (list(range(2 * calls)), [])
    others = await stream.append([event(10 + n, id=f"e-{n}") for n in range(7)])
    assert others.conflicts == others.duplicates == list(range(7))
    assert await whole(stream) == list(range(7))
    assert await stream.position("c") == "7"


async def test_the_ids_of_an_older_version_stand_in_a_set_and_are_known_as_repeats_that_say_nothing_more(
    redis: Redis, stream: Stream, keys: Keys
) -> None:
    now_s, _ = await redis.time()
    running, before = (keys.seen[(now_s // SEEN_SPAN_S - ago) % SEEN_RING] for ago in (0, 1))
    await redis.sadd(running, digest_of(event(1, id="now")))
    await redis.sadd(before, digest_of(event(2, id="before")))
    events = [event(3, id="now"), event(4, id="before"), event(5, id="new")]
    appended = await stream.append(events)
    assert (appended.duplicates, appended.conflicts) == ([0, 1], [])
    assert await redis.type(running) == b"set", "the older version may run beside this one for some minutes"
    again = await stream.append([*events, event(6, id="new")])
    assert (again.duplicates, again.conflicts) == ([0, 1, 2, 3], [])
    await redis.delete(running)  # as if its span had passed
    await stream.append([event(7, id="later")])
    assert await redis.type(running) == b"hash"
    again = await stream.append([event(8, id="before"), event(9, id="later")])
    assert (again.duplicates, again.conflicts) == ([0, 1], [1])
    assert await whole(stream) == [5, 7]


async def test_eight_senders_with_the_same_ids_at_once_count_each_once(stream: Stream) -> None:
    batches = [[event(n, id=f"e-{n}") for n in range(start, start + 50)] for start in range(0, 200, 25)]
    appended = await asyncio.gather(*(stream.append(batch) for batch in batches for _ in range(2)))
    assert sorted(await whole(stream)) == list(range(225))
    assert sum(one is not None for result in appended for one in result.ids) == 225


async def test_a_batch_larger_than_one_script_call_arrives_whole(stream: Stream) -> None:
    events = [event(n, id=f"e-{n}") for n in range(2 * append_module.SLICE_EVENTS + 7)]
    appended = await stream.append(events, collector="pbx", position="end")
    assert None not in appended.ids
    assert await whole(stream) == list(range(len(events)))


async def test_the_position_moves_with_the_events_and_also_without_any(stream: Stream) -> None:
    assert await stream.position("pbx") is None
    await stream.append([event(1)], collector="pbx", position="offset 10")
    await stream.append([event(2)], collector="pbx")
    assert await stream.position("pbx") == "offset 10"
    await stream.append([], collector="pbx", position="offset 12")
    assert await stream.position("pbx") == "offset 12"


async def test_a_repeat_is_known_as_long_as_the_set_that_it_stands_in_is_kept(
    redis: Redis, stream: Stream, keys: Keys
) -> None:
    await stream.append([event(1, id="a")])
    (running,) = [key for key in keys.seen if await redis.exists(key)]
    for number, older in enumerate(key for key in keys.seen if key != running):
        await redis.rename(running, older)  # as if its span had passed so long ago
        assert (await stream.append([event(number, id="a")])).duplicates == [0]
        await redis.rename(older, running)
    await redis.delete(running)  # as if it had run out
    assert (await stream.append([event(99, id="a")])).duplicates == []


async def test_a_set_is_kept_for_24_hours_after_its_last_entry_and_gone_before_its_turn_comes_again(
    redis: Redis, stream: Stream, keys: Keys
) -> None:
    await stream.append([event(1, id="a")])
    (running,) = [key for key in keys.seen if await redis.exists(key)]
    now_s, _ = await redis.time()
    span = now_s // SEEN_SPAN_S
    assert running.endswith(f":{span % SEEN_RING}")
    gone_s = now_s + await redis.ttl(running)
    assert gone_s >= (span + 1) * SEEN_SPAN_S + 24 * 3600 - 1
    assert gone_s < (span + SEEN_RING) * SEEN_SPAN_S


async def test_above_the_most_digests_events_are_taken_but_not_remembered(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(append_module, "SEEN_MAX", 2)
    await stream.append([event(1, id="a"), event(2, id="b")])
    await stream.append([event(3, id="c")])
    again = await stream.append([event(4, id="a"), event(5, id="c")])
    assert again.duplicates == [0]
    assert await whole(stream) == [1, 2, 3, 5]


async def test_however_few_a_hash_holds_it_is_a_table(redis: Redis, stream: Stream, keys: Keys) -> None:
    """Redis looks through all of a short one for each id that is asked for: 500 of them took it 5 ms."""
    await stream.append([event(1, id="a")])
    (running,) = [key for key in keys.seen if await redis.exists(key)]
    assert await redis.object("encoding", running) == b"hashtable"


async def test_every_key_that_an_append_makes_is_of_its_namespace(redis: Redis, stream: Stream, keys: Keys) -> None:
    await stream.append([event(1, id="a")], collector="pbx", position="1")
    found = {key.decode() async for key in redis.scan_iter(f"*{keys.namespace}*")}
    assert found == {keys.stream, keys.positions} | (found & set(keys.seen))
    assert all(key.startswith(f"{{{keys.namespace}}}:") for key in found)


async def test_a_worker_with_the_newest_token_appends_and_one_with_an_older_does_not(
    redis: Redis, stream: Stream, keys: Keys
) -> None:
    lease = Lease(redis, keys)
    old = await lease.acquire()
    assert old is not None
    await stream.append([event(1, id="a")], fence=old)
    await lease.release(old)
    new = await lease.acquire()
    with pytest.raises(LeaseLost):
        await stream.append([event(2, id="b")], collector="c", position="2", fence=old)
    await stream.append([event(3, id="b")], fence=new)
    assert await whole(stream) == [1, 3]
    assert await stream.position("c") is None


async def test_a_worker_is_refused_by_a_redis_that_was_emptied(stream: Stream) -> None:
    with pytest.raises(LeaseLost):
        await stream.append([event(1)], fence=1)


async def test_a_send_whose_reply_was_lost_can_be_repeated_and_counts_once(
    redis: Redis, redis_url: str, keys: Keys, tmp_path: Path
) -> None:
    """The sender cannot know whether it arrived. It did, and once: nothing below us sent it again."""
    async with one_way_link(tmp_path / "link", redis_url) as link:
        sender = connect(f"unix://{link.path}?socket_timeout=0.3")
        stream = Stream(sender, keys)
        await stream.append([event(0, id="before")])
        link.loses_replies = True
        with pytest.raises(StreamUnavailable):
            await stream.append([event(1, id="a")], collector="c", position="1")
        link.loses_replies = False
        assert await redis.xlen(keys.stream) == 2
        assert (await stream.append([event(1, id="a")], collector="c", position="1")).duplicates == [0]
        assert await whole(stream) == [0, 1]
        await sender.aclose()


async def test_a_cancelled_append_does_not_disturb_the_next_one(stream: Stream) -> None:
    for n in range(20):
        task = asyncio.create_task(stream.append([event(n, id=f"gone-{n}")]))
        for _ in range(n % 7):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert (await stream.append([event(100 + n, id=f"kept-{n}")])).duplicates == []
    kept = [number for number in await whole(stream) if number >= 100]
    assert kept == [100 + n for n in range(20)]


@pytest.mark.parametrize("key", ["stream", "positions", "seen"])
async def test_a_foreign_value_under_a_key_is_named_and_nothing_is_half_written(
    redis: Redis, stream: Stream, keys: Keys, key: str
) -> None:
    named = getattr(keys, key)
    for one in [named] if isinstance(named, str) else named:
        await redis.set(one, "not ours")
        with pytest.raises(StreamUnavailable, match="choose another namespace"):
            await stream.append([event(1, id="a")], collector="c", position="1")
        await redis.delete(one)
    assert (await stream.append([event(1, id="a")], collector="c", position="1")).duplicates == []
    assert await whole(stream) == [1]


async def test_a_redis_that_forgot_its_scripts_is_told_again(redis: Redis, stream: Stream) -> None:
    await stream.append([event(1, id="a")])
    await redis.script_flush()
    assert (await stream.append([event(2, id="a"), event(3, id="b")])).duplicates == [0]


async def test_a_redis_at_its_maxmemory_refuses_says_so_and_takes_the_same_events_later(
    own_redis: EmbeddedRedis,
) -> None:
    redis = connect(own_redis.url)
    stream = Stream(redis, Keys("full"))
    await redis.config_set("maxmemory", "1")
    with pytest.raises(StreamUnavailable, match="maxmemory"):
        await stream.append([event(1, id="a")], collector="c", position="1")
    await redis.config_set("maxmemory", "0")
    assert await stream.position("c") is None
    assert (await stream.append([event(1, id="a")], collector="c", position="1")).duplicates == []
    await redis.aclose()


async def test_a_redis_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    redis = connect(f"unix://{tmp_path}/none.sock")
    with pytest.raises(StreamUnavailable):
        await Stream(redis, Keys("none")).append([event(1)])
    await redis.aclose()


class OneWayLink:
    """The way to Redis: everything goes there; what comes back is lost while `loses_replies`."""

    def __init__(self, path: Path, redis_url: str) -> None:
        self.path = path
        self.loses_replies = False
        self._redis = unquote(urlsplit(redis_url).path)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        redis_reader, redis_writer = await asyncio.open_unix_connection(self._redis)
        back = asyncio.create_task(self._carry_back(redis_reader, writer))
        while data := await reader.read(65536):
            redis_writer.write(data)
        redis_writer.write_eof()
        await back
        writer.close()
        redis_writer.close()

    async def _carry_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not self.loses_replies:
                writer.write(data)


@asynccontextmanager
async def one_way_link(path: Path, redis_url: str) -> AsyncIterator[OneWayLink]:
    link = OneWayLink(path, redis_url)
    server = await asyncio.start_unix_server(link.carry, path)
    try:
        yield link
    finally:
        server.close()
