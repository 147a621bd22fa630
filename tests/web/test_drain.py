"""A screen that lags and reads on: whatever came while it did not read, it shows what the server had at that place in
the sequence. On the real wire, on both ways."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from tests.live.loaded import received
from tests.web.conftest import Served  # type: ignore[import-not-found]
from tests.web.onuvloop import event_loop_policy, pytestmark  # type: ignore[import-not-found]  # noqa: F401
from tests.web.test_frames import request  # type: ignore[import-not-found]
from tests.web.test_stalls import calls  # type: ignore[import-not-found]
from wallboard.config import Config, Server
from wallboard.live import transport
from wallboard.live.channel import Channel
from wallboard.web import socket as live_socket

BOARD = 'updates_per_s = 10\n[[tile]]\nkind = "notices"\nat = [1, 1]\nsize = [4, 4]\n'
NOTICES = 40  # of a thousand characters that do not pack: a few patches fill a line
PING = b"\x89\x81\x00\x00\x00\x00"

Document = dict[str, Any]


@pytest.fixture(params=["packed", "plain", "ordinary"])
async def served(
    request: pytest.FixtureRequest, config: Config, served_elsewhere: Any, tmp_path: Path
) -> AsyncIterator[Served]:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "overview.toml").write_text(BOARD)
    own = replace(config, server=Server(boards=str(tmp_path / "boards")))
    async with served_elsewhere(own, fast_frames=request.param != "ordinary") as found:
        found.packs = request.param == "packed"
        yield found


class Screen:
    """Reads only when it is told to, and then all that it finds, frame by frame."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._stream = StreamReader()
        self._parsing: Generator[None, None, Frame] | None = None
        self.state: Document = {}
        self.seq = -1
        self.pongs: list[bytes] = []
        self.kinds: list[str] = []

    async def open(self, asked: bytes) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._line, asked)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += await loop.sock_recv(self._line, 1)
        assert head.startswith(b"HTTP/1.1 101 ")
        self._extensions = [PerMessageDeflate(True, True, 15, 15)] if b"permessage-deflate" in head else None

    async def ping(self, payload: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._line, PING + payload)

    async def read(self, had: dict[int, Document]) -> None:
        """What is there now, compared with what the server had at each place."""
        data = await asyncio.get_running_loop().sock_recv(self._line, 65_536)
        assert data, "the line holds"
        self._stream.feed_data(data)
        while (frame := self._next()) is not None:
            if frame.opcode is Opcode.PONG:
                self.pongs.append(bytes(frame.data))
            else:
                assert frame.opcode is Opcode.TEXT
                self._take(msgspec.json.decode(frame.data), had)

    def _take(self, message: Document, had: dict[int, Document]) -> None:
        self.kinds.append(message["t"])
        self.state, self.seq = received(self.state, self.seq, message)
        if message["t"] == "patch":
            assert self.state == had[self.seq]

    def _next(self) -> Frame | None:
        """None: only a part of it has come."""
        self._parsing = self._parsing or Frame.parse(self._stream.read_exact, mask=False, extensions=self._extensions)
        try:
            next(self._parsing)
        except StopIteration as found:
            self._parsing = None
            frame: Frame = found.value
            return frame
        return None


@asynccontextmanager
async def opened(served: Any) -> AsyncIterator[Screen]:
    extensions = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if served.packs else ""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, (served.host, served.port))
        screen = Screen(line)
        await screen.open(request(served, extensions))
        yield screen


async def flood(served: Served, chance: random.Random, until: Callable[[], object], *, clears: bool) -> None:
    """Notices come and change until it is so. `clears`: and go, which no merged patch can tell once they are back."""
    async with asyncio.timeout(40):
        while not until():
            told: list[Document] = [
                {"type": "notice.posted", "notice": f"n{nth}", "text": chance.randbytes(500).hex(), "source": "o"}
                for nth in chance.sample(range(NOTICES), 5)
            ]
            if clears:
                told += [{"type": "notice.cleared", "notice": told[0]["notice"], "source": "o"}]
            assert (await served.http.post("/api/v1/events", json=told)).status_code == 202


@pytest.fixture
def had(monkeypatch: pytest.MonkeyPatch) -> dict[int, Document]:
    """What the server's only view held at each place of its sequence."""
    found: dict[int, Document] = {}
    whole = Channel.pack_if_due

    def flushed(channel: Channel, moment: Any) -> bool:
        before, done = channel.seq, whole(channel, moment)
        if channel.seq != before:
            found[channel.seq] = shown(channel)
        return done

    monkeypatch.setattr(Channel, "pack_if_due", flushed)
    return found


def shown(channel: Channel) -> Document:
    state: dict[str, Document] = {}
    for (kind, name), row in channel._shown.items():
        state.setdefault(kind, {})[name] = msgspec.json.decode(msgspec.json.encode(row))
    return state


@pytest.mark.parametrize("clears", [False, True], ids=["merged", "anew"])
async def test_a_screen_that_lags_and_reads_on_shows_what_the_server_had_at_each_place(
    served: Served, had: dict[int, Document], clears: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in (transport, live_socket):
        monkeypatch.setattr(where, "STALLED_S", 60.0)
    paused, resumed = calls(monkeypatch, "pause_writing"), calls(monkeypatch, "resume_writing")
    sent, chance = served.app.state.hub.sent, random.Random(4)
    async with opened(served) as screen:
        (channel,) = served.app.state.hub._channels.values()
        (place,) = channel.screens
        for payload in (b"1", b"2"):
            lags, drains = len(paused) + 1, len(resumed) + 1
            await flood(served, chance, lambda lags=lags: len(paused) >= lags, clears=clears)  # type: ignore[misc]
            await screen.ping(payload)  # its answer comes after what is written, and before what waits
            merged = sent.merged + 2
            much = (lambda: False) if clears else (lambda merged=merged: sent.merged >= merged)
            await flood(served, chance, lambda much=much: place._snapshot_due or much(), clears=clears)  # type: ignore[misc]
            async with asyncio.timeout(40), asyncio.TaskGroup() as tasks:  # more comes while it reads
                tasks.create_task(flood(served, chance, lambda drains=drains: len(resumed) >= drains, clears=clears))  # type: ignore[misc]
                while len(resumed) < drains or screen.pongs[-1:] != [payload] or screen.state != shown(channel):
                    await screen.read(had)
    assert sent.cut["slow"] == 0
    assert not clears or screen.kinds.count("hello") >= 3
