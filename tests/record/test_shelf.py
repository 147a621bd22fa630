"""Boards of the folder and of the record: which counts, who may be written over, and what is kept of before."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from wallboard.record.earlier import KEPT
from wallboard.record.revisions import Revisions
from wallboard.record.shelf import Differs, Fixed, Shelf, tag_of

WALL = 'title = "Wall" # ours\n'


@pytest.fixture
def shelf(opened: Callable[[], Engine], tmp_path: Path) -> Callable[..., Shelf]:
    """A process's own view of the folder `boards` and the one record."""
    folder = tmp_path / "boards"
    folder.mkdir()
    (folder / "wall.toml").write_text(WALL)

    def one(*, shipped: bool = False, editable: bool = False) -> Shelf:
        """`shipped`: the board `wall` came with Wallboard."""
        came = {"wall": tag_of(WALL)} if shipped else {}
        return Shelf(folder, Revisions(opened()), shipped=came, editable=editable)

    return one


def test_a_board_that_is_made_is_seen_by_every_process_with_what_it_was(shelf: Callable[..., Shelf]) -> None:
    one, other = shelf(), shelf()
    first = one.put("new", "title = 'A'", "Olena", 1000, None)
    found = other.get("new")
    assert found == first
    other.put("new", "title = 'B'", "Piotr", 2000, first.tag)
    assert other.record.standing() == {"new": 2}
    assert [(row.revision, row.at_ms, row.who) for row in one.revisions("new")] == [
        (2, 2000, "Piotr"),
        (1, 1000, "Olena"),
    ]
    kept = one.revision("new", 1)
    assert kept is not None
    assert kept.text == "title = 'A'"


def test_of_two_changes_from_the_same_text_the_second_is_told_what_stands_there(shelf: Callable[..., Shelf]) -> None:
    one, other = shelf(), shelf()
    first = one.put("new", "a = 1", "Olena", 1, None)
    one.put("new", "b = 1", "Olena", 2, first.tag)
    with pytest.raises(Differs) as told:
        other.put("new", "c = 1", "Piotr", 3, first.tag)
    assert told.value.now is not None
    assert told.value.now.text == "b = 1"
    with pytest.raises(Differs):
        other.put("new", "c = 1", "Piotr", 3, None)


def test_many_at_once_leave_one_winner_and_no_lost_revision(shelf: Callable[..., Shelf]) -> None:
    shelves = [shelf() for _ in range(4)]
    tag = shelves[0].put("new", "n = 0", "x", 0, None).tag

    def attempt(number: int) -> bool:
        try:
            shelves[number].put("new", f"n = {number + 1}", "x", number, tag)
        except Differs:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(attempt, range(4))) == 1
    assert len(shelves[0].revisions("new")) == 2


def test_a_file_of_the_folder_is_read_only_unless_the_setting_allows_it(shelf: Callable[..., Shelf]) -> None:
    fixed = shelf()
    found = fixed.get("wall")
    assert found is not None
    assert (found.origin, found.writable) == ("file", False)
    with pytest.raises(Fixed, match="boards_editable"):
        fixed.put("wall", "title = 'x'", "Olena", 1, found.tag)
    with pytest.raises(Fixed):
        fixed.remove("wall", "Olena", 1, found.tag)


def test_where_it_may_be_written_the_file_is_replaced_and_what_it_was_is_kept(
    shelf: Callable[..., Shelf], tmp_path: Path
) -> None:
    free, file = shelf(editable=True), tmp_path / "boards" / "wall.toml"
    file.chmod(0o640)
    found = free.get("wall")
    assert found is not None
    free.put("wall", "title = 'x'", "Olena", 1, found.tag)
    assert file.read_text() == "title = 'x'"
    assert file.stat().st_mode & 0o777 == 0o640
    assert [row.who for row in free.revisions("wall")] == ["Olena", ""]
    before = free.revision("wall", 1)
    assert before is not None
    assert before.text == 'title = "Wall" # ours\n'
    file.write_text("title = 'by hand'")
    with pytest.raises(Differs):
        free.put("wall", "title = 'y'", "Olena", 2, found.tag)
    assert file.read_text() == "title = 'by hand'"
    assert sorted(one.name for one in file.parent.iterdir()) == ["wall.toml"], "nothing else is left there"


