"""How does an answer leave? Head and body in one write, where they come together.

uvicorn writes each for itself, and uvloop sends each at once: two system calls and two packets for an answer of 100
bytes, and a client that wakes up twice.
"""

import asyncio


class OneWrite:
    """What a request's cycle of uvicorn uses of its transport: write, close, is_closing.

    The first write waits for the second, at most until the loop's next turn: an answer to HEAD has no second one.
    What is for a connection that closed meanwhile is dropped: uvloop refuses it with an error.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None

    def write(self, data: bytes) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            if not self.is_closing():
                self._transport.writelines((head, data))
        else:
            self._head = data
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            if not self.is_closing():
                self._transport.write(head)
