"""Does a task that talks to Redis end when it is cancelled? On Python 3.11 not always, without this.

redis-py sends within `asyncio.wait_for`, which before Python 3.12 forgets a cancellation that arrives in the same
turn of the loop in which the sending ends (python/cpython#86296): the task goes on, and whoever waits for its end
waits for ever.
"""

import asyncio
from typing import Any

from redis.asyncio.connection import AbstractConnection


def cancellable(connection: type[AbstractConnection]) -> type[AbstractConnection]:
    """The same class of connections, whose `send_packed_command` raises a CancelledError that was forgotten."""

    class Cancellable(connection):  # type: ignore[misc, valid-type]
        async def send_packed_command(self, *args: Any, **kwargs: Any) -> None:
            task = asyncio.current_task()
            before = task.cancelling() if task else 0
            await super().send_packed_command(*args, **kwargs)
            if task and task.cancelling() > before:
                await self.disconnect(nowait=True)  # the answer will not be read
                raise asyncio.CancelledError

    return Cancellable
