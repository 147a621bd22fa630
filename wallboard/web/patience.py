"""How long do we wait for a request's head, and how long may it be? uvicorn itself waits for ever."""

import asyncio
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from wallboard.web.body import WHOLE
from wallboard.web.gate import Gate
from wallboard.web.onewrite import OneWrite

HEAD_S = 10.0
HEAD_BYTES_AT_MOST = 32_768

_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with a deadline and a limit for each request's head; a storm of new connections
    goes through a gate (web/gate.py)."""

    _gates: ClassVar[WeakKeyDictionary[ServerState, Gate]] = WeakKeyDictionary()

    def __init__(self, config: Config, server_state: ServerState, *args: Any, **kwargs: Any) -> None:
        super().__init__(config, server_state, *args, **kwargs)
        self._gate = self._gates.setdefault(server_state, Gate())
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head, self._head_bytes, self._new_bytes = True, 0, 0
        self._framing_bytes = 0  # since the last of a body: sizes of chunks, trailers
        self._held: bytearray | None = bytearray()  # until the gate lets it in

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._answering = OneWrite(transport, self.loop)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_head()
        super().connection_lost(exc)
        vars(self).pop("parser", None)  # they hold each other
        for cycle, _ in self.pipeline:  # so do these; none of them begins any more
            del cycle.on_response

    def data_received(self, data: bytes) -> None:
        if self._held is None:
            self._take(data)
            return
        first = not self._held
        self._held += data
        if len(self._held) > HEAD_BYTES_AT_MOST:
            self.transport.pause_reading()
        if not first:
            return
        if self._gate.enter(self._begin):
            self._begin()
        else:
            self._have_head()  # who waits for us is not late

    def _begin(self) -> None:
        """It is this connection's turn. It may be gone meanwhile."""
        held, self._held = self._held, None
        if held and not self.transport.is_closing():
            if len(held) > HEAD_BYTES_AT_MOST:
                self.transport.resume_reading()
            if self._deadline is None:
                self._await_head()
            self._take(bytes(held))

    def _take(self, data: bytes) -> None:
        self._new_bytes = len(data)
        self._framing_bytes += len(data)
        super().data_received(data)
        if self._in_head:  # still: a head that comes whole needs no deadline
            if self._deadline is None:
                self._await_head()
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_AT_MOST:
                self._hang_up(_TOO_LONG)
        elif self._framing_bytes > HEAD_BYTES_AT_MOST:
            self._hang_up(b"" if self.cycle is None or self.cycle.response_started else _TOO_LONG)
        elif self._deadline is None and self._is_idle():  # an empty line ends uvicorn's own wait and begins no head
            self._deadline = self.loop.call_later(HEAD_S, self._hang_up, _TOO_LATE)

    def _is_idle(self) -> bool:
        """All is answered, and the connection is still ours."""
        return "parser" in vars(self) and self.cycle is not None and self.cycle.response_complete

    def handle_websocket_upgrade(self) -> None:
        """From here on another protocol has the connection: what is left of this one goes at once, not at some later
        time when the collector finds that it and its parser hold each other."""
        super().handle_websocket_upgrade()
        self._have_head()
        del self.parser

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Behind a body it is a trailer, which a gate has seen nothing of and uvicorn puts among the head's own."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._have_head()
        self._framing_bytes = 0
        if self._head_bytes + self._new_bytes > HEAD_BYTES_AT_MOST and self._length() > HEAD_BYTES_AT_MOST:
            raise ValueError("head too long")  # the parser turns it into a 400
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.transport = self._answering  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        self._framing_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._framing_bytes = 0
        super().on_message_complete()
        self.scope[WHOLE] = True  # type: ignore[literal-required]

    def _length(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _await_head(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._deadline = self.loop.call_later(HEAD_S, self._hang_up, _TOO_LATE)

    def _have_head(self) -> None:
        self._in_head = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _hang_up(self, answer: bytes) -> None:
        self._have_head()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
