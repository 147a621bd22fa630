"""Several web processes on one address start anew one after another, and no wall notices."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage

from tests.family import TOKEN, Family, family, free_port, wait_until
from tests.live.wires import Node
from tests.waiting import until
from wallboard import webs as several
from wallboard.children import Child, stop_all

PATIENCE_S = 120  # for a loaded machine
SCREENS = 20
BOARD = """
names = "full"
[[tile]]
kind = "queues"
at = [1, 1]
size = [6, 3]
[[tile]]
kind = "notices"
at = [1, 4]
size = [6, 3]
"""


class Webs:
    """`web --processes 2` beside a family, on its Redis."""

    def __init__(self, beside: Family) -> None:
        self.port = free_port()
        self._said = beside.folder / "webs.log"
        command = [sys.executable, "-m", "wallboard", "web", "--processes", "2", "--config", str(beside.config)]
        environ = beside.environ | {"WALLBOARD_SERVER_PORT": str(self.port)}
        with self._said.open("wb") as out:
            self.process = subprocess.Popen(
                command, cwd=beside.folder, env=environ, stdout=out, stderr=subprocess.STDOUT
            )

    @property
    def said(self) -> str:
        return self._said.read_text(errors="replace")

    @property
    def pids(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def wait(self, what: str) -> None:
        """Until it has said so."""
        wait_until(lambda: what in self.said, PATIENCE_S, lambda: f"never said {what!r}:\n{self.said}")

    def listens(self, pid: int) -> bool:
        return listens(pid, self.port)

    def screens(self, pid: int) -> int:
        """How many connections this process holds."""
        return at_the_address(pid, self.port).count(psutil.CONN_ESTABLISHED)


def listens(pid: int, port: int) -> bool:
    return psutil.CONN_LISTEN in at_the_address(pid, port)


def at_the_address(pid: int, port: int) -> list[str]:
    with suppress(psutil.NoSuchProcess):
        found = psutil.Process(pid).net_connections("tcp")
        return [str(one.status) for one in found if one.laddr.port == port]
    return []


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Family]:
    if sys.platform != "linux":
        pytest.skip("looks into /proc")
    with family(tmp_path_factory.mktemp("house"), '[site.main]\nzone = "Europe/Kyiv"\n', {"wall": BOARD}) as started:
        yield started


@pytest.fixture
def webs(house: Family) -> Iterator[Webs]:
    started = Webs(house)
    try:
        wait_until(
            lambda: started.process.poll() is not None or [*map(started.listens, started.pids)] == [True, True],
            PATIENCE_S,
            lambda: started.said,
        )
        yield started
    finally:
        started.process.terminate()
        assert started.process.wait(PATIENCE_S) == 0, started.said


class Screen:
    """One wall as a browser is one: its own store (static/js/store.js), and it comes back by itself."""

    def __init__(self, node: Node, number: int, port: int) -> None:
        self._node, self._number = node, number
        self._url = f"ws://127.0.0.1:{port}/live?board=wall"
        self.state: dict[str, Any] = {}
        self.codes: list[int | None] = []
        self.blank = 0  # messages after which it showed no queue any more

    async def run(self) -> None:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        while True:
            with suppress(OSError, InvalidMessage):  # the old process may have had it in its queue: again
                async with connect(self._url, additional_headers=bearer, open_timeout=60, max_size=None) as line:
                    with suppress(ConnectionClosed):
                        while True:
                            self._take(await line.recv(decode=False))
                self.codes.append(line.close_code)
            await asyncio.sleep(random.random())

    def _take(self, message: bytes) -> None:
        before = self.state.get("queues")  # none yet where it came before the call was read
        outcome, _, _, self.state = self._node.receive(self._number, message)
        assert outcome != "gap"
        self.blank += bool(before) and not self.state.get("queues")


async def test_a_rolling_start_keeps_every_screen_s_picture(house: Family, webs: Webs) -> None:
    """While calls come in, both processes are replaced: each screen is told to come back, shows what it had until it
    is told more, and in the end what the server has."""
    house.events([{"type": "contact.queued", "contact": "c0", "queue": "support", "source": "pbx"}])
    node = Node()
    screens = [Screen(node, number, webs.port) for number in range(SCREENS)]
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(2 * PATIENCE_S):
        runs = [tasks.create_task(screen.run()) for screen in screens]
        while not all(screen.state.get("queues") for screen in screens):
            await asyncio.sleep(0.05)
        assert min(webs.screens(pid) for pid in webs.pids) > 0, "the kernel spreads them over both"
        before, calls = webs.pids, 0
        webs.process.send_signal(signal.SIGHUP)
        while "web 2 serves again" not in webs.said:
            calls += 1
            call = {"type": "contact.queued", "contact": f"c{calls}", "queue": "support", "source": "pbx"}
            await asyncio.to_thread(house.events, [call])
            await asyncio.sleep(0.1)
        assert not before & webs.pids
        while True:
            server = await asyncio.to_thread(house.state)
            if all(screen.state["queues"] == server["queues"] for screen in screens):
                break
            await asyncio.sleep(0.2)
        assert min(webs.screens(pid) for pid in webs.pids) > 0, "none of the new ones stands idle"
        for run in runs:
            run.cancel()
    node.end()
    assert screens[0].state["queues"]["support"]["now"]["waiting"] == calls + 1
    for screen in screens:
        assert screen.blank == 0
        assert screen.codes
        assert set(screen.codes) <= {1012, 1013}, screen.codes
        assert 1012 in screen.codes


def test_a_process_ends_once_its_own_successor_is_ready_and_not_another(webs: Webs) -> None:
    """The second of two has its state anew while the first one's successor still loads."""
    first, second = sorted(webs.pids)
    webs.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(webs.pids) == 3, PATIENCE_S, lambda: webs.said)
    (new,) = webs.pids - {first, second}
    os.kill(new, signal.SIGSTOP)
    try:
        _say_ready(second)
        time.sleep(1)
        assert {first, second} < webs.pids
        assert "serves again" not in webs.said
    finally:
        os.kill(new, signal.SIGCONT)
    webs.wait("web 2 serves again")
    assert len(webs.pids) == 2
    assert not {first, second} & webs.pids


