"""Tests of wallboard/live/runner.py: real programs and recordings as sources, a real Redis behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from wallboard.core.errors import SourceError, StreamUnavailable
from wallboard.core.events import (
    Event,
    Queued,
    SourceBeat,
    SourceCounted,
    SourceForgotten,
    encode,
)
from wallboard.core.settings import Settings
from wallboard.core.sources import Batch, Surroundings
from wallboard.live.runner import APPEND_MAX, Runner
from wallboard.stream.health import Health, HealthRecords
from wallboard.stream.stream import Appended, Stream

AROUND = Surroundings(lambda: 1_790_000_000_000, Settings(), Path())
STAY = "import time; time.sleep(1000)\n"
E = TypeVar("E", bound=Event)


def python(script: str) -> dict[str, object]:
    return {"kind": "command", "command": [sys.executable, "-u", "-c", script]}


@asynccontextmanager
async def running(options: dict[str, object], stream: Stream, health: HealthRecords) -> AsyncIterator[Runner]:
    runner = Runner("crm", options, AROUND, stream, health)
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        task.cancel()
        _, hanging = await asyncio.wait([task], timeout=60)
        for one in hanging:
            one.print_stack()
        assert not hanging, "a runner ends when it is cancelled"


async def told(stream: Stream, kind: type[E], count: int) -> list[E]:
    """The first `count` events of this kind in the stream."""
    async with asyncio.timeout(60):
        while True:
            found = [entry.event for entry in await stream.read("0-0") if isinstance(entry.event, kind)]
            if len(found) >= count:
                return found[:count]
            await asyncio.sleep(0.05)


async def standing(health: HealthRecords, wanted: Callable[[Health], bool]) -> Health:
    """The health record, as soon as it is as wanted."""
    async with asyncio.timeout(60):
        while True:
            found = (await health.read(["crm"])).get("crm")
            if found and wanted(found):
                return found
            await asyncio.sleep(0.05)


async def test_what_a_source_says_stands_in_the_stream_under_its_name(stream: Stream, health: HealthRecords) -> None:
    script = """
print('{"type":"contact.queued","contact":"1","queue":"q"}')
print('{"type":"contact.queued","contact":"2","queue":"q","source":"other","id":"e-2"}')
"""
    async with running(python(script + STAY), stream, health):
        first, second = await told(stream, Queued, 2)
    assert (first.source, first.contact) == ("crm", "1")
    assert first.id, "made before the first try, so that a repeat counts once"
    assert (second.source, second.id) == ("other", "e-2")


async def test_a_living_source_sends_heartbeats_and_its_health_is_connected(
    stream: Stream, health: HealthRecords
) -> None:
    async with running(python(STAY), stream, health):
        (beat,) = await told(stream, SourceBeat, 1)
        found = await standing(health, lambda health: health.state == "connected")
    assert beat.source == "crm"
    assert (found.kind, found.note, found.retry_at) == ("command", None, None)


async def test_repeats_and_refused_lines_are_counted_and_told_with_examples(
    stream: Stream, health: HealthRecords
) -> None:
    script = """
for _ in range(3):
    print('{"type":"contact.queued","contact":"1","queue":"q","id":"e-1"}')
print('{"type":"contact.queued","contact":"2","queue":"q","id":"e-1"}')
print('{"type":"contact.queued"}')
"""
    async with running(python(script + STAY), stream, health):
        (counted,) = await told(stream, SourceCounted, 1)
        found = await standing(health, lambda health: health.note is not None)
    assert len(await told(stream, Queued, 1)) == 1
    assert (counted.source, counted.duplicates, counted.duplicate_ids) == ("crm", 3, ["e-1", "e-1"])
    assert (counted.conflicts, counted.conflict_ids) == (1, ["e-1"])
    assert (counted.rejected, counted.rejections[0].at) == (1, "line 5 $")
    assert found.note == "refused line 5 $: Object missing required field 'contact'"


class Twice:
    """A collector that tells one thing by two accounts of it."""

    connected = True
    note = None
    lag_ms = None

    def __init__(self, name: str, options: object, around: Surroundings) -> None: ...

    async def events(self, position: str | None) -> AsyncIterator[Batch]:
        for queue in ("q", "r"):
            yield Batch([Queued(contact="1", queue=queue, id="e-1")], retold=True)
        await asyncio.Event().wait()


async def test_one_thing_told_by_two_accounts_is_a_repeat_and_no_conflict(
    stream: Stream, health: HealthRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallboard.live.runner.collector_of", lambda kind: Twice)
    async with running({}, stream, health):
        (counted,) = await told(stream, SourceCounted, 1)
    assert (counted.duplicates, counted.conflicts) == (1, 0)


async def test_a_source_that_fails_waits_and_says_why_and_is_started_again(
    stream: Stream, health: HealthRecords
) -> None:
    script = """
