"""A collector at work: a served manager interface and real files, read as a user's are."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

from fake_manager import FakeManager
from folding import Line
from msgspec.structs import replace

from collectors.asterisk.collector import AsteriskCollector
from wallboard.core.settings import Settings
from wallboard.core.sources import Surroundings

BOOT = 1_795_391_171  # of the recording
SECRET = "s3cret"


def options_of(fake: FakeManager | None, log: Path | None) -> dict[str, object]:
    ami = {"host": "127.0.0.1", "port": fake.port, "username": "wallboard", "secret": SECRET} if fake else {}
    return {"kind": "asterisk", **ami, **({"queue_log": str(log)} if log else {})}


class Reading:
    """Its events folded, and its last position."""

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
