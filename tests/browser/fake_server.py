"""A server for the browser's tests: the real pages, real uvicorn, and a live socket that does what a test tells it.

It speaks the protocol of docs/socket.md. Run it by hand to look at the boards: `python tests/browser/fake_server.py`.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from believable import floor
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from wallboard.assets import BOARDS
from wallboard.core.patch import apply
from wallboard.core.settings import Settings
from wallboard.live.view import View
from wallboard.record.boards import Board, load_boards
from wallboard.web import pages
from wallboard.web.auth import WHO, Who
from wallboard.web.charts import PLOTLY_ADDRESS, plotly_js
from wallboard.web.speaking import IS_SCREEN, templates

Document = dict[str, Any]


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

    def view(self, board: Board, teams: frozenset[str] | None = None) -> View:
        return View(board, Settings)

    def public(self, view: View) -> Document:
        return {**view.public(), "simulated": self.simulated}

    def state_of(self, board: Board, teams: frozenset[str] | None = None) -> Mapping[str, Mapping[str, Document]]:
        return self.state


def _let_in(app: ASGIApp, server: "FakeServer") -> ASGIApp:
    """As the gate does: everybody is a screen that may see all boards."""

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        who = Who("screen", frozenset({"state:read", "people:read"}), "screen")
        await app({**scope, WHO: who, IS_SCREEN: server.paired}, receive, send)

    return gate


class FakeServer:
    """`async with FakeServer(state) as server`: pages at `server.url`, and the live line in the test's hand."""

    def __init__(
        self, state: Document, boards: Mapping[str, Board] | None = None, *, beats_s: float = 1.0, images: Path = BOARDS
    ) -> None:
        self.hub = FakeHub(state)
        self.boards = dict(boards or _with_names(load_boards(BOARDS)))
        self.seq = 1
        self.beats_s: float | None = beats_s  # None: silent
        self.source_lives = True
        self.refusal: tuple[int, str] | None = None
        self.greets = True
        self.paired = False  # its pages know that they are a screen's
        self.connections = 0
        self.reports: list[Document] = []
        self.lines: dict[WebSocket, str] = {}
        self.series: dict[str, Document] = {}  # kind of tile → what it is told of the past
        app = Starlette(
            routes=[
                WebSocketRoute("/live", self._live),
                Route("/readyz", self._readyz),
                Route("/api/v1/boards/{board}/series", self._series),
                Route(PLOTLY_ADDRESS, plotly_js),
                *pages.routes(templates()),
            ],
        )
        app.state.hub = self.hub
        app.state.boards = lambda: self.boards
        app.state.images = images
        config = uvicorn.Config(
            _let_in(app, self),
            port=0,
            log_config=None,
            access_log=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._tasks: list[asyncio.Task[None]] = []
        self.port = 0

    async def reconnected(self, before: int) -> None:
        """Waits until a screen has come again since there were `before` connections."""
        async with asyncio.timeout(60):
            while self.connections <= before:
                await asyncio.sleep(0.02)

    async def report(self) -> Document:
        """The first report of a screen."""
        async with asyncio.timeout(60):
            while not self.reports:
                await asyncio.sleep(0.02)
        return self.reports[0]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "FakeServer":
        self._tasks = [asyncio.create_task(self._server.serve()), asyncio.create_task(self._beat())]
        while not self._server.started:  # uvicorn offers no event for it
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

    async def _readyz(self, request: Request) -> Response:
        return Response(status_code=200 if self.hub.pipeline.ready else 503)

    async def _series(self, request: Request) -> Response:
        tile = self.boards[request.path_params["board"]].tiles[int(request.query_params["tile"])]
        told = self.series.get(tile.kind)
        return JSONResponse(told) if told else Response(status_code=503)

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
        message = self.hub.public(self.hub.view(board))
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


def _with_names(boards: Mapping[str, Board]) -> dict[str, Board]:
    """The default boards, where people are named: the tests look at cards."""
    return {name: replace(one, names="full") for name, one in boards.items()}


async def main(agents: int) -> None:
    async with FakeServer(floor(agents)) as server:
        sys.stdout.write(f"{server.url}/board/overview\n")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 28))
