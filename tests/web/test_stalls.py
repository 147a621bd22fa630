"""Screens that take nothing or answer nothing: each is let go in time, on both ways, and told why where it reads."""

import asyncio
import gc
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol as Uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.waiting import until
from tests.web.conftest import Served  # type: ignore[import-not-found]
from tests.web.onuvloop import event_loop_policy, pytestmark  # type: ignore[import-not-found]  # noqa: F401
from tests.web.test_frames import HEADERS, address, queued, request  # type: ignore[import-not-found]
from wallboard.config import Config, Server
from wallboard.live import transport
from wallboard.live.channel import Channel
from wallboard.live.screen import Screen
from wallboard.web import listening, serve
from wallboard.web import socket as live_socket
from wallboard.web.socket import TextWire

CUT = b"\x0f\xa8too slow"  # 4008, as it stands in a close frame


@pytest.fixture
async def served(
    config: Config, served_elsewhere: Any, fast_frames: bool, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    """On both ways; and the kernel is patient: what lets a screen go is ours."""
    monkeypatch.setattr(listening, "PEER_GONE_MS", 600_000)
    async with served_elsewhere(config, fast_frames=fast_frames) as found:
        yield found


@pytest.fixture
def short_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "STALLED_S", 1.5)
    monkeypatch.setattr(live_socket, "STALLED_S", 1.5)


@asynccontextmanager
async def stalled(served: Served) -> AsyncIterator[socket.socket]:
    """A screen that reads nothing, not even its handshake."""
    loop = asyncio.get_running_loop()
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        found.setblocking(False)
        await loop.sock_connect(found, (served.host, served.port))
        await loop.sock_sendall(found, request(served))
        yield found


async def flood(served: Served, until: Callable[[], object]) -> None:
    """Large patches for every screen, until it is so."""
    number = 0
    async with asyncio.timeout(40):
        while not until():
            number += 40
            noise = [{**queued(number + nth), "queue": f"queue {nth} {'x' * 200}"} for nth in range(40)]
            await served.http.post("/api/v1/events", json=noise)
            await asyncio.sleep(0.1)


