"""An ASGI app that a test serves on a free port, on this one, or on a socket that is bound already."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0, on: socket.socket | None = None) -> AsyncIterator[str]:
    """Its address, `http://127.0.0.1:PORT`."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_config=None, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    )
    task = asyncio.create_task(server.serve([on] if on else None))
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task
