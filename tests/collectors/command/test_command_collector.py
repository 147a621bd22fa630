"""Tests of collectors/command/collector.py, with real programs."""

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from collectors.command.collector import CommandCollector
from wallboard.core.errors import SourceError
from wallboard.core.events import Answered, Queued, SourceBeat
from wallboard.core.settings import Settings
from wallboard.core.sources import Batch, Surroundings

AROUND = Surroundings(lambda: 0, Settings(), Path())


def python(script: str, **options: Any) -> CommandCollector:
    given = {"kind": "command", "command": [sys.executable, "-c", script], "restart": False, **options}
    return CommandCollector("crm", given, AROUND)


async def read(collector: CommandCollector) -> Batch:
    """All that it gives until it ends, as one batch."""
    batches = [batch async for batch in collector.events(None)]
    return Batch(
        [event for batch in batches for event in batch.events],
        None,
        [rejection for batch in batches for rejection in batch.rejections],
    )


async def test_each_line_that_a_program_prints_is_an_event() -> None:
    batch = await read(
        python("""
print('{"type":"contact.queued","contact":"7","queue":"support"}')
print()
print('{"type":"contact.answered","contact":"7","agent":"anna"}', end="")
""")
    )
    assert batch.events == [Queued(contact="7", queue="support"), Answered(contact="7", agent="anna")]
    assert not batch.rejections


async def test_a_bad_line_is_refused_with_its_number_and_reason_and_the_others_count() -> None:
    collector = python("""
print('{"type":"source.beat"}')
print('{"type":"contact.queued","contact":"7","quue":"support"}')
print('oops')
print('x' * 100_000)
print('{"type":"source.beat"}')
""")
    batch = await read(collector)
    assert batch.events == [SourceBeat(), SourceBeat()]
    assert [rejection.at for rejection in batch.rejections] == ["line 2 $.quue", "line 3 $", "line 4"]
    assert "unknown field 'quue'" in batch.rejections[0].error
    assert "not JSON" in batch.rejections[1].error
    assert "longer than 65536 bytes" in batch.rejections[2].error
    assert collector.note == "refused line 4: longer than 65536 bytes"


async def test_a_failing_program_is_retryable_and_says_its_code_and_last_words() -> None:
    collector = python("import sys; sys.stderr.write('first\\nno \\x1b[31mroute'); sys.exit(3)")
    with pytest.raises(SourceError) as caught:
        await read(collector)
    assert not caught.value.fatal
    assert str(caught.value) == "the program ended with code 3: no \\x1b[31mroute"


async def test_a_program_that_was_killed_says_the_signal() -> None:
    with pytest.raises(SourceError, match="ended by signal 9"):
        await read(python("import os; os.kill(os.getpid(), 9)"))


async def test_a_program_that_ends_well_is_started_again_unless_told_otherwise() -> None:
    assert (await read(python("pass"))).events == []
    with pytest.raises(SourceError, match="started again") as caught:
        await read(python("pass", restart=True))
    assert not caught.value.fatal


async def test_a_missing_program_is_fatal() -> None:
    collector = CommandCollector("crm", {"command": "no-such-program --now"}, AROUND)
    with pytest.raises(SourceError, match="cannot start no-such-program") as caught:
        await read(collector)
    assert caught.value.fatal
    assert (await collector.examine())[0].startswith("problem: there is no program no-such-program")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"command": []}, "command is empty"),
        ({"command": "tail 'x"}, "command is not a shell line"),
        ({"command": "tail", "cdw": "/"}, "unknown option .cdw., expected one of command"),
        ({}, "missing required field .command."),
    ],
)
def test_a_wrong_option_is_fatal_and_named(options: dict[str, object], words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        CommandCollector("crm", options, AROUND)
    assert caught.value.fatal


async def test_a_program_sees_only_the_environment_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TOKEN", "named")
    monkeypatch.setenv("WALLBOARD_ADMIN_TOKEN", "not named")
    script = """
import json, os
print(json.dumps({"type": "source.beat", "note": os.environ["CRM_TOKEN"]}))
print(json.dumps({"type": "source.beat", "note": os.environ.get("WALLBOARD_ADMIN_TOKEN", "hidden")}))
"""
    batch = await read(python(script, env=["CRM_TOKEN"]))
    assert batch.events == [SourceBeat(note="named"), SourceBeat(note="hidden")]


async def test_closing_ends_the_program_with_all_its_children() -> None:
    collector = python("""
import subprocess, time
child = subprocess.Popen(["sleep", "1000"])
print('{"type":"source.beat","lag_ms":%d}' % child.pid, flush=True)
time.sleep(1000)
""")
    async with aclosing(collector.events(None)) as batches:
        batch = await anext(batches)
        assert collector.connected
    (beat,) = batch.events
    assert isinstance(beat, SourceBeat)
    await gone(beat.lag_ms or 0)


async def test_a_program_that_ignores_the_polite_signal_is_killed() -> None:
    collector = python("""
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('{"type":"source.beat","lag_ms":%d}' % os.getpid(), flush=True)
time.sleep(1000)
""")
    async with aclosing(collector.events(None)) as batches:
        (beat,) = (await anext(batches)).events
    assert isinstance(beat, SourceBeat)
    await gone(beat.lag_ms or 0)


async def gone(pid: int) -> None:
    """Returns when the process runs no more; a zombie that nobody waits for is as good."""
    runs = True
    async with asyncio.timeout(60):
        while runs:
            await asyncio.sleep(0.02)
            runs = _runs(pid)


def _runs(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


async def test_a_program_that_talks_faster_than_it_is_read_is_ended_too() -> None:
    """A full pipe that nobody reads would keep asyncio from ever telling its end."""
    collector = python("""
import os
while True:
    print('{"type":"source.beat","lag_ms":%d}' % os.getpid())
""")
    async with asyncio.timeout(60):
        async with aclosing(collector.events(None)) as batches:
            beat = (await anext(batches)).events[0]
            await asyncio.sleep(0.3)  # until the pipe is full
    assert isinstance(beat, SourceBeat)
    await gone(beat.lag_ms or 0)
