"""What tests share: a real Redis of their own, and a namespace in it that nobody else uses."""

import asyncio
import importlib.util
import logging
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import structlog
from hypothesis import settings
from playwright.async_api import expect
from redis.asyncio import Redis
from structlog.typing import EventDict

from tests.reading import reading
from tests.workers import Workers
from wallboard import worker
from wallboard.embedded import EmbeddedRedis
from wallboard.stream.keys import Keys
from wallboard.stream.outbox import Outbox
from wallboard.stream.redis import connect
from wallboard.stream.stream import Stream

sys.path.insert(0, str(Path(__file__).resolve().parent))  # hostile.py and others that are no tests

if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # httpcore would look for it eight times a request

# The same examples each time, so that a change is judged by what it changes; `scripts/nightly` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None)
expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong
settings.load_profile("searching" if "WALLBOARD_LOGS" in os.environ else "repeatable")

# They take longest, most of it waiting, and begin first: no worker has one of them alone at the end.
LONG = (
    "tests/line/", "tests/test_up.py", "tests/test_up_scripts.py", "tests/test_processes.py", "tests/test_load.py",
    "tests/web/test_permissions.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that a test calls in this process says how logs are written: for itself alone."""
    root, known = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    if structlog.get_config() != known:
        structlog.configure(**known)
        logging.captureWarnings(False)
        root.handlers, root.level = handlers, level


@pytest.fixture(autouse=True)
def nothing_unforeseen(request: pytest.FixtureRequest, logs_as_before: None) -> Iterator[None]:
    """A task's root logs what it did not foresee, and goes on: here that fails the test, unless it is what the test is
    about and is named by `pytest.mark.foresees`."""
    found: list[str] = []

    def noted(logger: object, method: str, event: EventDict) -> EventDict:
        if event.get("exc_info"):
            found.append(event["event"])
        return event

    structlog.configure(processors=[noted, *structlog.get_config()["processors"]])
    yield
    foreseen = {name for mark in request.node.iter_markers("foresees") for name in mark.args}
    assert set(found) - foreseen == set(), "the log above says where"


@pytest.fixture(scope="session")
def start_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """For fixtures (not inside a running loop): one more server, its address. All are stopped at the end."""
    with ExitStack() as running:
        yield lambda: running.enter_context(_server(tmp_path_factory))


@pytest.fixture(scope="session")
def redis_url(start_redis: Callable[[], str]) -> str:
    """The server that most tests share. Whoever stops, floods or empties one takes `own_redis`."""
    return start_redis()


@pytest.fixture
def namespace() -> str:
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def keys(namespace: str) -> Keys:
    return Keys(namespace)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def stream(redis_url: str, keys: Keys) -> AsyncIterator[Stream]:
    """On a client that may wait for events."""
    async with reading(redis_url, keys) as found:
        yield found


@pytest.fixture
def outbox(redis: Redis, keys: Keys) -> Outbox:
    return Outbox(redis, keys)


@pytest.fixture
async def workers(redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workers]:
    """In a hurry, so that a test need not wait for a lease or a checkpoint. All end with the test."""
    for name, value in (("CHECKPOINT_S", 0.3), ("RENEW_S", 0.05), ("STANDBY_S", 0.05)):
        monkeypatch.setattr(worker, name, value)
    found = Workers(redis_url, keys)
    yield found
    await found.stop()


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[EmbeddedRedis]:
    """A server of this test alone, in `tmp_path`: to be stopped, flooded, emptied or killed."""
    server = EmbeddedRedis()
    await server.start(tmp_path)
    yield server
    await server.stop()


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command finds: this folder as its own, and no settings."""
    for name in [each for each in os.environ if each.startswith("WALLBOARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WALLBOARD_SPOOL", str(tmp_path / "spool"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def own_folder(
    empty_folder: None, tmp_path: Path, redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a command finds: this folder as its own and as its data, and a namespace of the shared server."""
    monkeypatch.setenv("WALLBOARD_DATA", str(tmp_path))
    monkeypatch.setenv("WALLBOARD_REDIS_URL", redis_url)
    monkeypatch.setenv("WALLBOARD_REDIS_NAMESPACE", namespace)


@contextmanager
def _server(folders: pytest.TempPathFactory) -> Iterator[str]:
    server = EmbeddedRedis()
    url = asyncio.run(server.start(folders.mktemp("redis")))
    try:
        yield url
    finally:
        asyncio.run(server.stop())
