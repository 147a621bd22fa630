"""Where do the parts' logs go under `up`? Files in the data folder, each with one older half, bounded in size.

The processes append to the file themselves (O_APPEND), so that nothing of theirs waits for `up`; when it has
grown too large its content is copied aside and it is cut. Lines written in between are lost: logs, not events.
"""

import asyncio
import os
import shutil
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 8 * 1_048_576
LOOK_S = 10


class LogFile:
    """`web.log`, and `web.log.1` with what was before."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def opened(self) -> BinaryIO:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")

    async def keep_small(self) -> None:
        while True:
            self.cut()
            await asyncio.sleep(LOOK_S)

    def cut(self) -> None:
        if self.path.stat().st_size <= MOST_BYTES:
            return
        shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
        os.truncate(self.path, 0)
