"""Tests of collectors/asterisk/collector.py: a served manager interface and real files, read as a user's are."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fake_manager import FakeManager, listing, serving
from folding import Line, assert_as_expected, of_queues, settings_of
from msgspec.structs import replace
from recording import messages

from collectors.asterisk import collector as module
from collectors.asterisk import connection, follow, listening
from collectors.asterisk.collector import AsteriskCollector
from collectors.asterisk.follow import read_on
from wallboard.core.errors import SourceError
from wallboard.core.events import Answered, FloorObserved, PresenceSet, Queued, SourceRestarted
from wallboard.core.settings import Settings
from wallboard.core.sources import Surroundings

BOOT = 1_795_391_171  # of the recording
SECRET = "s3cret"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are the collector's own, but short."""
    monkeypatch.setattr(listening, "RETRY_S", (0.05,))
    monkeypatch.setattr(module, "POLL_S", 0.01)


def options_of(fake: FakeManager | None, log: Path | None, **more: object) -> dict[str, object]:
    ami = {"host": "127.0.0.1", "port": fake.port, "username": "wallboard", "secret": SECRET} if fake else {}
    return {"kind": "asterisk", **ami, **({"queue_log": str(log)} if log else {}), **more}


class Reading:
    """A collector at work: its events folded, its last position."""

    def __init__(self, options: dict[str, object], line: Line, clock_ms: Callable[[], int]) -> None:
        self.collector = AsteriskCollector("pbx", options, Surroundings(clock_ms, Settings(), Path()))
        self.line = line
        self.position: str | None = None

    async def run(self, position: str | None) -> None:
        self.position = position
        async with aclosing(self.collector.events(position)) as batches:
            async for batch in batches:
                assert batch.retold, "what AMI told the log may tell in other words"
                self.line.take(replace(event, source="pbx") for event in batch.events)  # as the runner signs them
                self.position = batch.position or self.position

    async def until(self, holds: Callable[[], Any]) -> None:
        async with asyncio.timeout(60):
            while not holds():
                await asyncio.sleep(0.01)

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.line.events if isinstance(event, kind)]


@asynccontextmanager
async def reading(
    options: dict[str, object],
    line: Line | None = None,
    position: str | None = None,
    clock_ms: Callable[[], int] = lambda: round(time.time() * 1000),
) -> AsyncIterator[Reading]:
    one = Reading(options, line or Line(), clock_ms)
    task = asyncio.create_task(one.run(position))
    try:
        yield one
        assert not task.done() or task.result()
    finally:
        task.cancel()
        await asyncio.wait([task])


def now_line(verb: str, call: str = "1.0", queue: str = "support", member: str = "NONE", *rest: object) -> str:
    return "|".join(map(str, (int(time.time()), call, queue, member, verb, *rest))) + "\n"


def join(call: str, queue: str = "support") -> dict[str, str]:
    return {"Event": "QueueCallerJoin", "Queue": queue, "Uniqueid": call}


def connect(call: str, agent: str = "Anna", queue: str = "support") -> dict[str, str]:
    return {"Event": "AgentConnect", "Queue": queue, "Uniqueid": call, "MemberName": agent, "HoldTime": "2"}


# The recorded PBX through real parts


@pytest.mark.parametrize("halves", ["log", "ami", "both"])
async def test_the_recorded_day_comes_through_whole(day5: Path, expected: dict[str, Any], tmp_path: Path, halves: str):
    """AMI with the times that `timestampevents = yes` adds; the log grows meanwhile, line by torn line."""
    heard = messages(day5)
    fake, log = FakeManager(), tmp_path / "queue_log"
    begun = next(i for i, (_, one) in enumerate(heard) if one.get("Event") == "QueueStatusComplete")
    fake.listing = [one for _, one in heard[:begun] if one.get("Event") in ("QueueParams", "QueueMember")]
    lines = (day5 / "queue_log").read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:5]))
    started = time.monotonic()
    async with serving(fake):
        options = options_of(fake if halves != "log" else None, log if halves != "ami" else None)
        clock_ms = lambda: BOOT * 1000 + 3000 + round((time.monotonic() - started) * 1000)  # noqa: E731
        async with reading(options, Line(settings_of(expected)), clock_ms=clock_ms) as one:
            if halves != "log":
                await one.until(lambda: one.told(FloorObserved))
            for part, said in zip(cut(lines[5:], 40), cut(heard[begun + 1 :], 40), strict=True):
                await fake.say(*({**message, "Timestamp": f"{at_ms / 1000:.3f}"} for at_ms, message in said))
                await append_torn(log, b"".join(part))
            if halves == "ami":
                await one.until(lambda: sum(row["answered"] for row in of_queues(one.line.floor).values()) == 183)
            else:
                await one.until(lambda: json.loads(one.position or "{}").get("offset") == log.stat().st_size)
                assert_as_expected(one.line.floor, expected)


