"""The live socket on real uvicorn: snapshot, patches, and what becomes of peers that misbehave."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.web.conftest import TOKEN, Served  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.web import staying
from wallboard.web.known import Known


@pytest.fixture
def served(served_either_way: Served) -> Served:
    """Everything here holds on both ways."""
    return served_either_way


QUEUED = {"type": "contact.queued", "contact": "c1", "queue": "support", "source": "pbx"}


@asynccontextmanager
async def screen(served: Served, board: str = "overview", **headers: str) -> AsyncIterator[ClientConnection]:
    given = headers or {"Authorization": f"Bearer {TOKEN}"}
    url = f"ws://{served.host}:{served.port}/live?board={board}"
    async with connect(url, additional_headers=given, subprotocols=["wallboard.v1"], max_size=None) as socket:
        yield socket


async def closed_with(connection: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            await asyncio.wait_for(connection.recv(), 60)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


async def test_a_screen_gets_a_snapshot_and_then_what_changes(served: Served):
    async with screen(served) as connection:
        hello = json.loads(await connection.recv())
        assert (hello["t"], hello["board"]["id"]) == ("hello", "overview")
        await served.http.post("/api/v1/events", json=QUEUED)
        async with asyncio.timeout(60):
            while (message := json.loads(await connection.recv())).get("patch", {}).get("queues") is None:
                pass
        assert message["base"] >= hello["seq"]
        assert message["patch"]["queues"]["support"]["now"]["waiting"] == 1
        assert connection.subprotocol == "wallboard.v1"


async def test_the_messages_on_the_page_are_like_the_real_ones(served: Served):
    """Every name there, at its depth, with a value of its kind; no field of the message itself is missing."""
    page = (Path(__file__).parents[2] / "docs" / "socket.md").read_text(encoding="utf-8")
    lines = page.partition("```json\n")[2].partition("```")[0].replace("[…]", "[]").splitlines()
    shown = {one["t"]: one for one in map(json.loads, lines)}
    async with screen(served) as connection, asyncio.timeout(60):
        real = {"hello": json.loads(await connection.recv())}
        await served.http.post("/api/v1/events", json=QUEUED)
        while len(real) < 3:
            message = json.loads(await connection.recv())
            if message["t"] == "beat" or "queues" in message["patch"]:
                real[message["t"]] = message
    assert shown.keys() == real.keys()
    for kind, one in shown.items():
        assert one.keys() == real[kind].keys()
        assert alike(one, real[kind])


def alike(shown: Any, real: Any) -> bool:
    if isinstance(shown, dict):
        return all(name in real and alike(value, real[name]) for name, value in shown.items())
    return type(shown) is type(real)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\x00\x01", 1003),
        ("not json", 1007),
        ("[" * 60_000, 1008),
        ('{"t":"subscribe"}', 1008),
        ('{"t":"report","seq":"x"}', 1008),
        ("x" * 65_537, 1009),
    ],
)
async def test_a_message_that_is_no_report_closes_with_its_code(served: Served, message: str | bytes, code: int):
    async with screen(served) as connection:
        await connection.recv()
        await connection.send(message)
        assert (await closed_with(connection))[0] == code


async def test_reports_are_taken_and_too_many_are_not(served: Served):
    async with screen(served) as connection:
        for _ in range(121):
            await connection.send('{"t":"report","seq":1,"lag_ms":3.5,"build":"x"}')
        assert (await closed_with(connection))[0] == 1008


async def test_nobody_is_asked_to_sign_in_by_a_code_and_an_unknown_board_is_not_allowed(served: Served):
    async with connect(f"ws://{served.host}:{served.port}/live?board=overview") as connection:
        assert (await closed_with(connection))[0] == 4401
    async with screen(served, board="nosuch") as connection:
        assert (await closed_with(connection))[0] == 4403


async def test_a_session_that_ends_closes_its_screens_and_no_other(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staying, "STILL_S", 0.1)
    leaving, stays = await served.sign_in(), await served.sign_in()
    async with (
        screen(served, Cookie=leaving, Origin=served.origin) as one,
        screen(served, Cookie=leaving, Origin=served.origin) as two,
        screen(served, Cookie=stays, Origin=served.origin) as other,
    ):
        for connection in (one, two, other):
            assert json.loads(await connection.recv())["t"] == "hello"
        await served.parts.sessions.end(leaving.partition("=")[2])
        for connection in (one, two):
            assert (await closed_with(connection))[0] == 4401
        await served.http.post("/api/v1/events", json=QUEUED)
        async with asyncio.timeout(60):
            while json.loads(await other.recv())["t"] != "patch":
                pass


async def test_a_token_that_may_not_read_is_refused_and_one_that_is_revoked_is_closed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staying, "STILL_S", 0.1)

    async def token(**wanted: Any) -> tuple[str, str]:
        answer = await served.http.post("/api/v1/tokens", json={"name": "wall", "scopes": ["state:read"]} | wanted)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], f"Bearer {answer.json()['token']}"

    for wanted in ({"scopes": ["events:write"]}, {"queues": ["support"]}):
        async with screen(served, Authorization=(await token(**wanted))[1]) as connection:
            assert (await closed_with(connection))[0] == 4403, wanted
    (name, leaving), (_, stays) = await token(), await token()
    async with screen(served, Authorization=leaving) as one, screen(served, Authorization=stays) as other:
        for connection in (one, other):
            assert json.loads(await connection.recv())["t"] == "hello"
        assert (await served.http.delete(f"/api/v1/tokens/{name}")).status_code == 204
        assert (await closed_with(one))[0] == 4401
        await served.http.post("/api/v1/events", json=QUEUED)
        async with asyncio.timeout(60):
            while json.loads(await other.recv())["t"] != "patch":
                pass
    async with screen(served, Authorization=leaving) as connection:
        assert (await closed_with(connection))[0] == 4401


async def test_a_token_that_ends_closes_its_screens_and_is_worth_nothing_after(
    config: Config, served_elsewhere: Any, fast_frames: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staying, "STILL_S", 0.1)
    ahead_ms = 0

    def clock_ms() -> int:
        return time.time_ns() // 1_000_000 + ahead_ms

    async with served_elsewhere(config, clock_ms=clock_ms, fast_frames=fast_frames) as served:
        asked = {"name": "wall", "scopes": ["state:read"], "expires_in_days": 1}
        bearer = f"Bearer {(await served.http.post('/api/v1/tokens', json=asked)).json()['token']}"
        async with (
            screen(served, Authorization=bearer) as one,
            screen(served, Authorization=f"Bearer {TOKEN}") as other,
        ):
            for connection in (one, other):
                assert json.loads(await connection.recv())["t"] == "hello"
            ahead_ms = 86_400_000
            assert (await closed_with(one))[0] == 4401
            await asyncio.wait_for(other.recv(), 60)
        async with screen(served, Authorization=bearer) as connection:
            assert (await closed_with(connection))[0] == 4401
        assert (await served.anonymous.get("/api/v1/state", headers={"authorization": bearer})).status_code == 401


async def test_a_foreign_origin_is_refused_before_accept(served: Served):
    with pytest.raises(InvalidStatus) as caught:
        async with screen(served, Authorization=f"Bearer {TOKEN}", Origin="https://evil.example"):
            pass
    assert caught.value.response.status_code == 403


async def test_without_an_upgrade_the_answer_says_what_to_do(served: Served):
    """As where a proxy does not pass it on: it was 404, as if there were no such address."""
    answer = await served.http.get("/live?board=overview", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (426, "application/problem+json")
    assert (answer.headers["upgrade"], answer.headers["connection"]) == ("websocket", "upgrade")
    assert "Upgrade: websocket" in answer.json()["detail"]
    assert (await served.anonymous.get("/live?board=overview")).status_code == 401


class Asking:
    """Who somebody is, is asked, and answered once that is allowed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.answer, self.answered, whole = asyncio.Event(), asyncio.Event(), asyncio.Event(), Known.who

        async def slow(known: Known, *given: Any) -> Any:
            self.asked.set()
            await self.answer.wait()
            who = await whole(known, *given)
            self.answered.set()
            return who

        monkeypatch.setattr(Known, "who", slow)

    async def asks(self, served: Served) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of which it is not known yet who that is."""
        created = await served.http.post("/api/v1/tokens", json={"name": "wall", "scopes": ["state:read"]})
        reader, writer = await asyncio.open_connection(served.host, served.port)
        writer.write(f"{UPGRADE}Authorization: Bearer {created.json()['token']}\r\n\r\n".encode())
        await self.asked.wait()
        return reader, writer


async def test_a_peer_that_is_gone_before_it_is_let_in_is_no_error(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It was looked up for so long that it hung up."""
    asking = Asking(monkeypatch)
    with capture_logs() as logs:
        async with asyncio.timeout(60):
            _, writer = await asking.asks(served)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            await asyncio.sleep(0.1)
            asking.answer.set()
            await asking.answered.wait()
            await asyncio.sleep(0.1)
    assert not [one for one in logs if one["log_level"] in ("error", "critical")]
    assert not [one for one in caplog.records if one.levelname in ("ERROR", "CRITICAL")]
    assert served.app.state.hub.screens == 0