def calls(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """Of uvicorn's protocol: the connections on which it was called."""
    found: list[Any] = []
    whole = getattr(Uvicorn, name)
    monkeypatch.setattr(Uvicorn, name, lambda at, *given: found.append(at) or whole(at, *given))
    return found


async def test_a_stalled_screen_holds_little_is_cut_after_its_time_and_delays_nobody(
    served: Served, short_stall: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, loop = served.app.state.hub, asyncio.get_running_loop()
    assert type(loop).__module__ == "uvloop"
    lagging = calls(monkeypatch, "pause_writing")
    held, told = [0], 0

    async def watch(screen: ClientConnection) -> None:
        nonlocal told
        async for _ in screen:
            told += bool(lagging and not hub.sent.cut["slow"])

    def cut() -> bool:
        held.extend(at.transport.get_write_buffer_size() for at in lagging)
        return bool(hub.sent.cut["slow"])

    async with (
        stalled(served),
        connect(address(served), additional_headers=HEADERS, max_size=None) as screen,
        asyncio.TaskGroup() as tasks,
    ):
        watching = tasks.create_task(watch(screen))
        await flood(served, cut)
        watching.cancel()
    assert hub.sent.merged > 0, "it held one patch, merged"
    assert max(held) < 256_000
    assert told > 1, "the other one was told all the time"
    await until(lambda: not hub.screens, 30)


async def test_a_screen_that_reads_again_too_late_is_told_4008_and_the_log_says_so(
    served: Served, short_stall: None
) -> None:
    loop, found = asyncio.get_running_loop(), b""
    with capture_logs() as logs:
        async with stalled(served) as peer:
            await flood(served, lambda: served.app.state.hub.sent.cut["slow"])
            async with asyncio.timeout(60):
                while CUT not in found and (more := await loop.sock_recv(peer, 65_536)):
                    found += more
    assert [(one["code"], one["board"]) for one in logs if one["event"] == "screen closed"] == [(4008, "overview")]
    assert CUT in found[-100:]
    assert b'"t":"hello"' in found


async def test_a_slow_line_that_takes_its_snapshot_piece_by_piece_is_let(
    config: Config, served_elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes several times as long as somebody may take nothing."""
    monkeypatch.setattr(transport, "STALLED_S", 0.6)
    loop = asyncio.get_running_loop()
    async with served_elsewhere(config, fast_frames=True) as served:
        hub, found = served.app.state.hub, b""
        queues = [{**queued(nth), "queue": f"queue {nth} {'x' * 200}"} for nth in range(1_000)]
        assert (await served.http.post("/api/v1/events", json=queues)).status_code == 202
        await until(lambda: len(hub.pipeline.documents["queues"]) == 1_000, 30)
        async with stalled(served) as peer:
            async with asyncio.timeout(60):
                while not (whole := found.partition(b"\r\n\r\n")[2]) or len(whole) < 10 + _length(whole):
                    found += await loop.sock_recv(peer, 8_192)
                    await asyncio.sleep(0.03)
        assert b'"t":"hello"' in whole
        assert len(whole) / 8_192 * 0.03 > 3 * 0.6, "it took long"
        assert not hub.sent.cut["slow"]


def _length(frame: bytes) -> int:
    """What a long frame says of its payload."""
    return int.from_bytes(frame[2:10], "big")


async def test_what_became_of_it_stands_in_the_metrics(
    config: Config, served_elsewhere: Any, fast_frames: bool, short_stall: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each figure of the fan-out, as Prometheus reads it; and the lowered rate, where a patch takes 200 ms."""
    names = ["screens", "patches_total", "frames_total", "frame_bytes_total", "patches_merged_total"]
    names += [
        "screens_waiting",
        'screens_cut_total{reason="slow"}',
        "fan_out_seconds_sum",
        "fan_out_seconds_count",
        "updates_lowered_total",
        "updates_per_second_limit",
        "tick_seconds_sum",
        "tick_seconds_count",
    ]

    async def figures(served: Served) -> dict[str, float]:
        lines = (await served.http.get("/metrics")).text.splitlines()
        told = {line.partition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line[0] != "#"}
        return {name: told[f"wallboard_{name}"] for name in names}

    async with served_elsewhere(config, fast_frames=fast_frames) as served:
        hub = served.app.state.hub
        before = await figures(served)
        ticked = {name: before[name] for name in ("tick_seconds_sum", "tick_seconds_count")}  # without screens too
        assert before == dict.fromkeys(names, 0) | {"updates_per_second_limit": 10} | ticked
        async with stalled(served):
            await flood(served, lambda: hub.sent.cut["slow"])
        await until(lambda: not hub.screens, 30)
        cut = await figures(served)
        assert (cut["screens"], cut['screens_cut_total{reason="slow"}']) == (0, 1)
        assert cut["patches_merged_total"] > 0
        assert cut["frames_total"] > 1
        assert cut["frame_bytes_total"] > 65_536
        assert cut["fan_out_seconds_sum"] > 0
        assert 0 < cut["fan_out_seconds_count"] <= cut["patches_total"]
        assert cut["tick_seconds_sum"] > before["tick_seconds_sum"]
        assert cut["tick_seconds_count"] >= before["tick_seconds_count"] + cut["fan_out_seconds_count"] / 2
        whole = Channel.hand_on
        monkeypatch.setattr(Channel, "hand_on", lambda at: (at._packed and time.sleep(0.2)) or whole(at))
        async with connect(address(served), additional_headers=HEADERS, max_size=None):
            await flood(served, lambda: hub.pace.rate == 2)
            busy = await figures(served)
        assert busy["updates_per_second_limit"] == 2
        assert busy["updates_lowered_total"] >= 1
        told = busy["fan_out_seconds_count"] - cut["fan_out_seconds_count"]
        assert busy["fan_out_seconds_sum"] - cut["fan_out_seconds_sum"] >= 0.2 * told > 0
        assert busy["patches_total"] > cut["patches_total"]


async def test_a_stalled_screen_that_ended_its_own_side_is_let_go_too(
    served: Served, short_stall: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection closes already, and waits for what it will never take."""
    lagging, lost = calls(monkeypatch, "pause_writing"), calls(monkeypatch, "connection_lost")
    async with stalled(served) as peer:
        await flood(served, lambda: lagging)
        peer.shutdown(socket.SHUT_WR)
        await until(lambda: lost, 12)  # the ordinary way notices by the next beat
    assert served.app.state.hub.sent.cut["slow"] == 1


async def test_of_a_screen_that_was_cut_nothing_stays(served: Served, short_stall: None) -> None:
    """In a process with a large floor the collector seldom looks: what it held would stay for hours."""
    hub = served.app.state.hub

    def held() -> list[str]:
        return [
            type(one).__name__
            for one in gc.get_objects()
            if isinstance(one, Uvicorn | TextWire) or (isinstance(one, Screen) and one.channel._source is hub)
        ]

    gc.collect()
    gc.disable()
    try:
        async with stalled(served):
            await flood(served, lambda: hub.sent.cut["slow"])
            await until(lambda: not hub.screens, 30)
            with suppress(TimeoutError):
                await until(lambda: not held(), 15)
        assert not held()
    finally:
        gc.enable()


async def test_a_screen_that_talks_and_never_stops_listening_is_not_called_dead(
    config: Config, served_elsewhere: Any, fast_frames: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push-only handler would kill it: pongs are read only while the handler receives."""
    pings = calls(monkeypatch, "send_keepalive_ping")
    monkeypatch.setattr(serve, "PING_S", 0.5)
    monkeypatch.setattr(serve, "PONG_S", 0.5)
    async with (
        served_elsewhere(config, fast_frames=fast_frames) as served,
        connect(address(served), additional_headers=HEADERS, ping_interval=None) as screen,
    ):
        for _ in range(3):
            await screen.send('{"t":"report","seq":1}')
        assert json.loads(await screen.recv())["t"] == "hello"
        await until(lambda: len(pings) > 4, 30)
        await served.http.post("/api/v1/events", json=queued(1))
        assert json.loads(await asyncio.wait_for(screen.recv(), 30))["t"] in ("patch", "beat")


async def test_a_screen_that_answers_no_ping_is_gone(
    config: Config, served_elsewhere: Any, fast_frames: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "PING_S", 0.5)
    monkeypatch.setattr(serve, "PONG_S", 0.5)
    async with served_elsewhere(config, fast_frames=fast_frames) as served:
        reader, writer = await asyncio.open_connection(served.host, served.port)
        writer.write(request(served))
        async with asyncio.timeout(60):
            assert b"keepalive ping timeout" in await reader.read(-1), "and told so, since it reads"
        writer.close()
        hub = served.app.state.hub
        await until(lambda: not hub.screens and any(hub.sent.cut.values()), 30)
        assert hub.sent.cut == {"slow": 0, "vanished": 0, "silent": 1}


async def put_off(served: Served) -> dict[str, float]:
    """How often for which reason, as Prometheus reads it; not those of which there is none."""
    lines = (await served.http.get("/metrics")).text.splitlines()
    told = [line for line in lines if line.startswith("wallboard_screens_put_off_total{")]
    return {line.split('"')[1]: count for line in told if (count := float(line.rpartition(" ")[2]))}


async def test_above_the_limit_a_screen_is_asked_to_come_later(
    config: Config, served_elsewhere: Any, fast_frames: bool
) -> None:
    limited = replace(config, server=Server(max_screens=2))
    async with served_elsewhere(limited, fast_frames=fast_frames) as served:
        screens = [await connect(address(served), additional_headers=HEADERS) for _ in range(2)]
        async with connect(address(served), additional_headers=HEADERS) as late:
            with pytest.raises(ConnectionClosed) as caught:
                await asyncio.wait_for(late.recv(), 30)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1013
        assert await put_off(served) == {"limit": 1}
        for screen in screens:
            await screen.close()


async def test_where_files_run_out_before_the_setting_does_a_screen_is_told(
    config: Config, served_elsewhere: Any, fast_frames: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_socket, "room_for_screens", lambda: 1)
    async with (
        served_elsewhere(config, fast_frames=fast_frames) as served,
        connect(address(served), additional_headers=HEADERS),
        connect(address(served), additional_headers=HEADERS) as late,
    ):
        with pytest.raises(ConnectionClosed) as caught:
            await asyncio.wait_for(late.recv(), 30)
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, "ulimit -n" in caught.value.rcvd.reason) == (1013, True)
        assert await put_off(served) == {"open_files": 1}


async def test_a_stop_passes_over_a_screen_that_is_closing_already(
    config: Config, served_elsewhere: Any, fast_frames: bool
) -> None:
    async with (
        served_elsewhere(config, fast_frames=fast_frames) as served,
        connect(address(served), additional_headers=HEADERS) as closing,
        connect(address(served), additional_headers=HEADERS) as other,
    ):
        for screen in (closing, other):
            await screen.recv()
        (its,) = [
            one for one in served.server.server_state.connections
            if one.transport.get_extra_info("peername")[:2] == closing.local_address[:2]
        ]  # fmt: skip
        its.conn.fail(1011, "as where a ping was not answered")
        served.server.should_exit = True
        with pytest.raises(ConnectionClosed) as caught:
            await asyncio.wait_for(other.recv(), 30)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1012


async def test_at_a_stop_screens_are_told_to_come_back_and_stalled_ones_hold_nothing_up(
    config: Config, served_elsewhere: Any, fast_frames: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    lagging = calls(monkeypatch, "pause_writing")
    async with served_elsewhere(config, fast_frames=fast_frames) as served, stalled(served):
        screen = await connect(address(served), additional_headers=HEADERS, max_size=None)
        await flood(served, lambda: lagging)
        stopping_s = time.monotonic()
        served.server.should_exit = True
        with pytest.raises(ConnectionClosed) as caught:
            while True:
                await asyncio.wait_for(screen.recv(), 60)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1012
        await asyncio.wait_for(asyncio.shield(served.serving), 12)
        assert time.monotonic() - stopping_s < 10
