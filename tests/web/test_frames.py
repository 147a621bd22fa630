"""Ready-made frames on real uvicorn: what is negotiated, what is shared, and what is measured."""

import asyncio
import gc
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from tests.waiting import until
from tests.web.conftest import TOKEN, Served  # type: ignore[import-not-found]
from tests.web.onuvloop import event_loop_policy, pytestmark  # type: ignore[import-not-found]  # noqa: F401
from wallboard.config import Config, Server
from wallboard.live import frames
from wallboard.live.transport import FrameProtocol
from wallboard.web.serve import WS_MESSAGE_BYTES

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


def queued(number: int) -> dict[str, Any]:
    return {"type": "contact.queued", "contact": f"c{number}", "queue": f"queue-{number % 40}", "source": "pbx"}


def address(served: Served) -> str:
    return f"ws://{served.host}:{served.port}/live?board=overview"


def request(served: Served, extensions: str = "") -> bytes:
    return (
        f"GET /live?board=overview HTTP/1.1\r\nHost: {served.host}:{served.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {TOKEN}\r\n{extensions}\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("offered", "packed"),
    [
        ("permessage-deflate; client_max_window_bits", True),
        ("permessage-deflate; server_max_window_bits=10", False),
        ("permessage-deflate; server_no_context_takeover; server_max_window_bits=15", True),
        ("x-webkit-deflate-frame", False),
        ("", False),
    ],
)
async def test_who_offers_a_whole_window_gets_packed_frames_and_others_plain_ones(
    served: Served, offered: str, packed: bool
) -> None:
    line = f"Sec-WebSocket-Extensions: {offered}\r\n" if offered else ""
    head, _, frame = (await served.raw(request(served, line), wait_s=3)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    assert bool(frame[0] & 0x40) is packed, head.decode()
    if packed:
        assert b"server_no_context_takeover" in head
        assert b"client_no_context_takeover" in head


async def test_a_connection_that_was_lost_cannot_be_written_to(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its descriptor is soon another's: whoever still holds its `put` reaches nobody, and closes nothing."""
    lost, puts, ends = asyncio.Event(), list[Callable[[bytes], int]](), FrameProtocol.connection_lost

    def noted(self: FrameProtocol, exc: Exception | None) -> None:
        puts.append(self.put)  # type: ignore[arg-type]
        ends(self, exc)
        lost.set()

    monkeypatch.setattr(FrameProtocol, "connection_lost", noted)
    async with connect(address(served), additional_headers=HEADERS) as screen:
        await screen.recv()
    await asyncio.wait_for(lost.wait(), 60)
    assert puts[0].__self__.fileno() == -1  # type: ignore[attr-defined]


@pytest.mark.parametrize("bits", [None, 9, 12, 15])
async def test_the_websockets_package_reads_every_kind_of_offer(served: Served, bits: int | None) -> None:
    offer = [ClientPerMessageDeflateFactory(server_max_window_bits=bits, client_max_window_bits=True)]
    async with connect(address(served), additional_headers=HEADERS, extensions=offer, compression=None) as screen:
        assert json.loads(await screen.recv())["t"] == "hello"
        await served.http.post("/api/v1/events", json=[queued(number) for number in range(40)])
        async with asyncio.timeout(60):
            while "queue-39" not in (json.loads(await screen.recv()).get("patch") or {}).get("queues", {}):
                pass


async def test_the_same_bytes_go_to_every_screen_of_a_view(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[int] = []

    def packing(*given: Any) -> Any:
        packed.append(1)
        return zlib.compressobj(*given)

    monkeypatch.setattr(frames, "zlib", SimpleNamespace(compressobj=packing, Z_SYNC_FLUSH=zlib.Z_SYNC_FLUSH))
    async with asyncio.timeout(60):
        screens = [await connect(address(served), additional_headers=HEADERS) for _ in range(20)]
        hellos = {str(await screen.recv()) for screen in screens}
    await served.http.post("/api/v1/events", json=queued(1))
    told = await asyncio.gather(*(_until(screen, "queue-1") for screen in screens))
    assert len({messages[-1] for messages in told}) == 1
    assert len(packed) <= len(hellos.union(*told)), "each of them once, the snapshots too"
    for screen in screens:
        await screen.close()


async def _until(screen: ClientConnection, queue: str) -> list[str]:
    """What it is told, up to the first patch about that queue."""
    told: list[str] = []
    async with asyncio.timeout(60):
        while not told or queue not in (json.loads(told[-1]).get("patch") or {}).get("queues", {}):
            told.append(str(await screen.recv()))
    return told


async def test_a_packed_message_that_would_grow_is_refused_within_its_limit(served: Served) -> None:
    bomb = "x" * 5_000_000
    async with connect(address(served), additional_headers=HEADERS) as screen:
        await screen.recv()
        await screen.send(bomb)
        with pytest.raises(ConnectionClosed) as caught:
            while True:
                await asyncio.wait_for(screen.recv(), 60)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1009
    assert str(WS_MESSAGE_BYTES) in caught.value.rcvd.reason, "by who unpacks it, and not once it was whole"


async def test_the_time_to_the_socket_is_told_to_prometheus_and_to_a_tile_that_asks_for_it(
    config: Config, served_elsewhere: Any, fast_frames: bool, tmp_path: Path
) -> None:
    (tmp_path / "boards").mkdir()
    tile = '[[tile]]\nkind = "number"\nat = [1, 1]\nsize = [2, 2]\nmetric = "kpi.wallboard.latency"\n'
    (tmp_path / "boards" / "speed.toml").write_text(tile)
    own = replace(config, server=Server(boards=str(tmp_path / "boards")))
    async with served_elsewhere(own, fast_frames=fast_frames) as served:
        hub = served.app.state.hub
        url = address(served).replace("overview", "speed")
        async with connect(url, additional_headers=HEADERS) as screen, asyncio.timeout(60):
            await screen.recv()
            number = 0
            while "wallboard.latency" not in hub.pipeline.documents.get("kpis", {}):
                number += 1
                await served.http.post("/api/v1/events", json=queued(number))
                await asyncio.sleep(0.05)
            while "wallboard.latency" not in (json.loads(await screen.recv()).get("patch") or {}).get("kpis", {}):
                pass
        told = hub.pipeline.documents["kpis"]["wallboard.latency"]
        assert told["unit"] == "ms"
        asked = {"metric": "kpi.wallboard.latency"}
        said = (await served.http.get("/api/v1/explain", params=asked | {"board": "speed"})).json()
        assert [said[key] for key in ("value", "unit", "as_of")] == [told[key] for key in ("value", "unit", "as_of")]
        assert said["sources"] == [{"source": "wallboard"}]
        assert "99 of 100" in said["formula"]["words"]
        assert said["metric_name"] == "Event to screens"
        assert (await served.http.get("/api/v1/explain", params=asked)).status_code == 200
        assert (await served.http.get("/api/v1/explain", params=asked | {"board": "overview"})).status_code == 404
        text = (await served.http.get("/metrics")).text
    assert 'wallboard_event_to_socket_seconds_bucket{le="+Inf"}' in text
    assert "wallboard_frames_total" in text
    assert "wallboard_updates_per_second_limit 10.0" in text


async def test_connections_that_are_gone_leave_nothing_that_waits_for_the_collector(served: Served) -> None:
    """In a process with a large floor it seldom looks: what holds itself would stay for hours."""

    async def come_and_go() -> None:
        for _ in range(20):
            assert b" 101 " in await served.raw(request(served, "Sec-WebSocket-Extensions: permessage-deflate\r\n"))
            asked = f"GET /healthz HTTP/1.1\r\nHost: {served.host}:{served.port}\r\nConnection: close\r\n\r\n"
            assert b" 200 " in await served.raw(asked.encode())
        await until(lambda: not served.app.state.hub.screens)
        await asyncio.sleep(0.2)

    await come_and_go()
    gc.collect()
    gc.disable()
    try:
        await come_and_go()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        kinds = {f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    ours = ("wallboard", "uvicorn", "websockets", "starlette", "httptools")
    assert not [kind for kind in kinds if kind.startswith(ours)], "asyncio's own transports alone hold themselves"
