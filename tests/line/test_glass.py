"""From the line to the glass: what a person sees in Chromium when a part of a real Wallboard is cut off."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import chromium, executable
from family import TOKEN, Family, family, wait_until
from websockets.exceptions import ConnectionClosed

pytestmark = pytest.mark.skipif(executable() is None, reason="no Chromium on this machine")
SAID_S = 15.0

STALE = """() => {
  const tiles = [...document.querySelectorAll('.tile.number')];
  return tiles.length > 0 && tiles.every((tile) => tile.dataset.stale === 'yes');
}"""
LIVE = """() => document.querySelector('.connection').dataset.level === 'good'"""
FRESH = """() => [...document.querySelectorAll('.tile.number')].every((tile) => tile.dataset.stale === 'no')"""
# The caller passes the target of 20 s by time alone, cut or not: from then on only clocks move.
WAITED_TOO_LONG = (
    """() => [...document.querySelectorAll('.tile.number .figure')].some((one) => one.textContent === '0.0')"""
)
WORKER_MISSED = """() => /no worker since \\d\\d:/.test(document.querySelector('.connection .word').textContent)"""
FIGURES = """() => [...document.querySelectorAll('.tile.number .figure')].map((one) => one.textContent)"""


@pytest.fixture(scope="module")
def beating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Family]:
    """A family whose one source is a log with a caller who waits."""
    folder = tmp_path_factory.mktemp("beating")
    log = folder / "queue_log"
    log.write_text(f"{int(time.time())}|1.1|support|NONE|ENTERQUEUE||100|1\n")
    with family(folder, f'[collector.pbx-1]\nkind = "asterisk"\nqueue_log = "{log}"\n') as started:
        wait_until(lambda: started.state()["sources"].get("pbx-1", {}).get("state") == "live", 60, started.log)
        wait_until(lambda: "support" in started.state()["queues"], 60, started.log)
        yield started


async def eventually(page: Any, script: str, within_s: float) -> float:
    """Seconds until the script is true."""
    started = time.monotonic()
    while not await page.evaluate(script):
        passed = time.monotonic() - started
        assert passed < within_s, f"not within {within_s} s: {await page.inner_text('body')}"
        await asyncio.sleep(0.1)
    return time.monotonic() - started


@pytest.mark.parametrize("part", ["collect", "redis", "web"])
async def test_whichever_part_is_cut_off_every_tile_says_so_within_15_seconds_and_keeps_its_numbers(
    beating: Family, part: str
):
    async with chromium(beating, TOKEN) as browser:
        page = await browser.new_page()
        await page.goto(f"{beating.url}/board/overview")
        await eventually(page, LIVE, 60)  # the painted page alone is fresh too
        await eventually(page, FRESH, 60)
        await eventually(page, WAITED_TOO_LONG, 60)
        before = await page.evaluate(FIGURES)
        pid = beating.pid(part)
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            await eventually(page, STALE, SAID_S)
            said = await page.inner_text("body")
            assert re.search(r"no data since \d\d:\d\d:\d\d", said, re.IGNORECASE), said
            shown = await page.evaluate(FIGURES)
        finally:
            os.kill(pid, signal.SIGCONT)
        assert [one for one in shown if ":" not in one] == [one for one in before if ":" not in one]
        await eventually(page, FRESH, 60)


async def test_a_worker_that_is_missed_is_named_and_the_numbers_go_on(beating: Family):
    async with chromium(beating, TOKEN) as browser:
        page = await browser.new_page()
        await page.goto(f"{beating.url}/board/overview")
        await eventually(page, LIVE, 60)  # the painted page alone is fresh too
        await eventually(page, FRESH, 60)
        pid = beating.pid("worker")
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            await eventually(page, WORKER_MISSED, SAID_S)
            assert await page.evaluate(FRESH)
        finally:
            os.kill(pid, signal.SIGCONT)
        await eventually(page, f"() => !({WORKER_MISSED})()", 60)


async def test_a_screen_that_lost_its_network_says_so_and_comes_back_by_itself(beating: Family):
    async with chromium(beating, TOKEN) as browser:
        page = await browser.new_page()
        await page.goto(f"{beating.url}/board/overview")
        await eventually(page, LIVE, 60)  # the painted page alone is fresh too
        await eventually(page, FRESH, 60)
        pid = beating.pid("web")
        await browser.set_offline(True)
        cut = beating.kill("web")  # an open socket outlives `offline` in Chromium: the server's end closes it
        assert cut == pid
        await eventually(page, STALE, SAID_S)
        await browser.set_offline(False)
        await eventually(page, FRESH, 60)


async def test_the_numbers_stand_in_the_page_before_any_script_runs(beating: Family):
    async with chromium(beating, TOKEN) as browser:
        cookies = await browser.cookies()
        still = await browser.browser.new_context(java_script_enabled=False)
        await still.add_cookies(cookies)
        page = await still.new_page()
        await page.goto(f"{beating.url}/board/overview")
        figures = await page.locator(".tile.number .figure").all_inner_texts()
        await still.close()
    assert figures[0] == "1"


async def test_a_posted_event_is_on_the_glass_and_hostile_text_stays_text(beating: Family):
    async with chromium(beating, TOKEN) as browser:
        page = await browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        await page.goto(f"{beating.url}/board/overview")
        text = "<img src=x onerror=alert(1)></script>{{7*7}} \u202eRTL"
        beating.events([
            {"type": "notice.posted", "text": text, "source": "ops", "notice": "n1"},
            {"type": "contact.queued", "contact": "x", "queue": "<b>queue</b>", "source": "ops"},
        ])  # fmt: skip
        await page.get_by_text("<img src=x onerror=alert(1)>").first.wait_for(timeout=60_000)
        await page.get_by_text("<b>queue</b>").first.wait_for(timeout=60_000)
        assert await page.locator("img[src=x]").count() == 0
        assert problems == []
        assert beating.run("source", "forget", "ops").returncode == 0
        await page.get_by_text("<b>queue</b>").first.wait_for(state="detached", timeout=60_000)


def test_a_clean_stop_tells_screens_1012_and_takes_less_than_10_seconds(tmp_path: Path):
    with family(tmp_path) as house:
        with house.watch() as screen:
            assert json.loads(screen.recv(30))["t"] == "hello"
            took_s = house.stop(30)
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    screen.recv(30)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert took_s < 10
        assert house.process.returncode == 0
