"""What happened, day by day? All events in files, `DAY.ndjson.gz`, in the recorded format `events`: for trial runs and
rebuilds (`wallboard alerts try`, `wallboard compute --from events`).

    entries of the stream ─▶ a gzip member more in their day's file ─▶ `place`: how far, and how long the file is then

A file is longer than `place` says only where somebody was killed in between: what is too much is cut off before more
is written, and an entry before `place` is not written again. So each stands there once, whoever writes.
"""

import fcntl
import gzip
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import dropwhile, groupby
from operator import itemgetter
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wallboard.core.events import AgentForgotten

ENDING = ".ndjson.gz"
_LEVEL = 1  # a fifth larger than 6, in a third of the time
PLACE = "place.json"
DAY_MS = 86_400_000
_FORGOTTEN = AgentForgotten.__struct_config__.tag


class Happened(Protocol):
    """One entry of the stream: its id, which begins with when it arrived (ms UTC), and what stands there."""

    @property
    def id(self) -> str: ...

    @property
    def data(self) -> bytes: ...


class _Place(Struct, frozen=True):
    """The last entry that was written, into which day's file, and that file's bytes."""

    entry: str = ""
    day: str = ""
    size: int = 0


class _Looked(Struct):
    """All that is read of an event: there may be thousands a second, and most are copied as they are. A `time` that is
    no number is not ours."""

    type: str
    time: int | None = None


_looked = msgspec.json.Decoder(_Looked)


class Days:
    """Blocking: call it from a thread. Raises OSError where the disk does not take or give it. Days are UTC's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self) -> str:
        """The last entry that is kept; empty: none."""
        return self._place().entry

    def append(self, entries: Sequence[Happened]) -> int:
        """In the stream's order. How many were written: those that are kept already are passed over, and what is no
        event in one line, and that somebody is forgotten, which names them."""
        written = 0
        with self._alone():
            place = self._place()
            last = _order(place.entry) if place.entry else (-1, -1)
            fresh = dropwhile(lambda one: _order(one.id) <= last, entries)
            for of_epoch, group in groupby(map(_lined, fresh), itemgetter(0)):
                day, entry, lines = _day(of_epoch * DAY_MS), "", list[bytes]()
                for _, entry, line in group:  # noqa: B007 - the last one is where it goes on
                    lines += [line] if line else ()
                path = self.folder / f"{day}{ENDING}"
                if not place.day:  # nothing was noted before: a file that is there is believed
                    self._put(place := _Place("", day, path.stat().st_size if path.exists() else 0))
                size = _written(path, b"".join(lines), place.size if day == place.day else 0)
                place = _Place(entry, day, size)
                self._put(place)
                written += len(lines)
        return written

    def files(self, first: date, last: date) -> list[Path]:
        """Of the days from `first` to `last` that there are, in order."""
        return [path for path in self._all() if first.isoformat() <= path.name.removesuffix(ENDING) <= last.isoformat()]

    def drop(self, before: date) -> int:
        """Take out the days before this one; how many there were."""
        old = [path for path in self._all() if path.name.removesuffix(ENDING) < before.isoformat()]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def erase(self, names: Collection[str], pseudonym: str) -> int:
        """Put the pseudonym in place of these ids and names wherever a person is meant; how many events changed."""
        changed = 0
        names = {*names, *(f"person:{name}" for name in names)}
        with self._alone():
            for path in self._all():
                place = self._place()
                is_last = path.name == f"{place.day}{ENDING}"
                if is_last and path.stat().st_size > place.size:
                    os.truncate(path, place.size)
                beside = path.with_suffix(".new")
                if count := _rewritten(path, beside, names, pseudonym):
                    changed += count
                    if is_last:
                        self._put(replace(place, size=sys.maxsize))  # dying now, the file is believed
                    beside.replace(path)
                    if is_last:
                        self._put(replace(place, size=path.stat().st_size))
                else:
                    beside.unlink()
        return changed

    def tell_of(self, names: Collection[str]) -> bool:
        """Whether a person is meant by one of these ids and names somewhere."""
        names = {*names, *(f"person:{name}" for name in names)}
        for path in self._all():
            with gzip.open(path, "rb") as file:
                if any(_without(told, names, "") != told for told in map(msgspec.json.decode, file)):
                    return True
        return False

    def _all(self) -> list[Path]:
        return sorted(self.folder.glob(f"????-??-??{ENDING}"))

    def _place(self) -> _Place:
        try:
            return msgspec.json.decode((self.folder / PLACE).read_bytes(), type=_Place)
        except (FileNotFoundError, msgspec.MsgspecError):
            return _Place()

    def _put(self, place: _Place) -> None:
        _replaced(self.folder / PLACE, msgspec.json.encode(place))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A worker that was only asleep, and a command that erases, wait for each other."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _written(path: Path, lines: bytes, known: int) -> int:
    """The file's bytes afterwards. `known`: how many of them are good now."""
    if not lines and not path.exists():
        return 0
    with path.open("ab") as file:
        if file.tell() > known:
            file.truncate(known)
        if lines:
            file.write(gzip.compress(lines, _LEVEL))
        file.flush()
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size


