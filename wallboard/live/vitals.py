"""What do the collectors say of themselves? Read from Redis beside the stream, into the sources of the state document.

A collector that is cut off cannot say so through the stream: without this a source that never spoke would not
stand on the wall at all, and nobody would see why it is empty.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from wallboard.core.errors import StreamUnavailable
from wallboard.core.words import shown
from wallboard.live.pipeline import Pipeline
from wallboard.stream.health import Health, HealthRecords

LOOK_S = 2.0
DOWN = frozenset({"waiting", "failed"})

Collectors = Callable[[], Mapping[str, Mapping[str, object]]]


async def keep_looking(pipeline: Pipeline, health: HealthRecords, collectors: Collectors) -> None:
    """Until cancelled. While Redis is away the last word stands; every source grows late by itself."""
    while True:
        configured = collectors()
        try:
            found = await health.read(list(configured))
        except StreamUnavailable:
            found = None
        if found is not None:
            pipeline.tell_sources({name: _vitals(table, found.get(name)) for name, table in configured.items()})
        await asyncio.sleep(LOOK_S)


def _vitals(table: Mapping[str, object], health: Health | None) -> dict[str, Any]:
    """`state` only where the collector says that it cannot read; `note` is in words and without secrets."""
    found: dict[str, Any] = {"kind": shown(str(table.get("kind") or "?"))}
    if health and health.state in DOWN:
        found |= {"state": "down", "note": health.note or f"collector {health.state}"}
    return found
