"""A real PostgreSQL of the tests' own: in a temporary folder, on a free port of loopback, stopped at the end."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNPRIVILEGED = ("postgres", "nobody")  # the server refuses to run as root
STARTS_S = 30


def binary(name: str) -> str | None:
    """From PATH, else where Debian keeps the newest one."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda file: int(file.parts[-3]))
    return shutil.which(name) or (str(installed[-1]) if installed else None)


@contextmanager
def running() -> Iterator[str]:
    """Gives the address of a server, without a database's name. It needs no password."""
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="wallboard-postgres-"))
    try:
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        subprocess.run(
            [str(binary("initdb")), "-D", str(data), "-U", "wallboard", "-A", "trust", "-N", "-E", "UTF8",
             "--locale=C"],
            check=True, capture_output=True, cwd=folder, **_as(owner),
        )  # fmt: skip
        port = _free_port()
        server = subprocess.Popen(
            [str(binary("postgres")), "-D", str(data), "-h", "127.0.0.1", "-p", str(port),
             "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"), **_as(owner),
        )  # fmt: skip
        try:
            _wait(port, server, folder / "log")
            yield f"postgresql+psycopg://wallboard@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: what it would write down is thrown away with it
            server.wait(STARTS_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str) -> str:
    """An empty one; its address."""
    import psycopg

    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(f"{server.replace('+psycopg', '')}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]  # a name of our own making
    return f"{server}/{name}"


def _owner() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in UNPRIVILEGED if name in known)


def _as(owner: pwd.struct_passwd | None) -> dict[str, object]:
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    import psycopg

    until_s = time.monotonic() + STARTS_S
    while True:
        try:
            psycopg.connect(f"postgresql://wallboard@127.0.0.1:{port}/postgres", connect_timeout=20).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until_s:
                raise RuntimeError(f"PostgreSQL does not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.1)
