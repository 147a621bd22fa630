"""The real application with two hours of a past day in its record, for tests of pages that read it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.web.conftest import Served, serving  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.record.history import SeenDay

DAY = 1_795_305_600_000  # 2026-11-22 00:00 UTC
HOUR = 3_600_000


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Served]:
    told = {
        Interval("groups", "all", DAY + 9 * HOUR + nth * QUARTER_MS, "event"): {
            "offered": 10 + nth, "answered": 8, "abandoned": 2, "sl_good": 6, "sl_base": 10,
        }
        for nth in range(8)
    }  # fmt: skip
    for nth in range(8):
        told[Interval("groups", "all", DAY + 9 * HOUR + nth * QUARTER_MS, "time")] = {"staffed_ms": 1_350_000}
    seen = [SeenDay("main", "2026-11-22", DAY, DAY + 24 * HOUR, DAY, DAY + 24 * HOUR, "live")]
    async with serving(config) as served:
        await asyncio.to_thread(served.parts.history.write, told, seen, 1, DAY)
        yield served
