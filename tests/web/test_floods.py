"""Frames that nobody can want: the connection is closed with its code, in one line of the log, and all others go on."""

import asyncio
import json
import math
import os
import socket
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.waiting import until
from tests.web.conftest import TOKEN, Served  # type: ignore[import-not-found]
from tests.web.test_frames import request  # type: ignore[import-not-found]
from tests.web.test_stalls import calls  # type: ignore[import-not-found]
from wallboard.config import Config, Server
from wallboard.live.prompt import FRAMES_A_SECOND, READ_BYTES
from wallboard.web.reports import Report
from wallboard.web.socket import Refusal, _checked

CONT, TEXT, LAST = 0x00, 0x01, 0x80
PING, PONG = 0x89, 0x8A
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
SIZE = 8_000_000  # more than all buffers between


@pytest.fixture(params=[True, False], ids=["finished frames", "the ordinary way"])
async def house(request: pytest.FixtureRequest, config: Config, served_elsewhere: Any) -> Any:
    server = Server(fast_frames=request.param)
    async with served_elsewhere(replace(config, server=server), fast_frames=request.param) as served:
        yield served


def masked(first: int, payload: bytes = b"") -> bytes:
    """A client's short frame."""
    mask = os.urandom(4)
    return bytes([first, 0x80 | len(payload)]) + mask + bytes(one ^ mask[n % 4] for n, one in enumerate(payload))


REFUSED = {
    "pings": (masked(PING) * 10_000, 1008),
    "pongs": (masked(PONG, b"x") * 10_000, 1008),
    "messages": (masked(TEXT | LAST, b"{}") * 10_000, 1008),
    "empty fragments": (masked(TEXT) + masked(CONT) * 100_000, 1008),
    "no UTF-8": (masked(TEXT | LAST, b"\xff\xfe{}"), 1007),
    "no UTF-8 in two": (masked(TEXT, b"\xc3") + masked(CONT | LAST, b"\x28"), 1007),
    "no JSON": (masked(TEXT | LAST, b"not json"), 1007),
    "an unknown kind": (masked(TEXT | LAST, b'{"t":"subscribe"}'), 1008),
    "binary": (masked(0x82, b"\x00"), 1003),
    "a length that lies": (b"\x81\xff" + (2**40).to_bytes(8) + b"abcd", 1009),
    "a reserved bit": (masked(0xC1, b"{}"), 1002),
    "an unknown opcode": (masked(0x83), 1002),
}


async def answered(served: Served, sent: bytes) -> tuple[int | None, str]:
    """The code and reason with which a connection is closed that sends these bytes after its handshake."""
    async with connect(address(served), additional_headers=HEADERS, compression=None) as screen:
        assert json.loads(await screen.recv())["t"] == "hello"
        screen.transport.write(sent)
        try:
            async with asyncio.timeout(60):
                while True:
                    await screen.recv()
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (None, "")


def address(served: Served) -> str:
    return f"ws://{served.host}:{served.port}/live?board=overview"


async def test_each_is_closed_with_its_code_and_one_line_in_the_log(house: Served) -> None:
    for name, (sent, code) in REFUSED.items():
        with capture_logs() as logs:
            found, reason = await answered(house, sent)
            await until(lambda: not house.app.state.hub.screens)
        told = [(one["event"], one.get("code"), one.get("reason")) for one in logs]
        assert (name, found, told) == (name, code, [("screen closed", code, reason)])


