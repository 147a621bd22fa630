"""Who keeps the private Redis of a data folder? Whoever has its lock: `up`, or the first of web, worker, collect.

The others use the same server, and the next of them takes over when the keeper is gone. What the keeper starts
it also stops; a server that ended is started again with all its data.
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import structlog

from wallboard.config import Config
from wallboard.core.errors import StreamUnavailable, WallboardError
from wallboard.embedded import EmbeddedRedis

LOOK_S = 0.3  # between tries for the lock
AGAIN_S = (0.0, 0.5, 1.0, 2.0, 5.0)

log = structlog.get_logger("redis")


@asynccontextmanager
async def kept(config: Config) -> AsyncIterator[str]:
    """The address of the configured Redis, or of the private one, which is kept running meanwhile."""
    if config.redis_url is not None:
        yield config.redis_url
        return
    keeper = _Keeper(config.data)
    keeping = asyncio.create_task(keeper.keep(), name="redis")
    address = asyncio.create_task(keeper.address.wait())
    try:
        await asyncio.wait([keeping, address], return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            keeping.result()
        yield keeper.url
    finally:
        address.cancel()
        keeping.cancel()
        await asyncio.wait([keeping, address])


async def running(data: Path) -> str | None:
    """The address of the private Redis that runs on this folder now, if one does."""
    with suppress(OSError):
        url = _address_file(data).read_text(encoding="utf-8").strip()
        _, writer = await asyncio.open_unix_connection(unquote(urlsplit(url).path))
        writer.close()
        return url
    return None


class _Keeper:
    def __init__(self, data: Path) -> None:
        self._data = data
        self.url = ""
        self.address = asyncio.Event()

    async def keep(self) -> None:
        """Until cancelled. Raises WallboardError if there is no Redis to begin with."""
        with _opened(self._data / "redis.lock") as lock:
            while not _locked(lock):
                if url := await running(self._data):
                    self._known(url)
                await asyncio.sleep(LOOK_S)
            await self._serve()

    async def _serve(self) -> None:
        server, failures = EmbeddedRedis(), 0
        try:
            while True:
                try:
                    url = await server.start(self._data)
                except StreamUnavailable as error:
                    if not self.address.is_set():
                        raise WallboardError(str(error)) from None
                    failures += 1
                    log.error("private Redis does not start", reason=str(error))
                else:
                    _address_file(self._data).write_text(url, encoding="utf-8")
                    self._known(url)
                    await server.wait()
                    log.warning("private Redis ended and is started again")
                await asyncio.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
        finally:
            await server.stop()

    def _known(self, url: str) -> None:
        self.url = url
        self.address.set()


def _address_file(data: Path) -> Path:
    return data / "redis.address"


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.open("w")
    except OSError as error:
        raise WallboardError(f"cannot write {path}: {error.strerror} - give another folder with --data") from None


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
