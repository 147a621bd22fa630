"""Whoever is on duty is told through the real line, over a worker's death; once nobody is, the next is, and why."""

import asyncio

import msgspec
import pytest

from tests.waiting import now_ms, until
from tests.workers import Workers
from wallboard import teller as telling
from wallboard.alerter import Alerter
from wallboard.alerts import delivery
from wallboard.alerts.message import Message
from wallboard.core.events import SERVER, Abandoned, DutyLeft, DutyTaken, Queued
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.live.pipeline import Pipeline
from wallboard.receivers import Receiver
from wallboard.stream.stream import Stream
from wallboard.teller import Teller

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


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """(receiver, type) → text of what was taken, in its order; the network is somebody else's test."""
    got = dict[tuple[str, str], str]()

    async def send(receiver: Receiver, message: Message) -> None:
        got.setdefault((receiver.name, message.type), message.text)

    for where, name, value in (
        (telling, "LOOK_S", 0.05), (delivery, "LOOK_S", 0.05), (delivery, "SENDERS", {"webhook": send}),
    ):  # fmt: skip
        monkeypatch.setattr(where, name, value)
    return got


async def test_whoever_is_on_duty_for_the_team_is_told_and_when_nobody_is_any_more_the_next(
    workers: Workers, stream: Stream, sent: dict[tuple[str, str], str]
) -> None:
    def started() -> tuple[Pipeline, asyncio.Task[None]]:
        line = workers.line()
        teller = Teller(line.pipeline, line.outbox, lambda: RECEIVERS, now_ms, "")
        _, task = workers.start(line, lambda: RULES, [Alerter(line.pipeline, line.into), teller])
        return line.pipeline, task

    hour_ms = 3_600_000
    pipeline, task = started()
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


async def test_while_it_is_not_known_who_has_channels_nobody_is_passed_over(
    workers: Workers, stream: Stream, sent: dict[tuple[str, str], str]
) -> None:
    """At a start the record is asked first: else whoever comes behind in the chain would be told at each restart."""
    receivers, known = {"boss": RECEIVERS["boss"]}, list[bool]()
    line = workers.line()
    pipeline = line.pipeline
    teller = Teller(
        pipeline, line.outbox, lambda: receivers, now_ms, "", lambda: {"vira": RECEIVERS["vira"]},
        lambda: bool(known),
    )  # fmt: skip
    workers.start(line, lambda: RULES, [Alerter(pipeline, line.into), teller])
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
    await line.outbox.add("vira", msgspec.json.encode(test))
    await until(lambda: ("vira", "confirm") in sent)
