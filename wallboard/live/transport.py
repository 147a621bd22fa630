"""How is a screen let go that does not take what it is sent?

uvicorn's own protocol closes politely: a close waits until everything written was taken, which a stalled peer
never does, so its socket and up to some megabytes stay for minutes. Here a peer that does not answer a ping, or
that still owes its buffer when its handler has ended, is aborted.

Touches of uvicorn: `keepalive_timeout`, `on_task_complete`, `connection_made`, `transport`.
"""

import asyncio
from typing import cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

PING_S = 5.0
PONG_S = 7.0  # with the interval: a dead peer is gone within 12 s
LINGER_S = 1.0  # for a close frame to leave
UNSENT_BYTES = 32_768  # above it `send` waits, and the hub merges
SEND_BUFFER_BYTES = 65_536  # the kernel's own, on the listening socket: it would swallow minutes of patches


class PromptProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol without the endless goodbye."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        cast(asyncio.WriteTransport, transport).set_write_buffer_limits(high=UNSENT_BYTES)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        super().on_task_complete(task)
        if self.transport.get_write_buffer_size():
            self.loop.call_later(LINGER_S, self.transport.abort)
