"""How does the application get onto a port? uvicorn, with every setting that matters named here.

ws=FrameProtocol           takes finished frames (live/transport.py); where this uvicorn or websockets does not fit it,
                           or `fast_frames = false`, PromptProtocol: uvicorn's own, with flow control; where that
                           does not fit either, what uvicorn itself takes ("auto")
ws_per_message_deflate     off: uvicorn's would compress each frame for each screen, with memory of what was before
ws_max_size                browsers send small reports; 64 KiB is generous
TCP_USER_TIMEOUT           set on the listening socket and inherited: a peer that stopped reading is let go by
                           the kernel, where a WebSocket close would wait for its buffer for ever
proxy_headers              off: whoever can reach the port could forge the client's address
"""

import socket
from importlib import import_module
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp

from wallboard.live.fit import unfit
from wallboard.live.waits import PING_S, PONG_S, SEND_BUFFER_BYTES
from wallboard.web.patience import PatientProtocol

STOP_S = 8  # for open requests and sockets, so that the whole stop stays under 10 s
PEER_GONE_MS = 10_000
WS_MESSAGE_BYTES = 65_536
KEEP_ALIVE_S = 15
BACKLOG = 4_096
_WAYS = (("wallboard.live.transport", "FrameProtocol"), ("wallboard.live.prompt", "PromptProtocol"))

log = structlog.get_logger()


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket to listen on; port 0 takes a free one. `shared`: beside others of ours, among which the kernel spreads
    the connections. Raises OSError with the address in it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PEER_GONE_MS)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        found.bind((host, port))
        found.set_inheritable(True)
    except OSError as error:
        found.close()
        raise OSError(error.errno, f"cannot listen on {host} port {port}: {error.strerror}") from None
    return found


def server_for(app: ASGIApp, *, proxies: str | None = None, fast_frames: bool = True) -> uvicorn.Server:
    """`proxies`: addresses whose X-Forwarded-* are believed. At its end sockets see 1012."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=PatientProtocol,
            ws=_protocol(fast_frames=fast_frames),
            ws_ping_interval=PING_S,
            ws_ping_timeout=PONG_S,
            ws_max_size=WS_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=proxies is not None,
            forwarded_allow_ips=proxies,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=STOP_S,
        )
    )


def _protocol(*, fast_frames: bool) -> Any:
    """A uvicorn or websockets that does not fit costs speed, never the service."""
    for module, name in _WAYS if fast_frames else _WAYS[1:]:
        try:
            protocol = getattr(import_module(module), name)
            lacks = unfit(protocol)
        except ImportError as error:
            lacks = str(error)
        if lacks is None:
            return protocol
        log.warning("screens are served a slower way: this uvicorn or websockets is not one we know", reason=lacks)
    return "auto"
