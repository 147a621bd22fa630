"""The live socket: gives one screen its place in the hub, and reads what the screen reports.

Where the server takes finished frames (live/transport.py) the hub writes to it and this only reads; under any other
one a task of its own sends. A screen that is stalled for five seconds (nothing of what waits is taken; of what a task
sends, not all) is cut off with 4008 and comes back by itself.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, get_args

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from wallboard.config import Server
from wallboard.core.words import plainly
from wallboard.live.desk import DESK, desk
from wallboard.live.frames import Frame
from wallboard.live.hub import Hub
from wallboard.live.screen import Screen, Wire
from wallboard.live.tally import Cut, Later
from wallboard.live.waits import FRAMES, NO_CLOSE, STALLED_S, TOO_SLOW
from wallboard.record.boards import Board
from wallboard.web.auth import CREDENTIAL, who_asks
from wallboard.web.openfiles import room_for_screens
from wallboard.web.problems import Problem, problem_response
from wallboard.web.reports import Report, Reports
from wallboard.web.sight import boards_for
from wallboard.web.staying import Staying
from wallboard.web.walls import Walls

SUBPROTOCOL = "wallboard.v1"
MAX_MESSAGE = 65_536  # bytes
REPORTS_A_MINUTE = 120

NOT_ALLOWED = 4403
UNSUPPORTED, NOT_TEXT, POLICY, TOO_BIG, TRY_LATER = 1003, 1007, 1008, 1009, 1013

_NO_UPGRADE = (
    "This is a WebSocket: ask for it with 'Connection: Upgrade' and 'Upgrade: websocket', as every WebSocket client "
    "does (docs/socket.md). A proxy in between must pass both on (examples/nginx.conf)."
)

log = structlog.get_logger("socket")


class Refusal(Exception):
    """Close the connection with this code and reason. `why`: as what it counts where they are to come back later."""

    def __init__(self, code: int, reason: str, why: Later = "unchecked") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.why = why


class Gone(Exception):
    """The peer is not there any more: nothing to say to it."""


class TextWire:
    """The way of any ASGI server: one frame at a time, sent by a task of its own (live/screen.py: Wire)."""

    packs: bool = False
    put: Callable[[bytes], int] | None = None

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._screen: Screen | None = None
        self._frame: Frame | None = None
        self._refusal: tuple[int, str] | None = None
        self._wake = asyncio.Event()

    @property
    def ready(self) -> bool:
        return self._frame is None and self._refusal is None

    def attach(self, screen: Screen) -> None:
        self._screen = screen

    def write(self, frame: Frame, taken: int = 0) -> None:
        self._frame = frame
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        self._refusal = code, reason
        self._wake.set()

    async def run(self) -> None:
        """Until the peer is gone. Raises Refusal when it is to be closed."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                if self._refusal:
                    raise Refusal(*self._refusal)
                if self._frame and self._screen:
                    await self._send(self._screen, self._frame)
                    self._frame = None
                    self._screen.pull()
        finally:
            self._screen = None  # else the two hold each other, until the collector looks (live/memory.py)

    async def _send(self, screen: Screen, frame: Frame) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(STALLED_S):
                await _send(self._websocket, {"type": "websocket.send", "text": frame.text})
                return
        screen.cut("slow")  # not where the TimeoutError is at hand: it holds this task, and so what this task raises
        raise Refusal(TOO_SLOW, "too slow: come back for a fresh picture")


async def no_upgrade(request: Request) -> Response:
    """The same address, asked for as a page: most often a proxy in between has left the upgrade out."""
    headers = {"upgrade": "websocket", "connection": "upgrade"}
    return problem_response(Problem(426, _NO_UPGRADE, headers=headers))


async def live(websocket: WebSocket) -> None:
    """`GET /live?board=ID`. Accepted first and refused by a close code, which a browser can read."""
    offered = websocket.scope.get("subprotocols", [])
    hub: Hub = websocket.app.state.hub
    try:
        with _to_a_peer():
            await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        await _serve(websocket, _board(websocket, hub), hub)
    except Refusal as refusal:
        log.info("screen closed", code=refusal.code, reason=refusal.reason, board=websocket.query_params.get("board"))
        if refusal.code == TRY_LATER:
            hub.sent.put_off[refusal.why] += 1
        await _close(websocket, refusal)
    except Gone:
        return


