"""From a contact that waits to a message that arrives, through real parts, although the worker dies in between."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from tests.tellers import LEADS, RULES, Telling, one_teller
from tests.waiting import now_ms, until
from tests.workers import Workers
from wallboard import teller as telling
from wallboard.alerter import Alerter
from wallboard.alerts import delivery, pacing
from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import SERVER, Abandoned, ConfigApplied, Queued
from wallboard.core.rows import AlertRow
from wallboard.core.settings import Settings
from wallboard.live.pipeline import Pipeline
from wallboard.receivers import Receiver
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import New, Outbox
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream
from wallboard.teller import Teller


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(type, alert) of all that a receiver was told, alone or with others; the network is somebody else's test."""
    got = list[tuple[str, str]]()

    async def send(receiver: Receiver, message: Any) -> None:
        got.extend((one.type, one.alert) for one in message.parts or [message])

    for where, name, value in (
        (telling, "LOOK_S", 0.05), (delivery, "LOOK_S", 0.05), (delivery, "SENDERS", {"webhook": send}),
        (pacing, "CAUSE_MS", 0),
    ):  # fmt: skip
        monkeypatch.setattr(where, name, value)
    return got


async def test_each_alert_is_told_once_and_its_end_too_although_workers_die(
    workers: Workers, redis: Redis, keys: Keys, stream: Stream, sent: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(telling, "SETTLED_MS", 0)
    numbers = itertools.count()

    def started() -> tuple[Pipeline, asyncio.Task[None]]:
        line = workers.line()
        teller = Teller(line.pipeline, line.outbox, lambda: {"leads": LEADS}, now_ms, "")
        _, task = workers.start(line, lambda: RULES, [Alerter(line.pipeline, line.into), teller])
        return line.pipeline, task

    pipeline, task = started()
    letter: dict[str, str] = {"receiver": "leads", "reason": "", "message": "{}"}
    await redis.xadd(keys.dead_letters, letter, id="1-0")  # of 1970
    await until(lambda: pipeline.ready and pipeline.floor.settings.alert)
    for _ in range(3):
        name = f"c{next(numbers)}"
        base: dict[str, Any] = {"contact": name, "source": "pbx"}
        await stream.append([Queued(queue="support", time=now_ms(), id=f"{name}+", **base)])
        await asyncio.sleep(1.15)  # the second turns: it is raised, told, sent, or not yet
        task.cancel()
        await asyncio.wait([task])
        pipeline, task = started()
        await stream.append([Abandoned(time=now_ms(), id=f"{name}-", **base)])
        await asyncio.sleep(1.05)
    await until(lambda: pipeline.ready and not pipeline.floor.alerts.open)
    await until(lambda: sum(kind == "cleared" for kind, _ in sent) >= 3)
    await asyncio.sleep(0.3)
    assert await Outbox(redis, keys).letters.newest(1) == [], "what is older than 30 days goes while a worker leads"
    raised = [alert for kind, alert in sent if kind == "raised"]
    assert set(raised) == {alert for kind, alert in sent if kind == "cleared"}
    assert len(set(raised)) == 3
    assert len(sent) <= 6 + 2, "what was sent as a worker died may come twice"


async def test_however_much_was_put_it_is_not_put_again_while_its_alerts_are_known(
    workers: Workers, redis: Redis, keys: Keys, sent: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many receivers and many alerts this is more than was remembered, and all of it went to Redis at each look."""
    monkeypatch.setattr(telling, "REMEMBERED", 1)
    line = workers.line()
    pipeline = line.pipeline
    teller = Teller(pipeline, line.outbox, lambda: {"leads": LEADS}, now_ms, "")
    workers.start(line, lambda: RULES, [Alerter(pipeline, line.into), teller])
    async with asyncio.timeout(60):
        while not (pipeline.ready and pipeline.floor.settings.alert):
            await asyncio.sleep(0.02)
        waits = [Queued(contact=f"c{n}", queue=f"q{n}", source="pbx", time=now_ms(), id=f"{n}") for n in range(3)]
        await line.into.append(waits)
        while len(sent) < 3:
            await asyncio.sleep(0.02)
        await redis.delete(*[keys.told(alert) for _, alert in sent])
        looked = pipeline.floor.now_ms
        while pipeline.floor.now_ms < looked + 2_000:  # many looks
            await asyncio.sleep(0.02)
    assert len(sent) == 3
    known = teller._put
    assert {receiver for receiver, _ in known} == {"leads"}
    pipeline.floor.alerts.open.clear()
    teller._most = 1
    teller._forget()
    assert teller._put == {}


@pytest.fixture
async def telling_of(redis_url: str, keys: Keys, stream: Stream) -> AsyncIterator[Telling]:
    async with one_teller(redis_url, keys, stream) as found:
        yield found


async def test_that_somebody_was_told_is_known_for_as_long_as_the_alert_is_open(
    telling_of: Any, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After eight days its end was told to nobody, or its beginning a second time."""
    teller, outbox, _ = telling_of
    client = connect(redis_url)
    token = await Lease(client, keys).acquire()
    await teller._look(token)
    told = keys.told("a")
    assert await client.ttl(told) > 1_000
    await client.expire(told, 1_000)
    await teller._look(token)
    assert await client.ttl(told) <= 1_000, "it is not asked of Redis at each look"
    monkeypatch.setattr(teller, "_clock_ms", lambda: now_ms() + telling.RENEW_MS)
    await teller._look(token)
    assert await client.ttl(told) > 1_000
    assert len(await outbox.waiting("leads", 10)) == 1
    await client.aclose()


async def test_whoever_comes_to_lead_makes_no_message_of_what_was_put_before(
    telling_of: Any, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was due at a take-over waited until all messages of the day had been made once more."""
    teller, outbox, _ = telling_of
    client, put = connect(redis_url), list[str]()
    await outbox.put(token := await Lease(client, keys).acquire(), "leads", [New("a", "a+", b"{}")])
    monkeypatch.setattr(outbox, "put", lambda *said: put.append(str(said)))
    await teller._look(token)
    assert put == []
    assert ("leads", "a+") in teller._put
    await client.aclose()


async def test_the_end_is_told_also_where_redis_took_the_begin_and_could_not_say_so(
    telling_of: Any, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody acknowledged it and it was over before the next look: its begin was not due any more, nor its end."""
    teller, outbox, row = telling_of
    client, put = connect(redis_url), outbox.put

    async def cut(*said: Any) -> None:
        await put(*said)
        monkeypatch.setattr(outbox, "put", put)
        raise StreamUnavailable("the answer did not come")

    monkeypatch.setattr(outbox, "put", cut)
    token = await Lease(client, keys).acquire()
    await teller._look(token)
    alerts = teller._pipeline.floor.alerts
    row.acknowledged_by, row.acknowledged_ms, row.over, row.over_ms = "Olena", now_ms(), "cleared", now_ms()
    alerts.over["a"] = alerts.open.pop("a")
    await teller._look(token)
    assert [msgspec.json.decode(one.message)["id"] for one in await outbox.waiting("leads", 10)] == ["a+", "a-"]
    await client.aclose()


async def test_a_take_over_with_much_that_is_over_leaves_the_loop_to_others_and_puts_down_what_was_told(
    telling_of: Any, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand ends for a hundred receivers held up the renewal of the lease, and another worker took over."""
    teller, outbox, row = telling_of
    floor, client = teller._pipeline.floor, connect(redis_url)
    over = msgspec.structs.replace(row, over_ms=floor.now_ms - telling.RENEW_MS, over="cleared")
    floor.alerts.over |= {f"b{number}": over for number in range(1_000)}
    receivers = {f"r{number}": LEADS._replace(name=f"r{number}") for number in range(100)} | {"leads": LEADS}
    monkeypatch.setattr(teller, "_receivers", lambda: receivers)
    token = await Lease(client, keys).acquire()
    await outbox.put(token, "r7", [New("b700", "b700+", b"{}")])
    await outbox.void("r7", [one.id for one in await outbox.waiting("r7", 1)])
    longest_s, looks = 0.0, 0
    while not await outbox.waiting("r7", 1):
        looking, looks = asyncio.create_task(teller._look(token)), looks + 1
        while not looking.done():
            began_s = time.process_time()
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.process_time() - began_s)
        assert len(await outbox.waiting("leads", 10)) == 1, "what is open goes before all that"
    assert longest_s < 0.5
    assert looks > 10
    [end] = await outbox.waiting("r7", 10)
    assert msgspec.json.decode(end.message)["id"] == "b700-"
    assert await outbox.waiting("r8", 10) == []
    assert len(await outbox.waiting("leads", 10)) == 1, "what is open, and no end"
    await client.aclose()


async def test_what_is_held_back_and_over_while_it_is_looked_is_looked_at_the_next_time(
    telling_of: Any, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end was told a quarter of a minute late."""
    teller, outbox, row = telling_of
    client, alerts = connect(redis_url), teller._pipeline.floor.alerts
    held, alerts.open = row, {"b": msgspec.structs.replace(row), "a": row}

    def ends() -> None:
        if "a" in alerts.open:
            row.over, row.over_ms = "cleared", now_ms()
            alerts.over["a"] = alerts.open.pop("a")

    def holds_back(one: AlertRow) -> bool:
        asyncio.get_running_loop().call_soon(ends)
        return one is held

    monkeypatch.setattr(teller._pipeline.floor.alerting, "holds_back", holds_back)
    token = await Lease(client, keys).acquire()
    await outbox.put(token, "leads", [New("a", "a+", b"{}")])
    await teller._look(token)
    assert "a" in alerts.over
    assert len(await outbox.waiting("leads", 10)) == 2, "b+ came"
    await teller._look(token)
    assert msgspec.json.decode((await outbox.waiting("leads", 10))[-1].message)["id"] == "a-"
    await client.aclose()


@pytest.mark.parametrize("behind_ms", [0, 60_000])
async def test_nobody_else_is_called_while_the_stream_is_not_read_so_far(
    telling_of: Any, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch, behind_ms: int
) -> None:
    """By the clock it is due to repeat it; whether somebody acknowledged it is not read yet."""
    teller, outbox, row = telling_of
    floor, client = teller._pipeline.floor, connect(redis_url)
    rule = msgspec.structs.replace(RULES.alert["wait"], repeat="1m")
    applied = ConfigApplied(settings=msgspec.to_builtins(Settings(alert={"wait": rule})), source=SERVER)
    floor.apply(applied, now_ms())
    for clock_ms in (lambda: row.raised_ms + 90_000, lambda: row.raised_ms + 90_000 + behind_ms):
        monkeypatch.setattr(teller, "_clock_ms", clock_ms)
        monkeypatch.setattr(teller._pipeline, "_clock_ms", clock_ms)
    token = await Lease(client, keys).acquire()
    await teller._look(token)
    assert len(await outbox.waiting("leads", 10)) == 1, "by the floor's time it is not due"
    floor.advance(row.raised_ms + 90_000)
    await teller._look(token)
    assert len(await outbox.waiting("leads", 10)) == (1 if behind_ms else 2)
    await client.aclose()


def test_what_was_put_is_kept_while_its_alert_is_open_of_repeats_the_last_one(telling_of: Any) -> None:
    teller, _, _ = telling_of
    put = ["a+", "a*1", "a>17", "a*2", "b+", "b>17", "a*10"]
    teller._put, teller._most = dict.fromkeys(("leads", one) for one in put), 1
    teller._forget()
    assert {told for _, told in teller._put} == {"a+", "a>17", "a*10"}
