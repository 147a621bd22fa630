"""The real application on a real port: uvicorn in this loop, private Redis, and HTTP as programs speak it."""

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette

from wallboard.config import Config, Redis
from wallboard.configfile import as_written
from wallboard.core.events import SERVER, ConfigApplied
from wallboard.core.settings import Settings
from wallboard.record.people import FIRST, Bound, Role
from wallboard.web.app import create_app
from wallboard.web.listening import listen
from wallboard.web.serve import server_for
from wallboard.web.wiring import Parts

sys.path.insert(0, str(Path(__file__).resolve().parent))  # device.py, which is no test

TOKEN = "wb_test-token-of-the-admin"
# No TLS here, and to read all authorities takes longer than most tests.
PLAIN: dict[str, Any] = {"timeout": 60, "verify": False}


@dataclass
class Served:
    """A running server. `http` carries the admin's token; `anonymous` carries nothing."""

    app: Starlette
    parts: Parts
    host: str
    port: int
    http: httpx.AsyncClient
    anonymous: httpx.AsyncClient
    server: uvicorn.Server
    serving: "asyncio.Task[None]"

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def raw(self, request: bytes, *, wait_s: float = 30.0) -> bytes:
        """What comes back for these bytes until the server closes, or says nothing more."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(request)
            return await _all(reader, wait_s)
        finally:
            writer.close()

    async def person(self, name: str = "Olena", role: Role = "admin", **bound: Any) -> str:
        """The id of somebody with an account; made, where there is nobody of this name. `bound`: see record's Bound."""
        people = self.parts.people
        known, now_ms = await asyncio.to_thread(people.named, name), self.parts.clock_ms()
        if known is None and name == FIRST:
            known = await asyncio.to_thread(people.first, now_ms)
        if known is None:
            known = await asyncio.to_thread(people.add, name, role, Bound(**bound), by="tests", now_ms=now_ms)
        return known.id

    async def code(self, name: str = "Olena", role: Role = "admin", **bound: Any) -> str:
        """Of a sign-in link for them."""
        return await self.parts.sessions.signin.issue(await self.person(name, role, **bound))

    async def sign_in(self, name: str = "Olena", role: Role = "admin", **bound: Any) -> str:
        """A session's cookie header."""
        answer = await self.anonymous.post("/signin", json={"code": await self.code(name, role, **bound)})
        assert answer.status_code == 200
        token = answer.cookies[self.parts.sessions.cookie]
        self.anonymous.cookies.clear()
        return f"{self.parts.sessions.cookie}={token}"

    async def headers_of(self, name: str = "Olena", role: Role = "admin", **bound: Any) -> dict[str, str]:
        """What a page of theirs sends with a call."""
        return {"cookie": await self.sign_in(name, role, **bound), "origin": self.origin}

    async def apply(self, settings: Settings) -> None:
        """They come into force as the leading worker tells it."""
        told = ConfigApplied(settings=msgspec.to_builtins(settings), source=SERVER, id=secrets.token_hex(4))
        await self.parts.stream.append([told])

    async def two_teams(self) -> None:
        """Anna of team one and Boris of team two are there."""
        told = [
            {"type": "agent.signed_in", "agent": agent, "team": team, "queues": ["support"], "source": "pbx"}
            for agent, team in (("anna", "one"), ("boris", "two"))
        ]
        assert (await self.http.post("/api/v1/events", json=told)).status_code == 202
        await self.until("/api/v1/state", lambda state: len(state.get("agents", ())) == 2)

    async def until(self, path: str, holds: Callable[[Any], Any]) -> Any:
        """What it answers there, as soon as that holds."""
        async with asyncio.timeout(60):
            while True:
                answer = await self.http.get(path)
                if answer.status_code == 200 and holds(found := answer.json()):
                    return found
                await asyncio.sleep(0.03)


async def _all(reader: asyncio.StreamReader, wait_s: float) -> bytes:
    found = b""
    try:
        async with asyncio.timeout(wait_s):
            while chunk := await reader.read(65_536):
                found += chunk
                if b"connection: close" not in found.lower() and _complete(found):
                    break
    except (TimeoutError, ConnectionResetError):
        pass
    return found


def _complete(answer: bytes) -> bool:
    head, split, body = answer.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 101 "):
        return len(body) >= 4  # a first frame
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(split) and bool(lengths) and len(body) >= int(lengths[0].partition(b":")[2])


@asynccontextmanager
async def serving(
    config: Config,
    *,
    until: str = "/readyz",
    clock_ms: Callable[[], int] | None = None,
    fast_frames: bool = True,
    at: tuple[str, int] = ("127.0.0.1", 0),
) -> AsyncIterator[Served]:
    """The application for this configuration, from its first 200 at `until` to its clean stop."""
    app = create_app(config, clock_ms)
    listener = listen(*at)
    host, port = listener.getsockname()
    proxies = ",".join(config.server.trusted_proxies) or None
    server = server_for(app, proxies=proxies, fast_frames=fast_frames)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        base = f"http://{host}:{port}"
        async with (
            httpx.AsyncClient(base_url=base, headers={"authorization": f"Bearer {TOKEN}"}, **PLAIN) as http,
            httpx.AsyncClient(base_url=base, **PLAIN) as anonymous,
        ):
            await _until_ready(task, anonymous, until)
            yield Served(app, app.state.parts, host, port, http, anonymous, server, task)
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def serving_file(config: Config, text: str) -> AsyncIterator[Served]:
    """With a `wallboard.toml` of this text, whose settings come into force."""
    file = config.data / "wallboard.toml"
    file.write_text(text, encoding="utf-8")
    found = as_written(file, {})
    async with serving(replace(config, file=file, settings=found.settings, receivers=found.receivers)) as served:
        await served.apply(found.settings)
        yield served


async def _until_ready(task: asyncio.Task[None], http: httpx.AsyncClient, path: str) -> None:
    async with asyncio.timeout(60):
        while True:
            if task.done():
                task.result()
                raise RuntimeError("the server ended before it was ready")
            with suppress(httpx.TransportError):
                if (await http.get(path)).status_code == 200:
                    return
            await asyncio.sleep(0.02)


@pytest.fixture
def config(redis_url: str, namespace: str, tmp_path: Path) -> Config:
    return replace(Config(), redis=Redis(url=redis_url, namespace=namespace), admin_token=TOKEN, data=tmp_path)


@pytest.fixture
async def served(config: Config) -> AsyncIterator[Served]:
    async with serving(config) as found:
        yield found


@pytest.fixture(params=[True, False], ids=["frames", "ordinary"])
def fast_frames(request: pytest.FixtureRequest) -> bool:
    """What holds for finished frames (live/transport.py) holds on the ordinary way too."""
    return bool(request.param)


@pytest.fixture
async def served_either_way(config: Config, fast_frames: bool) -> AsyncIterator[Served]:
    async with serving(config, fast_frames=fast_frames) as found:
        yield found


@pytest.fixture
def served_elsewhere() -> Callable[..., AbstractAsyncContextManager[Served]]:
    """For tests that need a server of their own configuration or clock."""
    return serving


@pytest.fixture
def served_with(config: Config) -> Callable[[str], AbstractAsyncContextManager[Served]]:
    """For tests that need a file of their own text."""
    return lambda text: serving_file(config, text)


@pytest.fixture
async def still(config: Config, served_elsewhere: Callable[..., Any]) -> AsyncIterator[Served]:
    """A server whose clock stands: no bucket fills again while a slow machine hashes."""
    now_ms = time.time_ns() // 1_000_000
    async with served_elsewhere(config, clock_ms=lambda: now_ms) as served:
        yield served
