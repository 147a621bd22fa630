"""How are others served while much is to be done? Between its pieces."""

import asyncio
from collections.abc import Iterable

BREATHE = 50  # events, or entities that changed, until the loop may serve somebody else (5 to 10 ms)


async def breathing(pieces: Iterable[None]) -> None:
    """Do it, piece by piece."""
    for _ in pieces:
        await asyncio.sleep(0)
