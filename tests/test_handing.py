"""What a shift leaves is mailed once when it is over, to receivers of mail, although the worker dies; real parts."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from tests.waiting import now_ms, until
from tests.workers import Workers
from wallboard import handing as module
from wallboard.alerts import delivery, handover
from wallboard.alerts.message import Message
from wallboard.core.events import (
    AlertAcknowledged,
    AlertActed,
    AlertRaised,
    AlertSnoozed,
    ConfigApplied,
    NoticePosted,
    Queued,
)
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.core.settings import Queue, Settings, Site
from wallboard.handing import Handing, mailed
from wallboard.live.pipeline import Pipeline
from wallboard.receivers import Receiver
from wallboard.record.database import open_record
from wallboard.record.history import History, SeenDay
from wallboard.record.shiftnotes import ShiftNotes
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import Outbox
from wallboard.stream.stream import Stream

PATIENCE_S = 300
RECEIVERS = {
    "boss": Receiver("boss", "mail", "smtp://nowhere.invalid/"),
    "grave": Receiver("grave", "mail", "smtp://nowhere.invalid/", least="critical"),
    "Olena": Receiver("Olena", "mail", "smtp://nowhere.invalid/", person="Olena"),
    "hook": Receiver("hook", "webhook", "https://nowhere.invalid/"),
}


def shift() -> tuple[datetime, datetime, Settings]:
    """One that was over three to four minutes ago, after two hours: for the next 50 minutes it has to be mailed."""
    ended = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=3)
    begun = ended - timedelta(hours=2)
    site = Site(shifts={"early": f"{begun:%H:%M}-{ended:%H:%M}"})
    return begun, ended, Settings(site={"main": site}, queue={"support": Queue(name="Support")})


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Message]]:
    """Who got which mail; the network is somebody else's test."""
    got = list[tuple[str, Message]]()

    async def send(receiver: Receiver, message: Message) -> None:
        got.append((receiver.name, message))

    for where, name, value in (
        (module, "LOOK_S", 0.05), (delivery, "LOOK_S", 0.05), (delivery, "SENDERS", {"mail": send}),
    ):  # fmt: skip
        monkeypatch.setattr(where, name, value)
    return got


async def test_it_is_mailed_once_with_numbers_alerts_notices_who_waits_and_the_note(
    workers: Workers, outbox: Outbox, stream: Stream, sent: list[tuple[str, Message]], tmp_path: Path
) -> None:
    engine = open_record(tmp_path)
    history, notes = History(engine), ShiftNotes(engine)
    begun, ended, settings = shift()
    begun_ms, raised_ms = (int(at.timestamp() * 1000) for at in (begun, ended - timedelta(minutes=10)))
    for nth, good in enumerate((8, 7)):
        amounts = {"offered": 10, "answered": 10, "sl_good": good, "sl_base": 10, "tags.thanks": 1}
        at = Interval("groups", "site:main", _quarter(begun_ms + nth * 4 * QUARTER_MS), "event")
        waited = {at._replace(kind="queues", id="support"): {"answered_wait\t95": 1}}
        history.fill(
            {at: amounts} | waited, [SeenDay("main", f"{nth}", at.started_ms, at.started_ms + 1, 0, now_ms(), "live")]
        )
    notes.write(begun_ms, "Line 2 comes back.", who="Ann", by="person:1", teams=None, now_ms=now_ms())
    notes.write(begun_ms - 1, "Of another shift.", who="Ann", by="person:1", teams=None, now_ms=now_ms())

    def started() -> tuple[Pipeline, Handing, asyncio.Task[None]]:
        line = workers.line()
        link = "https://wall.example/shift"
        handing = Handing(line.pipeline, line.outbox, history, notes, lambda: receivers, now_ms, link)
        _, task = workers.start(line, lambda: settings, [handing])
        return line.pipeline, handing, task

    receivers = dict[str, Receiver]()  # nothing is mailed before everything has happened
    pipeline, _, task = started()
    await until(lambda: pipeline.ready and pipeline.floor.settings.queue, PATIENCE_S)
    said = {"metric": "waiting", "limit": "> 2", "since": "1"}
    for kind, of in (("queues", "support"), ("agents", "anna")):
        about = said | {"kind": kind, "of": of}
        await stream.append([
            AlertRaised(
                alert=of, rule="long", severity="warning", value=3, time=raised_ms, attributes=about,
                source="wallboard", id=f"{of}+",
            )
        ])  # fmt: skip
    await stream.append([
        AlertAcknowledged(alert="support", who="Ann", source="wallboard", id="a"),
        AlertSnoozed(alert="support", who="Eve", until=now_ms() + 3_600_000, source="wallboard", id="s"),
        AlertActed(
            alert="support", who="Ben", note="all six", attributes={"result": "called_back"}, source="wallboard",
            id="r",
        ),
        NoticePosted(text="Line 2 is down", notice="n", source="wallboard", id="n"),
        Queued(contact="c", queue="support", source="pbx", id="q", time=now_ms() - 60_000),
    ])  # fmt: skip
    await until(lambda: pipeline.floor.tallies.queues["support"].live["waiting"], PATIENCE_S)
    receivers |= RECEIVERS
    await until(lambda: sent, PATIENCE_S)
    async with asyncio.timeout(PATIENCE_S):
        while await outbox.waiting("boss shift", 10):  # it is taken out after it was sent
            await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    pipeline, handing, task = started()
    await until(lambda: handing._put, PATIENCE_S)
    assert await outbox.waiting("boss shift", 10) == []

    [(name, mail)] = sent
    assert name == "boss shift"
    assert mail.title == f"Hand-over: main, early {begun:%Y-%m-%d %H:%M}–{ended:%H:%M}"
    blocks = [block.splitlines() for block in mail.text.split("\n\n")]
    assert blocks[0] == ["Ann: Line 2 comes back."]
    worst = [datetime.fromtimestamp((_quarter(begun_ms) + ms) / 1000, UTC) for ms in (0, QUARTER_MS)]
    assert blocks.pop(1) == [
        f"Longest wait of a call: 1:35, Support; it ended between {worst[0]:%H:%M} and {worst[1]:%H:%M}.",
        f"Worst hour: {begun + timedelta(hours=1):%H:%M}–{ended:%H:%M}, service level 70.0\u00a0%.",
    ]
    assert blocks[1] == [
        "By hour",
        f"{begun:%H:%M}  offered 10, answered 10, abandoned 0, service level 80.0 %",
        f"{begun + timedelta(hours=1):%H:%M}  offered 10, answered 10, abandoned 0, service level 70.0 %",
        "All    offered 20, answered 20, abandoned 0, service level 75.0 %",
        "Target: 80 % service level.",
    ]
    assert blocks[2][0] == "Still waiting"
    assert re.fullmatch(r"Support: 1 waiting, the longest [0-9]+:[0-9]{2}", blocks[2][1])
    assert blocks[3][0] == "Alerts"
    [alert] = blocks[3][1:]
    assert alert.startswith(f"{datetime.fromtimestamp(raised_ms / 1000, UTC):%H:%M}–still open  warning: Support: ")
    assert alert.endswith("; seen by Ann, snoozed by Eve, called back (Ben) “all six”")
    assert blocks[4:] == [
        ["Notices that stand", "Line 2 is down"],
        ["Thanks from customers: 2"],
        ["https://wall.example/shift"],
    ]


