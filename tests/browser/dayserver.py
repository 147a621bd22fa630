"""The real application with two hours of a past day in its record, for tests of pages that read it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

from wallboard.config import Config
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.record.history import SeenDay
from wallboard.web.app import create_app
from wallboard.web.listening import listen
from wallboard.web.serve import server_for

DAY = 1_795_305_600_000  # 2026-11-22 00:00 UTC
HOUR = 3_600_000


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[tuple[str, str, str]]:
    """The real application with two hours of a day in its record: address, a session's cookie by name and value."""
    app = create_app(config)
    told = {
        Interval("groups", "all", DAY + 9 * HOUR + nth * QUARTER_MS, "event"): {
            "offered": 10 + nth, "answered": 8, "abandoned": 2, "sl_good": 6, "sl_base": 10,
        }
        for nth in range(8)
    }  # fmt: skip
    for nth in range(8):
        told[Interval("groups", "all", DAY + 9 * HOUR + nth * QUARTER_MS, "time")] = {"staffed_ms": 1_350_000}
    app.state.parts.history.write(
        told, [SeenDay("main", "2026-11-22", DAY, DAY + 24 * HOUR, DAY, DAY + 24 * HOUR, "live")], 1, DAY
    )
    listener = listen("127.0.0.1", 0)
    host, port = listener.getsockname()
    server = server_for(app)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    url = f"http://{host}:{port}"
    try:
        sessions = app.state.parts.sessions
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:
            await ready(http)
            code = await sessions.signin.issue((await asyncio.to_thread(app.state.parts.people.first, 0)).id)
            answer = await http.post("/signin", json={"code": code})
        yield url, sessions.cookie, answer.cookies[sessions.cookie]
    finally:
        server.should_exit = True
        await task


async def ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(httpx.TransportError):
                if (await http.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)
