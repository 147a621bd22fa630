"""The web process as `wallboard up` runs it: on a listening socket that outlives it. Several: `web --processes N`."""

import os
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
from family import TOKEN
from fanout.answering import SERVING, on

from wallboard.web.listening import listen

QUEUED = 1024  # connections that the socket holds while nobody serves (wallboard/up.py)
READY_S, STOP_S = 60, 20


class Web:
    def __init__(self, data: Path, url: str, port: int, processes: int) -> None:
        self.port, self._data, self._processes = port, data, processes
        (data / "wallboard.toml").write_text(f"[server]\nport = {port}\n")
        self._environ = {**os.environ, "WALLBOARD_ADMIN_TOKEN": TOKEN, "WALLBOARD_REDIS_URL": url,
                         "WALLBOARD_SERVER_PORT": str(port), "PYTHONUNBUFFERED": "1"}  # fmt: skip
        self._listener = listen("127.0.0.1", port) if processes == 1 else None
        if self._listener:
            self._listener.listen(QUEUED)
        self.start()

    def start(self) -> None:
        fd = self._listener.fileno() if self._listener else None
        how = ["--processes", self._processes] if fd is None else ["--fd", fd]
        command = [sys.executable, "-m", "wallboard", "web", *how, "--data", self._data,
                   "--config", self._data / "wallboard.toml"]  # fmt: skip
        with (self._data / "web.log").open("ab") as log:
            self._process = subprocess.Popen(
                on([SERVING], command), env=self._environ, cwd=self._data, stdout=log, stderr=log,
                pass_fds=[] if fd is None else [fd],
            )  # fmt: skip

    def until_ready(self) -> None:
        until_s = time.monotonic() + READY_S
        while time.monotonic() < until_s:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2):
                return
            time.sleep(0.1)
        sys.exit(f"bench-fanout: the service is not ready:\n{(self._data / 'web.log').read_text()[-3000:]}")

    def restart(self) -> float:
        """Of several one, which comes back by itself. The seconds that the end took."""
        began_s = time.monotonic()
        if self._listener:
            self._end()
            took_s = time.monotonic() - began_s
            self.start()
            return took_s
        one = self._serving()[0]
        one.terminate()
        one.wait(STOP_S)
        return time.monotonic() - began_s

    def stop(self) -> None:
        self._end()
        if self._listener:
            self._listener.close()

    # What it costs, all its processes together

    def cpu_s(self) -> float:
        return sum(sum(one.cpu_times()[:2]) for one in self._serving())

    @property
    def pid(self) -> int:
        """0: there are several."""
        return self._process.pid if self._listener else 0

    def memory_bytes(self) -> int:
        return sum(one.memory_info().rss for one in self._serving())

    def descriptors(self) -> int:
        return sum(one.num_fds() for one in self._serving())

    def _serving(self) -> list[psutil.Process]:
        process = psutil.Process(self._process.pid)
        return [process] if self._listener else process.children()

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(STOP_S)
