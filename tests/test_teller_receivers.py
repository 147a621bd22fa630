"""What is told to a receiver that comes, goes, comes back or is changed?"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import structlog
from redis.asyncio import Redis

from tests.tellers import LEADS, RULES, Telling, one_teller
from tests.waiting import now_ms, until
from wallboard import teller as telling
from wallboard.alerts import deliveries
from wallboard.core.events import SERVER, ConfigApplied
from wallboard.core.settings import Settings
from wallboard.live.pipeline import Pipeline
from wallboard.receivers import Receiver
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import New, Outbox
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream
from wallboard.teller import Teller


@pytest.fixture
async def telling_of(redis_url: str, keys: Keys, stream: Stream) -> AsyncIterator[Telling]:
    async with one_teller(redis_url, keys, stream) as found:
        yield found


async def test_a_receiver_that_is_added_is_told_of_nothing_that_was_over_before_whoever_leads(
    telling_of: Any, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller, outbox, row = telling_of
    floor, client = teller._pipeline.floor, connect(redis_url)
    both = msgspec.structs.replace(RULES.alert["wait"], notify=["leads", "new"])
    floor.apply(ConfigApplied(settings=msgspec.to_builtins(Settings(alert={"wait": both})), source=SERVER), now_ms())
    over = msgspec.structs.replace(row, over_ms=floor.now_ms - 60_000, over="cleared")
    floor.alerts.over["b"] = over
    receivers = {"leads": LEADS}
    monkeypatch.setattr(teller, "_receivers", lambda: receivers)

    async def waiting(receiver: str) -> list[str]:
        return [msgspec.json.decode(one.message)["id"] for one in await outbox.waiting(receiver, 10)]

    token = await Lease(client, keys).acquire()
    await teller._look(token)
    assert await waiting("leads") == ["a+", "b+", "b-"], "who was there before hears what came and went"
    receivers["new"] = LEADS._replace(name="new")
    await teller._look(token)
    assert await waiting("new") == ["a+"]

    since = await outbox.since(token, ["leads", "new"], now_ms() + 60_000)
    assert since["leads"] == 0 < since["new"] <= now_ms(), "as it was, for who leads next"
    assert await outbox.since(token, ["leads"], 5) == {"leads": 0}
    assert await outbox.since(token, ["leads", "new"], 5) == {"leads": 0, "new": 5}, "who went and comes is new"
    await client.aclose()


@pytest.mark.parametrize(("acted", "told"), [(False, ["a+"]), (True, [])], ids=["open", "over"])
async def test_what_waited_for_a_channel_that_was_closed_is_told_to_it_as_to_a_new_one(
    telling_of: Any, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch, acted: bool, told: list[str]
) -> None:
    """It heard an end whose begin had gone with the outbox, and nothing of what was open."""
    teller, outbox, row = telling_of
    client, alerts, receivers = connect(redis_url), teller._pipeline.floor.alerts, {"leads": LEADS}
    monkeypatch.setattr(teller, "_receivers", lambda: receivers)
    token = await Lease(client, keys).acquire()
    await teller._look(token)
    receivers.clear()
    await teller._look(token)
    await outbox.close("leads")
    if acted:
        row.acknowledged_by, row.acknowledged_ms, row.over, row.over_ms = "Olena", now_ms(), "cleared", now_ms()
        alerts.over["a"] = alerts.open.pop("a")
    receivers["leads"] = LEADS
    await teller._look(token)
    assert [msgspec.json.decode(one.message)["id"] for one in await outbox.waiting("leads", 10)] == told
    await client.aclose()


@pytest.mark.parametrize(("away_ms", "told"), [(-1_000, ["b+", "a+"]), (0, ["a+"])], ids=["sooner", "later"])
async def test_what_waits_for_a_receiver_that_is_gone_for_an_hour_is_told_to_nobody_when_it_comes_back(
    telling_of: Any, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch, away_ms: int, told: list[str]
) -> None:
    """It left for up to eight days, as if it were new; what is open is told to a new one."""
    teller, outbox, _ = telling_of
    client, receivers, at_ms = connect(redis_url), {"leads": LEADS}, now_ms()
    monkeypatch.setattr(teller, "_receivers", lambda: receivers)
    monkeypatch.setattr(teller, "_clock_ms", lambda: at_ms)
    token = await Lease(client, keys).acquire()
    await outbox.put(token, "leads", [New("b", "b+", b'{"id": "b+"}')])
    await outbox.add("leads shift", b"{}")
    await outbox.put(token, "own:7", [New("c", "c+", b"{}")])
    await outbox.since(token, ["leads", "own:7"], at_ms)
    await teller._look(token)
    receivers.clear()
    await teller._look(token)
    at_ms += telling.GONE_MS + away_ms
    with structlog.testing.capture_logs() as logs:
        await teller._look(token)
    assert [(one["to"], one["of"]) for one in logs if "dropped" in one["event"]] == [("leads", 3)] * (len(told) == 1)
    assert len(await outbox.waiting("leads shift", 10)) == (len(told) == 2), "the hand-over of a shift too"
    receivers["leads"] = LEADS
    await teller._look(token)
    assert [msgspec.json.decode(one.message)["id"] for one in await outbox.waiting("leads", 10)] == told
    assert len(await outbox.waiting("own:7", 10)) == 1, "who asks the record closes those"
    await client.aclose()


async def test_where_nobody_was_told_the_first_receiver_is_new(outbox: Outbox, redis: Redis, keys: Keys) -> None:
    await redis.set(keys.fence, 1)
    assert await outbox.since(1, [], 3) == {}
    assert await outbox.since(1, ["leads"], 5) == {"leads": 5}


async def test_a_receiver_that_is_changed_is_let_go_of_before_its_next_task_begins(
    redis_url: str, keys: Keys, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last message may take a moment to come to its end."""
    told = list[str]()

    class Slow:
        def __init__(self, receiver: Receiver, *_: object) -> None:
            self.receiver = receiver

        def wake(self) -> None:
            """Nothing is sent here."""

        async def run(self) -> None:
            told.append(f"begins {self.receiver.url}")
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.1)
                told.append(f"ends {self.receiver.url}")

    monkeypatch.setattr(telling, "LOOK_S", 0.02)
    monkeypatch.setattr(deliveries, "Delivery", Slow)
    wanted = {"leads": LEADS._replace(url="one")}
    client = connect(redis_url)
    pipeline = Pipeline(stream, Checkpoints(client, keys), now_ms)
    task = asyncio.create_task(Teller(pipeline, Outbox(client, keys), lambda: wanted, now_ms, "").run())

    try:
        await until(lambda: told)
        wanted["leads"] = LEADS._replace(url="two")
        await until(lambda: len(told) >= 3)
        assert told == ["begins one", "ends one", "begins two"]
    finally:
        task.cancel()
        await asyncio.wait([task])
        await client.aclose()
    assert told[-1] == "ends two"
