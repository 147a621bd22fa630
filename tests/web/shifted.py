"""A shift of two teams, and its page and notes as a lead sees them."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from wallboard.core.events import (
    AlertAcknowledged,
    AlertActed,
    AlertAssigned,
    AlertRaised,
    ConfigApplied,
    NoticePosted,
)
from wallboard.core.quarters import QUARTER_MS, Interval
from wallboard.core.rules import Rule
from wallboard.core.settings import Queue, Settings, Site, Target
from wallboard.record.history import SeenDay

HOUR_MS = 3_600_000
PAGE, NOTES = "/shift", "/api/v1/shift/notes"
EIGHT_OF_TEN = {"offered": 10, "answered": 10, "sl_good": 8, "sl_base": 10, "tags.thanks": 2}
SEVEN_OF_TEN = {"offered": 10, "answered": 9, "abandoned": 1, "sl_good": 7, "sl_base": 10}


@asynccontextmanager
async def a_shift(config: Any, served_elsewhere: Any) -> AsyncIterator[Any]:
    """A shift of two teams: an hour that reached the target of 80 % and one that did not, alerts, notices, a wait."""
    configured = settings()
    async with served_elsewhere(replace(config, settings=configured)) as served:
        said = {"metric": "waiting", "limit": "> 2", "since": "1"}
        told = [
            ConfigApplied(settings=msgspec.to_builtins(configured), source="wallboard", id="1"),
            NoticePosted(text="Line 2 is down", notice="n1", source="wallboard", id="2"),
            NoticePosted(text="Chats are slow", notice="n2", teams=["two"], source="wallboard", id="3"),
            *(
                AlertRaised(
                    alert=f"a-{of}", rule="long", severity="critical", value=3, source="wallboard", id=f"{of}+",
                    attributes=said | {"kind": "queues", "of": of},
                )
                for of in ("support", "chat")
            ),
            AlertAcknowledged(alert="a-support", who="Ann", source="wallboard", id="5", note="called the desk"),
            AlertActed(alert="a-support", who="Eve", attributes={"result": "talked"}, source="wallboard", id="7"),
            AlertActed(alert="a-support", who="Ben", attributes={"result": "moved a desk"}, source="wallboard", id="8"),
            AlertAssigned(alert="a-support", who="Ann", attributes={"to": "Ben"}, source="wallboard", id="6"),
        ]  # fmt: skip
        await served.parts.stream.append(told)
        queued = [{"type": "contact.queued", "contact": f"c{n}", "queue": "support", "source": "pbx"} for n in range(3)]
        queued += [{"type": "contact.queued", "contact": "t", "queue": "test", "source": "pbx"}]
        assert (await served.http.post("/api/v1/events", json=queued)).json()["rejected"] == []
        await until(served, lambda floor: floor.tallies.queues["support"].live["waiting"] == 3)
        yield served


def settings() -> Settings:
    """A shift that began three hours ago and more, and goes on for two and more: no test sees it turn."""
    hour = time.gmtime().tm_hour
    return Settings(
        site={"main": Site(shifts={"long day": f"{(hour - 3) % 24:02}:00-{(hour + 3) % 24:02}:00"})},
        queue={
            "support": Queue(team="one", name="Support"),
            "chat": Queue(team="two", name="Chats", target=Target(percent=90)),
            "mail": Queue(team="two", name="Mail", channel="email", target=Target(percent=90)),
            "test": Queue(team="one", name="Test line", hidden=True),
        },
        alert={"long": msgspec.convert({"metric": "waiting", "queues": ["*"], "raise": "> 2"}, Rule)},
    )


async def until(served: Any, holds: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(60):
        while not ("support" in served.parts.pipeline.floor.tallies.queues and holds(served.parts.pipeline.floor)):
            await asyncio.sleep(0.03)


def fill(served: Any) -> int:
    """Its first two hours, in the record; when it began."""
    begun_ms: int = served.parts.pipeline.floor.ground.calendar.shifts["main"].started_ms
    told: dict[Interval, dict[str, int]] = {}
    for group in ("all", "team:one"):
        told[Interval("groups", group, begun_ms + QUARTER_MS, "event")] = EIGHT_OF_TEN
        told[Interval("groups", group, begun_ms + 5 * QUARTER_MS, "event")] = SEVEN_OF_TEN
    for queue, wait_s in (("support", 372), ("mail", 7200), ("test", 900)):
        told[Interval("queues", queue, begun_ms + QUARTER_MS, "event")] = {
            "answered_wait\t5": 9,
            f"other_wait\t{wait_s}": 1,
        }
    day = SeenDay("main", "x", begun_ms, begun_ms + 86_400_000, begun_ms, begun_ms + 86_400_000, "live")
    served.parts.history.fill(told, [day])
    return begun_ms


async def page(served: Any, name: str, *teams: str, lang: str = "en", at: str = PAGE, **asked: str) -> str:
    """As this lead sees it; of all teams without any."""
    bound = {"teams": teams} if teams else {}
    headers = {"cookie": await served.sign_in(name, "lead", **bound)}
    answer = await served.anonymous.get(at, params={"lang": lang, **asked}, headers=headers)
    assert answer.status_code == 200, answer.text
    text: str = answer.text.replace("\u00a0", " ")
    return text


def rows(text: str) -> list[tuple[str, list[str]]]:
    """Whether the target was met, and the cells, of each row of numbers."""
    found = re.findall(r"<tr( data-met=\"(\w+)\")?><th scope=\"row\">(.*?)</th>(.*?)</tr>", text, re.S)
    return [
        (met, [time, *(" ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in re.findall(r"<td.*?</td>", cells))])
        for _, met, time, cells in found
    ]


async def leave(served: Any, text: Any, name: str, *teams: str) -> Any:
    return await acted(served, NOTES, {"text": text}, name, *teams)


async def acted(served: Any, url: str, body: Any, name: str, *teams: str) -> Any:
    bound = {"teams": teams} if teams else {}
    headers = {"cookie": await served.sign_in(name, "lead", **bound), "origin": served.origin}
    return await served.anonymous.post(url, json=body, headers=headers)


async def left_before(served: Any, text: str, name: str, *teams: str) -> int:
    """A note that this lead left in the shift before; when that began."""
    begun_ms = int(served.parts.pipeline.floor.ground.calendar.shifts["main"].started_ms) - 24 * HOUR_MS
    by = f"person:{await served.person(name, 'lead', teams=teams)}"
    write = partial(served.parts.shift_notes.write, who=name, by=by, teams=teams, now_ms=begun_ms + HOUR_MS)
    await asyncio.to_thread(write, begun_ms, text)
    return begun_ms
