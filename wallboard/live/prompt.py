"""How is a screen let go that does not take what it is sent, or sends what nobody can want?

uvicorn's own protocol closes politely: a close waits until everything written was taken, which a stalled peer
never does, so its socket and up to some megabytes stay for minutes. Here a peer that does not answer a ping, or
that still owes its buffer when its handler has ended, is aborted. And an upgrade that websockets cannot read (a line
over 8 KiB, more than 128 headers) gets its answer, which uvicorn leaves where it is, for ever.

uvicorn also answers each ping and keeps each fragment and message, as many as come: here what comes is read in small
pieces, and who sends too many of them is closed with 1008, or cut off where that was said already. Each of these closes
is one line in the log. Whoever sends frames before it was let in is dropped.

Touches of uvicorn: `keepalive_timeout`, `on_task_complete`, `connection_made`, `connection_lost`, `data_received`,
`handle_ping`, `handle_pong`, `handle_cont`, `handle_parser_exception`, `send_receive_event_to_app`, `shutdown`,
`transport`, `loop`, `queue`, `frames`, `curr_msg_data_type`, `close_sent`, `close_timer`, `close_timeout`,
`read_paused`, `handshake_initiated`, `handshake_complete`, `conn`; of websockets: `parser`, `handshake_exc`,
`data_to_send`, `send_close`, `close_sent`, `state`.
"""

import asyncio
from typing import Any, ClassVar

import structlog
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

from wallboard.live.tally import Cut
from wallboard.live.waits import GAVE_UP, LINGER_S, NO_CLOSE, UNSENT_BYTES

FRAMES_A_SECOND = 100  # of one screen: a browser sends one pong in 50 s and one report in 30
READ_BYTES = 4_096  # looked at together: of a flood of two-byte frames a few hundred are unpacked before it is seen

NOT_UTF8, POLICY = 1007, 1008
_NO_REQUEST = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

log = structlog.get_logger("socket")


class PromptProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol without the endless goodbye, and without an ear for floods."""

    HOOKS: ClassVar[tuple[str, ...]] = (
        "connection_made", "connection_lost", "data_received", "handle_ping", "handle_pong", "handle_cont",
        "send_receive_event_to_app", "handle_parser_exception", "keepalive_timeout", "on_task_complete", "shutdown",
    )  # fmt: skip
    _second_s = 0.0  # since when `_heard` counts
    _heard = 0
    _deaf = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=UNSENT_BYTES)

    def data_received(self, data: bytes) -> None:
        if self.handshake_initiated and not self.handshake_complete:
            self.transport.abort()  # it speaks before it was let in, which nobody has to: our 101 would come too late
            return
        for at in range(0, len(data), READ_BYTES):
            if self._deaf or self.transport.is_closing():
                return
            super().data_received(data[at : at + READ_BYTES])
            if self.conn.handshake_exc is not None and not self.close_sent:
                self.transport.write(b"".join(self.conn.data_to_send()) or _NO_REQUEST)
                self.close_sent = True
                self.transport.close()

    def close(self, code: int, reason: str) -> None:
        """Best effort: whoever takes nothing does not take this either."""
        if self._is_open:
            self.conn.send_close(code, reason)
            self._linger(code, reason)

    def handle_ping(self) -> None:
        if self._is_calm():
            super().handle_ping()

    def handle_pong(self, event: Any) -> None:
        if self._is_calm():
            super().handle_pong(event)

    def handle_cont(self, event: Any) -> None:
        if self._is_calm():
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Text that is no text is told here: uvicorn would log how it found out."""
        if not self._is_calm():
            return
        if self.curr_msg_data_type == "text" and not _is_text(self.frames):
            self.frames = []
            self._refuse(NOT_UTF8, "not UTF-8")
        else:
            super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """uvicorn would close at once. What is on its way then, as the rest of a message that is too big, resets the
        line, and the peer never learns why."""
        sent = self.conn.close_sent
        if sent is None or self.close_sent:  # why was said already
            self.transport.abort()
            return
        log.info("screen closed", code=sent.code, reason=sent.reason)
        self._stop_listening()
        self._linger(sent.code, sent.reason)

    def keepalive_timeout(self) -> None:
        self._tell_gone("silent")
        super().keepalive_timeout()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """What holds itself is taken apart: else each screen that ever was stays until the collector looks for it,
        which it seldom does in a process with a large floor (live/memory.py)."""
        if isinstance(exc, OSError) and exc.errno in GAVE_UP:
            self._tell_gone("vanished")
        super().connection_lost(exc)
        self.conn.parser.close()

    def shutdown(self) -> None:
        """One that is closing already gets no second close: websockets refuses it, which would end the stop itself."""
        if self.handshake_complete and self.conn.state is not OPEN:
            self.close_sent = True
        super().shutdown()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        super().on_task_complete(task)
        if self.transport.get_write_buffer_size():
            self.loop.call_later(LINGER_S, self.transport.abort)

    @property
    def _is_open(self) -> bool:
        """Not where its own close was read and is handled next: then websockets takes none of ours."""
        is_closing = self.close_sent or self.transport.is_closing()
        return self.handshake_complete and self.conn.state is OPEN and not is_closing

    def _tell_gone(self, why: Cut) -> None:
        """The handler hears of the first only: a second one is never read."""
        self.queue.put_nowait({"type": "websocket.disconnect", "code": NO_CLOSE, "reason": why})

    def _is_calm(self) -> bool:
        """Whether this frame is one of as many as a second may have."""
        now_s = self.loop.time()
        if now_s - self._second_s >= 1:
            self._second_s, self._heard = now_s, 0
        self._heard += 1
        if self._heard > FRAMES_A_SECOND and not self._deaf:
            self._stop_listening()
            self._refuse(POLICY, "too many frames")
        return not self._deaf

    def _stop_listening(self) -> None:
        """What comes is dropped unread, so no close of the peer's own is waited for either."""
        self._deaf, self.close_timeout = True, LINGER_S

    def _linger(self, code: int, reason: str) -> None:
        """Its last frame is made: hand it on, and let the line be for a while."""
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:  # the peer's own close is read still
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

    def _refuse(self, code: int, reason: str) -> None:
        if not self._is_open:
            self.transport.abort()
            return
        log.info("screen closed", code=code, reason=reason)
        self.close(code, reason)


def _is_text(frames: list[bytes]) -> bool:
    try:
        b"".join(frames).decode()
    except UnicodeDecodeError:
        return False
    return True
