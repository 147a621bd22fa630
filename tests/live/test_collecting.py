"""Tests of wallboard/live/collecting.py."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from wallboard.core.errors import ConfigError
from wallboard.core.events import Queued
from wallboard.core.settings import Settings
from wallboard.core.sources import Batch, Surroundings
from wallboard.live.collecting import Blocks, collect
from wallboard.stream.health import HealthRecords
from wallboard.stream.stream import Stream

AROUND = Surroundings(lambda: 1_790_000_000_000, Settings(), Path())


def saying(contact: str) -> dict[str, object]:
    script = f"""
import time
print('{{"type":"contact.queued","contact":"{contact}","queue":"q"}}')
time.sleep(1000)
"""
    return {"kind": "command", "command": [sys.executable, "-u", "-c", script]}


@asynccontextmanager
async def collecting(names: list[str], blocks: Blocks, stream: Stream, health: HealthRecords) -> AsyncIterator[None]:
    task = asyncio.create_task(collect(names, lambda: blocks, lambda: AROUND, stream, health))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def contacts(stream: Stream, wanted: set[tuple[str, str]]) -> None:
    """Returns when the stream has exactly these contacts of these sources."""
    found: set[tuple[str, str]] = set()
    async with asyncio.timeout(60):
        while found != wanted:
            entries = await stream.read("0-0")
            queued = [entry.event for entry in entries if isinstance(entry.event, Queued)]
            found = {(str(event.source), event.contact) for event in queued}
            await asyncio.sleep(0.05)


async def test_all_collectors_of_the_configuration_run_in_one_process(stream: Stream, health: HealthRecords) -> None:
    blocks = {"crm": saying("1"), "shop": saying("2")}
    async with collecting([], blocks, stream, health):
        await contacts(stream, {("crm", "1"), ("shop", "2")})
    assert {row.state for row in (await health.read(["crm", "shop"])).values()} == {"ended"}


async def test_only_the_named_ones_run_where_some_are_named(stream: Stream, health: HealthRecords) -> None:
    async with collecting(["shop"], {"crm": saying("1"), "shop": saying("2")}, stream, health):
        await contacts(stream, {("shop", "2")})
    assert set(await health.read(["crm", "shop"])) == {"shop"}


async def test_a_changed_a_new_and_a_removed_section_take_effect_without_restart(
    stream: Stream, health: HealthRecords
) -> None:
    blocks = {"crm": saying("1"), "shop": saying("2")}
    async with collecting([], blocks, stream, health):
        await contacts(stream, {("crm", "1"), ("shop", "2")})
        blocks["crm"] = saying("3")
        blocks["desk"] = saying("4")
        del blocks["shop"]
        await contacts(stream, {("crm", "1"), ("shop", "2"), ("crm", "3"), ("desk", "4")})
        assert (await health.read(["shop"]))["shop"].state == "ended"


async def test_a_name_that_is_not_configured_is_a_mistake_that_names_those_there_are(
    stream: Stream, health: HealthRecords
) -> None:
    with pytest.raises(ConfigError, match=r"collector\.pbx: not there; there is: crm, shop"):
        await collect(["pbx"], lambda: {"crm": {}, "shop": {}}, lambda: AROUND, stream, health)


class Unwilling:
    """A collector whose closing never ends."""

    connected = True
    note = None
    lag_ms = None

    def __init__(self, name: str, options: object, around: Surroundings) -> None: ...

    async def events(self, position: str | None) -> AsyncIterator[Batch]:
        try:
            yield Batch([Queued(contact="1", queue="q")])
            await asyncio.Event().wait()
        finally:
            await asyncio.Event().wait()


async def test_a_collector_that_does_not_close_is_interrupted(
    stream: Stream, health: HealthRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallboard.live.runner.collector_of", lambda kind: Unwilling)
    monkeypatch.setattr("wallboard.live.collecting.STOP_S", 0.1)
    async with asyncio.timeout(60), collecting([], {"crm": {}}, stream, health):
        await contacts(stream, {("crm", "1")})
    assert (await health.read(["crm"]))["crm"].state == "ended"
