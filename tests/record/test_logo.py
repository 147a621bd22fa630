"""How much of a logo stands out from the top line: pixels by the PNG specification, shares worked by hand."""

import struct
import zlib
from pathlib import Path

import pytest

from wallboard.commands.check import board_mistakes
from wallboard.record.colours import HEADS
from wallboard.record.logo import standing_out
from wallboard.record.png import MOST_BYTES, pixels

DARK_BLUE, WHITE, CLEAR = (10, 30, 80, 255), (255, 255, 255, 255), (255, 255, 255, 0)


def png(
    rows: bytes, wide: int, high: int, *, depth: int = 8, colour: int = 6, interlaced: int = 0, **more: bytes
) -> bytes:
    """`rows`: each with the byte of its filter before it; `more`: chunks before the pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", wide, high, depth, colour, 0, 0, interlaced)
    before = b"".join(chunk(name.encode(), body) for name, body in more.items())
    packed = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + packed + chunk(b"IEND", b"")


def rgba(*rows: list[tuple[int, int, int, int]]) -> bytes:
    return png(b"".join(b"\0" + bytes(sum(row, ())) for row in rows), len(rows[0]), len(rows))


def test_pixels_are_read_with_each_of_the_five_filters() -> None:
    """Each row says 10, 20, 30 (grey): as it is; by the left; by the one above; by both; by Paeth's guess."""
    rows = [
        bytes([0, 10, 20, 30]),
        bytes([1, 10, 10, 10]),
        bytes([2, 0, 0, 0]),
        bytes([3, 10 - 5, 20 - 15, 30 - 25]),  # half of left and above: 5, (10 + 20) / 2, (20 + 30) / 2
        bytes([4, 0, 0, 0]),  # above is nearest each time: left + above - corner = above + (left - corner) = above
    ]
    assert pixels(png(b"".join(rows), 3, 5, colour=0)) == [(one, one, one, 255) for one in (10, 20, 30)] * 5


@pytest.mark.parametrize(
    ("picture", "found"),
    [
        (png(b"\0\x80", 2, 1, depth=1, colour=0), [(255, 255, 255, 255), (0, 0, 0, 255)]),
        (png(b"\0\x1b", 4, 1, depth=2, colour=0), [(n, n, n, 255) for n in (0, 85, 170, 255)]),
        (png(b"\0\x12\x34\xff\xff", 2, 1, depth=16, colour=0), [(18, 18, 18, 255), (255, 255, 255, 255)]),
        (png(b"\0\x07\x80", 1, 1, colour=4), [(7, 7, 7, 128)]),
        (png(b"\0\x01\x02\x03", 1, 1, colour=2), [(1, 2, 3, 255)]),
        (png(b"\0\x01\x02\x03", 1, 1, colour=2, tRNS=b"\0\x01\0\x02\0\x03"), [(1, 2, 3, 0)]),
        (png(b"\0\x01\x00", 2, 1, colour=3, PLTE=b"\x01\x02\x03\x04\x05\x06", tRNS=b"\x09"),
         [(4, 5, 6, 255), (1, 2, 3, 9)]),
    ],
)  # fmt: skip
def test_every_colour_type_is_read(picture: bytes, found: list[tuple[int, ...]]) -> None:
    assert pixels(picture) == found


@pytest.mark.parametrize(
    "picture",
    [
        b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", png(b"\0\0", 1, 1, colour=0, interlaced=1), png(b"\0", 9, 9),
        png(b"\0\xff", 1, 1, colour=3, PLTE=b"\0\0\0"), png(b"\0" * 9, MOST_BYTES, 1, colour=0),
        png(b"\0\0", 1, 1, colour=5), rgba([WHITE])[:40],
    ],
)  # fmt: skip
def test_what_is_broken_interlaced_or_large_is_not_read(picture: bytes) -> None:
    assert pixels(picture) is None


def test_a_bomb_is_not_unpacked_beyond_its_size() -> None:
    assert pixels(png(b"\0" * 50_000_000, 2, 2, colour=0)) == [(0, 0, 0, 255)] * 4


def test_what_stands_out_is_counted_of_what_can_be_seen() -> None:
    dark, light = HEADS["dark"], HEADS["light"]
    half = [DARK_BLUE, WHITE, CLEAR, CLEAR]
    assert standing_out(half, dark) == 0.5
    assert standing_out(half, light) == 0.5
    assert standing_out([DARK_BLUE], dark) == 0
    assert standing_out([DARK_BLUE], light) == 1
    assert standing_out([(255, 255, 255, 40)], dark) == 0, "white that is nearly clear is dark there"
    assert standing_out([CLEAR], dark) is None


@pytest.mark.parametrize(("theme", "warned"), [("dark", True), ("contrast", True), ("light", False)])
def test_check_warns_of_a_logo_that_its_theme_hides(tmp_path: Path, theme: str, warned: bool) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "logo.png").write_bytes(rgba([DARK_BLUE] * 9 + [WHITE], [CLEAR] * 10))
    (tmp_path / "one.toml").write_text(f"logo = 'logo.png'\ntheme = '{theme}'\n")
    found = [(one.at, one.reason, one.warning) for one in board_mistakes(tmp_path)]
    reason = (
        f"hard to see on the theme '{theme}': 10% of it stands out (a contrast of 3 or more), expected 25%: "
        "take a version for dark grounds"
    )
    assert found == ([("logo", reason, True)] if warned else [])
