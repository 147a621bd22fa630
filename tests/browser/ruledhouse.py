"""A house with a leading worker that raises alerts: one of each queue where somebody waits, another after an hour."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from playwright.async_api import Page

from tests.waiting import now_ms, until
from tests.web.conftest import FIRST, Served, serving  # type: ignore[import-not-found]
from tests.workers import Workers
from wallboard.alerter import Alerter
from wallboard.config import Config
from wallboard.core.events import Queued
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings
from wallboard.stream.keys import Keys

WRITTEN = {
    "metric": "waiting", "queues": ["*"], "raise": "> 0", "severity": "critical", "action": "Open overflow",
    "when": "always", "notify": ["on-duty"],
}  # fmt: skip
CROWD = {"metric": "waiting", "queues": ["*"], "raise": "> 1", "for": "1h", "when": "always"}
RULES = Settings(
    queue={"support": Queue(name="Підтримка")},
    alert={"support-wait": msgspec.convert(WRITTEN, Rule), "crowd": msgspec.convert(CROWD, Rule)},
)


@asynccontextmanager
async def ruled_by(config: Config) -> AsyncIterator[Served]:
    assert config.redis_url
    workers = Workers(config.redis_url, Keys(config.namespace))
    line = workers.line()
    workers.start(line, lambda: RULES, [Alerter(line.pipeline, line.into)])
    try:
        async with serving(config) as served:
            await until(lambda: line.pipeline.floor.settings.alert)
            yield served
    finally:
        await workers.stop()


def queued(contact: str, queue: str) -> Queued:
    return Queued(contact=contact, queue=queue, source="pbx", time=now_ms(), id=contact)


async def looked_at(ruled: Served, open_page: Callable[..., Any], pointer: str) -> Page:
    """/alerts on a phone, with no alert open."""
    page: Page = await open_page(ruled, "/alerts", FIRST, screen={"has_touch": pointer == "finger"})
    await page.get_by_text("No open alerts.").wait_for()
    return page
