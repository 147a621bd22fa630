"""Where does Redis's log end in the middle of a transaction? It is cut off there before Redis reads it.

Killed while it writes, Redis leaves the beginning of a MULTI without its EXEC. Reading that, 6.2 cuts off only the last
command, which is not whole, and goes on writing behind the others; the next start executes these too, although their
sender was never answered and has sent them again. So an append would count twice after two kills.
"""

import os
import re
from pathlib import Path

_TAIL_BYTES = 64 << 20  # no transaction is longer; of a longer one Redis itself cuts off what it can
_BEGINS = b"*1\r\n$5\r\nMULTI\r\n"
_ENDS = b"*1\r\n$4\r\nEXEC\r\n"
_HEAD = re.compile(rb"([*$])(\d{1,10})\r\n")


def cut_unfinished(folder: Path) -> None:
    """Of each log of the data folder `folder`, whose Redis does not run. Raises OSError."""
    for log in (folder / "appendonly.aof", *folder.glob("appendonlydir/*.incr.aof")):
        if log.is_file() and (begin := _unfinished(log)) is not None:
            os.truncate(log, begin)


def _unfinished(log: Path) -> int | None:
    """At which byte the transaction begins that does not end."""
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    begin = tail.rfind(_BEGINS)
    # What only looks like one, within a value, is not followed by commands.
    return start + begin if begin >= 0 and _is_cut_off(tail, begin + len(_BEGINS)) else None


def _is_cut_off(tail: bytes, place: int) -> bool:
    """Whether there are commands from `place` to the end, the last of which may be a part of one, and no EXEC."""
    while place < len(tail):
        if tail.startswith(_ENDS, place):
            return False
        after = _after_command(tail, place)
        if after is None:
            return False
        place = after
    return True


def _after_command(tail: bytes, place: int) -> int | None:
    """Behind the command, or behind the end where it is cut off; None: this is no command."""
    head = _HEAD.match(tail, place)
    if head is None:
        return len(tail) if _is_part_of_head(tail[place:], b"*") else None
    if head[1] != b"*":
        return None
    place = head.end()
    for _ in range(int(head[2])):
        if place >= len(tail):
            return len(tail)
        head = _HEAD.match(tail, place)
        if head is None:
            return len(tail) if _is_part_of_head(tail[place:], b"$") else None
        place = head.end() + int(head[2]) + 2
        if head[1] != b"$" or tail[place - 2 : place] not in (b"\r\n", b"\r", b""):
            return None
    return place


def _is_part_of_head(rest: bytes, kind: bytes) -> bool:
    return re.fullmatch(rb"[%s]\d{0,10}\r?" % kind, rest) is not None
