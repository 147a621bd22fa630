"""A server for the browser's tests: the real pages, real uvicorn, and a live socket that does what a test tells it.

It speaks the protocol of docs/api.md. Run it by hand to look at the boards: `python tests/browser/fake_server.py`.
"""

import asyncio
import contextlib
import json
import random
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.templating import Jinja2Templates
from starlette.websockets import WebSocket, WebSocketDisconnect

import wallboard.web
from wallboard.assets import BOARDS
from wallboard.core.patch import apply
from wallboard.core.settings import Settings
from wallboard.live.view import View
from wallboard.record.boards import Board, load_boards
from wallboard.web import pages

Document = dict[str, Any]
TEMPLATES = Path(wallboard.web.__file__).parent / "templates"
ZONE = "Europe/Kyiv"


@dataclass
class Standing:
    ready: bool = True
    epoch: str = "e1"


@dataclass
class FakeHub:
    """The hub as wallboard/web/pages.py uses it, over a state that the test sets."""

    state: Document
    build: str = "0.1.0"
    simulated: bool = True
    ahead_ms: int = 0  # of the browser's clock
    pipeline: Standing = field(default_factory=Standing)

    def clock_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def view(self, board: Board) -> View:
        return View(board, Settings)

    def board_message(self, view: View) -> Document:
        return {**view.public(), "simulated": self.simulated}

    def state_of(self, board: Board) -> Mapping[str, Mapping[str, Document]]:
        return self.state


