"""A uvicorn or websockets that is not one we know costs speed and a warning, never the service."""

import gc
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from structlog.testing import capture_logs
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol as Uvicorn
from websockets.asyncio.client import connect
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.server import ServerProtocol

from tests.web.conftest import TOKEN  # type: ignore[import-not-found]
from wallboard.config import Config
from wallboard.live import fit
from wallboard.live.fit import unfit
from wallboard.live.prompt import PromptProtocol
from wallboard.live.transport import FrameProtocol
from wallboard.web import serve

SANSIO = "uvicorn.protocols.websockets.websockets_sansio_impl"


@pytest.fixture(autouse=True)
def looked_at_anew() -> Iterator[None]:
    unfit.cache_clear()
    yield
    unfit.cache_clear()


def test_the_ones_that_are_installed_fit() -> None:
    assert unfit(FrameProtocol) is None
    assert unfit(PromptProtocol) is None
    assert serve._protocol(fast_frames=True) is FrameProtocol
    assert serve._protocol(fast_frames=False) is PromptProtocol


def test_a_hook_that_is_gone_is_named_and_where_no_way_works_uvicorn_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Uvicorn, "handle_connect")
    with capture_logs() as logs:
        assert serve._protocol(fast_frames=True) == "auto", "nothing of it can work without this one"
    assert logs[0]["reason"] == "handle_connect is missing"


@pytest.mark.parametrize(
    ("of", "names", "way"),
    [
        (Uvicorn, ["request", "response"], PromptProtocol),
        (Uvicorn, ["queue", "close_sent", "close_timeout", "read_paused"], "auto"),
        (Uvicorn, ["handshake_initiated", "handshake_complete"], "auto"),
        (ServerProtocol, ["available_extensions", "extensions"], PromptProtocol),
        (ServerProtocol, ["handshake_exc", "parser"], "auto"),
        (PerMessageDeflate, ["local_max_window_bits"], PromptProtocol),
    ],
)
def test_a_field_of_another_name_is_noticed_and_the_next_way_that_works_is_taken(
    of: type[Any], names: list[str], way: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a later uvicorn or websockets: its own code goes on with the new name, and ours finds nothing under the
    old one."""
    for name in names:
        unfit.cache_clear()
        with monkeypatch.context() as later, capture_logs() as logs:
            later.setattr(of, name, _Renamed(name, of.__module__.partition(".")[0]), raising=False)
            assert (name, serve._protocol(fast_frames=True)) == (name, way)
            assert len(logs) == (2 if way == "auto" else 1), "and said"


class _Renamed:
    """Another field for the package whose it is than for all others."""

    def __init__(self, name: str, package: str) -> None:
        self._name, self._package = name, package

    def __get__(self, at: Any, kind: Any = None) -> Any:
        try:
            return vars(at)[self._seen()]
        except KeyError as error:
            raise AttributeError(self._name) from error

    def __set__(self, at: Any, value: Any) -> None:
        vars(at)[self._seen()] = value

    def __delete__(self, at: Any) -> None:
        if vars(at).pop(self._seen(), None) is None:
            raise AttributeError(self._name)

    def _seen(self) -> str:
        asks = sys._getframe(2).f_globals["__name__"]
        return f"new_{self._name}" if asks.startswith(f"{self._package}.") else self._name


def test_a_pause_that_never_comes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FrameProtocol, "pause_writing", lambda at: None)
    assert unfit(FrameProtocol) == "ValueError: it does not pause, or does not pack"
    assert serve._protocol(fast_frames=True) is PromptProtocol


def test_a_line_that_fills_up_or_drains_and_does_not_say_so_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transport itself says it: nobody calls the hooks by hand."""
    with monkeypatch.context() as holding:
        whole = FrameProtocol.attach
        holding.setattr(
            FrameProtocol, "attach", lambda at, one: whole(at, one) or at.transport.set_write_buffer_limits(high=10**9)
        )
        assert unfit(FrameProtocol) == "ValueError: it does not pause, or does not pack"
    unfit.cache_clear()
    monkeypatch.setattr(fit, "TRIAL_S", 1.0)
    monkeypatch.setattr(FrameProtocol, "resume_writing", lambda at: None)
    assert unfit(FrameProtocol) == "TimeoutError: "


def test_what_a_failed_trial_leaves_closes_nobody_else_s_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end was not told, and the number of its descriptor is soon another's. Seen as a trial that failed after
    another one had, and only now and then."""
    monkeypatch.setattr(ServerProtocol, "parser", _Renamed("parser", "websockets"), raising=False)
    gc.disable()
    try:
        assert unfit(FrameProtocol) == "AttributeError: parser"
        with ExitStack() as stack:
            others = [stack.enter_context(one) for _ in range(20) for one in socket.socketpair()]
            gc.collect()
            for one in others:
                os.fstat(one.fileno())
    finally:
        gc.enable()


@pytest.mark.parametrize("way", [FrameProtocol, PromptProtocol])
def test_it_is_tried_on_the_loop_that_serves(way: type[PromptProtocol], monkeypatch: pytest.MonkeyPatch) -> None:
    loops: list[str] = []
    whole = way.connection_made
    monkeypatch.setattr(
        way, "connection_made", lambda at, line: loops.append(type(at.loop).__module__) or whole(at, line)
    )
    assert unfit(way) is None
    assert loops == ["uvloop"]


def test_without_the_module_at_all_everything_starts_and_uvicorn_chooses() -> None:
    code = (
        f"import sys; sys.modules[{SANSIO!r}] = None\n"
        "import wallboard.web.app, wallboard.commands.parts\n"
        "from wallboard.web.serve import _protocol\n"
        "print(_protocol(fast_frames=True), _protocol(fast_frames=False))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1] == "auto auto", done.stderr


@pytest.mark.parametrize("way", [FrameProtocol, PromptProtocol, "auto"])
async def test_on_each_way_a_screen_is_served(
    config: Config, served_elsewhere: Any, monkeypatch: pytest.MonkeyPatch, way: Any
) -> None:
    monkeypatch.setattr(serve, "_protocol", lambda **_: way)
    async with served_elsewhere(config) as served:
        address = f"ws://{served.host}:{served.port}/live?board=overview"
        async with connect(address, additional_headers={"Authorization": f"Bearer {TOKEN}"}) as screen:
            assert json.loads(await screen.recv())["t"] == "hello"
            call = {"type": "contact.queued", "contact": "c", "queue": "support", "source": "pbx"}
            await served.http.post("/api/v1/events", json=call)
            assert json.loads(await screen.recv())["t"] == "patch"
