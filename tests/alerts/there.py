"""Receivers of webhooks that a test can make fail, a mail server, and a leading process that sends to them."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import serving
from tests.waiting import now_ms
from wallboard.alerts import delivery as delivering
from wallboard.alerts.chat import Anew, as_it_was
from wallboard.alerts.delivery import Delivery, Holds, nothing
from wallboard.alerts.message import Message
from wallboard.receivers import Receiver
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.outbox import New, Outbox

KEY = b"k" * 32
HERE = (ipaddress.ip_network("127.0.0.0/8"),)
HELLO = Message(id="a+", type="raised", severity="critical", title="support: waiting 7 (limit > 5)", text="Do: x", at=1)


class There:
    """A receiver of webhooks whose answers a test sets."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.asked = 0
        self.answer: Callable[[], Any] = lambda: 204
        self.url = ""
        self.moved = ""

    async def take(self, request: Request) -> Response:
        self.asked += 1
        body = await request.body()
        status = self.answer()
        if asyncio.iscoroutine(status):
            status = await status
        if status < 300:
            self.got.append((dict(request.headers), body))
        return Response(status_code=status, headers={"location": self.moved} if self.moved else None)

    @property
    def titles(self) -> list[str]:
        return [msgspec.json.decode(body)["title"] for _, body in self.got]


@asynccontextmanager
async def listening(on: socket.socket | None = None) -> AsyncIterator[There]:
    there = There()
    app = Starlette(routes=[Route("/hook", there.take, methods=["POST"])])
    async with serving(app, on=on) as url:
        there.url = f"{url}/hook"
        yield there


class Post:
    """Takes mail."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        self.got.append(envelope.content)
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[tuple[Post, str]]:
    """What it took, and the address of a receiver there."""
    post = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield post, f"smtp://127.0.0.1:{port}/?from=wall@example.com&to=leads@example.com&to=boss@example.com"
    finally:
        controller.stop()


class Sending:
    """A leading process with deliveries."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self.outbox, self._lease = Outbox(redis, keys), Lease(redis, keys)
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.token = 0

    async def lead(self) -> None:
        self.token = await self._lease.acquire() or 0

    async def next_token(self) -> int:
        """Somebody else leads from now on."""
        await self._lease.release(self.token)
        return await self._lease.acquire() or 0

    def start(
        self, name: str, url: str, now_ms: Callable[[], int] = now_ms, holds: Holds = nothing, anew: Anew = as_it_was
    ) -> None:
        receiver = Receiver(name, "webhook", url, KEY, allow=HERE)
        delivery = Delivery(receiver, self.outbox, now_ms, lambda: self.token, holds, anew)
        self.tasks[name] = asyncio.create_task(_woken(delivery))

    async def stop(self, name: str) -> None:
        task = self.tasks.pop(name)
        task.cancel()
        await asyncio.wait([task])

    async def put(self, name: str, title: str, **more: Any) -> bool:
        message = msgspec.structs.replace(HELLO, id=title, title=title, **more)
        return (await self.outbox.put(self.token, name, [New(title, title, msgspec.json.encode(message))]))[0]


async def _woken(delivery: Delivery) -> None:
    """As `Deliveries` does, at each look."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(delivery.run())
        while True:
            await asyncio.sleep(delivering.LOOK_S)
            delivery.wake()


async def leading(outbox: Outbox) -> int:
    """The token of who leads; where nobody ever did, somebody does from now on."""
    redis, fence = outbox._redis, outbox._keys.fence
    await redis.set(fence, 1, nx=True)
    return int(await redis.get(fence) or 0)


@asynccontextmanager
async def quick(redis: Redis, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sending]:
    """It leads, and its pauses are short."""
    for name, value in (
        ("LOOK_S", 0.02),
        ("FIRST_PAUSE_S", 0.05),
        ("LONGEST_PAUSE_S", 0.2),
        ("SEND_S", 0.5),
        ("FINISH_S", 0.5),
    ):
        monkeypatch.setattr(delivering, name, value)
    sending = Sending(redis, keys)
    await sending.lead()
    yield sending
    for name in list(sending.tasks):
        await sending.stop(name)
