"""What a process appended itself is not decoded once more, and is the same as if it were."""

import pytest
from redis.asyncio import Redis

from wallboard.core.events import Event, Figures, KpiReported, Queued, QueueObserved, SignedIn, decode_own, encode
from wallboard.stream import own as own_module
from wallboard.stream.keys import Keys
from wallboard.stream.own import Own
from wallboard.stream.stream import BEGIN, Stream

EVENTS: list[Event] = [
    Queued(contact="c-1", queue="support", source="pbx", id="e-1", time=1_700_000_000_000, attributes={"a": "b"}),
    SignedIn(agent="anna", queues=["support", "sales"], source="pbx"),
    QueueObserved(queue="support", waiting=2, m15=Figures(offered=3, asa_s=1.5), source="pbx"),
]


async def test_the_reader_of_the_process_gets_the_very_event_with_its_arrival_as_its_time(
    redis: Redis, keys: Keys
) -> None:
    own = Own()
    sends, reads, elsewhere = Stream(redis, keys, own), Stream(redis, keys, own), Stream(redis, keys)
    await sends.append(EVENTS)
    found = await reads.read(BEGIN)
    assert [entry.event is event for entry, event in zip(found, EVENTS, strict=True)] == [True] * 3
    assert found == await elsewhere.read(BEGIN)
    assert found[1].event is not None
    assert found[1].event.time == found[1].arrival_ms


async def test_what_is_read_again_or_was_a_duplicate_is_decoded(redis: Redis, keys: Keys) -> None:
    own = Own()
    stream = Stream(redis, keys, own)
    twice = [decode_own(encode(EVENTS[0])) for _ in range(2)]
    assert (await stream.append(twice)).duplicates == [1]
    first, again = await stream.read(BEGIN), await stream.read(BEGIN)
    assert first == again
    assert first[0].event is twice[0]
    assert again[0].event is not twice[0]


async def test_when_nobody_reads_the_oldest_are_let_go(
    redis: Redis, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_module, "MOST", 3)
    own, events = Own(), [KpiReported(kpi="n", value=value, source="pbx") for value in range(5)]
    stream = Stream(redis, keys, own)
    await stream.append(events)
    found = await stream.read(BEGIN)
    kept = [entry.event is event for entry, event in zip(found, events, strict=True)]
    assert kept == [False, False, True, True, True]
    assert [entry.event.value for entry in found if isinstance(entry.event, KpiReported)] == [0, 1, 2, 3, 4]