def test_a_shipped_board_that_is_changed_is_what_it_was_when_that_is_taken_away(shelf: Callable[..., Shelf]) -> None:
    shipped = shelf(shipped=True)
    found = shipped.get("wall")
    assert found is not None
    assert (found.origin, found.writable) == ("shipped", True)
    changed = shipped.put("wall", "title = 'x'", "Olena", 1, found.tag)
    assert shipped.get("wall") == changed
    assert [row.who for row in shipped.revisions("wall")] == ["Olena", ""]
    shipped.remove("wall", "Olena", 2, changed.tag)
    assert shipped.get("wall") == found
    with pytest.raises(Fixed):
        shipped.remove("wall", "Olena", 3, found.tag)


def test_an_own_file_counts_before_a_board_of_the_record(shelf: Callable[..., Shelf], tmp_path: Path) -> None:
    one = shelf()
    one.put("new", "a = 1", "Olena", 1, None)
    (tmp_path / "boards" / "new.toml").write_text("b = 1")
    found = one.get("new")
    assert found is not None
    assert (found.text, found.origin, found.over) == ("b = 1", "file", "editor")
    assert one.all() == {"new": found, "wall": one.get("wall")}
    (tmp_path / "boards" / "new.toml").write_text("a = 1")
    assert one.all()["new"].over is None, "both say the same"


def test_beside_what_came_with_wallboard_an_own_file_is_one_s_own(shelf: Callable[..., Shelf], tmp_path: Path) -> None:
    """A checkout's folder `boards` holds both."""
    one = shelf(shipped=True)
    (tmp_path / "boards" / "mine.toml").write_text("a = 1")
    assert {name: (found.origin, found.writable) for name, found in one.all().items()} == {
        "mine": ("file", False), "wall": ("shipped", True),
    }  # fmt: skip
    with pytest.raises(Fixed, match="boards_editable"):
        one.put("mine", "b = 1", "Olena", 1, tag_of("a = 1"))
    assert one.as_they_came() == {"wall"}


def test_a_shipped_file_that_was_changed_by_hand_is_one_s_own_too(shelf: Callable[..., Shelf], tmp_path: Path) -> None:
    one, file = shelf(shipped=True), tmp_path / "boards" / "wall.toml"
    file.write_text(WALL.replace("\n", "\r\n"))
    assert one.all()["wall"].origin == "shipped", "as it lies in a checkout on Windows"
    made = one.put("wall", "title = 'x'", "Olena", 1, tag_of(file.read_bytes().decode()))
    assert (made.origin, made.over) == ("editor", "shipped")
    file.write_text("title = 'by hand'")
    found = one.get("wall")
    assert found is not None
    assert (found.text, found.origin, found.over) == ("title = 'by hand'", "file", "editor")
    assert one.as_they_came() == frozenset()


def test_revisions_go_on_after_a_board_was_taken_away_and_the_oldest_go(shelf: Callable[..., Shelf]) -> None:
    one = shelf()
    tag = one.put("new", "n = 0", "x", 0, None).tag
    one.remove("new", "x", 1, tag)
    assert one.get("new") is None
    tag = one.put("new", "n = 1", "x", 2, None).tag
    assert [row.revision for row in one.revisions("new")] == [3, 2, 1]
    for number in range(2, KEPT + 5):
        tag = one.put("new", f"n = {number}", "x", number, tag).tag
    found = one.revisions("new")
    assert len(found) == KEPT
    assert found[0].revision == KEPT + 6


@pytest.mark.parametrize("name", ["../wall", "a/b", "", ".", "x" * 65, "wall.toml"])
def test_a_name_that_is_none_finds_nothing(shelf: Callable[..., Shelf], name: str) -> None:
    assert shelf().get(name) is None
