"""What of all that waits for a receiver is looked at? The first ones, and behind them what must not wait for its turn.

    held … held │ the first 500 │ … ‼ … │ … ‼ …      ‼ a critical alert, a test, a code
                  read each time   read once

All of one alert stay in their order: before what is urgent of it nothing else of it waits, as an end comes last.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from wallboard.alerts.held import is_urgent
from wallboard.alerts.message import Message
from wallboard.stream.outbox import Outbox, Waiting

AT_ONCE = 500  # are read; behind them it is looked until so many are found that are urgent

Spoilt = Callable[[Waiting, str], Awaitable[None]]


class Item(NamedTuple):
    waiting: Waiting
    message: Message


class Seen:
    """Of one receiver. `holds`: what stays for now; `spoilt`: told of what cannot be read."""

    def __init__(self, outbox: Outbox, receiver: str, holds: Callable[[Message], bool], spoilt: Spoilt) -> None:
        self._outbox = outbox
        self._receiver = receiver
        self._holds = holds
        self._spoilt = spoilt
        self._held: Item | None = None  # the last of those that are held in front of all others
        self._urgent: dict[str, Item] = {}  # behind the first ones
        self._last = self._looked = "0-0"  # of the first ones; of those behind them that were looked at

    async def look(self) -> tuple[list[Item], list[Item]]:
        """The first ones, and what is urgent behind them; both the oldest first. What is held in front of all others is
        not read again while it is, however much it becomes."""
        if self._held and not self._holds(self._held.message):
            self._held = None
        found = await self._outbox.waiting(self._receiver, AT_ONCE, self._held.waiting.id if self._held else "")
        readable = await self._readable(found)
        first = [one for one in readable if not self._holds(one.message)]
        before = readable[: readable.index(first[0])] if first else readable
        self._held = before[-1] if before else self._held
        if before and len(found) == AT_ONCE:  # whoever begins anew sees as far behind them as whoever sent before
            return await self.look()
        if len(found) < AT_ONCE or not first:
            self.forget()
            return first, []
        return first, await self._behind(found[-1].id)

    def gone(self, ids: Iterable[str]) -> None:
        """These do not wait any more."""
        for name in ids:
            self._urgent.pop(name, None)

    def forget(self) -> None:
        """What is behind is looked at anew."""
        self._urgent, self._last, self._looked = {}, "0-0", "0-0"

    async def _behind(self, last: str) -> list[Item]:
        """`last`: of the first ones."""
        if _nth(last) < _nth(self._last):  # what was held in front is not any more: what came first is behind it now
            self.forget()
        self._last, self._looked = last, max(last, self._looked, key=_nth)
        self._urgent = {name: one for name, one in self._urgent.items() if _nth(name) > _nth(last)}
        is_all = False
        while not is_all and len(self._urgent) < AT_ONCE:
            found = await self._outbox.waiting(self._receiver, AT_ONCE, self._looked)
            is_all, self._looked = len(found) < AT_ONCE, found[-1].id if found else self._looked
            self._urgent |= {one.waiting.id: one for one in await self._readable(found) if is_urgent(one.message)}
        return [one for one in self._urgent.values() if not self._holds(one.message)]

    async def _readable(self, found: Sequence[Waiting]) -> list[Item]:
        """One that cannot be read, after a step back to an older version, keeps no other from leaving."""
        items = list[Item]()
        for one in found:
            try:
                items.append(Item(one, msgspec.json.decode(one.message, type=Message)))
            except msgspec.DecodeError as error:
                await self._spoilt(one, str(error))
        return items


def _nth(name: str) -> tuple[int, ...]:
    """The order of a stream's ids, in which 1-10 comes after 1-9."""
    return tuple(map(int, name.split("-")))
