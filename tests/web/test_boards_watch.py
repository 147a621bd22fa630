"""Boards are taken over while the server runs; a bad edit keeps the last good form and harms no other board."""

import shutil
from pathlib import Path

import pytest

from wallboard.assets import BOARDS
from wallboard.web.boards import Boards


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    file = next(iter(sorted(BOARDS.glob("*.toml"))), None)
    if file is None:
        pytest.skip("no default boards here")
    shutil.copy(file, tmp_path / "one.toml")
    return tmp_path


def test_an_edit_is_seen_and_a_quiet_folder_is_not_read_again(folder: Path) -> None:
    boards = Boards(folder)
    assert list(boards()) == ["one"]
    assert not boards.look()
    shutil.copy(folder / "one.toml", folder / "two.toml")
    assert boards.look()
    assert sorted(boards()) == ["one", "two"]


def test_a_bad_edit_keeps_the_last_good_form_and_every_other_board(folder: Path) -> None:
    shutil.copy(folder / "one.toml", folder / "two.toml")
    boards = Boards(folder)
    good = boards()["one"]
    (folder / "one.toml").write_text("title = [")
    (folder / "three.toml").write_text("nonsense = 1")
    assert boards.look()
    assert boards()["one"] == good
    assert sorted(boards()) == ["one", "two"]


def test_a_removed_board_is_gone(folder: Path) -> None:
    boards = Boards(folder)
    (folder / "one.toml").unlink()
    assert boards.look()
    assert dict(boards()) == {}