def cut(items: list[Any], parts: int) -> list[list[Any]]:
    return [items[len(items) * n // parts : len(items) * (n + 1) // parts] for n in range(parts)]


async def append_torn(log: Path, data: bytes) -> None:
    with log.open("ab", buffering=0) as growing:
        growing.write(data[: len(data) // 2])
        await asyncio.sleep(0.005)
        growing.write(data[len(data) // 2 :])


# The manager interface


@pytest.mark.parametrize("md5", [True, False])
async def test_it_signs_in_lists_and_tells_what_happens(md5: bool):
    fake = FakeManager()
    fake.md5 = md5
    fake.listing = listing([{"Name": "Anna", "Location": "PJSIP/1"}], [{"Uniqueid": "1.0", "Wait": "30"}])
    async with serving(fake), reading(options_of(fake, None)) as one:
        await one.until(lambda: one.told(FloorObserved))
        assert one.collector.connected
        await fake.say({"Event": "QueueCallerLeave", "Queue": "support", "Uniqueid": "1.0"}, connect("1.0"))
        await one.until(lambda: one.told(Answered))
        [queued] = one.told(Queued)
        assert queued.time - queued.since == 30_000
        assert ("Secret" in fake.asked[1]) is not md5, "the secret itself does not travel where a challenge is offered"


async def test_a_lost_connection_is_made_again_and_the_floor_put_right():
    """While it was away caller 1.0 left and 2.0 came; Anna went into a pause."""
    fake = FakeManager()
    fake.listing = listing([{"Name": "Anna", "Location": "PJSIP/1"}], [{"Uniqueid": "1.0", "Wait": "3"}])
    async with serving(fake), reading(options_of(fake, None)) as one:
        await one.until(lambda: one.line.waiting("support") == {"1.0"})
        paused = {"Name": "Anna", "Location": "PJSIP/1", "Paused": "1", "PausedReason": "Lunch"}
        fake.listing = listing([paused], [{"Uniqueid": "2.0", "Wait": "0"}])
        fake.hang_up()
        await one.until(lambda: one.line.waiting("support") == {"2.0"})
        await one.until(lambda: one.told(PresenceSet)[-1].reason == "Lunch")
        assert fake.logins == 2


async def test_an_agent_in_a_queue_s_call_is_not_busy_after_a_reconnect():
    """Its device is in use: of that call, as InCall says. When the call is over and the device is not, it is busy."""
    fake = FakeManager()
    anna = {"Name": "Anna", "Location": "PJSIP/1", "Status": "2", "InCall": "1"}
    fake.listing = listing([anna])
    async with serving(fake), reading(options_of(fake, None)) as one:
        await one.until(lambda: one.told(PresenceSet))
        agent = one.line.floor.people.agents["Anna"]
        assert agent.profile.device != "busy"
        status = {"Event": "QueueMemberStatus", "Queue": "support", "MemberName": "Anna", "Interface": "PJSIP/1"}
        await fake.say({**status, "Status": "2", "InCall": "0", "Paused": "0"})
        await one.until(lambda: agent.profile.device == "busy")


async def test_a_wrong_secret_stops_a_source_that_has_nothing_else_and_is_not_repeated():
    fake = FakeManager(secret="another")
    async with serving(fake):
        collector = AsteriskCollector(
            "pbx", options_of(fake, None), Surroundings(lambda: 1_800_000_000_000, Settings(), Path())
        )
        with pytest.raises(SourceError, match=r"refuses the login of wallboard.*manager\.conf") as caught:
            async with aclosing(collector.events(None)) as batches:
                await anext(batches)
    assert caught.value.fatal
    assert fake.logins == 1
    assert SECRET not in str(caught.value)


async def test_with_a_wrong_secret_the_log_goes_on_and_the_note_says_so(tmp_path: Path):
    fake, log = FakeManager(secret="another"), tmp_path / "queue_log"
    log.write_text(now_line("ENTERQUEUE"))
    async with serving(fake), reading(options_of(fake, log)) as one:
        await one.until(lambda: fake.logins)
        await one.until(lambda: one.collector.note and "refuses the login" in one.collector.note)
        with log.open("a") as growing:
            growing.write(now_line("ENTERQUEUE", "2.0"))
        await one.until(lambda: one.line.waiting("support") == {"1.0", "2.0"})
        await asyncio.sleep(0.3)  # several ordinary pauses
        assert fake.logins == 1, "a wrong secret is not repeated at once: the PBX would lock us out"
        assert SECRET not in (one.collector.note or "")
        assert one.collector.connected


async def test_the_log_goes_on_while_ami_is_away_and_each_caller_comes_once(tmp_path: Path):
    fake, log = FakeManager(), tmp_path / "queue_log"
    log.write_text(now_line("ENTERQUEUE"))
    async with serving(fake):
        options = options_of(fake, log)
    async with reading(options) as one:
        await one.until(lambda: one.line.waiting("support") == {"1.0"})
        await one.until(lambda: one.collector.note and "cannot be reached" in one.collector.note)
        with log.open("a") as growing:
            growing.write(now_line("PAUSE", "NONE", "support", "Anna", "Lunch"))
        await one.until(lambda: one.told(PresenceSet))
        fake.listing = listing([{"Name": "Anna", "Location": "PJSIP/1"}], [{"Uniqueid": "1.0", "Wait": "1"}])
        async with serving(fake, fake.port):
            await one.until(lambda: one.told(FloorObserved))
            assert one.collector.note is None
            assert one.line.floor.people.agents["Anna"].profile.in_queue("support").presence == "ready"
            assert len(one.told(Queued)) == 1


async def test_a_silent_manager_port_is_said_to_be_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "ANSWER_S", 0.1)
    fake = FakeManager()
    fake.silent = True
    async with serving(fake), reading(options_of(fake, None)) as one:
        await one.until(
            lambda: (
                one.collector.note and ("does not answer" in one.collector.note or "said nothing" in one.collector.note)
            )
        )
        assert not one.collector.connected


async def test_a_connection_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch):
    """And made anew: it signs in again."""
    monkeypatch.setattr(connection, "SILENT_S", 0.2)
    fake = FakeManager()
    async with serving(fake), reading(options_of(fake, None)) as one:
        await one.until(lambda: fake.logins >= 2)


async def test_a_refused_listing_is_said_and_the_log_is_read_on(tmp_path: Path):
    fake, log = FakeManager(), tmp_path / "queue_log"
    fake.refuses_listing = "Permission denied"
    log.write_text(now_line("ENTERQUEUE"))
    async with serving(fake), reading(options_of(fake, log)) as one:
        await one.until(lambda: one.collector.note and "refuses QueueStatus: Permission denied" in one.collector.note)
        await one.until(lambda: one.line.waiting("support") == {"1.0"})
        assert one.told(FloorObserved) == []


async def test_a_user_who_may_not_read_agent_events_is_noticed_by_the_callers_in_the_log(tmp_path: Path):
    """Until one such event comes."""
    fake, log = FakeManager(), tmp_path / "queue_log"
    log.write_text("")
    async with serving(fake), reading(options_of(fake, log)) as one:
        await one.until(lambda: one.told(FloorObserved))
        with log.open("a") as growing:
            growing.writelines(now_line("ENTERQUEUE", f"{call}.0") for call in range(3))
        await one.until(lambda: one.collector.note and "read = agent,system" in one.collector.note)
        await fake.say(join("9.0"))
        await one.until(lambda: one.collector.note is None)


async def test_a_pbx_that_started_anew_while_we_were_away_ends_what_was_open():
    fake = FakeManager()
    fake.listing = listing(callers=[{"Uniqueid": "1.0", "Wait": "3"}])
    async with serving(fake), reading(options_of(fake, None)) as one:
        await one.until(lambda: one.line.waiting("support") == {"1.0"})
        fake.hang_up()
        await one.until(lambda: len(one.told(FloorObserved)) == 2)
        assert not one.told(SourceRestarted), "the connection alone was lost"
        fake.uptime_s, fake.listing = 0, listing()
        fake.hang_up()
        await one.until(lambda: len(one.told(FloorObserved)) == 3)
        assert len(one.told(SourceRestarted)) == 1
        assert one.line.waiting("support") == set()


async def test_a_leave_that_nothing_follows_is_an_end_of_unknown_reason():
    fake = FakeManager()
    fake.listing = listing(callers=[{"Uniqueid": "1.0", "Wait": "3"}])
    async with serving(fake), reading(options_of(fake, None)) as one:
        await one.until(lambda: one.line.waiting("support") == {"1.0"})
        await fake.say({"Event": "QueueCallerLeave", "Queue": "support", "Uniqueid": "1.0"})
        await one.until(lambda: one.line.waiting("support") == set())
        assert of_queues(one.line.floor)["support"]["lost_in_restart"] == 1


async def test_broken_bytes_harm_nothing():
    fake = FakeManager()
    async with serving(fake), reading(options_of(fake, None)) as one:
        await one.until(lambda: one.told(FloorObserved))
        await fake.send(
            b"\xff\xfe\x00: \xc3\x28\r\n\r\nEvent: QueueMember\r\n\r\nEvent: AgentComplete\r\n\r\n:\r\n\r\n"
        )
        await fake.send(b"Event: QueueCallerJoin\r\nQueue: s\x00\xffq\r\nUniqueid: \x01\r\n\r\n")
        await fake.say(join("2.0"))
        await one.until(lambda: one.line.waiting("support") == {"2.0"})
    assert fake.logins == 1, "the line holds"


# The log


async def test_a_log_that_is_missing_stops_a_source_without_ami_and_is_found_when_it_is_there(tmp_path: Path):
    log = tmp_path / "queue_log"
    around = Surroundings(lambda: round(time.time() * 1000), Settings(), Path())
    with pytest.raises(SourceError, match=r"it is not there.*give its path"):
        async with aclosing(AsteriskCollector("pbx", options_of(None, log), around).events(None)) as batches:
            await anext(batches)
    log.write_text(now_line("ENTERQUEUE"))
    async with reading(options_of(None, log)) as one:
        await one.until(lambda: one.line.waiting("support") == {"1.0"})
        assert one.collector.note == f"no AMI: {module.NO_AMI}"


async def test_with_ami_a_missing_log_is_noted_and_read_when_it_appears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fake, log = FakeManager(), tmp_path / "queue_log"
    async with serving(fake), reading(options_of(fake, log)) as one:
        await one.until(lambda: one.told(FloorObserved))
        assert "it is not there" in (one.collector.note or "")
        await fake.say(join("1.0"))
        await one.until(lambda: one.line.waiting("support") == {"1.0"})
        log.write_text(now_line("ENTERQUEUE") + now_line("EXITWITHTIMEOUT", "1.0", "support", "NONE", 1, 1, 9))
        await one.until(lambda: of_queues(one.line.floor)["support"]["timeout"] == 1)
        assert len(one.told(Queued)) == 1


@pytest.mark.parametrize("at", [0, 1, 40, 4999, 5000, 8937])
async def test_killed_at_any_byte_of_the_log_it_tells_each_line_once(minute: Path, tmp_path: Path, at: int):
    """The second process begins where Redis has the first one's position."""
    data, log, line = (minute / "minute.queue_log").read_bytes(), tmp_path / "queue_log", Line()
    clock_ms = lambda: BOOT * 1000 + 70_000  # noqa: E731
    log.write_bytes(data[:at])
    async with reading(options_of(None, log), line, clock_ms=clock_ms) as one:
        whole = data[:at].count(b"|ENTERQUEUE|") - (
            not data[:at].endswith(b"\n") and b"|ENTERQUEUE|" in data[:at].rpartition(b"\n")[2]
        )
        await one.until(lambda: len(one.told(Queued)) == whole)
        await asyncio.sleep(0.05)
    log.write_bytes(data)
    async with reading(options_of(None, log), line, one.position, clock_ms) as two:
        await two.until(lambda: len(two.told(Queued)) == data.count(b"|ENTERQUEUE|"))
    assert len({event.id for event in line.events}) == len(line.events)


async def test_after_a_restart_both_halves_go_on_with_the_same_visits(tmp_path: Path):
    """1.0 was told by both; the new process reads the log silently, then AMI lists 1.0 again."""
    fake, log, line = FakeManager(), tmp_path / "queue_log", Line()
    log.write_text(now_line("ENTERQUEUE"))
    fake.listing = listing([{"Name": "Anna", "Location": "PJSIP/1"}], [{"Uniqueid": "1.0", "Wait": "0"}])
    async with serving(fake):
        async with reading(options_of(fake, log), line) as one:
            await one.until(lambda: one.told(FloorObserved))
        with log.open("a") as growing:
            growing.write(now_line("ENTERQUEUE", "2.0"))
        async with reading(options_of(fake, log), line, one.position) as two:
            await two.until(lambda: len(two.told(FloorObserved)) == 2)
            with log.open("a") as growing:
                growing.write(now_line("CONNECT", "1.0", "support", "Anna", 2, "x", 1))
            await fake.say(connect("1.0"))
            await two.until(lambda: two.told(Answered))
            await asyncio.sleep(0.1)
            assert [event.id for event in two.told(Queued)] == ["1.0/support/1/queued", "2.0/support/1/queued"]
            assert len(two.told(Answered)) == 1


async def test_what_was_written_while_nobody_read_is_told_from_the_position_even_of_yesterday(tmp_path: Path):
    log, line = tmp_path / "queue_log", Line()
    yesterday = int(time.time()) - 86_400
    log.write_text(f"{yesterday}|0.1|support|NONE|ENTERQUEUE||1\n")
    async with reading(options_of(None, log), line) as one:
        await one.until(lambda: one.position)
        assert not one.told(Queued), "without a position the business day is read"
        position = one.position
    with log.open("a") as growing:
        growing.write(f"{yesterday + 1}|0.2|support|NONE|ENTERQUEUE||1\n")
    async with reading(options_of(None, log), line, position) as two:
        await two.until(lambda: [event.contact for event in two.told(Queued)] == ["0.2"])


async def test_a_whole_day_s_log_comes_in_pieces_each_with_its_position(tmp_path: Path):
    """200,000 lines of today."""
    log, now_s = tmp_path / "queue_log", int(time.time())
    line = f"{now_s}|%d.0|support|NONE|ENTERQUEUE||48500100001|1\n"
    log.write_text("".join(line % call for call in range(200_000)))
    around = Surroundings(lambda: now_s * 1000, Settings(), Path())
    told = 0
    async with aclosing(AsteriskCollector("pbx", options_of(None, log), around).events(None)) as batches:
        async for batch in batches:
            told += len(batch.events)
            assert len(batch.events) < 10_000
            assert batch.position
            if told == 200_000:
                break
    assert told == 200_000


async def test_what_is_not_taken_is_not_read_and_closing_ends_every_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A slow Redis: one batch is taken and no more."""
    reads = []
    monkeypatch.setattr(module, "HELD", 2)
    monkeypatch.setattr(module, "read_on", lambda *given: reads.append(1) or read_on(*given))
    monkeypatch.setattr(follow, "CHUNK_BYTES", 200)
    log, fake = tmp_path / "queue_log", FakeManager()
    log.write_text("".join(now_line("ENTERQUEUE", f"{call}.0") for call in range(200)))
    around = Surroundings(lambda: round(time.time() * 1000), Settings(), Path())
    async with serving(fake):
        async with aclosing(AsteriskCollector("pbx", options_of(fake, log), around).events(None)) as batches:
            await anext(batches)
            await asyncio.sleep(0.2)
            assert len(reads) <= 5
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("pbx ")]


async def test_a_log_that_was_exchanged_while_nobody_read_is_told_after_a_restart(tmp_path: Path):
    """With both halves: the silent reading of what was told must not swallow what was not."""
    fake, log, line = FakeManager(), tmp_path / "queue_log", Line()
    now_s = int(time.time()) - 100
    log.write_text(f"{now_s}|1.0|support|NONE|ENTERQUEUE||1\n")
    async with serving(fake):
        async with reading(options_of(fake, log), line) as one:
            await one.until(lambda: one.told(FloorObserved))
        log.write_text(f"{now_s + 50}|2.0|support|NONE|ENTERQUEUE||1\n")
        async with reading(options_of(fake, log), line, one.position) as two:
            await two.until(lambda: len(two.told(Queued)) == 2)
            assert [event.contact for event in two.told(Queued)] == ["1.0", "2.0"]


async def test_a_line_that_is_none_is_told_by_its_place_and_not_by_its_text(tmp_path: Path):
    log = tmp_path / "queue_log"
    log.write_text(now_line("ENTERQUEUE") + "+380501234567 torn\n\n" + now_line("ABANDON", "1.0", "support", "NONE", 1))
    around = Surroundings(lambda: round(time.time() * 1000), Settings(), Path())
    async with aclosing(AsteriskCollector("pbx", options_of(None, log), around).events(None)) as batches:
        batch = await anext(batches)
        while not batch.events:  # the first only says where the log stands
            batch = await anext(batches)
    assert len(batch.events) == 2
    assert [one.at for one in batch.rejections] == [f"queue_log before byte {log.stat().st_size}"]
    assert "3805" not in repr(batch.rejections)
