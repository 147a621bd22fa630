"""An answer leaves in one write, and one without a body leaves all the same."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import pytest
import uvloop

from wallboard.web.onewrite import OneWrite


class Written(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.calls.append(bytes(data))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.calls.append(b"".join(list_of_data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


async def test_head_and_body_are_one_write() -> None:
    to = Written()
    answering = OneWrite(to, asyncio.get_running_loop())
    answering.write(b"head")
    answering.write(b"body")
    assert to.calls == [b"headbody"]


async def test_a_head_alone_goes_with_the_loops_next_turn() -> None:
    to = Written()
    OneWrite(to, asyncio.get_running_loop()).write(b"head")
    assert not to.calls
    await asyncio.sleep(0)
    assert to.calls == [b"head"]


async def test_a_stream_of_chunks_keeps_its_order() -> None:
    to = Written()
    answering = OneWrite(to, asyncio.get_running_loop())
    for number in range(9):
        answering.write(b"%d" % number)
        if number % 4 == 2:
            await asyncio.sleep(0)
    answering.close()
    await asyncio.sleep(0)
    assert b"".join(to.calls) == b"012345678"
    assert answering.is_closing()


async def test_what_was_written_leaves_before_the_connection_closes() -> None:
    to = Written()
    answering = OneWrite(to, asyncio.get_running_loop())
    answering.write(b"head")
    answering.close()
    assert to.calls == [b"head"]
    assert to.closed


@pytest.mark.parametrize("parts", [[b"head"], [b"head", b"body"]])
def test_a_connection_that_closed_meanwhile_is_no_error(parts: list[bytes]) -> None:
    """uvloop's own transport, as in the web process: after its end it raises at each write."""
    wrong, done = list[object](), list[bool]()

    async def answer(transport: asyncio.Transport) -> None:
        await asyncio.sleep(0.01)
        answering = OneWrite(transport, asyncio.get_running_loop())
        transport.close()
        await asyncio.sleep(0.05)
        for part in parts:
            answering.write(part)
        await asyncio.sleep(0)  # a head alone leaves with the loop's next turn
        done.append(answering.is_closing())

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._task = asyncio.create_task(answer(cast(asyncio.Transport, transport)))

    async def connect() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: wrong.append(context))
        server = await loop.create_server(Answering, "127.0.0.1", 0)
        async with asyncio.timeout(30):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            assert await reader.read() == b""
            while not done and not wrong:
                await asyncio.sleep(0.02)
        writer.close()
        server.close()

    uvloop.run(connect())
    assert (done, wrong) == ([True], [])


async def test_an_answer_comes_in_one_segment(served: Any) -> None:
    """The real server: what the first read brings is the whole answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    for _ in range(20):
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        told = await reader.read(65_536)
        head, _, body = told.partition(b"\r\n\r\n")
        assert f"content-length: {len(body)}\r\n".encode() in head + b"\r\n"
        assert body
    writer.close()
    await writer.wait_closed()
