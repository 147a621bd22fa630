"""How do finished frames reach a socket?

uvicorn's own protocol makes and compresses every frame for each connection. Here a frame that the hub has built once
goes to the kernel as it is, and a peer that has taken nothing of what waits for it for STALLED_S is cut off.

`put` is send(2) on the connection's descriptor, past the transport, and this is why that is in order: the transport is
told to hold nothing (`set_write_buffer_limits(high=0)`: `pause_writing` comes whenever its buffer is not empty, as
asyncio's pages promise), and the hub puts nothing where writing is paused. So whatever was written before, a ping, a
snapshot, is with the kernel. `connection_lost` comes before the descriptor is closed, and `put` ends there. (Not
write(2): as os.write it costs 1 to 2 µs a frame more than a socket's own send.)

Touches of uvicorn, beside what live/prompt.py does: `conn`, `queue`, `scope`, `request`, `response`, `transport`,
`scheme`, `handle_connect`, `handle_close`, `pause_writing`, `resume_writing`, `send`, `shutdown`. Of websockets:
`ServerProtocol`'s `available_extensions` and `extensions`, and `PerMessageDeflate.local_max_window_bits`.
live/fit.py says whether a new version still does what is meant by them.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.http11 import Request

from wallboard.live.frames import Frame
from wallboard.live.prompt import PromptProtocol, log
from wallboard.live.screen import Screen
from wallboard.live.waits import FRAMES, STALLED_S, TOO_SLOW

LOOKS = 5  # at who takes nothing, in STALLED_S
FULL_WINDOW = 15  # bits; whoever offers less gets plain frames

# Without memory of earlier messages on either side: one packed frame fits all, and no connection keeps a window.
_DEFLATE = [ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)]


class FrameProtocol(PromptProtocol):
    """One that takes finished frames. It is the Wire of its screen."""

    HOOKS: ClassVar[tuple[str, ...]] = (
        *PromptProtocol.HOOKS, "handle_connect", "handle_close", "pause_writing", "resume_writing", "send", "shutdown",
    )  # fmt: skip
    packs = False
    put: Callable[[bytes], int] | None = None
    _lent: "_Lent | None" = None
    _screen: Screen | None = None
    _stall: asyncio.TimerHandle | None = None
    _waiting_bytes = 0  # while it stalls, when that was looked at last
    _idle_looks = 0  # since something of it was taken

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.conn.available_extensions = _DEFLATE

    # The wire

    @property
    def ready(self) -> bool:
        return self._stall is None and self._is_open

    def attach(self, screen: Screen) -> None:
        self._screen = screen
        self.transport.set_write_buffer_limits(high=0)
        if self.scheme == "ws":  # under TLS only the transport can write
            its = self.transport.get_extra_info("socket")
            self._lent = _Lent(its.family, its.type, its.proto, its.fileno())
            self._lent.setblocking(False)
            self.put = self._lent.send
        del self.request, self.response  # the handshake is over: some kilobytes a screen

    def write(self, frame: Frame, taken: int = 0) -> None:
        with suppress(RuntimeError):  # it broke this very moment: connection_lost is next
            self.transport.write(frame.of(packs=self.packs)[taken:])

    def close(self, code: int, reason: str) -> None:
        self._leave()
        super().close(code, reason)

    # uvicorn's hooks

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        deflate = [one for one in self.conn.extensions if isinstance(one, PerMessageDeflate)]
        self.packs = bool(deflate) and deflate[0].local_max_window_bits == FULL_WINDOW
        if not self.close_sent:
            self.scope["extensions"][FRAMES] = {"wire": self}

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._screen and self._stall is None:
            self._waiting_bytes, self._idle_looks = self.transport.get_write_buffer_size(), 0
            self._look_later()
            self._screen.lag()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall:
            self._stall.cancel()
            self._stall = None
        if self._screen:
            self._screen.pull()

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self._leave()
        await super().send(message)

    def handle_close(self, event: Any) -> None:
        self._leave()
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        self._leave()
        super().handle_parser_exception()

    def keepalive_timeout(self) -> None:
        self._leave()
        super().keepalive_timeout()

    def shutdown(self) -> None:
        self._leave()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)
        self.put = None
        if self._lent:
            self._lent.detach()
            self._lent = None
        if scope := vars(self).get("scope"):  # none where the handshake was refused
            scope["extensions"].pop(FRAMES, None)

    def _look(self) -> None:
        """A slow line that takes a long snapshot piece by piece is let: cut off, it would come back for the same one.
        The hub adds nothing to what waits, so less of it means that some was taken. Whoever answers no pings meanwhile
        is let go for that."""
        before, self._waiting_bytes = self._waiting_bytes, self.transport.get_write_buffer_size()
        self._idle_looks = self._idle_looks + 1 if self._waiting_bytes >= before else 0
        if self._idle_looks < LOOKS:
            self._look_later()
        else:
            self._cut_off()

    def _look_later(self) -> None:
        self._stall = self.loop.call_later(STALLED_S / LOOKS, self._look)

    def _cut_off(self) -> None:
        self._stall = None
        if self._screen:
            log.info("screen closed", code=TOO_SLOW, reason="too slow", board=self._screen.channel.view.board.id)
            self._screen.cut("slow")
        if self._is_open:
            self.close(TOO_SLOW, "too slow: come back for a fresh picture")
        else:  # it ended its own side: the transport closes already, once it has taken what it never will
            self.transport.abort()

    def _leave(self) -> None:
        """Nothing more is written to it by the hub."""
        if self._stall:
            self._stall.cancel()
            self._stall = None
        screen, self._screen = self._screen, None
        if screen:
            screen.leave()


class _Lent(socket.socket):
    """The transport's descriptor again, as a socket that can send. The transport alone closes it: of a connection whose
    end we were not told, the number may be another's by the time this object goes."""

    __slots__ = ()

    def __del__(self) -> None:
        self.detach()
