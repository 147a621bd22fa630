"""Which file the alert rules over HTTP are written into, and when into none."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruling import LONG, RULES, TEXT, put, rows, written

from wallboard.config import Config
from wallboard.configfile import as_written
from wallboard.record.shelf import tag_of


@pytest.fixture
async def elsewhere(config: Config, served_elsewhere: Callable[..., Any], tmp_path: Path) -> Any:
    """Makes servers with the file, and of other configurations."""
    file = tmp_path / "wallboard.toml"
    file.write_text(TEXT, encoding="utf-8")

    @asynccontextmanager
    async def served(environ: dict[str, str], **more: Any) -> AsyncIterator[Any]:
        found = as_written(file, environ)
        own = {"file": file, "settings": found.settings, "environment_receivers": found.environment_receivers}
        async with served_elsewhere(replace(config, **own, **more)) as served:
            async with asyncio.timeout(30):
                while (await served.http.get(RULES)).status_code != 200:
                    await asyncio.sleep(0.03)
            yield served

    return served


async def test_without_a_file_it_is_said_that_nothing_can_be_written(
    config: Config, served_elsewhere: Callable[..., Any]
) -> None:
    async with served_elsewhere(config) as bare:
        async with asyncio.timeout(60):
            while (answer := await bare.http.get(RULES)).status_code != 200:
                await asyncio.sleep(0.03)
        assert "--config" in answer.json()["file"]["why"]
        assert (await put(bare, "long", LONG, None)).status_code == 409


async def test_a_simulated_centre_neither_shows_nor_writes_the_file_of_the_real_one(elsewhere: Any) -> None:
    async with elsewhere({}, simulated=True) as demo:
        answer = await demo.http.get(RULES)
        assert "simulated" in answer.json()["file"]["why"]
        assert "Somebody waits" not in answer.text
        assert (await put(demo, "long", LONG.replace("> 120", "> 90"), tag_of(LONG))).status_code == 409
        assert written(demo) == TEXT
        names = (await demo.http.get("/api/v1/names")).json()
        assert (names["file"]["writable"], "simulated" in names["file"]["why"]) == (False, True)
        for page in (RULES, "/api/v1/names"):
            answer = await demo.http.get(page, headers={"accept-language": "uk"})
            assert "вигаданий центр" in answer.json()["file"]["why"], page


async def test_a_receiver_that_the_environment_names_may_be_told(elsewhere: Any) -> None:
    told = LONG + 'notify = ["night"]\n'
    mail = "smtp://mail.example.com/?from=a@example.com&to=b@example.com"
    async with elsewhere({"WALLBOARD_NOTIFY_NIGHT_URL": mail}) as served:
        tag = (await rows(served))["long"]["tag"]
        assert (await put(served, "long", LONG + 'notify = ["day"]\n', tag)).status_code == 422
        answer = await put(served, "long", told, tag)
        assert answer.status_code == 200, answer.text
        row = (await rows(served))["long"]
        assert (row["text"], row["mistakes"]) == (told, [])


async def test_a_file_behind_a_link_is_written_where_it_lies_with_its_group_and_its_neighbours(
    elsewhere: Any, tmp_path: Path
) -> None:
    """What the file names stands beside the link, as `wallboard` reads it."""
    link, folder = tmp_path / "wallboard.toml", tmp_path / "kept"
    folder.mkdir()
    real = folder / "ours.toml"
    real.write_text(TEXT + '\n[notify.night]\nurl_file = "night"\n', encoding="utf-8")
    (tmp_path / "night").write_text("smtp://mail.example.com/?from=a@example.com&to=b@example.com", encoding="utf-8")
    group = 12_345 if os.getuid() == 0 else os.getgroups()[-1] if os.getgroups() else os.getgid()
    os.chown(real, -1, group)
    link.unlink()
    link.symlink_to(real)
    async with elsewhere({}) as served:
        told = LONG.replace("action", 'notify = ["night"]\naction')
        answer = await put(served, "long", told, (await rows(served))["long"]["tag"])
        assert answer.status_code == 200, answer.text
    assert link.is_symlink()
    assert told in real.read_text(encoding="utf-8")
    assert real.stat().st_gid == group
    assert {one.name for one in folder.iterdir()} == {"ours.toml"}


async def test_a_file_that_is_mounted_by_itself_is_refused_before_anything_is_noted(
    elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with elsewhere({}) as served:
        file, is_mount = served.parts.config.file.resolve(), os.path.ismount
        monkeypatch.setattr("os.path.ismount", lambda path: path == file or is_mount(path))
        answer = await served.http.get(RULES)
        assert "mount its folder" in answer.json()["file"]["why"]
        tag = answer.json()["rules"][0]["tag"]
        assert (await put(served, "long", LONG.replace("> 120", "> 90"), tag)).status_code == 409
        assert (await served.http.get(f"{RULES}/long/revisions")).json()["revisions"] == []
