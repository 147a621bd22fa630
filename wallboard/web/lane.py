"""Where does work of a second run, such as reading a board of 256 KiB? In a lane of its own, one piece after another.

Six such pieces in the threads that all share would keep every password and every question to the record waiting.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from wallboard.web.problems import Problem

T = TypeVar("T")
WAITING = 16  # pieces that run or wait for their turn; more get 503


class Lane:
    """Of one web process."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lane")
        self.waiting = 0  # and running

    async def run(self, work: Callable[..., T], *given: object) -> T:
        """Raises Problem 503."""
        if self.waiting >= WAITING:
            text = "Too many boards and rules are being read at once. Try again in a moment."
            raise Problem(503, text, headers={"retry-after": "5"})
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)
        finally:
            self.waiting -= 1
