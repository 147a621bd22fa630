"""The wall's styles in one answer: what paints waits for one file and not for twenty."""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from wallboard.assets import STATIC

FIRST = ("tokens", "light", "contrast", "base", "board", "unread", "explain")  # what the tiles' own go on from


def files(folder: Path = STATIC / "css") -> Iterator[Path]:
    yield from (folder / f"{name}.css" for name in FIRST)
    yield from sorted((folder / "tiles").glob("*.css"))


async def wall_css(request: Request) -> Response:
    """`/static/css/wall.css`, read anew each time, as the files beside it are: versions never mix."""
    text = b"\n".join(file.read_bytes() for file in files())
    tag = f'"{blake2b(text, digest_size=8).hexdigest()}"'
    headers = {"cache-control": "no-cache", "etag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="text/css", headers=headers)
