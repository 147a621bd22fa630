"""How does the application get onto a port? uvicorn, with every setting that matters named here.

ws=FrameProtocol           takes finished frames (live/transport.py); where this uvicorn or websockets does not fit it,
                           or `fast_frames = false`, PromptProtocol: uvicorn's own, with flow control; where that
                           does not fit either, what uvicorn itself takes ("auto")
ws_per_message_deflate     off: uvicorn's would compress each frame for each screen, with memory of what was before
ws_max_size                browsers send small reports; 64 KiB is generous
proxy_headers              off: whoever can reach the port could forge the client's address
"""

import asyncio
from contextlib import suppress
from functools import partial
from importlib import import_module
from inspect import signature
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp

from wallboard.live.fit import unfit
from wallboard.live.waits import PING_S, PONG_S
from wallboard.rounds import until_round_s
from wallboard.web.straight import StraightProtocol

STOP_S = 8  # for open requests and sockets, so that the whole stop stays under 10 s
WS_MESSAGE_BYTES = 65_536
KEEP_ALIVE_S = 15
BACKLOG = 4_096
TICK_S = 1.0  # how often the date of answers is set
_WAYS = (("wallboard.live.transport", "FrameProtocol"), ("wallboard.live.prompt", "PromptProtocol"))

log = structlog.get_logger()


def server_for(app: ASGIApp, *, proxies: str | None = None, fast_frames: bool = True) -> uvicorn.Server:
    """`proxies`: addresses whose X-Forwarded-* are believed. At its end sockets see 1012."""
    return _server()(
        uvicorn.Config(
            app,
            http=_http(app),
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


class _Server(uvicorn.Server):
    """One that is told to end. uvicorn's own looks ten times a second whether it should: between fan-outs, which leave
    the processor's caches cold, each look costs a tenth of a millisecond.

    Touches of uvicorn: `main_loop`, `should_exit`, and `on_tick`, which sets the date where its count is 0.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        self._told = asyncio.Event()
        super().__init__(config)

    @property
    def should_exit(self) -> bool:
        return self._told.is_set()

    @should_exit.setter
    def should_exit(self, told: bool) -> None:
        (self._told.set if told else self._told.clear)()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(until_round_s(TICK_S)):
                    await self._told.wait()


def _server() -> type[uvicorn.Server]:
    """uvicorn's own where it is not as ours needs it."""
    tick = getattr(uvicorn.Server, "on_tick", None)
    return _Server if tick and [*signature(tick).parameters] == ["self", "counter"] else uvicorn.Server


def _http(app: ASGIApp) -> Any:
    """`app.state.straight`, where the application has it: which calls go straight."""
    return partial(StraightProtocol, straight=getattr(getattr(app, "state", None), "straight", None))


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
