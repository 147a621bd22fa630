"""What happened is kept in files, once, whoever leads; and it goes when its time is over."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.waiting import until
from wallboard.core.events import AgentForgotten, Event, Queued
from wallboard.keeper import AT_ONCE, Keeper
from wallboard.record.days import Days
from wallboard.stream.keys import Keys
from wallboard.stream.ndjson import EVENTS
from wallboard.stream.stream import Stream

TODAY = datetime.now(UTC).date()


def clock_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


class Kept:
    def __init__(self, redis: Redis, keys: Keys, folder: Path) -> None:
        self.into = Stream(redis, keys)
        self.days = Days(folder)
        self._redis, self._keys = redis, keys

    def keeper(self, keep_days: int = 30) -> Keeper:
        return Keeper(Stream(self._redis, self._keys), self.days, clock_ms, keep_days)

    async def tell(self, count: int, start: int = 0) -> None:
        await self.into.append([Queued(id=f"e-{n}", contact=f"c-{n}", queue="q") for n in range(start, start + count)])

    def read(self) -> list[Event]:
        return list(EVENTS.read(self.days.files(date.min, date.max)))

    def ids(self) -> list[str | None]:
        return [event.id for event in self.read()]


@pytest.fixture
def kept(redis: Redis, keys: Keys, tmp_path: Path) -> Kept:
    return Kept(redis, keys, tmp_path / "events")


async def test_all_of_the_stream_is_kept_and_each_once(kept: Kept) -> None:
    one = kept.keeper()
    await kept.tell(AT_ONCE + 3)
    assert await one.keep() == AT_ONCE + 3
    assert await one.keep() == 0
    await kept.tell(4, start=AT_ONCE + 3)
    assert await one.keep() == 4
    assert kept.ids() == [f"e-{n}" for n in range(AT_ONCE + 7)]
    assert all(event.time for event in kept.read())


async def test_a_successor_goes_on_and_one_that_was_asleep_writes_nothing_twice(kept: Kept) -> None:
    first, second = kept.keeper(), kept.keeper()
    await kept.tell(5)
    await first.keep()
    await kept.tell(5, start=5)
    await asyncio.gather(second.keep(), first.keep())
    assert kept.ids() == [f"e-{n}" for n in range(10)]


async def test_who_is_forgotten_is_not_named_again(kept: Kept) -> None:
    await kept.tell(1)
    await kept.into.append([AgentForgotten(name="anna", source="wallboard")])
    await kept.tell(1, start=1)
    assert await kept.keeper().keep() == 2
    assert kept.ids() == ["e-0", "e-1"]


@pytest.mark.parametrize("data", [b"", b"no event", b'{"type":"contact.queued","time":"noon"}', b'{"time":1}'])
async def test_what_is_no_event_is_passed_over(kept: Kept, redis: Redis, keys: Keys, data: bytes) -> None:
    await kept.tell(1)
    await redis.xadd(keys.stream, {"e": data})
    await kept.tell(1, start=1)
    assert await kept.keeper().keep() == 2
    assert kept.ids() == ["e-0", "e-1"]


async def test_a_hole_in_the_stream_is_said_and_the_rest_is_kept(
    kept: Kept, redis: Redis, keys: Keys, capfd: pytest.CaptureFixture[str]
) -> None:
    await kept.tell(2)
    await kept.keeper().keep()
    await kept.tell(3, start=2)
    await redis.xtrim(keys.stream, maxlen=1, approximate=False)
    assert await kept.keeper().keep() == 1
    assert "hole" in capfd.readouterr().out
    assert kept.ids() == ["e-0", "e-1", "e-4"]


async def test_old_days_go_and_with_none_to_keep_all_of_them(kept: Kept) -> None:
    kept.days.folder.mkdir()
    for ago in (0, 1, 2, 3):
        (kept.days.folder / f"{TODAY - timedelta(days=ago)}.ndjson.gz").touch()
    await kept.keeper(keep_days=2).keep()
    assert len(kept.days.files(date.min, date.max)) == 2
    await kept.tell(1)
    await kept.keeper(keep_days=0).keep()
    assert kept.days.files(date.min, date.max) == []


async def test_it_keeps_only_while_it_leads(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wallboard.keeper.KEEP_S", 0.01)
    one = kept.keeper()
    await kept.tell(1)
    task = asyncio.create_task(one.run())
    try:
        await asyncio.sleep(0.2)
        assert not kept.days.folder.exists()
        one.token = 1
        await until(lambda: kept.days.place())
    finally:
        task.cancel()


async def test_a_disk_that_takes_nothing_is_said_once_and_tried_again(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("wallboard.keeper.KEEP_S", 0.01)
    kept.days.folder.write_text("no folder")
    one = kept.keeper()
    one.token = 1
    await kept.tell(1)
    task = asyncio.create_task(one.run())
    try:
        await asyncio.sleep(0.3)
        kept.days.folder.unlink()
        await until(lambda: kept.days.place())
    finally:
        task.cancel()
    said = capfd.readouterr().out
    assert said.count("days are not kept") == 1
    assert "Traceback" not in said, "what is wrong with a disk its own words say"
    assert kept.ids() == ["e-0"]


@pytest.mark.foresees("days are not kept")
async def test_a_mistake_of_ours_is_said_once_with_its_place(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("wallboard.keeper.KEEP_S", 0.01)
    one, tried = kept.keeper(), list[str]()
    one.token = 1

    def mistaken() -> str:
        tried.append("")
        raise ZeroDivisionError

    monkeypatch.setattr(kept.days, "place", mistaken)
    task = asyncio.create_task(one.run())
    await until(lambda: len(tried) > 2)
    task.cancel()
    said = capfd.readouterr().out
    assert said.count("days are not kept") == said.count("in mistaken") == 1