def _board(websocket: WebSocket, hub: Hub) -> Board:
    if refused := websocket.scope.get("wallboard.refused"):
        raise Refusal(*refused)
    board = _board_named(websocket.query_params.get("board", ""), websocket)
    if board is None and not websocket.app.state.boards.complete:
        raise _later("loading", "the boards are being read")
    if board is None:
        raise Refusal(NOT_ALLOWED, "no such board, or not for you")
    if not hub.pipeline.ready:
        raise _later("loading", "the state is being loaded")
    server: Server = websocket.app.state.parts.config.server
    if hub.screens >= server.max_screens:
        raise _later("limit", "as many screens as this server takes (server.max_screens)")
    if hub.screens >= room_for_screens():
        raise _later("open_files", "as many screens as this process may open files for (ulimit -n)")
    staying: Staying = websocket.app.state.staying
    if staying.of(who_asks(websocket)) >= server.max_screens_each:
        raise _later("limit_each", "as many screens as one may have here (server.max_screens_each)")
    return board


def _later(why: Later, reason: str) -> Refusal:
    return Refusal(TRY_LATER, f"{reason}: come back", why)


def _board_named(name: str, websocket: WebSocket) -> Board | None:
    """The board if there is one, and it is for this caller; a lead's desk is made for whoever asks."""
    who = who_asks(websocket)
    board = desk(who.teams) if name == DESK else boards_for(websocket).get(name)
    return board if board and who.may_see_board(board.id) else None


async def _serve(websocket: WebSocket, board: Board, hub: Hub) -> None:
    ready: Wire | None = websocket.scope.get("extensions", {}).get(FRAMES, {}).get("wire")
    wire = ready or TextWire(websocket)
    screen = hub.subscribe(board, wire, who_asks(websocket).teams)
    staying: Staying = websocket.app.state.staying
    reports: Reports = websocket.app.state.reports
    walls: Walls = websocket.app.state.parts.walls
    who = who_asks(websocket)
    try:
        with (
            staying.watch(wire, websocket.scope.get(CREDENTIAL), who, board.id),
            walls.watch(who, screen, board.id) as note,
            reports.watch(note) as hear,
        ):
            if isinstance(wire, TextWire):
                await _first_end_of(_read(websocket, screen, hear), wire.run())
            else:
                await _read(websocket, screen, hear)
    finally:
        screen.leave()


async def _first_end_of(*works: Coroutine[Any, Any, None]) -> None:
    """The first that ends takes the others with it. Raises what it raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    try:
        for task in done:
            task.result()
    finally:
        del tasks, done, task  # what is raised holds this frame, and they hold what is raised


async def _read(websocket: WebSocket, screen: Screen, hear: Callable[[Report], None]) -> None:
    """For the whole life of the connection: uvicorn reads pongs only while somebody receives."""
    loop = asyncio.get_running_loop()
    minute_s, messages = loop.time(), 0
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            why: Any = message.get("reason")
            if message.get("code") == NO_CLOSE and why in get_args(Cut):
                screen.cut(why)
            raise Gone
        hear(_checked(message))
        if loop.time() - minute_s > 60:
            minute_s, messages = loop.time(), 0
        messages += 1
        if messages > REPORTS_A_MINUTE:
            raise Refusal(POLICY, "too many messages")


def _checked(message: Mapping[str, Any]) -> Report:
    text = message.get("text")
    if text is None:
        raise Refusal(UNSUPPORTED, "text messages only")
    if len(text) > MAX_MESSAGE or len(text.encode(errors="surrogatepass")) > MAX_MESSAGE:
        raise Refusal(TOO_BIG, "message too big")
    try:
        return msgspec.json.decode(text, type=Report)
    except msgspec.ValidationError as error:
        raise Refusal(POLICY, plainly(str(error))[:100]) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise Refusal(NOT_TEXT, "not JSON") from None


async def _close(websocket: WebSocket, refusal: Refusal) -> None:
    """Best effort: a stalled peer may never take the close frame, so it is not waited for long."""
    message = {"type": "websocket.close", "code": refusal.code, "reason": refusal.reason}
    try:
        async with asyncio.timeout(1.0):
            await _send(websocket, message)
    except (Gone, TimeoutError):
        log.debug("close frame not taken", code=refusal.code)


async def _send(websocket: WebSocket, message: dict[str, Any]) -> None:
    with _to_a_peer():
        await websocket.send(message)


@contextmanager
def _to_a_peer() -> Iterator[None]:
    """It may have gone while it was looked up, after a ping timeout or a close: what is raised then is one of three
    errors. Raises Gone for all."""
    try:
        yield
    except (OSError, RuntimeError, WebSocketDisconnect) as error:
        raise Gone from error