@pytest.mark.parametrize("known", [True, False])
async def test_of_a_flood_of_messages_few_are_unpacked_also_after_a_close(
    house: Served, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small ones take a hundred times as long as they do on their way, and the loop serves nobody else meanwhile."""
    unpacked = calls(monkeypatch, "handle_text")
    asked = request(house) if known else request(house).replace(TOKEN.encode(), b"wb_nobody")
    reader, writer = await asyncio.open_connection(house.host, house.port)
    writer.write(asked)
    async with asyncio.timeout(60):
        await reader.readuntil(b'"t":"hello"' if known else b"\x11\x31sign in again")
        writer.write(masked(TEXT | LAST, b"{}") * 40_000)
        with suppress(ConnectionResetError):
            await reader.read()
        writer.close()
    assert 0 < len(unpacked) < READ_BYTES


async def test_who_sends_a_message_that_is_much_too_big_reads_why_it_was_closed(house: Served) -> None:
    """Although most of it is on its way still: a line that is closed then is reset, and what was said is lost."""
    loop, found = asyncio.get_running_loop(), b""
    with socket.socket() as line:
        line.setblocking(False)
        await loop.sock_connect(line, (house.host, house.port))
        await loop.sock_sendall(line, request(house))
        async with asyncio.timeout(60):
            while b'"t":"hello"' not in found:
                found += await loop.sock_recv(line, 65_536)
            await loop.sock_sendall(line, b"\x81\xff" + SIZE.to_bytes(8) + bytes(4 + SIZE))
            while more := await loop.sock_recv(line, 65_536):
                found += more
    assert b"\x03\xf1frame with %d bytes exceeds limit" % SIZE in found


@pytest.mark.parametrize(
    "first", [masked(TEXT | LAST, b"\xff"), masked(PING) * (FRAMES_A_SECOND + 1)], ids=["text", "pings"]
)
async def test_what_is_refused_right_before_the_peers_own_close_is_no_error(
    house: Served, first: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Both are read before the first is looked at."""
    found = await answered(house, first + masked(0x88, b"\x03\xe8"))
    await until(lambda: not house.app.state.hub.screens)
    assert found in [(None, ""), (1000, "")]
    assert not [one for one in caplog.records if one.levelname in ("ERROR", "CRITICAL")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["t", "seq", "lag_ms", "heap_mb", "sound", "build", "__proto__"])
REPORTS = st.dictionaries(FIELDS, JSON, max_size=6).map(lambda told: {"t": "report"} | told)


@given(
    st.one_of(
        st.text().map(lambda text: {"text": text}),
        st.binary().map(lambda data: {"bytes": data}),
        st.one_of(JSON, REPORTS).map(lambda told: {"text": json.dumps(told)}),
        st.integers(1, 70_000).map(lambda depth: {"text": "[" * depth}),
    )
)
@example({"text": '{"t":"report","seq":' + "9" * 5_000 + "}"})
@example({"text": '{"t":"report","lag_ms":NaN}'})
@example({"text": "\ud800"})
def test_whatever_a_message_says_it_is_a_report_or_refused_with_a_code(message: dict[str, Any]) -> None:
    found = said(message)
    if isinstance(found, Refusal):
        assert found.code in (1003, 1007, 1008, 1009)
        assert found.reason
    else:
        assert found.lag_ms is None or math.isfinite(found.lag_ms)


def said(message: dict[str, Any]) -> Report | Refusal:
    """Nothing else is raised."""
    try:
        return _checked(message)
    except Refusal as refusal:
        return refusal


async def test_as_many_as_a_second_may_have_are_answered_and_those_of_the_next_too(house: Served) -> None:
    async with connect(address(house), additional_headers=HEADERS) as screen:
        for _ in range(2):
            pongs = [await screen.ping() for _ in range(FRAMES_A_SECOND)]
            await asyncio.wait_for(asyncio.gather(*pongs), 60)
            await asyncio.sleep(1.1)
        assert json.loads(await screen.recv())["t"] == "hello"


async def test_a_flood_delays_no_other_screen(house: Served) -> None:
    queued = {"type": "contact.queued", "contact": "c1", "queue": "support", "source": "pbx"}
    async with connect(address(house), additional_headers=HEADERS) as other:
        floods = [asyncio.create_task(answered(house, masked(PING) * 10_000)) for _ in range(5)]
        await house.http.post("/api/v1/events", json=queued)
        async with asyncio.timeout(60):
            while "support" not in (json.loads(await other.recv()).get("patch") or {}).get("queues", {}):
                pass
        assert [code for code, _ in await asyncio.gather(*floods)] == [1008] * 5
