"""Tests of collectors/asterisk/collector.py: a log that is missing, grows, is exchanged, or goes on after a restart."""

import asyncio
import time
from contextlib import aclosing
from pathlib import Path

import pytest
from atwork import BOOT, connect, join, now_line, options_of, reading
from fake_manager import FakeManager, listing, serving
from folding import Line, of_queues

from collectors.asterisk import collector as module
from collectors.asterisk import follow
from collectors.asterisk.collector import AsteriskCollector
from collectors.asterisk.follow import read_on
from wallboard.core.errors import SourceError
from wallboard.core.events import Answered, FloorObserved, Queued
from wallboard.core.settings import Settings
from wallboard.core.sources import Surroundings

pytestmark = pytest.mark.usefixtures("quick")


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
