"""Which boards are there now? The folder's files, read again when they change.

A bad edit of one keeps its last good form.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from wallboard.record.boards import Board, read_boards

LOOK_S = 1.0

log = structlog.get_logger("boards")


class Boards:
    """Call it for the boards in force."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._boards: dict[str, Board] = {}
        self.look()

    def __call__(self) -> Mapping[str, Board]:
        return self._boards

    async def watch(self, changed: Callable[[dict[str, Board]], None]) -> None:
        """Until cancelled; `changed` gets all boards after each edit."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self.look():
                changed(self._boards)

    def look(self) -> bool:
        seen = _listing(self._folder)
        if seen == self._seen:
            return False
        self._seen = seen
        boards, mistakes = read_boards(self._folder)
        broken = {Path(mistake.file).stem for mistake in mistakes} - boards.keys()
        kept = {name: board for name, board in self._boards.items() if name in broken}
        for mistake in mistakes:
            log.error("board not taken over", mistake=str(mistake))
        self._boards = kept | boards
        return True


def _listing(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the files: a change of any shows."""
    found = []
    for file in sorted(folder.glob("*.toml")):
        try:
            status = file.stat()
        except FileNotFoundError:
            continue
        found.append((file.name, status.st_size, status.st_mtime_ns))
    return tuple(found)
