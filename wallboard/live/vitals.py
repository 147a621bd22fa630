"""How are those who work beside this process? Read from Redis beside the stream, into the sources of the state.

A collector that is cut off cannot say so through the stream: without this a source that never spoke would not
stand on the wall at all, and nobody would see why it is empty. And while no worker leads, one of that name stands
there: the numbers go on, history and checkpoints do not.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from wallboard.core.errors import StreamUnavailable
from wallboard.core.words import shown
from wallboard.live.pipeline import Pipeline
from wallboard.rounds import until_round_s
from wallboard.stream.health import Health, HealthRecords
from wallboard.stream.lease import Lease

LOOK_S = 2.0
DOWN = frozenset({"waiting", "failed"})
WORKER, OURS = "worker", "wallboard"  # its name there, and its kind
LOOKS = 3  # without a leader, before it is said: another one may be taking over

Collectors = Callable[[], Mapping[str, Mapping[str, object]]]


async def keep_looking(
    pipeline: Pipeline, health: HealthRecords, lease: Lease, collectors: Collectors, clock_ms: Callable[[], int]
) -> None:
    """Until cancelled. While Redis is away the last word stands; every source grows late by itself."""
    leads = Leads()
    while True:
        configured = collectors()
        with suppress(StreamUnavailable):
            found = await health.read(list(configured))
            gone = leads.look(*await lease.led(), clock_ms())
            vitals = {name: _vitals(table, found.get(name)) for name, table in configured.items()}
            pipeline.tell_sources({WORKER: gone} | vitals if gone else vitals)
        await asyncio.sleep(until_round_s(LOOK_S))


def no_worker_since(sources: Mapping[str, Mapping[str, Any]]) -> int | None:
    """Of the sources as they are published: since when (ms) a worker is missed. None: one leads, or none ever did."""
    row = sources.get(WORKER, {})
    is_missed = (row.get("kind"), row.get("state")) == (OURS, "down")
    return row.get("last_event_at") if is_missed else None


class Leads:
    """Whether a worker leads, as it was at each look."""

    def __init__(self) -> None:
        self._missing = 0
        self._seen_ms: int | None = None

    def look(self, held: bool, ever: bool, now_ms: int) -> dict[str, Any] | None:
        """The row of the worker that is missed; None: one leads, or none was ever meant to."""
        if held or self._seen_ms is None:
            self._seen_ms = now_ms
        self._missing = 0 if held or not ever else self._missing + 1
        if self._missing < LOOKS:
            return None
        note = "no worker leads: history and checkpoints stand still, the numbers go on"
        return {"kind": OURS, "state": "down", "note": note, "last_event_at": self._seen_ms}


def _vitals(table: Mapping[str, object], health: Health | None) -> dict[str, Any]:
    """`state` only where the collector says that it cannot read; `note` is in words and without secrets."""
    found: dict[str, Any] = {"kind": shown(str(table.get("kind") or "?"))}
    if health and health.state in DOWN:
        found |= {"state": "down", "note": health.note or f"collector {health.state}"}
    return found
