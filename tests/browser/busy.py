"""A large floor on which much happens, for what the wall costs and how long it lasts: its board, state and patches."""

import json
import random
from typing import Any

from believable import floor
from playwright.async_api import CDPSession, Page

from wallboard.record.board import Board, Tile

TOUCHED = (2, 3)  # queues and agents of one patch: at ten a second about twice what 500 agents do
DOINGS = ("engaged", "idle", "ringing", "wrapup", "holding", "busy")
LISTS = (
    ("queues", (1, 5), (8, 8)), ("agents", (9, 5), (12, 8)), ("notices", (21, 5), (4, 8)), ("sources", (21, 1), (4, 4)),
)  # fmt: skip
# The page's own socket, so that patches can be given to it without a network.
WIRE = """
const Real = WebSocket;
window.WebSocket = class extends Real { constructor(...given) { super(...given); window.wire = this; } };
"""
# Patches as fast as the page takes them: each through the whole path from the socket's text to the screen.
FEED = """async ([texts, first]) => {
  const turn = () => new Promise((done) => requestAnimationFrame(done));
  for (let place = 0; place < texts.length; place += 1) {
    const base = first + place;
    const head = '{"t":"patch","base":' + base + ',"seq":' + (base + 1) + ',"now":' + Date.now() + ',"patch":';
    wire.onmessage({ data: head + texts[place] + "}" });
    if (place % 20 === 19) await turn();
  }
  await turn();
}"""

Document = dict[str, Any]


def board(charts: int = 0) -> Board:
    """Five numbers, the table, the grid and the rest: what a large floor shows; the last of the charts is a map."""
    five = ("waiting", "oldest_at", "idle", "service_level", "abandoned")
    numbers = [
        Tile(kind="number", at=(1 + 4 * place, 1), size=(4, 4), metric=metric, warn="> 100000")
        for place, metric in enumerate(five)
    ]
    lists = [Tile(kind=kind, at=at, size=size) for kind, at, size in LISTS]
    drawn = [
        Tile(kind="trend", at=(1 + 6 * place, 13), size=(6, 4), metrics=["offered", "answered"])
        if place < charts - 1
        else Tile(kind="heat", at=(1 + 6 * place, 13), size=(6, 4), metric="abandoned", alarm=">= 12")
        for place in range(charts)
    ]
    tiles, rows = numbers + lists + drawn, 16 if charts else 12
    return Board(id="large", title="Large", columns=24, rows=rows, updates_per_s=10, names="full", tiles=tiles)


def large(agents: int, queues: int) -> Document:
    state = floor(agents)
    some = list(state["queues"].values())
    found = (some[place % len(some)] for place in range(queues))
    state["queues"] = {f"q{place}": {**row, "name": f"{row['name']} {place}"} for place, row in enumerate(found)}
    return state


def change(luck: random.Random, state: Document, now: int) -> Document:
    """What happens on a busy floor within a tenth of a second."""
    queues, agents = (
        luck.sample(sorted(state[kind]), min(count, len(state[kind])))
        for kind, count in zip(("queues", "agents"), TOUCHED, strict=True)
    )
    now_of = {"waiting": luck.randrange(200), "idle": luck.randrange(90)}
    return {
        "queues": {name: _moved(luck, state["queues"][name], now) for name in queues},
        "agents": {name: {"activity": luck.choice(DOINGS), "since": now - luck.randrange(60_000)} for name in agents},
        "groups": {"all": {"now": now_of, "day": {"abandoned": luck.randrange(400)}}},
        "sources": {"pbx-1": {"last_event_at": now}},
    }


def _moved(luck: random.Random, queue: Document, now: int) -> Document:
    """Somebody came, or was served or left."""
    waiting = max(0, queue["now"]["waiting"] + luck.choice((-1, 1)))
    live = {"waiting": waiting, "over_target": max(0, waiting - 3), "oldest_at": now - luck.randrange(1000, 120_000)}
    offered, abandoned = queue["day"]["offered"] + 1, queue["day"]["abandoned"] + luck.randrange(2)
    return {"now": live if waiting else live | {"oldest_at": None}, "day": {"offered": offered, "abandoned": abandoned}}


def patches(state: Document, now: int, count: int) -> list[str]:
    luck = random.Random(8)
    return [json.dumps(change(luck, state, now)) for _ in range(count)]


async def feed(page: Page, texts: list[str], first: int) -> None:
    """Through a page that was opened with WIRE; `first`: the sequence that it has."""
    await page.evaluate(FEED, [texts, first])


async def measured(cdp: CDPSession) -> dict[str, float]:
    """The engine's own counts: seconds, bytes, pieces. After `Performance.enable`."""
    found = (await cdp.send("Performance.getMetrics"))["metrics"]
    return {one["name"]: one["value"] for one in found}


async def left(cdp: CDPSession) -> dict[str, float]:
    """What is still held after a forced collection."""
    for _ in range(2):
        await cdp.send("HeapProfiler.collectGarbage")
    found = await measured(cdp)
    heap_mb = round(found["JSHeapUsedSize"] / 1048576, 2)
    return {"heap_mb": heap_mb, "nodes": found["Nodes"], "listeners": found["JSEventListeners"]}
