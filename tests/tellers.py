"""A teller that looks when it is told to, at one alert that is open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from tests.waiting import now_ms
from wallboard.core.events import SERVER, AlertRaised, ConfigApplied
from wallboard.core.rows import AlertRow
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.live.pipeline import Pipeline
from wallboard.receivers import Receiver
from wallboard.stream.keys import Keys
from wallboard.stream.outbox import Outbox
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream
from wallboard.teller import Teller

RULE = {"metric": "waiting", "queues": ["*"], "raise": "> 0", "when": "always", "notify": ["leads"]}
RULES = Settings(alert={"wait": msgspec.convert(RULE, Rule)})
LEADS = Receiver("leads", "webhook", "https://nowhere.invalid/")
Telling = tuple[Teller, Outbox, AlertRow]


@asynccontextmanager
async def one_teller(redis_url: str, keys: Keys, stream: Stream) -> AsyncIterator[Telling]:
    """One that looks when it is told to, by a clock that a test sets, at one alert `a` that is open."""
    client = connect(redis_url)
    outbox, pipeline = Outbox(client, keys), Pipeline(stream, None, now_ms)
    floor = pipeline.floor
    floor.advance(now_ms())
    floor.apply(ConfigApplied(settings=msgspec.to_builtins(RULES), source=SERVER), now_ms())
    said = {"kind": "queues", "of": "support", "metric": "waiting", "limit": "> 0"}
    floor.apply(AlertRaised(alert="a", rule="wait", attributes=said, source=SERVER), now_ms())
    yield Teller(pipeline, outbox, lambda: {"leads": LEADS}, now_ms, ""), outbox, floor.alerts.open["a"]
    await client.aclose()
