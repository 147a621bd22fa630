"""How is a PBX's manager interface heard for months? Connected anew whenever it is lost; what it says is passed on.

After each connection three questions: how late is it there (Ping), since when does it run (CoreStatus; a listing
is of the present run), and who waits and works in which queue (QueueStatus).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collectors.asterisk.connection import Connection
from collectors.asterisk.manager import time_of
from collectors.asterisk.options import Options
from collectors.asterisk.wire import Message
from wallboard.core.errors import SourceError

RETRY_S = (1.0, 2.0, 5.0, 10.0, 20.0)
REFUSED_RETRY_S = 60.0
JITTER = (0.8, 1.2)  # so that many do not come back to a PBX together
APART_MS = 1000  # clocks that are closer are taken as the same

NO_AMI = "agents' states, ringing and who is signed in are unknown"


class Heard(NamedTuple):
    """A message with its time of receipt."""

    message: Message
    received_ms: int


class Opened(NamedTuple):
    """A new connection: QueueStatus was asked at that time."""

    asked_ms: int


Put = Callable[[Heard | Opened], Awaitable[None]]


class Listening:
    """`state`: what is wrong with it now and what is then unknown. `lives`: connected.

    `ahead_ms`: the PBX's clock against ours; 0 where its events carry its own time (`timestampevents`).
    `listing_over`: no answer to QueueStatus is waited for.
    """

    def __init__(self, options: Options, zone: str, clock_ms: Callable[[], int]) -> None:
        self._options, self._zone, self._clock_ms = options, ZoneInfo(zone), clock_ms
        self.state: str | None = f"AMI not connected yet: {NO_AMI}" if options.host else f"no AMI: {NO_AMI}"
        self.lives = False
        self.ahead_ms = 0
        self.listing_over = asyncio.Event()
        self.listing_over.set()
        self._stamped = self._listed = False

    async def run(self, put: Put) -> None:
        """Until cancelled. Raises SourceError (fatal) when it is refused and there is no other half to go on with."""
        tries, lost_ms = 0, self._clock_ms()
        while True:
            connection = Connection(self._options)
            try:
                await connection.open()
                await self._read(connection, put)
            except SourceError as error:
                if error.fatal and not self._options.queue_log:
                    raise
                tries = 0 if self._listed else tries
                lost_ms = self._clock_ms() if self.lives else lost_ms
                self.state = f"AMI not connected since {self._wall_clock(lost_ms)}: {error}: {NO_AMI}"
                pause_s = REFUSED_RETRY_S if error.fatal else RETRY_S[min(tries, len(RETRY_S) - 1)]
                tries += 1
            finally:
                self.lives = self._listed = False
                self.listing_over.set()
                await connection.close()
            await asyncio.sleep(pause_s * random.uniform(*JITTER))

    async def _read(self, connection: Connection, put: Put) -> None:
        """Until the connection is lost."""
        self._stamped = False
        connection.send("Ping", ActionID="clock")
        connection.send("CoreStatus", ActionID="core")
        asked_ms = self._clock_ms()
        self.listing_over.clear()
        connection.send("QueueStatus", ActionID="queues")
        await put(Opened(asked_ms))
        self.lives, self.state = True, None
        async with aclosing(connection.messages()) as messages:
            async for message in messages:
                received_ms = self._clock_ms()
                self._compare_clocks(message, received_ms)
                await put(Heard(message, received_ms))
                self._look_for_listing(message)

    def _compare_clocks(self, message: Message, received_ms: int) -> None:
        """By an answer to Ping; but events with the PBX's own time agree with its log anyway."""
        if "Timestamp" not in message:
            return
        self._stamped |= "Event" in message
        apart_ms = time_of(message, received_ms) - received_ms
        self.ahead_ms = apart_ms if abs(apart_ms) >= APART_MS and not self._stamped else 0

    def _look_for_listing(self, message: Message) -> None:
        if message.get("Event") == "QueueStatusComplete":
            self._listed = True
            self.listing_over.set()
        elif message.get("ActionID") == "queues" and message.get("Response") == "Error":
            said = message.get("Message", "no reason given")
            self.listing_over.set()
            self.state = f"AMI refuses QueueStatus: {said} - is app_queue loaded?: {NO_AMI}"

    def _wall_clock(self, at_ms: int) -> str:
        """As the people at the PBX's site read it; with the day where it is not today."""
        then, now = (datetime.fromtimestamp(ms / 1000, self._zone) for ms in (at_ms, self._clock_ms()))
        return then.strftime("%H:%M" if then.date() == now.date() else "%Y-%m-%d %H:%M")
