"""What do the boards show, and what changes? Queues whose figures change, and an event whose way is timed."""

import asyncio
import time
from pathlib import Path

from wallboard.core.events import Event, KpiReported, QueueObserved
from wallboard.stream.stream import Stream

BOARD = 'updates_per_s = 10\n[[tile]]\nkind = "queues"\nat = [1, 1]\nsize = [12, 6]\nqueues = ["{queues}"]\n'
ALIKE = 2  # queues that all boards show
MARK_S = 0.137  # between two events whose way is timed: at most one of them in a patch


def write_boards(folder: Path, boards: int, *, different: bool) -> None:
    """`different`: each shows a queue of its own."""
    folder.mkdir()
    for nth in range(boards):
        (folder / f"bench{nth}.toml").write_text(BOARD.format(queues=f"bench-{nth}" if different else "bench-*"))


async def traffic(stream: Stream, events_per_s: int, queues: int) -> None:
    """The queues change in turn."""
    began, number, marked = time.monotonic(), 0, 0
    while True:
        passed = time.monotonic() - began
        batch: list[Event] = []
        while number < passed * events_per_s:
            number += 1
            batch.append(QueueObserved(
                queue=f"bench-{number % queues}", source="bench", waiting=number % 97, ready=number % 13, staffed=20,
                paused=number % 7, engaged=number % 11,
            ))  # fmt: skip
        if passed >= marked * MARK_S:
            marked += 1
            batch.append(KpiReported(kpi="bench", value=time.time_ns() // 1_000_000, source="bench"))
        if batch:
            await stream.append(batch)
        await asyncio.sleep(0.01)
