"""Tests of collectors/asterisk/collector.py: a recorded day, and what a manager interface does."""

import asyncio
import json
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from atwork import BOOT, SECRET, connect, join, now_line, options_of, reading
from fake_manager import FakeManager, listing, serving
from folding import Line, assert_as_expected, of_queues, settings_of
from recording import messages

from collectors.asterisk import connection
from collectors.asterisk.collector import AsteriskCollector
from wallboard.core.errors import SourceError
from wallboard.core.events import Answered, FloorObserved, PresenceSet, Queued, SourceRestarted
from wallboard.core.settings import Settings
from wallboard.core.sources import Surroundings

pytestmark = pytest.mark.usefixtures("quick")

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
