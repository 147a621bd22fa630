"""The recorded format `events`: one event of our own vocabulary a line, as JSON."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from msgspec.structs import replace

from wallboard.core.errors import Mistake, Refused
from wallboard.core.events import Event, decode, decode_own


class Events:
    """Reads files as the worker, `simulate` and scripts write them, and lines as HTTP brings them."""

    name = "events"

    def read(self, files: Sequence[Path]) -> Iterator[Event]:
        """All files as one, in order. A torn last line is left out; anything else raises Mistake."""
        for path in files:
            for number, line in enumerate(_lines(path), start=1):
                if event := _recorded(path, number, line):
                    yield event

    def lines(self, body: bytes) -> Iterator[Event | Refused]:
        for index, line in enumerate(body.split(b"\n")):
            if line.strip():
                yield _told(index, line)


EVENTS = Events()


def identity(line: bytes) -> str:
    """An id made of the line's text: the same line again is the same event."""
    return hashlib.blake2b(line.strip(), digest_size=12).hexdigest()


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with _opened(path) as file:
            yield from file
    except EOFError:
        return  # a .gz that is still being written ends in the middle: its last line is torn
    except (OSError, zlib.error) as error:
        raise Mistake(str(path), "file", f"cannot be read: {error}") from None


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def _recorded(path: Path, number: int, line: bytes) -> Event | None:
    if not line.strip():
        return None
    try:
        event = decode_own(line)
    except Refused as error:
        if not line.endswith(b"\n"):
            return None  # torn: whoever wrote it was stopped in the middle
        raise Mistake(str(path), f"line {number}", str(error)) from None
    if event.time is None:
        raise Mistake(str(path), f"line {number}", "a recorded event needs its `time`")
    return event


def _told(index: int, line: bytes) -> Event | Refused:
    try:
        event = decode(line)
    except Refused as error:
        return Refused(f"$[{index}]{error.at.removeprefix('$')}", error.reason)
    return event if event.id else replace(event, id=identity(line))
