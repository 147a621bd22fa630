"""What do the kept days say? A process of its own: a question on stdin, its answer on stdout (web/lookback.py asks)."""

import os
import sys
from itertools import chain
from pathlib import Path

import msgspec
from msgspec import Struct

from wallboard.core.errors import WallboardError
from wallboard.core.noise import Course, courses
from wallboard.core.rules import Rule
from wallboard.core.settings import Settings
from wallboard.core.trial import Spoke, Trial, run
from wallboard.stream.ndjson import EVENTS

NICE = 10  # screens come first


class Alerts(Struct, tag="alerts"):
    """Which alerts were there?"""

    files: list[str]


class Found(Struct):
    """`first_ms`: when what is kept begins."""

    first_ms: int
    alerts: list[Course]


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


def answer(asked: Alerts | Trials) -> Found | Tried:
    """Raises Mistake where a file cannot be read."""
    events = EVENTS.read([Path(file) for file in asked.files])
    if isinstance(asked, Trials):
        trials = [Trial(asked.settings, asked.name, rule, asked.from_ms) for rule in asked.versions]
        return Tried(*run(trials, events, asked.from_ms, asked.until_ms))
    first = next(events, None)
    return Found(first.time or 0 if first else 0, courses(chain([first] if first else [], events)))


def main() -> None:
    os.nice(NICE)
    try:
        found = answer(msgspec.json.decode(sys.stdin.buffer.read(), type=Alerts | Trials))
    except WallboardError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