def _say_ready(pid: int) -> None:
    """What the process says to its parent when its state was loaded anew."""
    words = psutil.Process(pid).cmdline()
    Path(f"/proc/{pid}/fd/{words[words.index('--ready-fd') + 1]}").write_bytes(b".")


async def test_where_one_process_does_not_come_up_again_all_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after an upgrade that does not start."""
    monkeypatch.setattr(several, "ANEW_S", 1.5)
    broken = ["web", "--config", "/nowhere.toml"]
    webs = [several.Web(f"web {n}", broken) for n in (1, 2)]
    before = list(webs)
    for web in webs:
        web.child.start()
    try:
        await several.start_anew(webs, broken, asyncio.Event())
        assert "web 1 is not ready after 2 s: all go on as they are" in capsys.readouterr().err
        assert webs == before
        # Nobody stopped them: they are started again whenever they end.
        await until(lambda: all(web.child.pid for web in webs), PATIENCE_S)
    finally:
        for web in webs:
            await web.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_up_starts_several_web_processes_on_one_address(tmp_path: Path) -> None:
    """One that dies is started again, and meanwhile the other answers."""
    port, said = free_port(), tmp_path / "said"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WALLBOARD_")}
    command = [sys.executable, "-m", "wallboard", "up", "--processes", "2", "--port", str(port)]
    with said.open("wb") as out:
        up = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=out, stderr=subprocess.STDOUT)

    def webs() -> set[int]:
        return {child.pid for child in psutil.Process(up.pid).children() if listens(child.pid, port)}

    def ready() -> bool:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60).status == 200
        except OSError:
            return False

    try:
        wait_until(lambda: up.poll() is not None or "/signin#" in said.read_text(), PATIENCE_S, said.read_text)
        wait_until(lambda: len(webs()) == 2 and ready(), PATIENCE_S, said.read_text)
        first, other = webs()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(webs()) == 2 and first not in webs(), PATIENCE_S, said.read_text)
        assert other in webs()
        assert "was ended by SIGKILL" in said.read_text()
    finally:
        up.terminate()
        assert up.wait(PATIENCE_S) == 0, said.read_text()


class Stopping(Child):
    """One that ends when all of its kind were told to."""

    told: ClassVar[list[str]] = []

    def __init__(self, name: str, alike: list[str]) -> None:
        super().__init__(name, [], {}, None, print)
        self._alike = {name, *alike}

    async def stop(self, within_s: float) -> None:
        self.told.append(self.name)
        await until(lambda: self._alike <= {*self.told}, PATIENCE_S)


async def test_web_processes_are_stopped_at_once_and_the_worker_after_them() -> None:
    """One after another four of them took most of the time that a stop may take, and the last ones were killed."""
    webs = ["web-1", "web-2", "web-3"]
    await stop_all([[Stopping("worker", webs)], [Stopping(name, webs) for name in webs]])
    assert Stopping.told == [*webs, "worker"]
