"""A past day in a real Chromium, on the real server: the chart has what the table says, and fits a phone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from wallboard.config import Config, Redis
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.record.history import SeenDay
from wallboard.web.app import create_app
from wallboard.web.serve import listen, server_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

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
        async with httpx.AsyncClient(base_url=url) as http:
            await ready(http)
            code = await sessions.signin.issue((await asyncio.to_thread(app.state.parts.people.first, 0)).id)
            answer = await http.post("/signin", json={"code": code})
        yield url, sessions.cookie, answer.cookies[sessions.cookie]
    finally:
        server.should_exit = True
        await task


async def ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(20):
        while True:
            with suppress(httpx.TransportError):
                if (await http.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(loop_scope="module")
async def house(redis_url: str, namespace: str, tmp_path: Path) -> AsyncIterator[tuple[str, str, str]]:
    async with running(Config(redis=Redis(url=redis_url, namespace=namespace), data=tmp_path)) as found:
        yield found


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1280, 900, "dark"), (390, 844, "light"), (1920, 1080, "light")]
)
async def test_the_day_is_drawn_from_the_table(
    browser: Browser, house: tuple[str, str, str], width: int, height: int, scheme: str
) -> None:
    url, name, value = house
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    await context.add_cookies([{"name": name, "value": value, "url": url}])
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    await page.goto(f"{url}/history?group=all&day=2026-11-22&step=1h")
    await page.wait_for_selector("#chart .bars .point path", state="attached")
    assert await page.locator("#rows tbody tr").count() == 24
    assert await page.locator('#rows tr:nth-child(10) [data-metric="offered"]').inner_text() == "46"  # 10+11+12+13
    drawn = await page.evaluate(
        "document.getElementById('chart').data.map((trace) => [trace.name, trace.y[9], trace.y[20]])"
    )
    assert drawn[0] == ["Answered", 32, 0]
    assert drawn[4] == ["Service level", 60, None]  # 24 of 40
    assert drawn[5] == ["Signed in", 1.5, None]  # of 4 quarters
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate("getComputedStyle(document.querySelector('#chart .main-svg')).position") == "absolute"
    assert not wrong
    await context.close()
