"""What is new in queue_log? Reads on from a place that survives rotation, truncation and a restart at any byte.

A file is known by its first line (which begins with a time), not by its name or inode: it keeps it when it is
renamed, copied or packed by logrotate. A place is that file and a byte in it.

    queue_log.2.gz ─▶ queue_log.1 ─▶ queue_log          read in the order of their first lines' times
"""

import gzip
import zlib
from errno import ENOENT
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from collectors.asterisk.wire import parse_line

CHUNK_BYTES = 262_144
FIRST_LINE_BYTES = 16_384
_BROKEN_PACK = (EOFError, zlib.error, gzip.BadGzipFile)  # as while logrotate packs it


class Place(msgspec.Struct, frozen=True):
    """`first`: a hash of the file's first line; `offset`: bytes read of it (unpacked)."""

    first: str
    offset: int
    read_ms: int = 0  # time of the last line that was read
    skip_ms: int = 0  # in a file that was cut or exchanged: older lines were read in its former shape


class Chunk(NamedTuple):
    """Whole lines, and the place after them. No lines: only the place moved on, to another file."""

    lines: list[bytes]
    place: Place


class File(NamedTuple):
    path: Path
    first: str
    began_ms: int


def read_on(path: Path, place: Place | None, since_ms: int = 0) -> Chunk | None:
    """What stands after `place` (None: from the file that was written at `since_ms`); None when there is nothing yet.

    Raises OSError when the log cannot be read.
    """
    if place is None:
        return _begin(path, since_ms)
    current = _known(path)
    if current is not None and current.first == place.first:
        return _cut_short(current, place) or _rest(current, place)
    return _through_rotation(path, place)


def _files_of(path: Path) -> list[File]:
    """The log and its rotated files, oldest first. Raises OSError where the log or its folder cannot be read."""
    found: dict[str, File] = {}
    for one in sorted(_names(path), key=lambda one: (one == path, one.suffix != ".gz", one.name)):
        if file := _known(one, needed=one == path):
            found[file.first] = file  # of copies the log itself, then one that is not packed
    return sorted(found.values(), key=lambda file: (file.began_ms, file.path == path, file.first))


def lines_before(place: Place, chunk: Chunk, seen: Place | None) -> list[bytes]:
    """Of a chunk, read again after `seen`, the lines that were read when the place was reached."""
    if chunk.place.first != place.first:  # an earlier file; or a later one, where ours is there no more
        return [raw for raw in chunk.lines if (line := parse_line(raw)) and line.at_ms <= place.read_ms]
    at = seen.offset if seen is not None and seen.first == place.first else 0
    kept = []
    for raw in chunk.lines:
        at += len(raw) + 1
        if at > place.offset:
            break
        kept.append(raw)
    return kept


def _begin(path: Path, since_ms: int) -> Chunk | None:
    files = _files_of(path)
    if not files and not path.exists():
        raise FileNotFoundError(ENOENT, "it is not there")
    before = [file for file in files if file.began_ms < since_ms]
    start = before[-1:] or files[:1]
    return Chunk([], Place(start[0].first, 0)) if start else None


def _names(path: Path) -> list[Path]:
    stems = (f"{path.name}.", f"{path.name}-")
    return [one for one in path.parent.iterdir() if one.name == path.name or one.name.startswith(stems)]


def _cut_short(file: File, place: Place) -> Chunk | None:
    """The log itself is shorter than what we read of it: it is read again, without the lines of before."""
    if file.path.stat().st_size >= place.offset:
        return None
    return Chunk([], Place(place.first, 0, place.read_ms, place.read_ms))


def _rest(file: File, place: Place) -> Chunk | None:
    try:
        with _opened(file.path) as source:
            source.seek(place.offset)
            data = source.read(CHUNK_BYTES)
    except _BROKEN_PACK as error:
        raise OSError(f"{file.path.name} is damaged or not yet packed to its end ({error})") from None
    end = data.rfind(b"\n") + 1
    if end:
        return _chunk(data[: end - 1].split(b"\n"), place, place.offset + end)
    too_long = len(data) == CHUNK_BYTES  # no line of a PBX: passed over
    return _chunk([], place, place.offset + len(data)) if too_long else None


def _chunk(lines: list[bytes], place: Place, offset: int) -> Chunk:
    last = parse_line(lines[-1]) if lines else None
    read_ms = max(place.read_ms, last.at_ms) if last else place.read_ms
    if place.skip_ms:
        lines = [raw for raw in lines if (line := parse_line(raw)) is None or line.at_ms >= place.skip_ms]
    return Chunk(lines, Place(place.first, offset, read_ms, place.skip_ms))


def _through_rotation(path: Path, place: Place) -> Chunk | None:
    """The log was renamed, copied or emptied: first the rest of the file we were in, then the next one."""
    files = _files_of(path)
    ours = next((index for index, file in enumerate(files) if file.first == place.first), None)
    if ours is None:
        return _exchanged(path, files, place)
    if rest := _rest(files[ours], place):
        return rest
    later = files[ours + 1 :]
    return Chunk([], Place(later[0].first, 0, place.read_ms)) if later else None


def _exchanged(path: Path, files: list[File], place: Place) -> Chunk | None:
    """Our file was thrown away: on with what began after it, else with the log as it is now."""
    later = [file for file in files if file.began_ms >= place.read_ms] or [file for file in files if file.path == path]
    return Chunk([], Place(later[0].first, 0, place.read_ms, place.read_ms)) if later else None


def _known(path: Path, *, needed: bool = True) -> File | None:
    """None while the file is not there or has no whole first line yet, or is of no use though not `needed`.

    A copytruncate may leave half a line at the beginning: the second one tells when the file began.
    """
    try:
        with _opened(path) as source:
            first, second = source.readline(FIRST_LINE_BYTES), source.readline(FIRST_LINE_BYTES)
        changed_s = path.stat().st_mtime
    except (FileNotFoundError, IsADirectoryError, *_BROKEN_PACK):
        return None
    except OSError:
        if needed:
            raise
        return None
    if not first.endswith(b"\n"):
        return None
    line = parse_line(first) or parse_line(second)
    if line is None and not needed:
        return None  # packed by something else than gzip, or an editor's
    began_ms = line.at_ms if line else round(changed_s * 1000)
    return File(path, blake2b(first, digest_size=8).hexdigest(), began_ms)


def _opened(path: Path) -> BinaryIO:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]
