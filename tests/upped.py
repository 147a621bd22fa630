"""`wallboard up` as a process of its own, and how a test looks at it."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PARTS = ("web", "worker", "collect", "redis")
PATIENCE_S = 60  # for a loaded machine; what is waited for comes in a second or two


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def family(pid: int) -> dict[str, int]:
    """The processes under `up`, by what they are: `web`, `worker`, `collect`, `redis`."""
    found: dict[str, int] = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            name = words[3].decode() if b"wallboard" in words[2:3] else "redis"
            found[name] = int(child)
    return found


def get(port: int, path: str, headers: dict[str, str] | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers=headers or {})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


class Running:
    """`wallboard up` in a folder of its own."""

    def __init__(self, folder: Path, port: int, **variables: str) -> None:
        self.port = port
        self.folder = folder
        self.said = folder / "said"
        self._out = self.said.open("wb")
        environ = {name: value for name, value in os.environ.items() if not name.startswith("WALLBOARD_")}
        self.environ = environ | variables
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wallboard", "up", "--port", str(port)],
            cwd=folder,
            env=self.environ,
            stdout=self._out,
            stderr=subprocess.STDOUT,
        )

    def text(self) -> str:
        return self.said.read_text(errors="replace")

    def link(self) -> str:
        until(lambda: "/signin#" in self.text() or self.process.poll() is not None, f"a link in {self.text()}")
        links = re.findall(r"http://\S+/signin#\S+", self.text())
        assert len(links) == 1, self.text()
        return str(links[0])

    def shell(self, *arguments: str, fed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """A further command in the same folder, as a person or a script gives it."""
        return subprocess.run(
            [sys.executable, "-m", "wallboard", *arguments],
            cwd=self.folder, env=self.environ | variables, input=fed, capture_output=True, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip

    def state(self) -> dict[str, dict[str, dict[str, object]]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        token = self.environ["WALLBOARD_TOKEN"]
        connection.request("GET", "/api/v1/state", headers={"Authorization": f"Bearer {token}"})
        found: dict[str, dict[str, dict[str, object]]] = json.loads(connection.getresponse().read())
        connection.close()
        return found

    def stop(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            self._out.close()


def signed_in(port: int, code: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{port}"}
    connection.request("POST", "/signin", json.dumps({"code": code}), headers)
    answer = connection.getresponse()
    answer.read()
    return answer
