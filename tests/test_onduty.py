"""Whoever is on duty is told through the real line, over a worker's death; once nobody is, the next is, and why."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from wallboard import teller as telling
from wallboard import worker as worker_module
from wallboard.alerter import Alerter
from wallboard.alerts import delivery
from wallboard.alerts.message import Message
from wallboard.core.events import SERVER, Abandoned, DutyLeft, DutyTaken, Queued
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.live.pipeline import Pipeline
from wallboard.receivers import Receiver
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import Outbox
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream
from wallboard.teller import Teller
from wallboard.worker import Worker

RULE = {
    "metric": "waiting", "queues": ["*"], "raise": "> 0", "when": "always", "notify": ["on-duty", "boss"],
    "escalate": "1h",
}  # fmt: skip
RULES = Settings(alert={"wait": msgspec.convert(RULE, Rule)}, queue={"support": Queue(team="first")})
RECEIVERS = {
    "boss": Receiver("boss", "webhook", "https://nowhere.invalid/"),
    "olena": Receiver("olena", "webhook", "https://nowhere.invalid/", person="Olena"),
    "vira": Receiver("vira", "webhook", "https://nowhere.invalid/", person="Vira"),
}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """(receiver, type) → text of what was taken, in its order; the network is somebody else's test."""
    got = dict[tuple[str, str], str]()

    async def send(receiver: Receiver, message: Message) -> None:
        got.setdefault((receiver.name, message.type), message.text)

    for where, name, value in (
        (worker_module, "CHECKPOINT_S", 0.3), (worker_module, "RENEW_S", 0.05), (worker_module, "STANDBY_S", 0.05),
        (telling, "LOOK_S", 0.05), (delivery, "LOOK_S", 0.05), (delivery, "SENDERS", {"webhook": send}),
    ):  # fmt: skip
        monkeypatch.setattr(where, name, value)
    return got


async def test_whoever_is_on_duty_for_the_team_is_told_and_when_nobody_is_any_more_the_next(
    redis_url: str, keys: Keys, stream: Stream, sent: dict[tuple[str, str], str]
) -> None:
    clients = list[Any]()

    def started() -> tuple[Pipeline, asyncio.Task[None]]:
        asking, blocking = connect(redis_url), connect(redis_url, blocking=True)
        clients.extend([asking, blocking])
        checkpoints, into = Checkpoints(asking, keys), Stream(asking, keys)
        pipeline = Pipeline(Stream(blocking, keys), checkpoints, now_ms)
        besides = [
            Alerter(pipeline, into), Teller(pipeline, Outbox(asking, keys), lambda: RECEIVERS, now_ms, "")
        ]  # fmt: skip
        lease = Lease(asking, keys)
        worker = Worker(pipeline, into, checkpoints, lease, now_ms, lambda: RULES, besides)
        return pipeline, asyncio.create_task(worker.run())

    async def until(true: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not true():
                await asyncio.sleep(0.02)

    hour_ms = 3_600_000
    pipeline, task = started()
    try:
        await until(lambda: pipeline.ready and pipeline.floor.settings.alert)
        await stream.append([
            DutyTaken(who="Olena", until=now_ms() + hour_ms, teams=["first"], source=SERVER, id="d1"),
            DutyTaken(who="Vira", until=now_ms() + hour_ms, teams=["second"], source=SERVER, id="d2"),
        ])  # fmt: skip
        await until(lambda: len(pipeline.floor.duty.on) == 2)
        await stream.append([Queued(contact="c", queue="support", source="pbx", time=now_ms(), id="c+")])
        await until(lambda: ("olena", "raised") in sent)
        task.cancel()
        await asyncio.wait([task])
        pipeline, task = started()
        await until(lambda: pipeline.ready and pipeline.floor.alerts.open)
        assert sorted(pipeline.floor.duty.on) == ["Olena", "Vira"]
        assert list(sent) == [("olena", "raised")], "the next is not told while somebody is on duty"
        await stream.append([DutyLeft(who="Olena", source=SERVER, id="d3")])
        await until(lambda: ("boss", "raised") in sent)
        assert "Nobody is on duty for this" in sent["boss", "raised"]
        await stream.append([Abandoned(contact="c", source="pbx", time=now_ms(), id="c-")])
        await until(lambda: {("boss", "cleared"), ("olena", "cleared")} <= sent.keys())
        assert not [name for name, _ in sent if name == "vira"], "it is not of her team"
    finally:
        task.cancel()
        await asyncio.wait([task])
        for client in clients:
            await client.aclose()


async def test_while_it_is_not_known_who_has_channels_nobody_is_passed_over(
    redis_url: str, keys: Keys, stream: Stream, sent: dict[tuple[str, str], str]
) -> None:
    """At a start the record is asked first: else whoever comes behind in the chain would be told at each restart."""
    receivers, known = {"boss": RECEIVERS["boss"]}, list[bool]()
    asking, blocking = connect(redis_url), connect(redis_url, blocking=True)
    checkpoints, into = Checkpoints(asking, keys), Stream(asking, keys)
    pipeline = Pipeline(Stream(blocking, keys), checkpoints, now_ms)
    teller = Teller(
        pipeline, Outbox(asking, keys), lambda: receivers, now_ms, "", lambda: {"vira": RECEIVERS["vira"]},
        lambda: bool(known),
    )  # fmt: skip
    besides = [Alerter(pipeline, into), teller]
    worker = Worker(pipeline, into, checkpoints, Lease(asking, keys), now_ms, lambda: RULES, besides)
    task = asyncio.create_task(worker.run())

    async def until(true: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not true():
                await asyncio.sleep(0.02)

    try:
        await until(lambda: pipeline.ready and pipeline.floor.settings.alert)
        told = [DutyTaken(who=who, until=now_ms() + 3_600_000, source=SERVER, id=who) for who in ("Olena", "Vira")]
        await stream.append([*told, Queued(contact="c", queue="support", source="pbx", time=now_ms(), id="c+")])
        await until(lambda: pipeline.floor.alerts.open)
        await asyncio.sleep(0.5)
        assert sent == {}
        receivers["olena"] = RECEIVERS["olena"]
        known.append(True)
        await until(lambda: sent)
        await asyncio.sleep(0.5)
        assert list(sent) == [("olena", "raised")], "nor is who is only asked for a code"
        test = Message(id="t", type="confirm", severity="info", title="code", text="code", at=1)
        await Outbox(asking, keys).add("vira", msgspec.json.encode(test))
        await until(lambda: ("vira", "confirm") in sent)
    finally:
        task.cancel()
        await asyncio.wait([task])
        for client in (asking, blocking):
            await client.aclose()
