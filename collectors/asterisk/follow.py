"""What is new in queue_log? Reads on from a place that survives rotation, truncation and a restart at any byte.

A file is known by its first line (which begins with a time), not by its name or inode: it keeps it when it is
renamed, copied or packed by logrotate. A place is that file and a byte in it.

    queue_log.2.gz ─▶ queue_log.1 ─▶ queue_log          read in the order of their first lines' times
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from errno import ENOENT
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from collectors.asterisk.wire import parse_line

CHUNK_BYTES = 262_144
FIRST_LINE_BYTES = 16_384


class Place(msgspec.Struct, frozen=True):
    """`first`: a hash of the file's first line; `offset`: bytes read of it (unpacked)."""

    first: str
    offset: int


class Chunk(NamedTuple):
    """Whole lines, and the place after them. No lines: only the place moved on, to another file."""

    lines: list[bytes]
    place: Place


class File(NamedTuple):
    path: Path
    first: str
    began_ms: int


def read_on(path: Path, place: Place | None) -> Chunk | None:
    """What stands after `place` (None: from the oldest file there is); None when there is nothing yet.

    Raises OSError when the log cannot be read.
    """
    if place is None:
        files = files_of(path)
        if not files and not path.exists():
            raise FileNotFoundError(ENOENT, "it is not there")
        return Chunk([], Place(files[0].first, 0)) if files else None
    current = _known(path)
    if current is not None and current.first == place.first:
        return _rest(current, place)
    return _through_rotation(path, place)


def files_of(path: Path) -> list[File]:
    """The log and its rotated files, oldest first. Raises OSError where the log's folder cannot be read."""
    found = {file.first: file for name in sorted(_names(path)) if (file := _known(name)) is not None}
    return sorted(found.values(), key=lambda file: file.began_ms)


def _names(path: Path) -> Iterator[Path]:
    for one in path.parent.iterdir():
        if one.name == path.name or one.name.startswith((f"{path.name}.", f"{path.name}-")):
            yield one


def _rest(file: File, place: Place) -> Chunk | None:
    with _opened(file.path) as source:
        source.seek(0, 2) if file.path.suffix != ".gz" else None
        if file.path.suffix != ".gz" and source.tell() < place.offset:
            return Chunk([], Place(place.first, 0))  # cut short in place: what comes again counts once, by its id
        source.seek(place.offset)
        data = source.read(CHUNK_BYTES)
    end = data.rfind(b"\n") + 1
    if not end:
        too_long = len(data) == CHUNK_BYTES  # no line of a PBX: passed over
        return Chunk([], Place(place.first, place.offset + len(data))) if too_long else None
    return Chunk(data[: end - 1].split(b"\n"), Place(place.first, place.offset + end))


def _through_rotation(path: Path, place: Place) -> Chunk | None:
    """The log was renamed, copied or emptied: first the rest of the file we were in, then the next one."""
    files = files_of(path)
    ours = next((file for file in files if file.first == place.first), None)
    if ours is None:
        return Chunk([], Place(files[-1].first, 0)) if files else None  # thrown away: the newest is all there is
    if rest := _rest(ours, place):
        return rest
    later = [file for file in files if file.began_ms >= ours.began_ms and file.first != ours.first]
    return Chunk([], Place(later[0].first, 0)) if later else None


def _known(path: Path) -> File | None:
    """None while the file is not there or has no whole first line yet."""
    try:
        with _opened(path) as source:
            first = source.readline(FIRST_LINE_BYTES)
    except (FileNotFoundError, IsADirectoryError, EOFError, zlib.error, gzip.BadGzipFile):
        return None
    line = parse_line(first)
    if not first.endswith(b"\n"):
        return None
    began_ms = line.at_ms if line else round(path.stat().st_mtime * 1000)
    return File(path, hashlib.blake2b(first, digest_size=8).hexdigest(), began_ms)


def _opened(path: Path) -> BinaryIO:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]