def _quarter(at_ms: int) -> int:
    """The first that begins then or later."""
    return -(-at_ms // QUARTER_MS) * QUARTER_MS


@pytest.fixture
async def put(redis: Any, keys: Keys, tmp_path: Path) -> AsyncIterator[Any]:
    """Two sites with shifts that ended together, at one of them two; what is put for the boss, by title."""
    engine, outbox = open_record(tmp_path), Outbox(redis, keys)
    begun, ended, _ = shift()
    times = f"{begun:%H:%M}-{ended:%H:%M}"
    settings = Settings(
        site={
            "kyiv": Site(
                zone="UTC", shifts={"early": times, "long": f"{begun - timedelta(hours=1):%H:%M}-{ended:%H:%M}"}
            ),
            "lviv": Site(zone="UTC", shifts={"early": times}),
        },
        queue={"support": Queue(team="one", site="kyiv"), "chat": Queue(team="two", site="lviv")},
    )
    pipeline = Pipeline(Stream(redis, keys), Checkpoints(redis, keys), now_ms)
    pipeline.floor.apply(ConfigApplied(settings=msgspec.to_builtins(settings), source="wallboard", id="1"), now_ms())
    notes, begun_ms = ShiftNotes(engine), int(begun.timestamp() * 1000)
    for who, teams in (("Ann", ("one",)), ("Ivan", ("two",)), ("Eve", None)):
        notes.write(begun_ms, f"by {who}", who=who, by=who, teams=teams, now_ms=now_ms())
    handing = Handing(pipeline, outbox, History(engine), notes, dict, now_ms, "")
    token = await Lease(redis, keys).acquire() or 0

    async def look() -> dict[str, list[str]]:
        await handing._look(token, mailed(RECEIVERS))
        waiting = await outbox.waiting("boss shift", 10)
        messages = [msgspec.json.decode(one.message, type=Message) for one in waiting]
        return {one.title.split()[1] + one.title.split()[2]: re.findall("by [A-Z][a-z]+", one.text) for one in messages}

    yield look
    engine.dispose()


async def test_shifts_that_end_together_are_mailed_each_with_the_notes_of_its_own_site(put: Any) -> None:
    """A note to all was left in the shift of the file's first site."""
    told = await put()
    assert {name: sorted(notes) for name, notes in told.items()} == {
        "kyiv,early": ["by Ann", "by Eve"], "kyiv,long": [], "lviv,early": ["by Ivan"],
    }  # fmt: skip
    assert await put() == told, "each once"


async def test_one_that_fails_keeps_no_other_from_being_mailed_and_goes_when_it_can(
    put: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = handover.numbers

    def fails(history: History, group: str, *more: Any) -> Any:
        if group == "site:kyiv":
            raise ValueError("no such zone")
        return numbers(history, group, *more)

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(handover, "numbers", fails)
        assert list(await put()) == list(await put()) == ["lviv,early"]
    assert len([line for line in logs if line.get("site") == "kyiv"]) == 2, "one line a shift"
    assert len(await put()) == 3


def test_it_goes_to_mail_that_wants_more_than_grave_alerts_and_is_nobodys_own() -> None:
    assert list(mailed(RECEIVERS)) == ["boss shift"]


@pytest.mark.parametrize(("from_min", "until_min", "found"), [(-1, 0, 0), (0, 1, 1), (-60, 60, 1), (1, 60, 0)])
def test_a_shift_has_ended_in_the_time_in_which_its_end_lies(from_min: int, until_min: int, found: int) -> None:
    ended = datetime(2026, 3, 3, 6, tzinfo=UTC)
    settings = Settings(site={"main": Site(shifts={"night": "22:00-06:00"})})
    times = (int((ended + timedelta(minutes=one)).timestamp() * 1000) for one in (from_min, until_min))
    assert len(handover.ended(settings, "main", *times)) == found
