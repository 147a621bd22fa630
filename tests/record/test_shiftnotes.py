"""A note of a shift stands until somebody has read it; the first reader counts; names go when a person is erased."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from wallboard.record.audit import Audit
from wallboard.record.erasing import erase
from wallboard.record.shiftnotes import KEPT_MS, ShiftNotes

EIGHT, FOUR = 1_795_334_400_000, 1_795_363_200_000  # two shifts
ANN: Any = {"who": "Ann", "by": "person:1", "teams": ("one", "two")}
BEN: Any = {"who": "Ben", "by": "person:2", "teams": None}


@pytest.fixture
def notes(opened: Callable[[], Engine]) -> ShiftNotes:
    return ShiftNotes(opened())


def test_a_note_stands_until_it_is_read_and_in_its_own_shift_afterwards(notes: ShiftNotes) -> None:
    made = notes.write(EIGHT, "Line 2 is down", **ANN, now_ms=EIGHT + 1)
    assert notes.standing(FOUR) == notes.standing(EIGHT) == [made]
    assert (made.teams, made.text, made.read_by) == (("one", "two"), "Line 2 is down", None)
    read = notes.read(made.id, who="Ben", now_ms=FOUR + 1)
    assert read == made._replace(read_by="Ben", read_ms=FOUR + 1)
    assert notes.standing(FOUR) == []
    assert notes.standing(EIGHT) == [read]
    assert notes.read(made.id, who="Eve", now_ms=FOUR + 2) == read, "the first one counts"
    assert notes.read("nothing", who="Eve", now_ms=FOUR) is None


def test_whoever_writes_again_replaces_their_own_of_this_shift_as_long_as_nobody_has_read_it(notes: ShiftNotes) -> None:
    notes.write(EIGHT, "first", **ANN, now_ms=EIGHT + 1)
    other = notes.write(EIGHT, "another's", **BEN, now_ms=EIGHT + 2)
    later = notes.write(FOUR, "of the next shift", **ANN, now_ms=FOUR + 3)
    second = notes.write(EIGHT, "second", **ANN, now_ms=FOUR + 4)
    assert notes.standing(EIGHT) == [second, later, other]
    assert notes.one(second.id) == second
    notes.read(second.id, who="Ben", now_ms=FOUR + 5)
    third = notes.write(EIGHT, "third", **ANN, now_ms=FOUR + 6)
    assert [one.text for one in notes.standing(EIGHT)] == ["third", "second", "of the next shift", "another's"]
    much_later = notes.write(FOUR, "much later", **BEN, now_ms=third.at_ms + KEPT_MS)
    assert notes.standing(EIGHT) == [much_later, third], "old ones go"


def test_who_wrote_and_read_stands_in_the_trail_and_goes_with_the_person(opened: Callable[[], Engine]) -> None:
    engine = opened()
    notes = ShiftNotes(engine)
    made = notes.write(EIGHT, "x", **ANN, now_ms=EIGHT)
    notes.read(made.id, who="Ben", now_ms=FOUR)
    lines = [(line.who, line.what, line.detail) for line in reversed(Audit(engine).read())]
    assert lines == [("Ann", "shift.noted", {"id": made.id}), ("Ben", "shift.read", {"id": made.id})]
    ann = erase(engine, ["Ann", "1"], by="Olena", now_ms=FOUR).pseudonym
    ben = erase(engine, ["Ben", "2"], by="Olena", now_ms=FOUR).pseudonym
    assert notes.one(made.id) == made._replace(who=ann, by=ann, read_by=ben, read_ms=FOUR)
