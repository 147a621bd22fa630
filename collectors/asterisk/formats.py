"""How is a recording of an Asterisk read? A queue_log, the bytes of an AMI connection, or both joined by time."""

import gzip
import heapq
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from collectors.asterisk.join import AMI as AMI_HALF
from collectors.asterisk.join import LOG as LOG_HALF
from collectors.asterisk.join import Join
from collectors.asterisk.manager import LEAVE_MS, Manager
from collectors.asterisk.translate import of_line
from collectors.asterisk.wire import MAX_LINE, Message, parse_line, parse_message
from wallboard.core.errors import Mistake, Refused
from wallboard.core.events import Event

Timed = tuple[int, str, list[Event]]  # time, half, events


class QueueLog:
    """`asterisk-queue-log`."""

    name = "asterisk-queue-log"

    def read(self, files: Sequence[Path]) -> Iterator[Event]:
        for file in files:
            for _, events in _log(file):
                yield from events

    def lines(self, body: bytes) -> Iterator[Event | Refused]:
        rows = body.split(b"\n")
        for number, raw in enumerate(rows):
            if not raw.strip():
                continue
            line = parse_line(raw)
            if line is None:
                yield Refused(f"$[{number}]", "not a queue_log line: expected epoch|call|queue|agent|verb|…")
                continue
            yield from of_line(line)


class Manage:
    """`asterisk-ami`: bytes as received, with the times of receipt in the sibling `.idx` file."""

    name = "asterisk-ami"

    def read(self, files: Sequence[Path]) -> Iterator[Event]:
        for file in files:
            for _, events in _ami(file):
                yield from events

    def lines(self, body: bytes) -> Iterator[Event | Refused]:
        yield Refused("$", "an AMI recording needs its times: give the file and its .idx to a command instead")


class Both:
    """`asterisk`: queue_logs and AMI recordings of one PBX in any order; each visit comes once."""

    name = "asterisk"

    def read(self, files: Sequence[Path]) -> Iterator[Event]:
        halves: list[Iterator[Timed]] = [
            ((at_ms, AMI_HALF, events) for at_ms, events in _ami(file))
            if _is_ami(file)
            else ((at_ms, LOG_HALF, events) for at_ms, events in _log(file))
            for file in files
        ]
        manager_lives = any(_is_ami(file) for file in files)
        join = Join()
        for _, half, events in heapq.merge(*halves, key=lambda one: one[0]):
            yield from join.pass_on(events, half, manager_lives=manager_lives)

    def lines(self, body: bytes) -> Iterator[Event | Refused]:
        return QUEUE_LOG.lines(body)


def _log(file: Path) -> Iterator[tuple[int, list[Event]]]:
    """A torn last line and lines that are none are passed over."""
    with _opened(file) as source:
        while raw := source.readline(MAX_LINE + 1):
            if raw.endswith(b"\n") and (line := parse_line(raw)):
                yield line.at_ms, of_line(line)


def _ami(file: Path) -> Iterator[tuple[int, list[Event]]]:
    manager = Manager()
    at_ms = 0
    for at_ms, message in recorded(file):
        if message.get("EventList") == "start" and "Queue status" in message.get("Message", ""):
            manager.asked(at_ms)
        yield at_ms, manager.translate(message, at_ms)
    yield at_ms + LEAVE_MS, list(manager.flush(at_ms + LEAVE_MS))


def recorded(file: Path) -> Iterator[tuple[int, Message]]:
    """Each message with its time of receipt in ms, from `X.ami[.gz]` and `X.idx[.gz]`. Raises Mistake."""
    with _opened(file) as source:
        data = source.read()
    index = _index_of(file)
    with _opened(index) as lines:
        for number, raw in enumerate(lines):
            parts = raw.rstrip(b"\n").split(b"\t")
            if raw.startswith(b"#") or len(parts) < 3:
                continue
            try:
                at_ms, start, length = round(float(parts[0]) * 1000), int(parts[1]), int(parts[2])
            except (ValueError, OverflowError):
                raise Mistake(str(index), f"$[{number}]", "expected time, byte and length, tab separated") from None
            yield at_ms, parse_message(data[start : start + length].rstrip(b"\r\n"))


def _index_of(file: Path) -> Path:
    stem = file.name.removesuffix(".gz").removesuffix(".ami")
    for name in (f"{stem}.idx", f"{stem}.idx.gz"):
        if (found := file.with_name(name)).exists():
            return found
    raise Mistake(str(file), "$", f"its times are missing: expected {stem}.idx or {stem}.idx.gz beside it")


def _is_ami(file: Path) -> bool:
    return file.name.removesuffix(".gz").endswith(".ami")


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """Raises Mistake also where reading fails later on."""
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as source:
            yield source  # type: ignore[misc]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Mistake(str(file), "$", f"is damaged or not packed to its end ({error}): unpack it and look") from None
    except OSError as error:
        raise Mistake(str(file), "$", f"cannot be read: {error.strerror or error}") from None


QUEUE_LOG, AMI, BOTH = QueueLog(), Manage(), Both()
