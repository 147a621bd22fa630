"""What a process appended itself is not decoded once more, and is the same as if it were."""

from copy import copy

import pytest
from redis.asyncio import Redis

from wallboard.core.errors import StreamGap
from wallboard.core.events import (
    Event,
    Figures,
    FloorObserved,
    KpiReported,
    ListedAgent,
    ListedContact,
    Queued,
    QueueObserved,
    SignedIn,
    decode_own,
    encode,
)
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
    events = [copy(event) for event in EVENTS]  # one without a time gets it
    await sends.append(events)
    found = await reads.read(BEGIN)
    assert [entry.event is event for entry, event in zip(found, events, strict=True)] == [True] * 3
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


async def test_what_was_read_before_its_append_was_told_is_not_kept(redis: Redis, keys: Keys) -> None:
    """The reader waits in Redis, and may be told of an entry before who appended it."""
    own = Own()
    told, untold, reads = Stream(redis, keys, own), Stream(redis, keys), Stream(redis, keys, own)
    first = (await told.append(EVENTS[:1])).ids
    late = (await untold.append(EVENTS[1:])).ids
    last = (await reads.read(BEGIN))[-1].id
    own.keep(late, EVENTS[1:])
    assert (len(own), last) == (0, late[-1])
    own.keep(first, EVENTS[:1])
    assert len(own) == 0
    await told.append([KpiReported(kpi="n", value=1, source="pbx")])
    assert len(own) == 1


async def test_what_the_reader_passed_over_is_let_go(redis: Redis, keys: Keys) -> None:
    own = Own()
    stream, elsewhere = Stream(redis, keys, own), Stream(redis, keys)
    ids = (await stream.append(EVENTS)).ids
    await elsewhere.append([KpiReported(kpi="n", value=1, source="pbx")])
    assert len(await stream.read(str(ids[-1]))) == 1
    assert len(own) == 0


async def test_a_whole_truth_counts_as_often_as_it_names_somebody(
    redis: Redis, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_module, "MOST", 10)
    own = Own()
    floor = FloorObserved(
        queues={"support": [ListedContact(contact="c-1")]}, agents={"a": ListedAgent(queues=["support"])}, source="pbx"
    )
    await Stream(redis, keys, own).append([floor] * 5)
    assert len(own) == 2


async def test_after_a_gap_no_entry_is_taken_for_a_lost_one(redis: Redis, keys: Keys) -> None:
    own = Own()
    stream = Stream(redis, keys, own)
    await stream.append(EVENTS[:1])
    last = (await stream.read(BEGIN))[-1].id
    await stream.append(EVENTS[1:])
    await redis.delete(keys.stream)
    with pytest.raises(StreamGap):
        await stream.read(last)
    assert len(own) == 0
