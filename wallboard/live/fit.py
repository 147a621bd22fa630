"""Does this uvicorn, and this websockets, still do what our protocols build on? One connection in memory tells.

A hook that has another name would never be called: those are looked for. All else shows in a handshake, a message,
a pause and a close over a socket pair.
"""

import asyncio
import socket
import threading
from functools import cache
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from wallboard.live.frames import Frame
from wallboard.live.waits import FRAMES

TRIAL_S = 5.0

_REQUEST = (
    b"GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)
_HELLO = Frame(b'{"t":"beat"}')
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
        asyncio.run(asyncio.wait_for(_connect(protocol), TRIAL_S))
    except Exception as error:  # whatever it is, this version is none that we know
        found.append(f"{type(error).__name__}: {error}")


async def _connect(protocol: Any) -> None:
    """Raises whatever goes wrong."""
    loop = asyncio.get_running_loop()
    served: asyncio.Future[None] = loop.create_future()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await _serve(scope, receive, send)
            served.set_result(None)
        except Exception as error:
            served.set_exception(error)

    config = uvicorn.Config(app, log_config=None, lifespan="off", proxy_headers=False, ws_per_message_deflate=False)
    config.load()
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    with theirs:
        await loop.connect_accepted_socket(lambda: protocol(config, ServerState(), {}), ours)
        await loop.sock_sendall(theirs, _REQUEST)
        answer = await loop.sock_recv(theirs, 65_536)
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise ValueError(f"an upgrade was answered with {head[:40]!r}")
        await loop.sock_sendall(theirs, _PING_AND_REPORT)
        await served
        while not body.endswith(_CLOSE) and (more := await loop.sock_recv(theirs, 65_536)):
            body += more
        if body != _PONG + _HELLO.plain + _CLOSE:
            raise ValueError(f"what was sent came as {body[:80]!r}")
        await loop.sock_sendall(theirs, _CLOSED)
        if await loop.sock_recv(theirs, 1):
            raise ValueError("it goes on after its end")


async def _serve(scope: Any, receive: Any, send: Any) -> None:
    """As web/socket.py does it, on the way that the protocol offers."""
    await receive()
    await send({"type": "websocket.accept"})
    wire = scope["extensions"].get(FRAMES, {}).get("wire")
    if wire is not None:
        wire.attach(_Nobody())
    if (await receive())["text"] != "{}":
        raise ValueError("a message came otherwise")
    if wire is None:
        await send({"type": "websocket.send", "text": _HELLO.text})
        await send({"type": "websocket.close", "code": 1000})
        return
    wire.pause_writing()
    if wire.ready or not wire.packs:
        raise ValueError("it does not pause, or does not pack")
    wire.resume_writing()
    if not wire.ready or wire.put(_HELLO.packed) != len(_HELLO.packed):
        raise ValueError("it takes no frame")
    wire.close(1000, "")


class _Nobody:
    """In the place of a screen (live/screen.py)."""

    def lag(self) -> None: ...

    def pull(self) -> None: ...

    def leave(self) -> None: ...
