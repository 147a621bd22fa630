"""A whole Wallboard for the tests of the line: `wallboard up` with real Redis, on loopback, in a folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from websockets.sync.client import ClientConnection, connect

TOKEN = "test-token-of-the-family"
PARTS = ("worker", "web", "collect")


class Family:
    """`wallboard up` and its children. Everything it starts is ended by its process id."""

    def __init__(
        self,
        folder: Path,
        config: str = "",
        boards: dict[str, str] | None = None,
        environ: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.config = folder / "wallboard.toml"
        self.config.write_text(f"{config}\n[server]\nport = {self.port}\n", encoding="utf-8")
        for name, text in (boards or {}).items():
            (folder / "boards").mkdir(exist_ok=True)
            (folder / "boards" / f"{name}.toml").write_text(text, encoding="utf-8")
        self.environ = {**os.environ, "WALLBOARD_ADMIN_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1"}
        for name in ("WALLBOARD_CONFIG", "WALLBOARD_REDIS_URL", "REDIS_URL", "PORT"):
            self.environ.pop(name, None)
        self.environ |= environ or {}
        self._log = (folder / "up.log").open("wb")
        self.process = subprocess.Popen(
            self.command("up"), env=self.environ, cwd=folder, stdout=self._log, stderr=subprocess.STDOUT
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str) -> list[str]:
        options = ["--config", str(self.config)]
        return [sys.executable, "-m", "wallboard", *arguments, *(options if arguments[0] in ("up", "doctor") else [])]

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """A `wallboard` command against this family."""
        environ = {**self.environ, "WALLBOARD_URL": self.url, "WALLBOARD_TOKEN": TOKEN}
        environ["WALLBOARD_CONFIG"] = str(self.config)
        command = [sys.executable, "-m", "wallboard", *arguments]
        return subprocess.run(
            command, env=environ, cwd=self.folder, capture_output=True, text=True, timeout=300, **options
        )

    def log(self) -> str:
        text = (self.folder / "up.log").read_text(errors="replace")
        logs = sorted((self.folder / ".wallboard").glob("**/log/*.log"))
        return text + "".join(f"\n== {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)

    def wait_ready(self, within_s: float = 90) -> None:
        wait_until(lambda: self.status("/readyz") == 200, within_s, lambda: f"not ready:\n{self.log()}")

    def status(self, path: str) -> int:
        try:
            return self.get(path)[0]
        except OSError:
            return 0

    def get(self, path: str) -> tuple[int, bytes]:
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, body: bytes, kind: str = "application/json") -> tuple[int, bytes]:
        return self._ask(urllib.request.Request(self.url + path, data=body, headers={"Content-Type": kind}))

    def events(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        status, body = self.post("/api/v1/events", json.dumps(events).encode())
        assert status == 202, (status, body)
        return json.loads(body)

    def state(self) -> dict[str, dict[str, Any]]:
        status, body = self.get("/api/v1/state")
        assert status == 200, (status, body)
        return json.loads(body)

    def watch(self, board: str = "overview") -> ClientConnection:
        """A screen's socket."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"ws://127.0.0.1:{self.port}/live?board={board}"
        return connect(url, additional_headers=headers, subprotocols=["wallboard.v1"], max_size=None, open_timeout=60)

    def pid(self, part: str) -> int | None:
        """Of `web`, `worker`, `collect` or `redis`, while it lives."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = child.cmdline()
            except psutil.Error:
                continue
            served = part == "redis" and line and Path(line[0].split()[0]).name in ("redis-server", "valkey-server")
            if served or part in line[:5]:
                return child.pid
        return None

    def kill(self, part: str) -> int:
        """kill -9; gives the process id that was killed. Waits for it to be there first."""
        wait_until(lambda: self.pid(part) is not None, 60, lambda: f"no {part}:\n{self.log()}")
        pid = self.pid(part)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    def stop(self, within_s: float = 15) -> float:
        """Clean stop; gives the seconds that it took."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(within_s)
            except subprocess.TimeoutExpired:
                for child in psutil.Process(self.process.pid).children(recursive=True):
                    child.kill()
                self.process.kill()
                self.process.wait()
        self._log.close()
        return time.monotonic() - started

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes]:
        request.add_header("Authorization", f"Bearer {TOKEN}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@contextmanager
def family(
    folder: Path, config: str = "", boards: dict[str, str] | None = None, environ: dict[str, str] | None = None
) -> Iterator[Family]:
    """A running, ready family; stopped in the end whatever happens."""
    started = Family(folder, config, boards, environ)
    try:
        started.wait_ready()
        yield started
    finally:
        started.stop()


def wait_until(what: Callable[[], bool], within_s: float, why: Callable[[], str] = lambda: "") -> None:
    until = time.monotonic() + within_s
    while not what():
        if time.monotonic() > until:
            raise AssertionError(f"not within {within_s} s: {why()}")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def midday_zone() -> str:
    """A fixed-offset zone where it is about noon now, so that no business day turns while a test runs."""
    offset = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