import sys
print('{"type":"contact.queued","contact":"1","queue":"q"}')
sys.exit("no route to host")
"""
    async with running(python(script), stream, health):
        waiting = await standing(health, lambda health: health.state == "waiting")
        await told(stream, Queued, 2)
    assert waiting.note == "the program ended with code 1: no route to host"
    assert waiting.retry_at is not None
    assert 1000 <= waiting.retry_at - AROUND.clock_ms() <= 30_000


async def test_a_killed_source_is_started_again(stream: Stream, health: HealthRecords) -> None:
    script = """
import os
print('{"type":"contact.queued","contact":"%d","queue":"q"}' % os.getpid())
"""
    async with running(python(script + STAY), stream, health):
        (first,) = await told(stream, Queued, 1)
        os.kill(int(first.contact), signal.SIGKILL)
        waiting = await standing(health, lambda health: health.state == "waiting")
        _, second = await told(stream, Queued, 2)
    assert waiting.note == "the program was ended by signal 9"
    assert second.contact != first.contact


async def test_a_source_that_a_person_must_put_right_stays_up_and_says_so(
    stream: Stream, health: HealthRecords
) -> None:
    async with running({"kind": "command", "command": "no-such-program"}, stream, health):
        failed = await standing(health, lambda health: health.state == "failed")
    assert failed.note is not None
    assert failed.note.startswith("cannot start no-such-program")
    assert (failed.retry_at or 0) - AROUND.clock_ms() == 300_000
    async with running({"kind": "cmomand"}, stream, health):
        await standing(health, lambda health: 'kind = "cmomand" is not installed' in (health.note or ""))


@pytest.mark.foresees("collector failed")
async def test_a_broken_collector_is_a_failure_like_another_not_the_end(
    stream: Stream, health: HealthRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(kind: object) -> type:
        raise ZeroDivisionError("password 1234")

    monkeypatch.setattr("wallboard.live.runner.collector_of", broken)
    async with running(python(STAY), stream, health):
        waiting = await standing(health, lambda health: health.state == "waiting")
    assert waiting.note == "unexpected ZeroDivisionError: the log has it"


async def test_a_reason_never_shows_a_secret_of_the_options(
    stream: Stream, health: HealthRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(kind: object) -> type:
        raise SourceError("10.0.0.1 refused hunter2\r\n", fatal=True)

    monkeypatch.setattr("wallboard.live.runner.collector_of", refused)
    async with running({"kind": "asterisk", "ami_secret": "hunter2"}, stream, health):
        failed = await standing(health, lambda health: health.state == "failed")
    assert failed.note == "10.0.0.1 refused ***"


async def test_a_recording_that_was_sent_is_ended_and_is_not_sent_again(
    stream: Stream, health: HealthRecords, tmp_path: Path
) -> None:
    events = [Queued(time=n, id=f"e-{n}", contact=f"{n}", queue="q") for n in range(2 * APPEND_MAX + 7)]
    (tmp_path / "day").write_bytes(b"".join(encode(event) + b"\n" for event in events))
    options: dict[str, object] = {"kind": "replay", "files": [str(tmp_path / "day")], "speed": 0}
    for _ in range(2):
        async with running(options, stream, health) as runner:
            await runner.ended.wait()
            await standing(health, lambda health: health.note == "the source has no more")
    entries = await stream.read("0-0", count=10_000)
    assert [e.event.id for e in entries if isinstance(e.event, Queued)] == [event.id for event in events]


class Unreliable:
    """A stream whose every other append is done but not confirmed, as when Redis dies behind the write."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._calls = 0

    async def position(self, collector: str) -> str | None:
        self._fail_now_and_then()
        return await self._stream.position(collector)

    async def append(
        self, events: Sequence[Event], *, collector: str | None = None, position: str | None = None
    ) -> Appended:
        appended = await self._stream.append(events, collector=collector, position=position)
        self._fail_now_and_then()
        return appended

    def _fail_now_and_then(self) -> None:
        self._calls += 1
        if self._calls % 2:
            raise StreamUnavailable("no answer")


async def test_an_append_whose_answer_was_lost_is_repeated_and_counts_once(
    stream: Stream, health: HealthRecords
) -> None:
    script = """
for n in range(5):
    print('{"type":"contact.queued","contact":"%d","queue":"q"}' % n)
    time.sleep(0.05)
print('{"type":"source.restarted"}')
"""
    unreliable: Stream = Unreliable(stream)  # type: ignore[assignment]
    async with running(python("import time\n" + script + STAY), unreliable, health):
        await told(stream, Queued, 5)
        await told(stream, SourceBeat, 1)
    entries = await stream.read("0-0")
    queued = [e.event.contact for e in entries if isinstance(e.event, Queued)]
    assert queued == ["0", "1", "2", "3", "4"]
    own_repeats = [e.event for e in entries if isinstance(e.event, SourceCounted | SourceForgotten)]
    assert own_repeats == [], "our own repeats are no mistake of the source"


async def test_stopping_ends_the_source_and_says_so(stream: Stream, health: HealthRecords) -> None:
    async with running(python(STAY), stream, health):
        await standing(health, lambda health: health.state == "connected")
    found = (await health.read(["crm"]))["crm"]
    assert (found.state, found.note) == ("ended", "stopped")
