"""What does a screen cost the real service? Redis, state, KPIs, hub and web process, and one measurement of them."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from family import TOKEN, free_port
from fanout.answering import LOADING, Answering, best_second_us
from fanout.available import Available
from fanout.given import UPGRADE, Given, Run
from fanout.stalled import stall
from fanout.traffic import ALIKE, traffic, write_boards
from fanout.web import Web

from wallboard.config import Config
from wallboard.ownredis import kept
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream

MINUTE_S = 60
BACK_S = 120  # that long those are waited for that come back


async def service(given: Given, run: Run, found: Available) -> dict[str, Any]:
    data = Path(tempfile.mkdtemp(dir=found.folder))
    write_boards(data / "boards", run.boards, different=given.different)
    async with kept(replace(Config(), data=data)) as url, _events(given, url), _web(given, data, url) as web:
        before = web.memory_bytes()
        load = _load(given, run, found, web.port)
        try:
            connected = await asyncio.to_thread(load.answer)
            await asyncio.sleep(given.settle)
            going = await stall(run.stalled, web, load)
            measured = await _measured(given, web, load, before)
            told = await going if going else {"stalled_gone_s": None}
            restart = {"restart": await _restart(given, web, load)} if given.restart and run.name == run.kind else {}
            return {**measured, "connected": connected, **told, **restart}
        finally:
            load.end()


async def _measured(given: Given, web: Web, load: Answering, before: int) -> dict[str, Any]:
    memory_mb: list[float] = []
    started_s, spent_s = time.monotonic(), web.cpu_s()
    grows = asyncio.create_task(_each_minute(web, memory_mb))
    found = await asyncio.to_thread(load.ask, f"measure {given.seconds} {given.churn} {web.pid}")
    grows.cancel()
    took_s, used_s = time.monotonic() - started_s, web.cpu_s() - spent_s
    minute = len(memory_mb) > 1
    held = memory_mb[1] * 1e6 if minute else web.memory_bytes()
    return {
        "us_a_frame": round(used_s * 1e6 / found["frames"], 2), "us_of_best_second": best_second_us(found),
        "core_percent": round(100 * used_s / took_s, 1),
        "frames_per_s": round(found["frames"] / given.seconds),
        "load_us_a_frame": round(found["own_us"] / found["frames"], 2) if "own_us" in found else None,
        "bytes_a_frame": round(found["bytes"] / found["frames"], 1),
        "p50_ms": found["p50_ms"], "p99_ms": found["p99_ms"], "samples": found["samples"],
        "from_patch_p50_ms": found["patch_p50_ms"], "from_patch_p99_ms": found["patch_p99_ms"],
        "largest_gap_ms": found["gap_ms"], "kb_a_screen": round((held - before) / 1000 / given.screens, 1),
        "kb_a_screen_after_s": MINUTE_S if minute else given.seconds, "lost": found["lost"],
        "mb_each_minute": memory_mb, "descriptors": web.descriptors(),
    }  # fmt: skip


async def _restart(given: Given, web: Web, load: Answering) -> dict[str, Any]:
    """Times count from the first dropped connection to a screen's new snapshot."""
    await asyncio.to_thread(load.ask, f"again {BACK_S} {int(given.jitter)}")  # it watches
    stop_s = await asyncio.to_thread(web.restart)
    return {"stop_ms": round(1000 * stop_s), **await asyncio.to_thread(load.answer)}


async def _each_minute(web: Web, memory_mb: list[float]) -> None:
    while True:
        memory_mb.append(round(web.memory_bytes() / 1e6, 1))
        await asyncio.sleep(MINUTE_S)


def _load(given: Given, run: Run, found: Available, port: int) -> Answering:
    """Without stalled ones as many read as with them."""
    screens = given.screens - given.stalled + run.stalled
    packs = int(run.kind == "packed")
    head = f"GET /live?board=bench%s HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{UPGRADE}Authorization: Bearer {TOKEN}\r\n"
    command = [*found.load, port, screens, packs, run.stalled, run.boards, given.at_once, 1]
    return Answering(command, LOADING, head)


@asynccontextmanager
async def _events(given: Given, url: str) -> AsyncIterator[None]:
    client = connect(url)
    queues = max(ALIKE, given.boards) if given.different else ALIKE
    task = asyncio.create_task(traffic(Stream(client, Keys("wallboard")), given.events, queues))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.aclose()


@asynccontextmanager
async def _web(given: Given, data: Path, url: str) -> AsyncIterator[Web]:
    web = Web(data, url, free_port(), given.processes)
    try:
        await asyncio.to_thread(web.until_ready)
        yield web
    finally:
        await asyncio.to_thread(web.stop)
