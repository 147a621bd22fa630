"""What time is it, and is it so by now?"""

import asyncio
import time
from collections.abc import Callable
from typing import Any


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def until(true: Callable[[], Any], within_s: float = 60) -> Any:
    """What it gives, as soon as that is true."""
    async with asyncio.timeout(within_s):
        while not (found := true()):
            await asyncio.sleep(0.02)
    return found