@pytest.mark.parametrize("sent", [b"\x89\x80\0\0\0\0", b"\x81\x02{}"], ids=["a ping", "no mask"])
async def test_who_sends_frames_before_it_is_let_in_is_dropped_and_is_no_error(
    served: Served, sent: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its ping was answered before its handshake was, and what could not be read was a traceback in the log."""
    asking = Asking(monkeypatch)
    async with asyncio.timeout(60):
        reader, writer = await asking.asks(served)
        writer.write(sent)
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        asking.answer.set()
        await asking.answered.wait()
        await asyncio.sleep(0.1)
        writer.close()
    assert not [one for one in caplog.records if one.levelname in ("ERROR", "CRITICAL")]
    assert served.app.state.hub.screens == 0


UPGRADE = (
    "GET /live?board=overview HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (UPGRADE + f"X: {'x' * 8_300}\r\n\r\n", b"431"),
        (UPGRADE + "".join(f"X-{n}: x\r\n" for n in range(130)) + "\r\n", b"431"),
        (UPGRADE.replace("overview", "x" * 8_300) + "\r\n", b"414"),
        (UPGRADE.replace("GET", "POST") + "\r\n", b"405"),
        (UPGRADE + "Content-Length: 3\r\n\r\nabc", b"400"),
        (UPGRADE.replace("13", "12") + "\r\n", b"400"),
    ],
    ids=["long header", "many headers", "long address", "POST", "a body", "old version"],
)
async def test_an_upgrade_that_cannot_be_one_is_answered_and_not_kept(
    served: Served, request_: str, status: bytes
) -> None:
    """Within the limits of a request's head, beyond those of a WebSocket's: nobody waits for the rest of it."""
    reader, writer = await asyncio.open_connection(served.host, served.port)
    writer.write(request_.encode())
    async with asyncio.timeout(60):
        answer = await reader.read(-1)
    writer.close()
    assert answer.split(b" ")[1] == status, answer
    assert answer.count(b"HTTP/1.1") == 1


async def test_under_another_asgi_server_a_screen_is_served_the_ordinary_way(served: Served) -> None:
    """The application called as any server calls it: no extension for finished frames in the scope."""
    heard, told = asyncio.Queue[dict[str, Any]](), asyncio.Queue[Any]()
    scope = {
        "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": "/live",
        "raw_path": b"/live", "query_string": b"board=overview", "root_path": "", "subprotocols": [],
        "headers": [(b"host", f"{served.host}:{served.port}".encode()), (b"authorization", f"Bearer {TOKEN}".encode())],
        "client": ("127.0.0.1", 1), "server": (served.host, served.port), "state": {},
    }  # fmt: skip
    heard.put_nowait({"type": "websocket.connect"})
    serving = asyncio.create_task(served.app(scope, heard.get, told.put))  # type: ignore[arg-type]
    async with asyncio.timeout(60):
        assert (await told.get())["type"] == "websocket.accept"
        assert json.loads((await told.get())["text"])["t"] == "hello"
        await served.http.post("/api/v1/events", json=QUEUED)
        while "support" not in json.loads((await told.get())["text"]).get("patch", {}).get("queues", {}):
            pass
        heard.put_nowait({"type": "websocket.receive", "text": "ї" * 32_769})  # 65,538 bytes
        while (last := await told.get())["type"] == "websocket.send":
            pass
        await serving
    assert (last["type"], last["code"]) == ("websocket.close", 1009)
    assert served.app.state.hub.screens == 0
