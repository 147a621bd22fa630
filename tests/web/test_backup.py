"""Does what `wallboard backup` put aside come back whole, in a place where nothing was?"""

import asyncio
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wallboard import worker
from wallboard.cli import run
from wallboard.commands.given import clock_ms
from wallboard.config import Config, Redis
from wallboard.core.events import decode, encode
from wallboard.core.settings import Settings
from wallboard.live.pipeline import Pipeline
from wallboard.record.database import open_record
from wallboard.record.tokens import Tokens, Wanted
from wallboard.stream import copying
from wallboard.stream.checkpoint import Checkpoints
from wallboard.stream.keys import Keys
from wallboard.stream.lease import Lease
from wallboard.stream.redis import connect
from wallboard.stream.said import DIGEST_BYTES, said_of
from wallboard.stream.signin import Session, SignIn
from wallboard.stream.stream import Stream
from wallboard.worker import Worker

TOKEN = "wb_test-token-of-the-admin"
BOARD = 'title = "Допомога"\n[[tile]]\nkind = "number"\nat = [1, 1]\nsize = [3, 2]\nmetric = "offered"\n'


@pytest.fixture(scope="session")
def another_redis(start_redis: Callable[[], str]) -> str:
    return start_redis()


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, namespace: str) -> None:
    for name in [each for each in os.environ if each.startswith("WALLBOARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WALLBOARD_REDIS_NAMESPACE", namespace)
    monkeypatch.setattr(worker, "CHECKPOINT_S", 0.05)


class Place:
    """A folder with a configuration of its own, and the Redis beside it."""

    def __init__(self, folder: Path, redis_url: str, namespace: str, token: str) -> None:
        self.folder, self.redis_url, self.namespace = folder, redis_url, namespace
        self.keys = Keys(namespace)
        self.config = replace(
            Config(), redis=Redis(url=redis_url, namespace=namespace), file=folder / "wallboard.toml",
            data=folder / "data", admin_token=token,
        )  # fmt: skip
        folder.mkdir()

    async def command(self, name: str, *arguments: str | Path) -> int:
        """`wallboard NAME` here."""
        os.environ["WALLBOARD_REDIS_URL"] = self.redis_url
        options = ["--config", str(self.config.file), "--data", str(self.config.data)]
        return await asyncio.to_thread(run, [name, *map(str, arguments), *options])

    async def fill(self) -> str:
        """Forty events behind a checkpoint and ten after it; a token, a session, a board. Gives the session."""
        (self.folder / "wallboard.toml").write_text('[queue.support]\nname = "Підтримка"\n', encoding="utf-8")
        (self.folder / "boards" / "images").mkdir(parents=True)
        (self.folder / "boards" / "support.toml").write_text(BOARD, encoding="utf-8")
        (self.folder / "boards" / "images" / "logo.png").write_bytes(b"\x89PNG")
        self.config.data.mkdir()
        (self.config.data / "secret").write_bytes(b"of this installation")
        await self._checkpoint(Checkpoints(client := connect(self.redis_url), self.keys))
        stream, signin = Stream(client, self.keys), SignIn(client, self.keys)
        await stream.append([event(n) for n in range(40, 50)], collector="pbx-1", position="4711")
        Tokens(open_record(self.config.data)).create(
            Wanted("cron", frozenset({"events:write"})), by="Олена", now_ms=clock_ms()
        )
        session = await signin.begin(Session("p-1", browser="Firefox"))
        await client.aclose()
        return session

    async def _checkpoint(self, checkpoints: Checkpoints) -> None:
        """A worker leads until its first checkpoint stands."""
        asking, blocking = connect(self.redis_url), connect(self.redis_url, blocking=True)
        stream = Stream(asking, self.keys)
        await stream.append([event(n) for n in range(40)], collector="pbx-1", position="4700")
        pipeline = Pipeline(Stream(blocking, self.keys), checkpoints, clock_ms)
        leading = Worker(pipeline, stream, checkpoints, Lease(asking, self.keys), clock_ms, Settings)
        task = asyncio.create_task(leading.run())
        async with asyncio.timeout(60):
            while await checkpoints.read() is None:
                await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        await asking.aclose()
        await blocking.aclose()


def event(n: int, queue: str = "support") -> Any:
    return decode(f'{{"type":"contact.queued","contact":"c-{n}","queue":"{queue}","source":"pbx-1","id":"e-{n}"}}')


@pytest.fixture
def old(tmp_path: Path, redis_url: str, namespace: str) -> Place:
    return Place(tmp_path / "old", redis_url, namespace, TOKEN)


@pytest.fixture
def new(tmp_path: Path, another_redis: str, namespace: str) -> Place:
    return Place(tmp_path / "new", another_redis, namespace, TOKEN)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "kept.zip"


async def test_todays_numbers_sessions_tokens_and_boards_come_back_in_an_empty_place(
    old: Place, new: Place, archive: Path, served_elsewhere: Any
) -> None:
    session = await old.fill()
    (old.config.data / "up.lock").touch()
    assert await old.command("backup", archive) == 0
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert await new.command("restore", archive) == 0

    assert (new.folder / "boards" / "support.toml").read_text(encoding="utf-8") == BOARD
    assert (new.folder / "boards" / "images" / "logo.png").read_bytes() == b"\x89PNG"
    assert (new.config.data / "secret").read_bytes() == b"of this installation"
    assert not (new.config.data / "up.lock").exists()
    assert [token.name for token in Tokens(open_record(new.config.data)).all().values()] == ["cron"]
    async with served_elsewhere(new.config) as served:
        state = (await served.http.get("/api/v1/state")).json()
        assert state["queues"]["support"]["day"]["offered"] == 50
        assert state["queues"]["support"]["now"]["waiting"] == 50
        assert (await served.parts.sessions.signin.session(session)).person == "p-1"
        # what was counted before is known: a collector that goes on from its place may repeat
        stream = served.parts.stream
        assert await stream.position("pbx-1") == "4711"
        assert len((await stream.append([event(n) for n in range(30, 51)])).duplicates) == 20


async def test_the_maps_that_the_configuration_names_come_along(
    old: Place, new: Place, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await old.fill()
    elsewhere = tmp_path / "elsewhere.toml"
    told = f'[collector.{{}}]\nkind = "webhook"\nsecret = "{"s" * 32}"\nmap = "{{}}"\nsignature.header = "X-Signed"\n'
    (old.folder / "wallboard.toml").write_text(
        told.format("crm", "maps/crm.toml") + told.format("shop", elsewhere), encoding="utf-8"
    )
    (old.folder / "maps").mkdir()
    for file in (old.folder / "maps" / "crm.toml", elsewhere):
        file.write_text('[[event]]\ntype = "kpi.reported"\nkpi = "tickets"\nvalue = "$.open"\n', encoding="utf-8")
    assert await old.command("backup", archive) == 0
    assert await new.command("restore", archive) == 0, capsys.readouterr().err
    assert (new.folder / "maps" / "crm.toml").read_bytes() == (old.folder / "maps" / "crm.toml").read_bytes()
    with zipfile.ZipFile(archive) as box:
        assert [name for name in box.namelist() if name.startswith("config/")] == [
            "config/wallboard.toml", "config/maps/crm.toml",
        ]  # fmt: skip


async def test_nothing_is_overwritten_unless_forced(
    old: Place, new: Place, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await old.fill()
    assert await old.command("backup", archive) == 0
    assert await old.command("backup", archive) == 1
    assert "exists already" in capsys.readouterr().err
    assert await new.command("restore", archive) == 0
    assert await new.command("restore", archive) == 1
    said = capsys.readouterr().err
    assert "Redis (" in said
    assert "the record (audit, tokens)" in said
    assert "--force" in said
    assert await new.command("restore", archive, "--force") == 0
    (new.folder / "wallboard.toml").write_text("[queue.sales]\n", encoding="utf-8")
    assert await new.command("restore", archive) == 1
    assert "exists and differs" in capsys.readouterr().err
    assert (new.folder / "wallboard.toml").read_text(encoding="utf-8") == "[queue.sales]\n"


async def test_a_running_wallboard_is_not_written_over(
    old: Place, new: Place, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await old.fill()
    assert await old.command("backup", archive) == 0
    client = connect(new.redis_url)
    assert await Lease(client, new.keys).acquire()
    assert await new.command("restore", archive, "--force") == 1
    assert "stop it first" in capsys.readouterr().err
    await client.aclose()


@pytest.mark.parametrize("damage", ["torn", "no zip", "no manifest", "another format", "climbs out"])
async def test_what_is_no_whole_backup_is_refused_in_one_line(
    damage: str, old: Place, new: Place, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await old.fill()
    assert await old.command("backup", archive) == 0
    _damaged(archive, damage)
    assert await new.command("restore", archive) == 1
    said = capsys.readouterr().err
    assert said.startswith("wallboard: ")
    assert "Traceback" not in said
    assert not (new.folder.parent / "evil").exists()
    client = connect(new.redis_url)
    assert await copying.standing(client, new.keys) == []
    await client.aclose()


def _damaged(archive: Path, damage: str) -> None:
    whole = archive.read_bytes()
    match damage:
        case "torn":
            archive.write_bytes(whole[: len(whole) // 2])
        case "no zip":
            archive.write_bytes(b"hello")
        case "climbs out":
            with zipfile.ZipFile(archive, "a") as box:
                box.writestr("data/../../../evil", b"")
        case _:
            with zipfile.ZipFile(archive) as box:
                kept = {name: box.read(name) for name in box.namelist()}
            if damage == "no manifest":
                del kept["manifest.json"]
            else:
                kept["manifest.json"] = kept["manifest.json"].replace(b'"format": 1', b'"format": 99')
            with zipfile.ZipFile(archive, "w") as box:
                for name, data in kept.items():
                    box.writestr(name, data)


async def test_what_comes_in_while_it_is_copied_counts_once_afterwards(old: Place, new: Place) -> None:
    """Events that stand in the copied stream are known as repeats, and those that are known stand in it."""
    await old.fill()
    client, to = connect(old.redis_url), connect(new.redis_url)
    stream, n = Stream(client, old.keys), 50
    async for piece in copying.copied(client, old.keys):
        await stream.append([event(n)])
        n += 1
        await copying.put_back(to, new.keys, piece)
    copied = Stream(to, new.keys)
    stood = await to.xlen(new.keys.stream)
    assert 50 < stood <= n
    again = await copied.append([event(one) for one in range(stood + 5)])
    assert (again.duplicates, again.conflicts) == (list(range(stood)), [])
    others = await copied.append([event(one, "another") for one in range(stood)])
    assert others.conflicts == list(range(stood)), "what each of them said is known too"
    await client.aclose()
    await to.aclose()


async def test_ids_that_an_older_version_kept_in_a_set_come_along_and_so_do_those_that_follow(
    old: Place, new: Place
) -> None:
    await old.fill()
    client, to = connect(old.redis_url), connect(new.redis_url)
    (running,) = [key for key in old.keys.seen if await client.exists(key)]
    known = [said_of(event(n), encode(event(n)))[:DIGEST_BYTES] for n in range(50)]
    await client.delete(running)
    await client.sadd(running, *known)
    async for piece in copying.copied(client, old.keys):
        if piece.key == "positions":
            await Stream(client, old.keys).append([event(50)])
        await copying.put_back(to, new.keys, piece)
    again = await Stream(to, new.keys).append([event(n, "another") for n in range(51)])
    assert (again.duplicates, again.conflicts) == (list(range(51)), [])
    await client.aclose()
    await to.aclose()
