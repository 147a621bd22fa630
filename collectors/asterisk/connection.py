"""How do we listen to a PBX's manager interface? One connection: sign in, ask for the queues, read on.

Only `Login`, `QueueStatus`, `CoreStatus` and `Ping` are ever sent, nothing that loads the PBX.
"""

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import AsyncGenerator

from collectors.asterisk.options import Options
from collectors.asterisk.wire import COUNTERS, Message, Parser
from wallboard.core.errors import SourceError

CONNECT_S = 5.0
ANSWER_S = 5.0
PING_S = 10.0
COUNT_PINGS = 30  # between two looks at the PBX's own counters
SILENT_S = 25.0  # nothing at all, not even the answer to a ping
READ_BYTES = 65_536
CLASSES = "agent,system"


class Connection:
    """`open` first, then `messages` until it raises SourceError. Answers to requests come among the messages."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._parser = Parser()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._early: list[Message] = []
        self.banner: str | None = None

    async def open(self) -> None:
        """Signed in. Raises SourceError; fatal where only a person can help (user, secret, permit)."""
        where = f"{self._options.host}:{self._options.port}"
        try:
            async with asyncio.timeout(CONNECT_S):
                self._reader, self._writer = await asyncio.open_connection(
                    self._options.host, self._options.port, ssl=_tls(self._options.tls)
                )
        except TimeoutError:
            raise SourceError(f"AMI at {where} does not answer") from None
        except OSError as error:
            raise SourceError(f"AMI at {where} cannot be reached: {error.strerror or error}") from None
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._sign_in(where)
        except TimeoutError:
            raise SourceError(f"{where} does not answer as an AMI does: is it the manager port?") from None

    def send(self, action: str, **fields: str) -> None:
        """Raises SourceError when the connection is gone."""
        if self._writer is None or self._writer.is_closing():
            raise SourceError("AMI connection lost")
        lines = [f"Action: {action}", *(f"{key}: {value}" for key, value in fields.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def messages(self) -> AsyncGenerator[Message, None]:
        """Raises SourceError at the end, whatever ended it."""
        pinging = asyncio.create_task(self._ping())
        try:
            while True:
                early, self._early = self._early, []
                for message in early:
                    yield message
                for message in await self._received(SILENT_S):
                    yield message
        finally:
            pinging.cancel()
            await asyncio.wait([pinging])

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._writer.wait_closed()

    async def _sign_in(self, where: str) -> None:
        self.send("Challenge", ActionID="challenge", AuthType="MD5")
        challenge = (await self._answer("challenge")).get("Challenge")
        fields = {"Username": self._options.username or "", "Events": CLASSES, "ActionID": "login"}
        if challenge:  # so that the secret itself does not travel
            key = hashlib.md5(f"{challenge}{self._options.read_secret()}".encode(), usedforsecurity=False).hexdigest()
            self.send("Login", **fields, AuthType="MD5", Key=key)
        else:
            self.send("Login", **fields, Secret=self._options.read_secret())
        answer = await self._answer("login")
        self.banner = self._parser.banner
        if answer.get("Response") != "Success":
            said = answer.get("Message", "no reason given")
            raise SourceError(
                f"AMI at {where} refuses the login of {self._options.username}: {said} - "
                "look at user, secret and permit lines in manager.conf",
                fatal=True,
            )

    async def _answer(self, action_id: str) -> Message:
        """The response to that action; what else comes meanwhile is kept for `messages`."""
        while True:
            for index, message in enumerate(found := await self._received(ANSWER_S)):
                if message.get("ActionID") == action_id and "Response" in message:
                    self._early += found[index + 1 :]
                    return message
                self._early.append(message)

    async def _received(self, within_s: float) -> list[Message]:
        assert self._reader is not None
        try:
            async with asyncio.timeout(within_s):
                data = await self._reader.read(READ_BYTES)
        except TimeoutError:
            raise SourceError(f"AMI said nothing for {within_s:.0f} s") from None
        except OSError as error:
            raise SourceError(f"AMI connection lost: {error.strerror or error}") from None
        if not data:
            raise SourceError("AMI closed the connection")
        return self._parser.feed(data)

    async def _ping(self) -> None:
        number = 0
        with contextlib.suppress(SourceError):  # `messages` tells
            while True:
                await asyncio.sleep(PING_S)
                number += 1
                self.send("Ping", ActionID=f"ping-{number}")
                if number % COUNT_PINGS == 0:
                    self.send("QueueStatus", ActionID=COUNTERS)


def _tls(wanted: bool | str) -> ssl.SSLContext | None:
    """The PBX's certificate is always checked. Raises OSError where the authority's file cannot be read."""
    if not wanted:
        return None
    return ssl.create_default_context(cafile=wanted if isinstance(wanted, str) else None)
