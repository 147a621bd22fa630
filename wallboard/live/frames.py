"""What is written to a screen? A message as a finished WebSocket frame, built once for all who take it.

Packed (RFC 7692) without memory of earlier messages, so that the same bytes fit every screen that negotiated it.
A small window makes a small compressor: of a patch it costs 15 µs instead of 115, and no byte more.
"""

import struct
import zlib

SMALL_BYTES = 4_096  # what fits a window of 12 bits
SMALL, LARGE = (6, zlib.DEFLATED, -12, 5), (6, zlib.DEFLATED, -15, 8)
FINAL_TEXT, PACKED = 0x81, 0x40  # FIN and opcode 1 (RFC 6455, 5.2); RSV1
SYNC_TAIL = b"\x00\x00\xff\xff"  # left out of each message, as the RFC says


class Frame:
    """One JSON text message. `plain` and `packed` have their header; packed is plain where that is shorter."""

    __slots__ = ("_packed", "_plain", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self._plain: bytes | None = None
        self._packed: bytes | None = None

    @property
    def text(self) -> str:
        return self.payload.decode()

    @property
    def plain(self) -> bytes:
        if self._plain is None:
            self._plain = _framed(FINAL_TEXT, self.payload)
        return self._plain

    @property
    def packed(self) -> bytes:
        if self._packed is None:
            compressor = zlib.compressobj(*(SMALL if len(self.payload) <= SMALL_BYTES else LARGE))
            data = (compressor.compress(self.payload) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(SYNC_TAIL)
            shorter = len(data) < len(self.payload)
            self._packed = _framed(FINAL_TEXT | PACKED, data) if shorter else self.plain
        return self._packed

    def of(self, *, packs: bool) -> bytes:
        return self.packed if packs else self.plain


def _framed(first: int, payload: bytes) -> bytes:
    """From a server: never masked."""
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", first, length) + payload
    if length < 65_536:
        return struct.pack("!BBH", first, 126, length) + payload
    return struct.pack("!BBQ", first, 127, length) + payload
