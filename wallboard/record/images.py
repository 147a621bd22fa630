"""Which pictures may stand on a board? Files of the folder `images` beside the boards, small and of a known kind."""

import re
from pathlib import Path

MOST_BYTES = 2 * 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
FOLDER = "images"
MOST_NAMES = 500
# How a file begins tells what it is. No SVG: it may carry scripts.
_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


class Unfit(ValueError):
    """A picture that is not shown; the text says why and what was expected."""


def picture(boards: Path, name: str) -> tuple[bytes, str]:
    """The file and its media type. Raises Unfit."""
    if not NAME.fullmatch(name):
        raise Unfit("expected the name of a file: letters, digits, '.', '-' and '_'")
    folder = (boards / FOLDER).resolve()
    file = folder / name
    if file.resolve().parent != folder or not file.is_file():
        raise Unfit(f"there is no file '{name}' in the folder {FOLDER} beside the boards")
    if file.stat().st_size > MOST_BYTES:
        raise Unfit(f"'{name}' has more than {MOST_BYTES // 1024 // 1024} MiB: make it smaller")
    data = file.read_bytes()
    return data, _kind(name, data)


def names_of(boards: Path) -> list[str]:
    """What stands in the folder under a name that a board may give."""
    found = [file.name for file in (boards / FOLDER).glob("*") if NAME.fullmatch(file.name) and file.is_file()]
    return sorted(found)[:MOST_NAMES]


def _kind(name: str, data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    for begins, kind in _KINDS:
        if data.startswith(begins):
            return kind
    raise Unfit(f"'{name}' is no PNG, JPEG, GIF or WebP")
