"""Which deliveries run? One a receiver as it is configured now, each a task of its own.

Whether something waits is asked of all of them at once: did each ask for itself, hundreds of them would keep the loop
busy each time, and what was taken would be noted late, so that after a death it comes twice.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from wallboard.alerts.chat import Anew, as_it_was
from wallboard.alerts.delivery import Delivery, Holds, nothing
from wallboard.alerts.places import Places
from wallboard.core.errors import StreamUnavailable
from wallboard.receivers import Receiver
from wallboard.stream.outbox import Outbox


class Deliveries:
    """`token`: the fencing token while this process is the one that sends, else None. `holds`: what stays
    where it is for now; `anew`: what a message says when it leaves."""

    def __init__(
        self, outbox: Outbox, clock_ms: Callable[[], int], token: Callable[[], int | None], holds: Holds = nothing,
        anew: Anew = as_it_was,
    ) -> None:  # fmt: skip
        self._outbox = outbox
        self._clock_ms = clock_ms
        self._token = token
        self._holds, self._anew, self._places = holds, anew, Places()
        self._tasks: dict[str, tuple[Delivery, asyncio.Task[None]]] = {}

    async def keep(self, wanted: Mapping[str, Receiver]) -> None:
        """What is configured otherwise begins anew, what is not there any more ends. Wakes those to whom something
        waits: called some times a second, or every few seconds where each message wakes its receiver."""
        await self._wake_waiting()
        await self._stop([
            name for name, (one, task) in self._tasks.items() if wanted.get(name) != one.receiver or task.done()
        ])  # fmt: skip
        for name in wanted.keys() - self._tasks.keys():
            delivery = Delivery(
                wanted[name], self._outbox, self._clock_ms, self._token, self._holds, self._anew, self._places
            )
            self._tasks[name] = delivery, asyncio.create_task(delivery.run(), name=f"notify {name}")
            delivery.wake()

    async def _wake_waiting(self) -> None:
        if self._token() is not None and self._tasks:
            with suppress(StreamUnavailable):  # whoever sends says so
                self.wake(await self._outbox.awaiting(list(self._tasks)))

    def wake(self, names: Iterable[str]) -> None:
        """Something new waits for these."""
        for name in names:
            if name in self._tasks:
                self._tasks[name][0].wake()

    async def stop(self) -> None:
        await self._stop(list(self._tasks))

    async def _stop(self, names: Iterable[str]) -> None:
        tasks = [self._tasks.pop(name)[1] for name in names]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
