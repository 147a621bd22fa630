"""Which colours has a PNG? A sample of its pixels, by the specification (https://www.w3.org/TR/png-3/).

Enough for logos, without a library: what is interlaced or large is not read.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

MOST_BYTES = 4 * 1024 * 1024  # unpacked: a million pixels in full colour take about a second
SAMPLE = 20_000
_BEGINS = b"\x89PNG\r\n\x1a\n"
_PARTS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type → samples a pixel

Pixel = tuple[int, int, int, int]


class _Head(NamedTuple):
    wide: int
    high: int
    depth: int
    colour: int
    packing: int
    filtering: int
    interlaced: int

    @property
    def row(self) -> int:
        """Bytes, without the one that says its filter."""
        return (self.wide * _PARTS[self.colour] * self.depth + 7) // 8


def pixels(data: bytes) -> list[Pixel] | None:
    """Red, green, blue and alpha of at most some 20,000 pixels, spread evenly; None: it is not read."""
    try:
        chunks = list(_chunks(data))
        head = _Head(*struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"]))
        if head.interlaced or head.colour not in _PARTS or head.high * (head.row + 1) > MOST_BYTES:
            return None
        packed, length = b"".join(body for name, body in chunks if name == b"IDAT"), head.high * (head.row + 1)
        raw = zlib.decompressobj().decompress(packed, length)
        return None if len(raw) < length else list(_sampled(raw, head, dict(chunks)))
    except (KeyError, struct.error, zlib.error, IndexError, ValueError):
        return None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_BEGINS) if data.startswith(_BEGINS) else len(data)
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        yield name, data[at + 8 : at + 8 + length]
        at += length + 12


def _sampled(raw: bytes, head: _Head, chunks: dict[bytes, bytes]) -> Iterator[Pixel]:
    every = max(1, int((head.wide * head.high / SAMPLE) ** 0.5))
    before, step = bytes(head.row), max(1, _PARTS[head.colour] * head.depth // 8)
    for line in range(head.high):
        at = line * (head.row + 1)
        before = _unfiltered(raw[at], bytearray(raw[at + 1 : at + 1 + head.row]), before, step)
        if line % every == 0:
            for place in range(0, head.wide, every):
                yield _pixel(before, place, head, chunks)


def _unfiltered(kind: int, row: bytearray, above: bytes, step: int) -> bytes:
    """Section 9 of the specification."""
    for at in range(len(row)) if kind else ():
        left = row[at - step] if at >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[at]
        elif kind == 3:
            guess = (left + above[at]) // 2
        else:
            guess = _paeth(left, above[at], above[at - step] if at >= step else 0)
        row[at] = (row[at] + guess) & 255
    return bytes(row)


def _paeth(left: int, above: int, corner: int) -> int:
    by_left, by_above, by_corner = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
    if by_left <= by_above and by_left <= by_corner:
        return left
    return above if by_above <= by_corner else corner


def _pixel(row: bytes, place: int, head: _Head, chunks: dict[bytes, bytes]) -> Pixel:
    count = _PARTS[head.colour]
    parts = [_sample(row, place * count + number, head.depth) for number in range(count)]
    clear = chunks.get(b"tRNS", b"")
    if head.colour == 3:
        red, green, blue = chunks[b"PLTE"][3 * parts[0] : 3 * parts[0] + 3]
        return red, green, blue, clear[parts[0]] if parts[0] < len(clear) else 255
    shown = [part * 255 // ((1 << head.depth) - 1) for part in parts]
    if count in (2, 4):
        *colour, alpha = shown
    else:
        colour, alpha = shown, 0 if clear and parts == list(struct.unpack(f">{count}H", clear[: 2 * count])) else 255
    red, green, blue = colour if len(colour) == 3 else colour * 3
    return red, green, blue, alpha


def _sample(row: bytes, number: int, depth: int) -> int:
    if depth == 16:
        return row[2 * number] << 8 | row[2 * number + 1]
    bit = number * depth
    return row[bit // 8] >> (8 - depth - bit % 8) & ((1 << depth) - 1)
