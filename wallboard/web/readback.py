"""What do the kept days say? A process of its own: a question on stdin, its answer on stdout (web/lookback.py asks).

An answer is lines, the first one the answer without its lists, so that whoever reads it may do something else between.
"""

import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from wallboard.core.bygone import raised
from wallboard.core.errors import WallboardError
from wallboard.core.noise import Course, courses
from wallboard.core.rows import AlertRow
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.core.trial import Spoke, Trial, run
from wallboard.stream.ndjson import EVENTS

NICE = 10  # screens come first
LINE = 500  # rows: read in about a millisecond

T = TypeVar("T")


class Alerts(Struct, tag="alerts"):
    """Which alerts were there?"""

    files: list[str]


class Found(Struct):
    """`first_ms`: when what is kept begins."""

    first_ms: int
    alerts: list[Course]

    def lines(self) -> Iterator[bytes]:
        yield msgspec.json.encode(Found(self.first_ms, []))
        yield from map(msgspec.json.encode, _parts(self.alerts))

    def take(self, line: bytes) -> None:
        self.alerts += _courses.decode(line)


class Raised(Struct, tag="raised"):
    """Which alerts were raised from one instant until another (ms UTC), and who did what?"""

    files: list[str]
    from_ms: int
    until_ms: int


class Rows(Struct):
    """By id, in the order of their raising."""

    first_ms: int
    alerts: list[tuple[str, AlertRow]]

    def lines(self) -> Iterator[bytes]:
        yield msgspec.json.encode(Rows(self.first_ms, []))
        yield from map(msgspec.json.encode, _parts(self.alerts))

    def take(self, line: bytes) -> None:
        self.alerts += _rows.decode(line)


class Trials(Struct, tag="trials"):
    """When would these versions of a rule have spoken, from one instant until another (ms UTC)?"""

    files: list[str]
    name: str
    versions: list[Rule]
    settings: Settings
    from_ms: int
    until_ms: int


class Tried(Struct):
    """`spoke`: one list a version."""

    days: int
    spoke: list[list[Spoke]]

    def lines(self) -> Iterator[bytes]:
        yield msgspec.json.encode(Tried(self.days, [[] for _ in self.spoke]))
        for version, spoke in enumerate(self.spoke):
            yield from (msgspec.json.encode((version, part)) for part in _parts(spoke))

    def take(self, line: bytes) -> None:
        version, part = _spoke.decode(line)
        self.spoke[version] += part


_rows = msgspec.json.Decoder(list[tuple[str, AlertRow]])
_courses = msgspec.json.Decoder(list[Course])
_spoke = msgspec.json.Decoder(tuple[int, list[Spoke]])


def _parts(rows: list[T]) -> Iterator[list[T]]:
    return (rows[first : first + LINE] for first in range(0, len(rows), LINE))


def answer(asked: Alerts | Raised | Trials) -> Found | Rows | Tried:
    """Raises Mistake where a file cannot be read."""
    events = EVENTS.read([Path(file) for file in asked.files])
    if isinstance(asked, Trials):
        trials = [Trial(asked.settings, asked.name, rule, asked.from_ms) for rule in asked.versions]
        return Tried(*run(trials, events, asked.from_ms, asked.until_ms))
    first = next(events, None)
    first_ms, events = first.time or 0 if first else 0, chain([first] if first else [], events)
    if isinstance(asked, Raised):
        return Rows(first_ms, [*raised(events, asked.from_ms, asked.until_ms).items()])
    return Found(first_ms, courses(events))


def main() -> None:
    os.nice(NICE)
    try:
        found = answer(msgspec.json.decode(sys.stdin.buffer.read(), type=Alerts | Raised | Trials))
    except WallboardError as error:
        sys.exit(str(error))
    sys.stdout.buffer.writelines(line + b"\n" for line in found.lines())


if __name__ == "__main__":
    main()
