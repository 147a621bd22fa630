"""A pipeline that follows a stream, whoever watches what it publishes, and a stream of a process that stands still."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.waiting import until
from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import Queued
from wallboard.core.patch import apply
from wallboard.live.documents import Change
from wallboard.live.pipeline import Pipeline
from wallboard.stream.stream import Entry, Stream


@asynccontextmanager
async def followed(pipeline: Pipeline) -> AsyncIterator[None]:
    """It runs, from when it is ready; it ends when it is told to, and not before."""
    task = asyncio.create_task(pipeline.run())
    try:
        await until(lambda: pipeline.ready)
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.wait([task])


def queued(contact: str) -> Queued:
    return Queued(contact=contact, queue="support", source="pbx", id=contact)


class Watcher:
    """A sink that keeps a document by patches alone, as a browser does."""

    def __init__(self) -> None:
        self.documents: dict[str, dict] = {}
        self.batches: list[Sequence[Change]] = []
        self.restarts = 0

    def shows(self, change: Change) -> bool:
        return True

    def publish(self, changes: Sequence[Change], since_ms: int | None, due_ms: float | None) -> None:
        self.batches.append(changes)
        for change in changes:
            rows = self.documents.setdefault(change.kind, {})
            if change.patch is None:
                rows.pop(change.id, None)
            else:
                rows[change.id] = apply(rows.get(change.id, {}), change.patch)

    def restart(self) -> None:
        self.restarts += 1


class Standing(Stream):
    """A Stream in a process that stands still right after it has read, or from which Redis is away."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.goes_on, self.stands, self.is_away = asyncio.Event(), asyncio.Event(), False
        self.ahead_ms = 0
        self.goes_on.set()

    async def read(self, after: str, *, count: int = 1000, block_ms: int | None = None) -> list[Entry]:
        if self.is_away:
            raise StreamUnavailable("away")
        entries = await super().read(after, count=count, block_ms=block_ms)
        if not self.goes_on.is_set():
            self.stands.set()
            await self.goes_on.wait()
        return entries
