"""How many messages are on their way at once? Few: one that was taken and is not noted yet comes twice after a kill.

Whoever is not answered within SLOW_S gives its place to the next and goes on: a receiver that hangs holds up nobody.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FEW = 4
SLOW_S = 0.05


class Places:
    def __init__(self) -> None:
        self._free = asyncio.Semaphore(FEW)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Waits for it."""
        await self._free.acquire()
        has_it = True

        def give_back() -> None:
            nonlocal has_it
            if has_it:
                has_it = False
                self._free.release()

        slow = asyncio.get_running_loop().call_later(SLOW_S, give_back)
        try:
            yield
        finally:
            slow.cancel()
            give_back()
