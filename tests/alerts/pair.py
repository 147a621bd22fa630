"""`wallboard web` and two `wallboard worker` as processes on one Redis, of which one holds the lease."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from redis.asyncio import Redis

from tests.family import TOKEN, free_port
from tests.waiting import until
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect

ROOT = Path(__file__).resolve().parents[2]
WALLBOARD = ("-m", "wallboard")
HASTY = (str(ROOT / "tests/alerts/hasty.py"),)
PATIENCE_S = 120  # for a loaded machine
NEWEST = 400  # entries of the stream that are looked through


class Pair:
    """Everything it starts is ended by its process id. `program`: what Python runs."""

    def __init__(self, folder: Path, redis_url: str, namespace: str, rules: str, program: Sequence[str]) -> None:
        self._folder, self._program = folder, program
        self._config = folder / "wallboard.toml"
        self._port = free_port()
        self._config.write_text(f"{rules}\n[server]\nport = {self._port}\n", encoding="utf-8")
        self._environ = {name: value for name, value in os.environ.items() if not name.startswith("WALLBOARD_")} | {
            "WALLBOARD_ADMIN_TOKEN": TOKEN, "WALLBOARD_REDIS_URL": redis_url, "WALLBOARD_REDIS_NAMESPACE": namespace,
            "WALLBOARD_DATA": str(folder), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self._keys, self._redis_url = Keys(namespace), redis_url
        self._web: subprocess.Popen[bytes] | None = None
        self._workers: list[tuple[subprocess.Popen[bytes], Path]] = []
        self._started = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Pair"]:
        """Until one worker leads by these rules, and web answers."""
        self._redis: Redis = connect(self._redis_url)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self._client = httpx.AsyncClient(base_url=self.url, headers=headers, timeout=60)
        self._web = self._start("web")[0]
        self._workers = [self._start("worker"), self._start("worker")]
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await self._is_ready():
                    await asyncio.sleep(0.1)
            yield self
        finally:
            await self._stop()
            await self._client.aclose()
            await self._redis.aclose()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def tell(self, events: list[dict[str, Any]]) -> int:
        """Into web. When the last of them arrived: the stream's own time, in ms."""
        answer = await self._client.post("/api/v1/events", json=events)
        assert answer.status_code == 202, answer.text
        assert not answer.json()["rejected"], answer.text
        return (await self.entry(f'"id":"{events[-1]["id"]}"'))[0]

    async def act(self, alert: str, verb: str, **said: Any) -> dict[str, Any]:
        """As somebody does on `/alerts`; gives the event that this was."""
        async with asyncio.timeout(PATIENCE_S):
            while (answer := await self._client.post(f"/api/v1/alerts/{alert}/{verb}", json=said)).status_code == 404:
                await asyncio.sleep(0.1)  # web is told by the stream too, and may hear of it after the receiver
        assert answer.status_code == 202, answer.text
        event: dict[str, Any] = json.loads((await self.entry('"type":"alert.', f'"alert":"{alert}"'))[1])
        return event

    async def entry(self, *words: str) -> tuple[int, bytes]:
        """The newest entry of the stream with these words: when it arrived (ms), and what it says."""
        for name, fields in await self._redis.xrevrange(self._keys.stream, count=NEWEST):
            if all(word.encode() in fields[b"e"] for word in words):
                return int(name.partition(b"-")[0]), fields[b"e"]
        raise AssertionError(f"not among the last {NEWEST} of the stream: {words}")

    async def leader(self) -> int | None:
        """Which of the two holds the lease; None: nobody, or it has not said so yet."""
        token = await self._redis.get(self._keys.lease)
        said = f'"fence": {int(token)}' if token else "nobody"
        for place, (_, log) in enumerate(self._workers):
            if any("leading" in line and said in line for line in log.read_text(errors="replace").splitlines()):
                return place
        return None

    async def restart_leader(self, number: int) -> None:
        """The signal, and another one in its place; the other one leads then."""
        async with asyncio.timeout(PATIENCE_S):
            while (place := await self.leader()) is None:
                await asyncio.sleep(0.05)
            process = self._workers[place][0]
            process.send_signal(number)
            while process.poll() is None:
                await asyncio.sleep(0.02)
        assert process.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0), self.log()
        self._workers[place] = self._start("worker")

    async def both_know(self) -> None:
        """Until both workers have their state: whoever is stopped next has somebody who goes on."""
        await until(
            lambda: all("state loaded" in log.read_text(errors="replace") for _, log in self._workers), PATIENCE_S
        )

    async def dead_letters(self) -> int:
        return int(await self._redis.xlen(self._keys.dead_letters))

    def log(self) -> str:
        """What the processes said, the end of it."""
        logs = sorted(self._folder.glob("*.log"))
        return "".join(f"\n== {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)

    def failures(self) -> list[str]:
        """Lines of the logs that speak of a failure of ours."""
        lines = [line for log in self._folder.glob("*.log") for line in log.read_text(errors="replace").splitlines()]
        return [line for line in lines if "Traceback" in line]

    async def _is_ready(self) -> bool:
        try:
            ready = (await self._client.get("/readyz")).status_code == 200
            ruled = ready and (await self._client.get("/api/v1/alerts")).json()["rules"] > 0
        except httpx.HTTPError:
            return False
        return ruled and await self.leader() is not None

    def _start(self, part: str) -> tuple[subprocess.Popen[bytes], Path]:
        self._started += 1
        log = self._folder / f"{part}-{self._started}.log"
        command = [sys.executable, *self._program, part, "--config", str(self._config)]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, env=self._environ, cwd=self._folder, stdout=out, stderr=subprocess.STDOUT
            )
        return process, log

    async def _stop(self) -> None:
        processes = [process for process, _ in self._workers] + ([self._web] if self._web else [])
        for process in processes:
            process.terminate()
        until_s = time.monotonic() + 15
        for process in processes:
            while process.poll() is None and time.monotonic() < until_s:
                await asyncio.sleep(0.05)
            if process.poll() is None:
                process.kill()
                process.wait()
