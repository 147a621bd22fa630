"""How is a screen let go that does not take what it is sent?

uvicorn's own protocol closes politely: a close waits until everything written was taken, which a stalled peer
never does, so its socket and up to some megabytes stay for minutes. Here a peer that does not answer a ping, or
that still owes its buffer when its handler has ended, is aborted. And an upgrade that websockets cannot read (a line
over 8 KiB, more than 128 headers) gets its answer, which uvicorn leaves where it is, for ever.

Touches of uvicorn: `keepalive_timeout`, `on_task_complete`, `connection_made`, `connection_lost`, `transport`, `loop`,
`conn`, `data_received`, `close_sent`, `shutdown`; of websockets: `parser`, `handshake_exc`, `data_to_send`.
"""

import asyncio
import socket

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

FRAMES = "wallboard.frames"  # the ASGI extension: {"wire": the connection's Wire (live/screen.py)}

# A peer that is gone is noticed by what is sent to it, each 4 s at least, where the kernel gives up on it after 10 s
# (TCP_USER_TIMEOUT, web/serve.py): pings are for what lies between, which often forgets a line that was silent in one
# direction for a minute, and cost a screen as much as ten patches.
PING_S = 50.0 if hasattr(socket, "TCP_USER_TIMEOUT") else 12.0
PONG_S = 7.0
STALLED_S = 5.0  # what is written and not taken for so long: the screen is cut off
LINGER_S = 1.0  # for a close frame to leave
UNSENT_BYTES = 32_768  # above it nothing is written, and the hub merges
SEND_BUFFER_BYTES = 65_536  # the kernel's own, on the listening socket: it would swallow minutes of patches

TOO_SLOW = 4008
_NO_REQUEST = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class PromptProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol without the endless goodbye."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=UNSENT_BYTES)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.close_sent:
            self.transport.write(b"".join(self.conn.data_to_send()) or _NO_REQUEST)
            self.close_sent = True
            self.transport.close()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """What holds itself is taken apart: else each screen that ever was stays until the collector looks for it,
        which it seldom does in a process with a large floor (live/memory.py)."""
        super().connection_lost(exc)
        self.conn.parser.close()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        super().on_task_complete(task)
        if self.transport.get_write_buffer_size():
            self.loop.call_later(LINGER_S, self.transport.abort)
