"""One process of many screens: connections that read, answer pings and note how long events took to them.

The load where there is no compiler, and slower than load.c, which says what it does.
"""

import asyncio
import socket
import struct
import time
import zlib
from typing import Any

from noted import OPENING_S, Noted, pause_s

PACKS = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


class Screen(asyncio.Protocol):
    def __init__(self, noted: Noted, board: int, *, stalled: bool, sampled: bool) -> None:
        self.noted, self.board, self.stalled, self.sampled = noted, board, stalled, sampled
        self.fresh = self.upgraded = self.dropped = False
        self.tries = self.code = 0
        self.fresh_s = self.heard_s = self.gap_s = 0.0
        self.there = asyncio.Event()  # or lost
        self._transport: asyncio.Transport | None = None
        self._held = b""
        self._coming: asyncio.Task[None] | None = None
        self._late: asyncio.TimerHandle | None = None

    def begin_phase(self) -> None:
        self.dropped, self.tries, self.gap_s = False, 0, 0.0

    async def connect(self) -> None:
        self.noted.tries += 1
        line = socket.socket()
        line.setblocking(False)
        if self.stalled:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(OPENING_S if self.noted.again == "as browsers" else 120):
                await loop.sock_connect(line, ("127.0.0.1", self.noted.port))
            await loop.create_connection(lambda: self, sock=line)
        except (OSError, TimeoutError):
            line.close()
            self.connection_lost(None)

    def leave(self) -> None:
        """And come back: not as one that was lost."""
        self.fresh = False
        if self._transport:
            self._transport.abort()

    def silent(self) -> None:
        if self.fresh:
            self.gap_s = max(self.gap_s, time.time() - max(self.heard_s, self.noted.began_s))

    # asyncio's hooks

    def connection_made(self, transport: Any) -> None:
        self._transport, self._held, self.upgraded, self.code = transport, b"", False, 0
        head = self.noted.head.replace("%s", str(self.board)) + (PACKS if self.noted.packs else "") + "\r\n"
        transport.write(head.encode())
        if self.noted.again == "as browsers":
            self._late = asyncio.get_running_loop().call_later(OPENING_S, self._give_up)

    def data_received(self, data: bytes) -> None:
        self.noted.bytes += len(data)
        self._held += data
        if not self.upgraded and not self._open():
            return
        while frame := _frame(self._held):
            first, payload, self._held = frame
            self._take(first, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        was_fresh, self.fresh, self._transport = self.fresh, False, None
        if self._late:
            self._late.cancel()
        if not self.noted.again or self.stalled:
            self.noted.lost += not self.there.is_set() or was_fresh
            self.there.set()
            return
        if was_fresh:
            self.noted.storm.set()
            self.noted.last_s = time.time()
            self.noted.first_drop_s = self.noted.first_drop_s or self.noted.last_s
            self.dropped, self.tries, self.gap_s = True, 0, 0.0
        self._coming = asyncio.get_running_loop().create_task(
            self._come_again(pause_s(self.noted.again, self.code, self.tries))
        )
        self.tries += 1

    async def _come_again(self, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        await self.connect()

    def _give_up(self) -> None:
        if not self.upgraded and self._transport:
            self.noted.given_up += 1
            self._transport.abort()

    def _open(self) -> bool:
        head, end, rest = self._held.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 101") or self._transport is None:
            self.leave()
            return False
        self._held, self.upgraded, self.noted.upgraded_s = rest, True, time.time()
        if self.stalled:
            self._transport.pause_reading()
        if self.stalled or not self.noted.wants_hello:
            self._is_there()
        return not self.stalled

    def _is_there(self) -> None:
        self.fresh_s = self.heard_s = self.noted.fresh_s = self.noted.last_s = time.time()
        self.fresh = not self.stalled
        self.there.set()

    def _take(self, first: int, payload: bytes) -> None:
        opcode, now_s = first & 15, time.time()
        if opcode == 9 and self._transport:
            self._transport.write(struct.pack("!BBI", 0x8A, 0x80 | len(payload), 0) + payload)  # masked with zeros
        elif opcode == 8:
            self.code = int.from_bytes(payload[:2], "big")
            if self._transport:
                self._transport.abort()
        elif opcode in (1, 2):
            self.silent()
            self.heard_s = now_s
            self.noted.frames += 1
            if self.noted.wants_hello and (self.sampled or not self.fresh):
                self._look_into(zlib.decompressobj(-15).decompress(payload) if first & 0x40 else payload, now_s)

    def _look_into(self, text: bytes, now_s: float) -> None:
        if not self.fresh and b'"t":"hello"' in text:
            self._is_there()
        if self.sampled and b'"t":"patch"' in text:
            if made := _number(text, b'"now":'):
                self.noted.ways.append(now_s * 1000 - made)
            if value := _number(text.partition(b'"bench":{')[2], b'"value":'):
                self.noted.samples.append(now_s * 1000 - value)


def _number(text: bytes, after: bytes) -> float:
    """0 where there is none."""
    found = text.partition(after)[2][:13]
    return float(found) if found.isdigit() else 0


def _frame(held: bytes) -> tuple[int, bytes, bytes] | None:
    """First byte, payload, and what comes after it; None: not whole yet."""
    if len(held) < 2:
        return None
    length, begins = held[1] & 127, 2
    if length > 125:
        begins = 4 if length == 126 else 10
        if len(held) < begins:
            return None
        length = int.from_bytes(held[2:begins], "big")
    ends = begins + length
    return (held[0], held[begins:ends], held[ends:]) if len(held) >= ends else None
