"""A PBX's manager interface, as far as a wallboard sees it: sign-in, QueueStatus, pings, and what is to be said."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from collectors.asterisk.wire import Message, Parser

CHALLENGE = "204938471"
BANNER = "Asterisk Call Manager/11.0.0"


class FakeManager:
    """Set what it shall do, then `async with serving(fake)`. `asked` holds every action that it was sent."""

    def __init__(self, secret: str = "s3cret") -> None:
        self.secret = secret
        self.md5 = True  # offers a challenge
        self.may_log_in = True  # permit lines in manager.conf
        self.answers_listing = True
        self.refuses_listing: str | None = None
        self.says_booted = True
        self.silent = False  # takes connections and says nothing
        self.uptime_s = 3600
        self.clock_s: float | None = None
        self.listing: list[Message] = []
        self.asked: list[Message] = []
        self.logins = 0
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def connections(self) -> int:
        return len(self._writers)

    async def say(self, *messages: Message) -> None:
        """To everybody who is signed in."""
        await self.send(b"".join(encoded(message) for message in messages))

    async def send(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)
            await writer.drain()

    def hang_up(self) -> None:
        """Cut all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parser = Parser()
        try:
            if not self.silent:
                writer.write(f"{BANNER}\r\n".encode())
            while data := await reader.read(65_536):
                for action in parser.feed(data):
                    self.asked.append(action)
                    if not self.silent and not self._answer(action, writer):
                        return
        except ConnectionError:
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, action: Message, writer: asyncio.StreamWriter) -> bool:
        """False: the PBX closes the connection."""
        kind = action.get("Action", "")
        if kind == "Challenge":
            said = {"Response": "Success", "Challenge": CHALLENGE} if self.md5 else {"Response": "Error"}
        elif kind == "Login":
            return self._login(action, writer)
        elif kind == "QueueStatus":
            said = self._list()
        elif kind == "Ping":
            said = {"Response": "Success", "Ping": "Pong"}
            said |= {} if self.clock_s is None else {"Timestamp": f"{self.clock_s:.6f}"}
        else:
            said = {"Response": "Error", "Message": "Permission denied"}
        writer.write(encoded({**said, "ActionID": action.get("ActionID", "")}))
        if kind == "QueueStatus" and self.answers_listing and self.refuses_listing is None:
            for row in [*self.listing, {"Event": "QueueStatusComplete"}]:
                writer.write(encoded({**row, "ActionID": action.get("ActionID", "")}))
        return True

    def _login(self, action: Message, writer: asyncio.StreamWriter) -> bool:
        self.logins += 1
        key = hashlib.md5(f"{CHALLENGE}{self.secret}".encode()).hexdigest()
        good = action.get("Key") == key if "Key" in action else action.get("Secret") == self.secret
        if not good or not self.may_log_in:
            writer.write(encoded({"Response": "Error", "Message": "Authentication failed", "ActionID": "login"}))
            return False
        writer.write(
            encoded({"Response": "Success", "Message": "Authentication accepted", "ActionID": action["ActionID"]})
        )
        if self.says_booted:
            writer.write(encoded({"Event": "FullyBooted", "Uptime": str(self.uptime_s), "Status": "Fully Booted"}))
        self._writers.add(writer)
        return True

    def _list(self) -> Message:
        if self.refuses_listing is not None:
            return {"Response": "Error", "Message": self.refuses_listing}
        return {"Response": "Success", "EventList": "start", "Message": "Queue status will follow"}


def encoded(message: Message) -> bytes:
    return ("\r\n".join(f"{key}: {value}" for key, value in message.items()) + "\r\n\r\n").encode()


def listing(members: Iterable[Message] = (), callers: Iterable[Message] = (), queue: str = "support") -> list[Message]:
    """An answer to QueueStatus about one queue."""
    return [
        {"Event": "QueueParams", "Queue": queue},
        *({"Event": "QueueMember", "Queue": queue, "Status": "1", "Paused": "0", **row} for row in members),
        *({"Event": "QueueEntry", "Queue": queue, **row} for row in callers),
    ]


@asynccontextmanager
async def serving(fake: FakeManager, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[FakeManager]:
    """On a port of loopback."""
    server = await asyncio.start_server(fake.serve, "127.0.0.1", port, ssl=tls)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        fake.hang_up()