def _replaced(path: Path, data: bytes) -> int:
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return len(data)


def _lined(one: Happened) -> tuple[int, str, bytes]:
    """Its day since 1970, its id, and its line; none of what is not kept."""
    arrival_ms, data = int(one.id.partition("-")[0]), one.data
    return arrival_ms // DAY_MS, one.id, _line(data, arrival_ms) if data.endswith(b"}") and b"\n" not in data else b""


def _line(data: bytes, arrival_ms: int) -> bytes:
    """Recorded events have their time: the arrival's, where the source told none or one that was still to come."""
    try:
        looked = _looked.decode(data)
    except msgspec.MsgspecError:
        return b""
    if looked.type == _FORGOTTEN:
        return b""
    if looked.time is None:
        return b'%b,"time":%d}\n' % (data[:-1], arrival_ms)
    if looked.time <= arrival_ms:
        return data + b"\n"
    return msgspec.json.encode(msgspec.json.decode(data) | {"time": arrival_ms}) + b"\n"


def _rewritten(path: Path, to: Path, names: Collection[str], pseudonym: str) -> int:
    """The same file without these names, beside it; how many lines are others now."""
    changed = 0
    with gzip.open(path, "rb") as old, to.open("wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL) as new:
            for line in old:
                told = msgspec.json.decode(line)
                other = _without(told, names, pseudonym)
                changed += other != told
                new.write(line if other == told else msgspec.json.encode(other) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return changed


# Where a person stands in an event: as the value of one of these, in a list under them, or as a key of a table.
_PERSON = frozenset({"agent", "to_agent", "name", "who", "to", "also", "alias", "by", "owner_by"})
_PEOPLE = frozenset({"agent", "agents"})


def _without(told: object, names: Collection[str], pseudonym: str) -> object:
    """A queue or a contact of the same name stays."""
    if isinstance(told, list):
        return [_without(each, names, pseudonym) for each in told]
    if not isinstance(told, dict):
        return told
    found: dict[object, object] = {}
    for key, value in told.items():
        if key in _PERSON or (key == "of" and told.get("kind") == "agents"):
            value = _instead(value, names, pseudonym)
        if key in _PEOPLE and isinstance(value, dict):
            value = {pseudonym if name in names else name: each for name, each in value.items()}
        found[key] = _without(value, names, pseudonym)
    return found


def _instead(value: object, names: Collection[str], pseudonym: str) -> object:
    if isinstance(value, list):
        return [_instead(each, names, pseudonym) for each in value]
    return pseudonym if isinstance(value, str) and value in names else value


def _order(entry: str) -> tuple[int, int]:
    ms, _, number = entry.partition("-")
    return int(ms), int(number)


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
