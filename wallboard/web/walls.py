"""Which paired screens are connected to this process? Their words go to Redis, and what they are told comes from there.

socket ─▶ Walls ─▶ screen:ID (Redis) ─▶ /screens          command ─▶ orders (Redis) ─▶ Walls of each process ─▶ socket
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from wallboard.core.errors import StreamUnavailable
from wallboard.live.frames import Frame
from wallboard.live.screen import Screen
from wallboard.stream.orders import Order, Orders, Word
from wallboard.web.reports import Report
from wallboard.web.who import Who

LOOK_S = 0.5  # how long an order waits at most
SAY_S = 5.0
AWAY_MS = 5_000  # a page that goes to another board has its new line by then: until then it is not gone
CONNECTED_MS = 15_000  # without a word of its server process for so long, a screen is gone
STALE_S = 10.0  # orders that could not be read for so long are too old to be obeyed


class Walls:
    """Of one web process."""

    def __init__(self, orders: Orders, clock_ms: Callable[[], int]) -> None:
        self._orders = orders
        self._clock_ms = clock_ms
        self._screens: dict[str, dict[Screen, str]] = {}
        self._words: dict[str, Word] = {}
        self._left: dict[str, Word] = {}
        self._came = False
        self._somebody = asyncio.Event()

    @contextmanager
    def watch(self, who: Who, screen: Screen, board: str) -> Iterator[Callable[[Report], None]]:
        """For as long as a socket is open: where its reports go."""
        if who.kind != "screen":
            yield lambda report: None
            return
        self._screens.setdefault(who.id, {})[screen] = board
        self._words[who.id] = Word(at=self._clock_ms(), shows=board)
        self._left.pop(who.id, None)
        self._came = True
        self._somebody.set()

        def hear(report: Report) -> None:
            self._words[who.id] = Word(
                at=self._clock_ms(), shows=board, build=report.build, lag_ms=report.lag_ms, heap_mb=report.heap_mb,
                sound=report.sound if isinstance(report.sound, str) else None,
            )  # fmt: skip

        try:
            yield hear
        finally:
            self._leave(who.id, screen)

    async def run(self) -> None:
        """Until cancelled. Where no paired screen is, nobody is asked anything."""
        loop = asyncio.get_running_loop()
        place, read_s, said_s = None, loop.time(), loop.time() - SAY_S
        while True:
            if not (self._screens or self._left):
                place = None
                self._somebody.clear()
                await self._somebody.wait()
            with suppress(StreamUnavailable):
                if place is None or loop.time() - read_s > STALE_S:
                    place = await self._orders.place()
                place, given = await self._orders.after(place)
                read_s = loop.time()
                for order in given:
                    self.tell(order)
                if self._came or self._gone() or loop.time() - said_s >= SAY_S:
                    said_s = loop.time()
                    await self._say()
            await asyncio.sleep(LOOK_S)

    def tell(self, order: Order) -> None:
        """To the sockets that the screen has here: one, as a rule."""
        message: dict[str, Any] = {"t": "command", "do": order.do}
        message |= {key: value for key, value in (("name", order.name), ("board", order.board)) if value}
        for screen in self._screens.get(order.screen, {}):
            screen.order(Frame(msgspec.json.encode(message)))

    async def _say(self) -> None:
        """Of those that are here, and of those that are gone and have not come to another process meanwhile."""
        now_ms, gone, self._came = self._clock_ms(), self._gone(), False
        words = {name: msgspec.structs.replace(word, at=now_ms) for name, word in self._words.items()}
        said = await self._orders.said(list(gone))
        left = {name: word for name, word in gone.items() if name not in said or said[name].at <= word.at}
        await self._orders.say(left | words)
        self._left = {name: word for name, word in self._left.items() if gone.get(name) is not word}

    def _gone(self) -> dict[str, Word]:
        now_ms = self._clock_ms()
        return {name: word for name, word in self._left.items() if now_ms - word.at >= AWAY_MS}

    def _leave(self, name: str, screen: Screen) -> None:
        of = self._screens[name]
        del of[screen]
        if not of:
            del self._screens[name]
            last = self._words.pop(name)
            self._left[name] = msgspec.structs.replace(last, at=self._clock_ms(), connected=False)
