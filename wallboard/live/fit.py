"""Does this uvicorn, and this websockets, still do what our protocols build on? One connection in memory tells.

A hook that has another name would never be called: those are looked for. All else shows in a handshake, a message,
a line that fills up and drains, and a close: over a socket pair, on the loop that serves.
"""

import asyncio
import socket
import threading
from contextlib import suppress
from functools import cache
from typing import Any

import uvicorn
import uvloop
from uvicorn.server import ServerState

from wallboard.live.frames import Frame
from wallboard.live.waits import FRAMES

TRIAL_S = 5.0
LINE_BYTES = 4_096
PAUSE_TURNS = 100  # of the loop: a transport says that it holds something as it is written to, or in one of the next

_REQUEST = (
    b"GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)
_HELLO = Frame(b'{"t":"beat"}')
_FILLS = Frame(b"%r" % [*range(10_000)])  # 22 kB packed: more than the line takes, less than is too much (UNSENT_BYTES)
_PING_AND_REPORT = b"\x89\x80\x00\x00\x00\x00" + b"\x81\x82\x00\x00\x00\x00{}"
_PONG, _CLOSE = b"\x8a\x00", b"\x88\x02\x03\xe8"
_CLOSED = b"\x88\x82\x00\x00\x00\x00\x03\xe8"


@cache
def unfit(protocol: Any) -> str | None:
    """What is not as `protocol` (live/prompt.py, live/transport.py) needs it; None: it fits. Some milliseconds, in a
    thread with a loop of its own."""
    theirs = next(kind for kind in protocol.__mro__ if kind.__module__.startswith("uvicorn."))
    if missing := [hook for hook in protocol.HOOKS if not hasattr(theirs, hook)]:
        return f"{missing[0]} is missing"
    found: list[str] = []
    trial = threading.Thread(target=_try, args=(protocol, found))
    trial.start()
    trial.join()
    return found[0] if found else None


def _try(protocol: Any, found: list[str]) -> None:
    try:
        uvloop.run(asyncio.wait_for(_connect(protocol), TRIAL_S))
    except Exception as error:  # whatever it is, this version is none that we know
        found.append(f"{type(error).__name__}: {error}")


async def _connect(protocol: Any) -> None:
    """Raises whatever goes wrong."""
    loop = asyncio.get_running_loop()
    served: asyncio.Future[bytes] = loop.create_future()
    full = asyncio.Event()
    failed: list[dict[str, Any]] = []  # what the loop's own calls raised: nobody else would hear of it
    loop.set_exception_handler(lambda _, context: failed.append(context))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            served.set_result(await _serve(scope, receive, send, full, line.close))
        except Exception as error:  # for whoever waits for what was served
            served.set_exception(error)

    config = uvicorn.Config(app, log_config=None, lifespan="off", proxy_headers=False, ws_per_message_deflate=False)
    config.load()
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LINE_BYTES)
    theirs.setblocking(False)
    with theirs:
        _, line = await loop.connect_accepted_socket(lambda: protocol(config, ServerState(), {}), ours)
        await loop.sock_sendall(theirs, _REQUEST)
        answer = await loop.sock_recv(theirs, 65_536)
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise ValueError(f"an upgrade was answered with {head[:40]!r}")
        await loop.sock_sendall(theirs, _PING_AND_REPORT)
        told, rest = await asyncio.gather(served, _rest(theirs, full))
        if body + rest != _PONG + told + _CLOSE:
            raise ValueError(f"something else was sent: {(body + rest)[:40]!r}")
        await loop.sock_sendall(theirs, _CLOSED)
        if await loop.sock_recv(theirs, 65_536):
            raise ValueError("more came after the close")
    if failed:
        raise failed[0].get("exception") or ValueError(failed[0]["message"])


async def _rest(line: socket.socket, full: asyncio.Event) -> bytes:
    """What comes up to the close, read only once the line is full."""
    await full.wait()
    found = b""
    while not found.endswith(_CLOSE) and (more := await asyncio.get_running_loop().sock_recv(line, 65_536)):
        found += more
    return found


async def _serve(scope: Any, receive: Any, send: Any, full: asyncio.Event, close: Any) -> bytes:
    """As web/socket.py does it, on the way that the protocol offers. What it sent."""
    await receive()
    await send({"type": "websocket.accept"})
    wire, screen = scope["extensions"].get(FRAMES, {}).get("wire"), _Nobody()
    if wire is not None:
        wire.attach(screen)
    if (await receive())["text"] != "{}":
        raise ValueError("a message came otherwise")
    if wire is None:
        full.set()
        await send({"type": "websocket.send", "text": _HELLO.text})
        close(1000, "")
        return _HELLO.plain
    wire.write(_FILLS)
    for _ in range(PAUSE_TURNS):
        if wire.ready:
            await asyncio.sleep(0)
    if wire.ready or not wire.packs:
        raise ValueError("it does not pause, or does not pack")
    full.set()
    await screen.pulled.wait()
    taken = 0
    while wire.ready and not taken:
        with suppress(BlockingIOError):  # what drained was not read yet
            taken = wire.put(_HELLO.packed)
        await asyncio.sleep(0)
    if taken != len(_HELLO.packed):
        raise ValueError("it takes no frame")
    close(1000, "")
    return _FILLS.packed + _HELLO.packed


class _Nobody:
    """In the place of a screen (live/screen.py)."""

    def __init__(self) -> None:
        self.pulled = asyncio.Event()

    def lag(self) -> None: ...

    def pull(self) -> None:
        self.pulled.set()

    def leave(self) -> None: ...
