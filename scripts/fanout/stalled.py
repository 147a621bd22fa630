"""What does a screen hold that never reads? From when the stalled come until all of them are gone."""

import asyncio
import re
import shutil
import subprocess
import time
from typing import Any

from fanout.answering import Answering
from fanout.web import Web

LOOK_S = 0.2
GONE_S = 60  # that long they are waited for
QUEUED = re.compile(r"skmem:\(.*?,w(\d+)")  # bytes that the kernel holds for a peer: ss(8)


async def stall(stalled: int, web: Web, load: Answering) -> "asyncio.Task[dict[str, Any]] | None":
    """They are there; the task ends when they are gone. None: nobody stalls."""
    if not stalled:
        return None
    descriptors, memory = web.descriptors(), web.memory_bytes()
    await asyncio.to_thread(load.ask, "stall")
    return asyncio.create_task(_until_gone(stalled, web, descriptors, memory))


async def _until_gone(stalled: int, web: Web, descriptors: int, memory: int) -> dict[str, Any]:
    """What one holds: the most that was held beside the others at any moment."""
    began_s, most, kernel = time.monotonic(), memory, 0
    while web.descriptors() > descriptors and time.monotonic() - began_s < GONE_S:
        most = max(most, web.memory_bytes())
        kernel = max(kernel, await asyncio.to_thread(_queued_bytes, web.port))
        await asyncio.sleep(LOOK_S)
    gone = web.descriptors() <= descriptors
    return {
        "stalled_gone_s": round(time.monotonic() - began_s, 1) if gone else None,
        "kb_a_stalled": round((most - memory) / 1000 / stalled, 1),
        "kb_a_stalled_in_kernel": round(kernel / 1000 / stalled, 1) if kernel else None,
        "mb_around_stalled": [round(held / 1e6, 1) for held in (memory, most, web.memory_bytes())],
        "descriptors_around_stalled": [descriptors, web.descriptors()],
    }


def _queued_bytes(port: int) -> int:
    """0 where there is no `ss`."""
    if not (ss := shutil.which("ss")):
        return 0
    told = subprocess.run([ss, "-tmnH", f"sport = :{port}"], capture_output=True, text=True, check=False).stdout
    return sum(int(found[1]) for found in QUEUED.finditer(told))
