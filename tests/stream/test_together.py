"""`Together`: many small appends as one, and each with its own answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import Event, KpiReported
from wallboard.stream import together as together_module
from wallboard.stream.stream import BEGIN, Appended, Stream
from wallboard.stream.together import FEW, Together


def event(number: int, *, id: str | None = None, kpi: str = "n") -> KpiReported:
    return KpiReported(kpi=kpi, value=number, source="pbx", id=id)


class Watched:
    """The stream, and what was asked of it. It can be held up, and it can refuse."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.calls: list[int] = []
        self.free = asyncio.Event()
        self.free.set()
        self.refuses = False

    async def append(self, events: Sequence[Event]) -> Appended:
        self.calls.append(len(events))
        await self.free.wait()
        if self.refuses:
            raise StreamUnavailable("away")
        return await self._stream.append(events)


@asynccontextmanager
async def running(stream: Any) -> AsyncIterator[Together]:
    together = Together(stream)
    task = asyncio.create_task(together.run())
    try:
        yield together
    finally:
        task.cancel()
        await asyncio.wait([task])


async def numbers(stream: Stream) -> list[float]:
    return [entry.event.value for entry in await stream.read(BEGIN)]  # type: ignore[union-attr]


async def test_what_comes_while_redis_answers_goes_together_in_order(stream: Stream) -> None:
    watched = Watched(stream)
    watched.free.clear()
    async with running(watched) as together:
        first = asyncio.create_task(together.append([event(0)]))
        await asyncio.sleep(0.01)
        others = [asyncio.create_task(together.append([event(2 * n - 1), event(2 * n)])) for n in range(1, 20)]
        await asyncio.sleep(0.01)
        assert not first.done(), "told before Redis answered"
        watched.free.set()
        appended = [await first, *await asyncio.gather(*others)]
    assert watched.calls == [1, 38]
    assert await numbers(stream) == list(range(39))
    assert [entry.id for entry in await stream.read(BEGIN)] == [one for each in appended for one in each.ids]


async def test_where_several_came_the_next_ones_are_waited_for(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together_module, "PAUSE_S", 0.5)
    watched = Watched(stream)
    async with running(watched) as together:
        await together.append([event(0)])  # alone: the next goes at once
        await asyncio.gather(together.append([event(1)]), together.append([event(2)]))
        third = asyncio.create_task(together.append([event(3)]))
        await asyncio.sleep(0.05)
        assert watched.calls == [1, 2]
        await asyncio.gather(third, together.append([event(4)]))
    assert watched.calls == [1, 2, 2]
    assert await numbers(stream) == list(range(5))


async def test_each_is_told_of_its_own_duplicates(stream: Stream) -> None:
    async with running(stream) as together:
        await together.append([event(1, id="a")])
        found = await asyncio.gather(
            together.append([event(2, id="b"), event(3, id="a")]),
            together.append([event(4, id="c")]),
            together.append([event(5, id="b"), event(6)]),
        )
    assert [one.duplicates for one in found] == [[1], [], [0]]
    assert [one.conflicts for one in found] == [[1], [], [0]]
    assert await numbers(stream) == [1, 2, 4, 6]


async def test_what_redis_refuses_fails_for_all_who_went_and_the_next_ones_are_taken(stream: Stream) -> None:
    watched = Watched(stream)
    watched.refuses = True
    async with running(watched) as together:
        found = await asyncio.gather(
            *(together.append([event(n, id=f"{n}")]) for n in range(5)), return_exceptions=True
        )
        assert [type(one) for one in found] == [StreamUnavailable] * 5
        watched.refuses = False
        again = await asyncio.gather(*(together.append([event(n, id=f"{n}")]) for n in range(5)))
    assert [one.duplicates for one in again] == [[]] * 5
    assert await numbers(stream) == list(range(5))


async def test_who_waits_behind_a_refused_one_is_refused_with_it(stream: Stream) -> None:
    watched = Watched(stream)
    watched.refuses = True
    watched.free.clear()
    async with running(watched) as together:
        waiting = [asyncio.create_task(together.append([event(1)]))]
        await asyncio.sleep(0.01)
        waiting.append(asyncio.create_task(together.append([event(2)])))
        await asyncio.sleep(0.01)
        watched.free.set()
        found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in found] == [StreamUnavailable] * 2
    assert watched.calls == [1]


async def test_one_call_takes_no_more_than_a_script_does_in_events_and_in_bytes(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(stream)
    monkeypatch.setattr(together_module, "SLICE_EVENTS", 3)
    async with running(watched) as together:
        await asyncio.gather(*(together.append([event(n)]) for n in range(8)))
        assert watched.calls == [3, 3, 2]
        watched.calls.clear()
        monkeypatch.setattr(together_module, "SLICE_BYTES", 500)
        await asyncio.gather(*(together.append([event(n, kpi=200 * "k")]) for n in range(8, 11)))
    assert watched.calls == [1, 1, 1]
    assert await numbers(stream) == list(range(11))


async def test_a_large_append_goes_alone(stream: Stream) -> None:
    watched = Watched(stream)
    async with running(watched) as together:
        await asyncio.gather(
            together.append([event(1)]),
            together.append([event(n) for n in range(FEW + 1)]),
            together.append([event(2)]),
        )
    assert sorted(watched.calls) == [2, FEW + 1]


async def test_whoever_goes_away_costs_the_others_nothing(stream: Stream) -> None:
    watched = Watched(stream)
    watched.free.clear()
    async with running(watched) as together:
        tasks = [asyncio.create_task(together.append([event(n)])) for n in range(3)]
        await asyncio.sleep(0.01)
        tasks[1].cancel()
        watched.free.set()
        found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[1], asyncio.CancelledError)
    assert await numbers(stream) == [0, 1, 2]


async def test_who_waits_when_the_process_stops_is_told_that_nothing_was_taken(stream: Stream) -> None:
    watched = Watched(stream)
    watched.free.clear()
    async with running(watched) as together:
        waiting = asyncio.create_task(together.append([event(1)]))
        await asyncio.sleep(0.01)
    with pytest.raises(StreamUnavailable):
        await waiting
