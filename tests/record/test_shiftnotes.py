"""A note of a shift stands until somebody has read it; the first reader counts; names go when a person is erased."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from wallboard.record.audit import Audit
from wallboard.record.erasing import Whose, erase
from wallboard.record.shiftnotes import KEPT_MS, MOST, ShiftNote, ShiftNotes

EIGHT, FOUR = 1_795_334_400_000, 1_795_363_200_000  # two shifts
ANN: Any = {"who": "Ann", "by": "person:1", "teams": ("one", "two")}
BEN: Any = {"who": "Ben", "by": "person:2", "teams": None}


def standing(notes: ShiftNotes, shift_ms: int, now_ms: int = FOUR) -> list[ShiftNote]:
    return notes.standing(shift_ms, now_ms, lambda _: True)


@pytest.fixture
def notes(opened: Callable[[], Engine]) -> ShiftNotes:
    return ShiftNotes(opened())


def test_a_note_stands_until_it_is_read_and_in_its_own_shift_afterwards(notes: ShiftNotes) -> None:
    made = notes.write(EIGHT, "Line 2 is down", **ANN, now_ms=EIGHT + 1)
    assert standing(notes, FOUR) == standing(notes, EIGHT) == [made]
    assert (made.teams, made.text, made.read_by) == (("one", "two"), "Line 2 is down", None)
    read = notes.read(made.id, who="Ben", now_ms=FOUR + 1)
    assert read == made._replace(read_by="Ben", read_ms=FOUR + 1)
    assert standing(notes, FOUR) == []
    assert standing(notes, EIGHT) == [read]
    assert notes.read(made.id, who="Eve", now_ms=FOUR + 2) == read, "the first one counts"
    assert notes.read("nothing", who="Eve", now_ms=FOUR) is None


def test_whoever_writes_again_replaces_their_own_of_this_shift_as_long_as_nobody_has_read_it(notes: ShiftNotes) -> None:
    notes.write(EIGHT, "first", **ANN, now_ms=EIGHT + 1)
    other = notes.write(EIGHT, "another's", **BEN, now_ms=EIGHT + 2)
    later = notes.write(FOUR, "of the next shift", **ANN, now_ms=FOUR + 3)
    second = notes.write(EIGHT, "second", **ANN, now_ms=FOUR + 4)
    assert standing(notes, EIGHT) == [second, later, other]
    assert notes.one(second.id) == second
    notes.read(second.id, who="Ben", now_ms=FOUR + 5)
    notes.write(EIGHT, "third", **ANN, now_ms=FOUR + 6)
    assert [one.text for one in standing(notes, EIGHT)] == ["third", "second", "of the next shift", "another's"]


def test_the_newest_of_a_writer_is_found_whether_read_or_not(notes: ShiftNotes) -> None:
    assert notes.newest(ANN["by"]) is None
    notes.write(EIGHT, "first", **ANN, now_ms=EIGHT + 1)
    second = notes.write(FOUR, "second", **ANN, now_ms=FOUR + 1)
    notes.write(FOUR, "another's", **BEN, now_ms=FOUR + 2)
    assert notes.newest(ANN["by"]) == second
    read = notes.read(second.id, who="Ben", now_ms=FOUR + 3)
    assert notes.newest(ANN["by"]) == read


def test_a_note_is_kept_for_its_time_and_not_shown_afterwards(notes: ShiftNotes) -> None:
    old = notes.write(EIGHT, "old", **ANN, now_ms=EIGHT)
    young = notes.write(EIGHT, "young", **BEN, now_ms=EIGHT + 1)
    assert standing(notes, EIGHT, EIGHT + KEPT_MS) == [young, old]
    assert standing(notes, EIGHT, EIGHT + KEPT_MS + 1) == standing(notes, FOUR, EIGHT + KEPT_MS + 1) == [young]
    assert (notes.drop(EIGHT + KEPT_MS), notes.drop(EIGHT + KEPT_MS + 1)) == (0, 1)
    assert (notes.one(old.id), notes.one(young.id)) == (None, young)


def test_those_that_the_caller_does_not_see_take_nobodys_place(notes: ShiftNotes) -> None:
    own = notes.write(EIGHT, "own", **ANN, now_ms=EIGHT)
    for nth in range(MOST + 1):
        notes.write(EIGHT, "theirs", who="Eve", by=f"person:x{nth}", teams=("three",), now_ms=EIGHT + 1 + nth)
    assert notes.standing(FOUR, FOUR, lambda note: "one" in (note.teams or ())) == [own]
    assert len(standing(notes, FOUR)) == MOST


def test_who_wrote_and_read_stands_in_the_trail_and_goes_with_the_person(opened: Callable[[], Engine]) -> None:
    engine = opened()
    notes = ShiftNotes(engine)
    made = notes.write(EIGHT, "x", **ANN, now_ms=EIGHT)
    notes.read(made.id, who="Ben", now_ms=FOUR)
    lines = [(line.who, line.what, line.detail) for line in reversed(Audit(engine).read())]
    assert lines == [("Ann", "shift.noted", {"id": made.id}), ("Ben", "shift.read", {"id": made.id})]
    ann = erase(engine, Whose(["Ann", "1"]), by="Olena", now_ms=FOUR).pseudonym
    ben = erase(engine, Whose(["Ben", "2"]), by="Olena", now_ms=FOUR).pseudonym
    assert notes.one(made.id) == made._replace(who=ann, by=ann, read_by=ben, read_ms=FOUR)
