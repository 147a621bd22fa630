"""What is attacked? A web process of its own with a Redis of its own, on loopback; ended by its process id.

After everything it must be the same process, have said nothing but lines of JSON without a traceback, have answered no
5xx but an honest 503, and have grown by less than 20 MB.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from wallboard.embedded import EmbeddedRedis

TOKEN = "wb_attacked-token-of-the-admin"
GROWTH_MB = 20.0
STARTS_S = 40


@dataclass
class Target:
    """A running server, and what was seen of it."""

    host: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes]
    cases: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    rss_before_mb: float = 0.0
    slowest_ms: dict[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://{self.host}:{self.port}/live?board=overview"

    @property
    def auth(self) -> dict[str, str]:
        return {"authorization": f"Bearer {TOKEN}"}

    def client(self, *, token: bool = True, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=self.auth if token else {}, timeout=60, verify=False, **options)

    def raw(self, data: bytes, *, then: bytes = b"", wait_s: float = 30.0) -> bytes:
        """The first that comes back for these bytes; with `then` also what comes for those, until the end."""
        found = b""
        with socket.create_connection((self.host, self.port), timeout=wait_s) as to:
            try:
                to.sendall(data)
                found = to.recv(65_536)
                if then:
                    to.sendall(then)
                    ends = time.monotonic() + wait_s
                    while time.monotonic() < ends and (chunk := to.recv(65_536)):
                        found += chunk
            except OSError:
                pass
        return found

    def saw(self, group: str, status: int, what: object) -> None:
        """Counts a case; a 5xx other than 503 is a failure."""
        self.cases[group] = self.cases.get(group, 0) + 1
        if status >= 500 and status != 503:
            self.failures.append(f"{group}: {status} for {str(what)[:200]}")

    def expect(self, group: str, held: bool, what: object) -> None:
        """Counts a case, whose required answer was given or not."""
        self.cases[group] = self.cases.get(group, 0) + 1
        if not held:
            self.failures.append(f"{group}: {str(what)[:300]}")

    def took(self, group: str, seconds: float) -> None:
        self.slowest_ms[group] = round(max(self.slowest_ms.get(group, 0.0), 1000 * seconds), 1)

    def rss_mb(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def alive(self) -> bool:
        return self.process.poll() is None

    def log_lines(self) -> list[str]:
        return (self.folder / "web.log").read_text(encoding="utf-8", errors="replace").splitlines()

    def tracebacks(self) -> list[str]:
        """Lines that are no JSON, or that tell of something unforeseen."""
        return [line[:300] for line in self.log_lines() if not _is_calm(line)]

    def verdict(self) -> dict[str, Any]:
        """As JSON; `held` says whether everything that must be true is."""
        growth = self.rss_mb() - self.rss_before_mb if self.alive() else 0.0
        told = self.tracebacks()
        found: dict[str, Any] = {
            "cases": dict(sorted(self.cases.items())), "cases_in_all": sum(self.cases.values()),
            "failures": self.failures[:40], "tracebacks": told[:5], "alive": self.alive(),
            "rss_before_mb": round(self.rss_before_mb, 1), "rss_growth_mb": round(growth, 1),
            "slowest_ms": self.slowest_ms,
        }  # fmt: skip
        found["held"] = not self.failures and not told and self.alive() and growth < GROWTH_MB
        return found


def _is_calm(line: str) -> bool:
    try:
        told = json.loads(line)
    except ValueError:
        return False
    return "exception" not in told and told.get("event") != "request failed"


@contextmanager
def target(folder: Path) -> Iterator[Target]:
    """Redis and one web process, from its first 200 at /readyz to their end. Its boards may be written."""
    redis = EmbeddedRedis()
    (folder / "wallboard.toml").write_text("[server]\nboards_editable = true\n", encoding="utf-8")
    url = asyncio.run(redis.start(folder / "redis"))
    try:
        port = _free_port()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("WALLBOARD_")}
        environ |= {
            "WALLBOARD_REDIS_URL": url, "WALLBOARD_ADMIN_TOKEN": TOKEN, "WALLBOARD_SERVER_PORT": str(port),
            "WALLBOARD_DATA": str(folder / "data"),
        }  # fmt: skip
        command = [sys.executable, "-m", "wallboard", "web", "--config", str(folder / "wallboard.toml")]
        with (folder / "web.log").open("wb") as log:
            process = subprocess.Popen(command, env=environ, cwd=folder, stdout=log, stderr=log)
            found = Target("127.0.0.1", port, folder, process)
            try:
                _until_ready(found)
                _use_once(found)
                found.rss_before_mb = found.rss_mb()
                yield found
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(20)
    finally:
        asyncio.run(redis.stop())


def _until_ready(found: Target) -> None:
    ends = time.monotonic() + STARTS_S
    with found.client() as http:
        while time.monotonic() < ends and found.alive():
            try:
                if http.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    raise RuntimeError(f"the server is not ready: {found.log_lines()[-5:]}")


def _use_once(found: Target) -> None:
    """What is loaded when it is first used, such as the record and the pages' templates, is no growth."""
    with found.client() as http:
        http.post("/signin", json={"name": "nobody", "password": "no password of anybody"})
        for address in ("/board/overview", "/sources", "/pair", "/api/v1/screens", "/api/v1/openapi.json"):
            http.get(address)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
