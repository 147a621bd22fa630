"""How far is it? One line on standard error, only where somebody looks at a terminal."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
STEP_S = 0.5


def progress(things: Iterable[T], what: str) -> Iterator[T]:
    """The same things; says twice a second how many went by."""
    return _counted(things, what) if sys.stderr.isatty() else iter(things)


def _counted(things: Iterable[T], what: str) -> Iterator[T]:
    next_s = time.monotonic() + STEP_S
    shown = False
    for count, thing in enumerate(things, start=1):
        yield thing
        if count % 100 == 0 and time.monotonic() >= next_s:
            print(f"\r{count:,} {what} ", end="", file=sys.stderr, flush=True)
            next_s, shown = time.monotonic() + STEP_S, True
    if shown:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
