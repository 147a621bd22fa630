"""A real Chromium and a server whose live line the test holds in its hand."""

import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

sys.path.insert(0, str(Path(__file__).parent))  # fake_server.py and others that are no tests

from believable import floor
from fake_server import FakeServer
from ruledhouse import ruled_by

from tests.web.conftest import TOKEN, Served  # type: ignore[import-not-found]
from wallboard.config import Config, Redis

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer(floor()) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def open_board(browser: Browser, server: FakeServer) -> AsyncIterator[Callable[..., Any]]:
    """Opens a board, by default with the screen connected; fails the test on any error in the browser."""
    wrong: list[str] = []
    contexts: list[BrowserContext] = []

    async def opened(board: str = "overview", *, live: bool = True, clock: bool = False, **options: Any) -> Page:
        size = {"width": 1920, "height": 1080}
        context = await browser.new_context(**{"viewport": size, **options})
        contexts.append(context)
        page = await context.new_page()
        note(page, wrong)
        if clock:
            await page.clock.install()
        await page.goto(f"{server.url}/board/{board}")
        if live:
            await page.wait_for_selector('.connection[data-level="good"]')
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert wrong == []


@pytest.fixture
def config(redis_url: str, namespace: str, tmp_path: Path) -> Config:
    """Of a real server of this test alone."""
    return Config(redis=Redis(url=redis_url, namespace=namespace), admin_token=TOKEN, data=tmp_path)


@pytest_asyncio.fixture(loop_scope="module")
async def ruled(config: Config) -> AsyncIterator[Served]:
    """A real server and a leading worker, which raises alerts by the rules of ruledhouse.py."""
    async with ruled_by(config) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser: Browser) -> AsyncIterator[Callable[..., Any]]:
    """Opens a page of a running server as this person has it, on a phone, or on a `screen` of these options; `path` "":
    none yet. Fails the test on any error in the browser."""
    wrong: list[str] = []
    contexts: list[BrowserContext] = []

    async def opened(
        served: Served, path: str, *who: str, screen: Mapping[str, Any] = MappingProxyType({}), **bound: Any
    ) -> Page:
        name, _, value = (await served.sign_in(*who, **bound)).partition("=")
        context = await browser.new_context(**{"locale": "en", **PHONE, **screen})
        contexts.append(context)
        context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        await context.add_cookies([{"name": name, "value": value, "url": served.origin}])
        context.on("page", lambda page: note(page, wrong))
        page = await context.new_page()
        if path:
            await page.goto(served.origin + path)
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert wrong == []


def note(page: Page, wrong: list[str]) -> None:
    """What fails in the page's scripts, and what its policy refuses."""
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
