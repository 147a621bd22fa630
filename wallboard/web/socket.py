"""The live socket: relays a view's frames to one screen, and reads what the screen reports.

A reader task runs beside the writer for the whole life of the connection: without it uvicorn would stop
reading pongs and call a healthy screen dead (docs/design.md). A frame that cannot be sent within five
seconds means that the screen is stalled: it is cut off with 4008 and comes back by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

import msgspec
import structlog
from msgspec import Meta, Struct
from starlette.websockets import WebSocket, WebSocketDisconnect

from wallboard.core.errors import StreamUnavailable
from wallboard.live.hub import Hub, Screen
from wallboard.record.boards import Board

SUBPROTOCOL = "wallboard.v1"
STALLED_S = 5.0  # a frame that is not taken for so long: the screen is cut off
MAX_MESSAGE = 65_536
REPORTS_A_MINUTE = 120

TOO_SLOW, SIGN_IN, NOT_ALLOWED = 4008, 4401, 4403
UNSUPPORTED, NOT_TEXT, POLICY, TOO_BIG, TRY_LATER = 1003, 1007, 1008, 1009, 1013

STILL_S = 4.0  # how often it is asked whether the session is still good

log = structlog.get_logger("socket")


class Report(Struct, tag_field="t", tag="report", forbid_unknown_fields=True):
    """What a screen says of itself every 30 s."""

    seq: int | None = None
    lag_ms: float | None = None
    heap_mb: float | None = None
    sound: Annotated[str, Meta(max_length=32)] | bool | None = None
    build: Annotated[str, Meta(max_length=64)] | None = None


class Refusal(Exception):
    """Close the connection with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gone(Exception):
    """The peer is not there any more: nothing to say to it."""


async def live(websocket: WebSocket) -> None:
    """`GET /live?board=ID`. Accepted first and refused by a close code, which a browser can read."""
    offered = websocket.scope.get("subprotocols", [])
    await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
    hub: Hub = websocket.app.state.hub
    boards: Callable[[], Mapping[str, Board]] = websocket.app.state.boards
    try:
        screen = hub.subscribe(_board(websocket, boards(), hub))
    except Refusal as refusal:
        await _close(websocket, refusal)
        return
    try:
        await _serve(websocket, screen, hub)
    finally:
        hub.unsubscribe(screen)


def _board(websocket: WebSocket, boards: Mapping[str, Board], hub: Hub) -> Board:
    if refused := websocket.scope.get("wallboard.refused"):
        raise Refusal(*refused)
    board = boards.get(websocket.query_params.get("board", ""))
    if board is None:
        raise Refusal(NOT_ALLOWED, "no such board, or not for you")
    if not hub.pipeline.ready:
        raise Refusal(TRY_LATER, "the state is being loaded: come back")
    return board


async def _serve(websocket: WebSocket, screen: Screen, hub: Hub) -> None:
    """Reader and writer; the first that ends takes the other with it."""
    tasks = [asyncio.create_task(one) for one in (_read(websocket), _write(websocket, screen), _stay(websocket))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        error = task.exception()
        if isinstance(error, Refusal):
            hub.cut_slow += error.code == TOO_SLOW
            log.info("screen closed", code=error.code, reason=error.reason, board=screen.channel.view.key)
            await _close(websocket, error)
        elif error is not None and not isinstance(error, Gone):
            raise error


async def _write(websocket: WebSocket, screen: Screen) -> None:
    while True:
        text = await screen.next()
        try:
            async with asyncio.timeout(STALLED_S):
                await _send(websocket, {"type": "websocket.send", "text": text})
        except TimeoutError:
            raise Refusal(TOO_SLOW, "too slow: come back for a fresh picture") from None


async def _read(websocket: WebSocket) -> None:
    loop = asyncio.get_running_loop()
    minute_s, messages = loop.time(), 0
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise Gone
        _checked(message)
        if loop.time() - minute_s > 60:
            minute_s, messages = loop.time(), 0
        messages += 1
        if messages > REPORTS_A_MINUTE:
            raise Refusal(POLICY, "too many messages")


async def _stay(websocket: WebSocket) -> None:
    """A session that ends closes its sockets too."""
    still: Callable[[], Awaitable[bool]] | None = websocket.scope.get("wallboard.still")
    while True:
        await asyncio.sleep(STILL_S)
        try:
            ended = still is not None and not await still()
        except StreamUnavailable:
            continue  # nobody can say now: a wall that shows its age is better than a blank one
        if ended:
            raise Refusal(SIGN_IN, "this session has ended: sign in again")


def _checked(message: Mapping[str, Any]) -> Report:
    text = message.get("text")
    if text is None:
        raise Refusal(UNSUPPORTED, "text messages only")
    if len(text) > MAX_MESSAGE:
        raise Refusal(TOO_BIG, "message too big")
    try:
        return msgspec.json.decode(text, type=Report)
    except msgspec.ValidationError as error:
        raise Refusal(POLICY, str(error)[:100]) from None
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
    """After a ping timeout or a close, `send` raises one of three errors: all mean gone."""
    try:
        await websocket.send(message)
    except (OSError, RuntimeError, WebSocketDisconnect) as error:
        raise Gone from error
