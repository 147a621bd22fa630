"""Boards are taken over while the server runs; a bad edit keeps the last good form and harms no other board."""

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from wallboard.assets import BOARDS
from wallboard.record.database import open_record
from wallboard.record.revisions import Revisions
from wallboard.record.shelf import Shelf
from wallboard.web import boards as boards_module
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


async def test_others_are_served_while_boards_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    boards, threads, read = Boards(folder), list[threading.Thread](), boards_module.read_boards

    def noting(*given: Any) -> Any:
        threads.append(threading.current_thread())
        return read(*given)

    monkeypatch.setattr(boards_module, "read_boards", noting)
    shutil.copy(folder / "one.toml", folder / "two.toml")
    await boards.refresh(lambda now: None)
    assert sorted(boards()) == ["one", "two"]
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_a_bad_edit_keeps_the_last_good_form_and_every_other_board(folder: Path) -> None:
    shutil.copy(folder / "one.toml", folder / "two.toml")
    boards = Boards(folder)
    good = boards()["one"]
    (folder / "one.toml").write_text("title = [")
    (folder / "three.toml").write_text("nonsense = 1")
    assert boards.look()
    assert boards()["one"] == replace(good, mistake=boards()["one"].mistake)
    assert boards()["one"].mistake.startswith("end of document: not TOML")
    assert boards()["three"].mistake.startswith("nonsense: unknown key 'nonsense'")
    assert boards()["two"].mistake == ""
    assert sorted(boards()) == ["one", "three", "two"]


def test_a_mended_board_says_nothing_of_its_mistake_any_more(folder: Path) -> None:
    text = (folder / "one.toml").read_text()
    boards = Boards(folder)
    good = boards()["one"]
    (folder / "one.toml").write_text("title = [")
    boards.look()
    (folder / "one.toml").write_text(text)
    assert boards.look()
    assert boards()["one"] == good


BOARD = """
title = "Of $queue"
[[tile]]
kind = "number"
at = [1, 1]
size = [3, 2]
queues = ["$queue"]
metric = "waiting"
[[tile]]
kind = "agents"
at = [4, 1]
size = [3, 2]
teams = ["$team"]
"""


def test_a_board_with_variables_is_filled_from_the_address(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(BOARD)
    boards = Boards(tmp_path)()
    filled = boards["one?queue=sales&team=first%20line"]
    assert (filled.id, filled.title) == ("one?queue=sales&team=first+line", "Of sales")
    assert (filled.tiles[0].queues, filled.tiles[1].teams) == (["sales"], ["first line"])
    assert boards[filled.id] == filled
    called = Boards(tmp_path, called={"sales": "Sprzedaż"}.__getitem__)()
    assert (called["one?queue=sales"].title, called["one?queue=sales"].id) == ("Of Sprzedaż", "one?queue=sales")


def test_a_variable_that_the_address_leaves_out_means_all(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(BOARD)
    board = Boards(tmp_path)()["one"]
    assert (board.id, board.title, board.tiles[0].queues, board.tiles[1].teams) == ("one", "Of", [], [])


@pytest.mark.parametrize(
    "query", ["queue=a*", "queue=%5Bab%5D", "queue=!x", "queue=%00", "queue=%24queue", "queue=%24team&team=%24queue",
              "queue=" + "a" * 129],
)  # fmt: skip
def test_a_pattern_in_the_address_is_no_board(tmp_path: Path, query: str) -> None:
    """Each would be a set of its own that the floor has to count."""
    (tmp_path / "one.toml").write_text(BOARD)
    assert Boards(tmp_path)().get(f"one?{query}") is None


def test_a_removed_board_is_gone(folder: Path) -> None:
    boards = Boards(folder)
    (folder / "one.toml").unlink()
    assert boards.look()
    assert dict(boards()) == {}


def test_what_a_board_says_of_people_is_logged_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text("title = 'One'")
    with capture_logs() as said:
        boards = Boards(tmp_path)
        file.write_text("title = 'Another'")
        boards.look()
    assert said == [], "nobody is named"
    with capture_logs() as said:
        file.write_text("names = 'full'\nshows = ['reasons']")
        boards.look()
        file.write_text("title = 'One again'")
        boards.look()
    assert [(one["board"], one["names"], one["shows"]) for one in said] == [
        ("one", "full", ["reasons"]),
        ("one", "none", []),
    ]


async def test_at_a_start_nothing_has_changed_of_what_boards_say_of_people(tmp_path: Path) -> None:
    """It was a line for each board that names somebody, at every start."""
    text = "names = 'full'\n"
    (tmp_path / "one.toml").write_text(text)
    revisions = Revisions(open_record(tmp_path / "data"))
    revisions.put("two", text, "Olena", 0, was=None, before=None)
    shelf = Shelf(tmp_path, revisions, shipped={}, editable=False)
    with capture_logs() as said:
        boards = Boards(tmp_path, shelf)
        await boards.refresh(lambda now: None)
    assert (sorted(boards()), said) == (["one", "two"], [])
    with capture_logs() as said:
        (tmp_path / "three.toml").write_text(text)
        await boards.refresh(lambda now: None)
    assert [one["board"] for one in said] == ["three"]