class FakeServer:
    """`async with FakeServer(state) as server`: pages at `server.url`, and the live line in the test's hand."""

    def __init__(self, state: Document, boards: Mapping[str, Board] | None = None, *, beats_s: float = 1.0) -> None:
        self.hub = FakeHub(state)
        self.boards = dict(boards or load_boards(BOARDS))
        self.seq = 1
        self.beats_s: float | None = beats_s  # None: silent
        self.source_lives = True
        self.refusal: tuple[int, str] | None = None
        self.greets = True
        self.connections = 0
        self.reports: list[Document] = []
        self.lines: dict[WebSocket, str] = {}
        app = Starlette(
            routes=[WebSocketRoute("/live", self._live), *pages.routes(Jinja2Templates(TEMPLATES))],
        )
        app.state.hub = self.hub
        app.state.boards = lambda: self.boards
        config = uvicorn.Config(app, port=0, log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._tasks: list[asyncio.Task[None]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "FakeServer":
        self._tasks = [asyncio.create_task(self._server.serve()), asyncio.create_task(self._beat())]
        while not self._server.started:
            await asyncio.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._tasks[1].cancel()
        for line in list(self.lines):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await line.close(1001)
        self._server.should_exit = True
        await asyncio.wait(self._tasks, timeout=5)

    async def patch(self, patch: Document, *, base: int | None = None, seq: int | None = None) -> None:
        """A step of the state, told to every screen."""
        self.hub.state = apply(self.hub.state, patch)
        base = self.seq if base is None else base
        self.seq = seq or self.seq + 1
        await self.tell({"t": "patch", "base": base, "seq": self.seq, "now": self.hub.clock_ms(), "patch": patch})

    async def tell(self, message: Document | str) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        for line in list(self.lines):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await line.send_text(text)

    async def cut(self, code: int, reason: str = "") -> None:
        for line in list(self.lines):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await line.close(code, reason)

    async def _live(self, line: WebSocket) -> None:
        self.connections += 1
        await line.accept("wallboard.v1")
        if self.refusal:
            await line.close(*self.refusal)
            return
        board = self.boards[line.query_params["board"]]
        self.lines[line] = board.id
        if self.greets:
            await line.send_text(json.dumps(self.hello(board)))
        try:
            while True:
                self.reports.append(json.loads(await line.receive_text()))
        except WebSocketDisconnect:
            pass
        finally:
            self.lines.pop(line, None)

    def hello(self, board: Board) -> Document:
        message = self.hub.board_message(self.hub.view(board))
        return {
            "t": "hello", "epoch": self.hub.pipeline.epoch, "seq": self.seq, "now": self.hub.clock_ms(),
            "build": self.hub.build, "board": message, "state": self.hub.state,
        }  # fmt: skip

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.beats_s or 0.1)
            if self.beats_s is None:
                continue
            if self.source_lives:
                await self.patch({"sources": {"pbx-1": {"last_event_at": self.hub.clock_ms() - 400}}})
            else:
                await self.tell({"t": "beat", "seq": self.seq, "now": self.hub.clock_ms()})


QUEUES = (
    ("support", "Підтримка клієнтів", 4, 95, 2), ("sales", "Sales", 1, 12, 0), ("billing", "Rechnungen & Zahlungen", 0, 0, 0),
    ("vip", "VIP – تقديم الدعم", 2, 41, 1), ("service", "Gewährleistung und Ersatzteile Nordwestdeutschland", 7, 260, 5),
    ("reklamacje", "Reklamacje", 0, 0, 0),
)  # fmt: skip
NAMES = (
    "Ганна Бахмут", "Олексій Ткаченко", "Anna Nowak", "Michał Wiśniewski", "Łukasz Zieliński", "Jonas Müller",
    "María-José Carreño Quiñones", "ليلى الحسن", "يوسف عبد الرحمن المنصوري", "佐藤 美咲", "王小明", "Дмитро Шевченко-Петренко",
    "Zoë Kravitz", "Βασίλης Παπαδόπουλος", "Світлана", "Ola", "Wolfeschlegelsteinhausenbergerdorff", "Nina Hagen",
    "Тарас Григорович", "Grzegorz Brzęczyszczykiewicz", "Іван", "Leïla", "Hannah", "שרה כהן", "Peter Parker",
    "Олена", "Tomáš", "Ümit Özgür", "Юлія Коваль", "Petra",
)  # fmt: skip
DOING = ("engaged", "idle", "engaged", "ringing", "engaged", "wrapup", "holding", "engaged", "idle", "busy")
REASONS = ("Lunch", "Training", "Обід", None)


def floor(agents: int = 28, *, now_ms: int | None = None) -> Document:
    """A believable state: six queues, agents in four scripts and more, three notices, two sources."""
    now = now_ms or time.time_ns() // 1_000_000
    luck = random.Random(7)  # noqa: S311 - not for secrets
    day = now - now % 86_400_000
    queues = {name: _queue(now, *row) for name, *row in QUEUES}
    return {
        "sites": {"main": {"name": "Kyiv", "zone": ZONE, "day": "2026-11-23", "day_started": day, "day_ends": day + 86_400_000}},
        "queues": queues,
        "groups": {"all": _group(queues)},
        "agents": {str(100 + number): _agent(now, number, luck) for number in range(agents)},
        "kpis": {"sales": {"value": 12.5, "unit": "k€", "as_of": now - 60_000, "source": "crm"}},
        "alerts": {},
        "notices": {
            "n-1": {"text": "Fibre cut in Lviv: callers from the west may be cut off. Say sorry, call back from line 2.",
                    "level": "critical", "posted_at": now - 360_000, "source": "ops"},
            "n-2": {"text": "Кава сьогодні безкоштовна", "level": "good", "posted_at": now - 4_000_000, "source": "ops"},
        },
        "sources": {
            "pbx-1": {"state": "live", "last_event_at": now - 800, "lag_ms": 40, "late": 0, "clamped": 0, "rejected": 0, "duplicates": 0},
            "crm": {"state": "quiet", "last_event_at": now - 1_260_000, "late": 0, "clamped": 0, "rejected": 0, "duplicates": 0},
        },
    }  # fmt: skip


def _queue(now: int, name: str, waiting: int, oldest_s: int, over: int) -> Document:
    live: Document = {
        "waiting": waiting, "over_target": over, "ringing": 1, "engaged": 6, "holding": 0, "wrapup": 1, "staffed": 12,
        "ready": 9, "idle": 2 if waiting < 5 else 0, "paused": 3, "paused_by": {}, "as_of": now - 900,
    }  # fmt: skip
    if waiting:
        live["oldest_at"] = now - oldest_s * 1000
    counts = {"offered": 180 + 7 * waiting, "answered": 160 - waiting, "abandoned": 4 + 2 * over, "handled": 158}
    return {
        "name": name, "site": "main", "channel": "voice", "team": "first-line", "sources": ["pbx-1"],
        "target": {"percent": 80, "seconds": 20, "formula": "short"}, "now": live, "day": counts, "m30": counts,
    }  # fmt: skip


def _group(queues: Mapping[str, Document]) -> Document:
    now: Document = {name: sum(queue["now"].get(name, 0) for queue in queues.values()) for name in ("waiting", "over_target", "idle")}
    now["oldest_at"] = min(queue["now"]["oldest_at"] for queue in queues.values() if "oldest_at" in queue["now"])
    day = {name: sum(queue["day"][name] for queue in queues.values()) for name in ("offered", "answered", "abandoned")}
    return {"sources": ["pbx-1"], "now": now, "day": day}


def _agent(now: int, number: int, luck: random.Random) -> Document:
    since = now - int(luck.expovariate(1 / 240_000)) - 1000
    agent: Document = {
        "name": NAMES[number % len(NAMES)], "team": "first-line" if number % 3 else "second-line",
        "activity": DOING[number % len(DOING)], "since": since, "presence": "ready", "presence_since": since,
        "sources": ["pbx-1"], "queues": ["support", "sales"], "slots": {"used": 1, "allowed": 3 if number % 9 == 4 else 1},
        "contacts": [],
    }  # fmt: skip
    if number % 6 == 1:
        agent |= {"presence": "paused", "activity": "idle"}
        if reason := REASONS[number // 6 % len(REASONS)]:
            agent["reason"] = reason
        if number == 7:
            agent["pause_over_at"] = now - 1000
    if number % 13 == 12:
        agent |= {"presence": "offline", "activity": "unknown"}
    return agent


async def main(agents: int) -> None:
    async with FakeServer(floor(agents)) as server:
        sys.stdout.write(f"{server.url}/board/overview\n")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 28))
