"""How does a program's output become lines? Numbered from 1; an over-long one is dropped at once."""

from typing import NamedTuple

LONGEST = 64 * 1024


class Line(NamedTuple):
    """`data` is None where the line was longer than LONGEST bytes."""

    number: int
    data: bytes | None


class Lines:
    """Feed it bytes as they come; it holds at most one line."""

    def __init__(self) -> None:
        self._held = b""
        self._number = 0
        self._too_long = False

    def feed(self, data: bytes) -> list[Line]:
        *whole, rest = data.split(b"\n")
        lines = [self._line(part) for part in whole]
        self._hold(rest)
        return lines

    def end(self) -> list[Line]:
        """The last line, where the program did not end it."""
        return [self._line(b"")] if self._held or self._too_long else []

    def _line(self, part: bytes) -> Line:
        self._hold(part)
        self._number += 1
        line = Line(self._number, None if self._too_long else self._held)
        self._held, self._too_long = b"", False
        return line

    def _hold(self, part: bytes) -> None:
        if self._too_long or len(self._held) + len(part) > LONGEST:
            self._held, self._too_long = b"", True
        else:
            self._held += part
