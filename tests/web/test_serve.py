"""The port: taken when asked for, inherited by its connections, and given back within ten seconds."""

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.waiting import until
from wallboard.commands import parts
from wallboard.config import Config, Server
from wallboard.live.prompt import PromptProtocol
from wallboard.live.transport import FrameProtocol
from wallboard.live.waits import SEND_BUFFER_BYTES
from wallboard.web import serve
from wallboard.web.listening import PEER_GONE_MS, listen


def test_port_zero_takes_a_free_one_and_a_taken_one_is_named() -> None:
    with listen("127.0.0.1", 0) as first:
        first.listen()
        port = first.getsockname()[1]
        assert port > 0
        with pytest.raises(OSError, match=f"127.0.0.1 port {port}"):
            listen("127.0.0.1", port)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no TCP_USER_TIMEOUT")
def test_a_connection_inherits_the_limit_for_a_peer_that_is_gone_and_the_small_buffer() -> None:
    with listen("127.0.0.1", 0) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                limit_ms = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
                held = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    assert limit_ms == PEER_GONE_MS
    assert held in (SEND_BUFFER_BYTES, 2 * SEND_BUFFER_BYTES), "Linux counts its own needs too: twice what was asked"


@pytest.mark.parametrize("way", ["frames", "ordinary"])
def test_a_screen_whose_network_goes_away_is_let_go_within_20_seconds(
    way: str, redis_url: str, namespace: str, tmp_path: Path
) -> None:
    """In a network namespace of its own, where the line can be taken down: no pong, no end, no answer of the kernel."""
    alone = ["unshare", "--map-root-user", "--net"]
    down = [*alone, "ip", "link", "set", "lo", "down"]
    if shutil.which("unshare") is None or subprocess.run(down, capture_output=True, check=False).returncode:
        pytest.skip("this system gives no network namespace (unshare --net), or has no ip: nothing can vanish here")
    script = Path(__file__).with_name("vanishing.py")
    given = [redis_url, namespace, tmp_path, way]
    done = subprocess.run(
        [*alone, sys.executable, script, *given], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    seconds, vanished = done.stdout.splitlines()[-1].split()
    assert 9 < float(seconds) < 20, "the next beat, and the 10 s of TCP_USER_TIMEOUT"
    assert vanished == "1"


async def test_the_setting_chooses_the_way(config: Config, fast_frames: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """`[server] fast_frames`, as `wallboard web` reads it."""
    chosen: list[Any] = []
    whole = serve.server_for

    class Enough(Exception):
        pass

    def told(*app: Any, **given: Any) -> None:
        chosen.append(whole(*app, **given).config.ws)
        raise Enough

    monkeypatch.setattr(serve, "server_for", told)
    with pytest.raises(Enough):
        await parts._web(replace(config, server=Server(fast_frames=fast_frames)), None, None, None)  # type: ignore[arg-type]
    assert chosen == [FrameProtocol if fast_frames else PromptProtocol]


async def test_at_a_stop_screens_are_told_to_come_back_and_a_stalled_sender_holds_nothing_up(
    config: Config, served_elsewhere: Any, fast_frames: bool
) -> None:
    async with served_elsewhere(config, fast_frames=fast_frames) as served:
        board = next(iter(served.parts.boards()), None)
        if board is None:
            pytest.skip("no default boards here")
        bearer = {"authorization": served.http.headers["authorization"]}
        screen = await connect(f"ws://{served.host}:{served.port}/live?board={board}", additional_headers=bearer)
        assert '"t":"hello"' in await screen.recv(decode=True)
        stalled_reader, stalled = await asyncio.open_connection(served.host, served.port)
        stalled.write(b"POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n")
        await stalled.drain()
        stopping_s = time.monotonic()
    assert time.monotonic() - stopping_s < 10
    assert await close_code(screen) == 1012
    assert await stalled_reader.read() == b""
    stalled.close()


async def test_a_server_that_has_nothing_to_do_looks_seldom_and_ends_as_soon_as_it_is_told(served: Any) -> None:
    looked = []
    tick = served.server.on_tick

    async def looking(counter: int) -> bool:
        looked.append(counter)
        return bool(await tick(counter))

    served.server.on_tick = looking
    first = (await served.http.get("/healthz")).headers["date"]
    await asyncio.sleep(2.2)
    assert (await served.http.get("/healthz")).headers["date"] != first
    assert 1 <= len(looked) <= 3
    served.server.should_exit = True
    await until(lambda: not served.server.servers[0].is_serving(), 0.5)


async def test_a_uvicorn_that_counts_otherwise_serves_as_it_does(
    config: Config, served_elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def on_tick(self: uvicorn.Server) -> bool:
        return self.should_exit

    async def main_loop(self: uvicorn.Server) -> None:
        while not await self.on_tick():  # type: ignore[call-arg]
            await asyncio.sleep(0.1)

    monkeypatch.setattr(uvicorn.Server, "on_tick", on_tick)
    monkeypatch.setattr(uvicorn.Server, "main_loop", main_loop)
    async with served_elsewhere(config) as served:
        assert type(served.server) is uvicorn.Server
        assert (await served.http.get("/healthz")).status_code == 200


async def close_code(screen: ClientConnection) -> int:
    """What the server said when it closed, after everything that it had sent before."""
    try:
        while True:
            await screen.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
