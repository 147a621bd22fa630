"""A board's text: dumped it is read again as the same board; changed, its comments and its form stay."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallboard.assets import BOARDS
from wallboard.record.boardtext import LONG, dumped, merged

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
TILES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["number", "text", "queues"]),
        "at": st.tuples(st.integers(1, 48), st.integers(1, 48)).map(list),
        "size": st.just([1, 1]),
    },
    optional={
        "title": TEXT, "text": TEXT, "queues": st.lists(TEXT, max_size=3), "trail": st.booleans(),
        "metric": st.sampled_from(["waiting", "tags.a b"]), "warn": st.just("> 5"),
    },
)  # fmt: skip
TABLES = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXT, "columns": st.integers(1, 48), "updates_per_s": st.floats(0.1, 10), "drift": st.booleans(),
        "shows": st.lists(TEXT, max_size=2), "tile": st.lists(TILES, min_size=1, max_size=5),
        "rotation": st.fixed_dictionaries({"boards": st.lists(TEXT, min_size=1)}, optional={"seconds": st.integers(5)}),
    },
)  # fmt: skip


@given(TABLES)
def test_a_dumped_board_is_read_again_as_it_was_and_dumped_again_as_the_same_bytes(tables: dict[str, Any]) -> None:
    text = dumped(tables)
    assert tomllib.loads(text) == tables
    assert dumped(tomllib.loads(text)) == text


def test_a_list_of_thousands_is_written_like_a_short_one() -> None:
    """Put together piece by piece it took seconds, and tens of thousands minutes, in which nobody else was served."""
    names = ["*", "a 'b' \"c\"", "\u00e4\n"] * 3_000
    tile = {"kind": "number", "at": [1, 1], "size": [1, 1], "queues": names}
    assert tomllib.loads(dumped({"tile": [tile]})) == {"tile": [tile]}
    assert merged(dumped({"tile": [tile]}), {"tile": [tile | {"queues": names[:LONG]}]}) == dumped(
        {"tile": [tile | {"queues": names[:LONG]}]}
    )


@st.composite
def commented(draw: st.DrawFn) -> str:
    """A board's text with comments, empty lines and other ends of lines, as people write them."""
    lines = dumped(draw(TABLES)).split("\n")
    for place in reversed(range(len(lines))):
        inside = '"""' in "".join(lines)
        if not inside and draw(st.integers(0, 3)) == 0:
            lines.insert(place, draw(st.sampled_from(["# a word", "", "   # [[tile]]", "\t"])))
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


@given(commented(), TABLES)
def test_whatever_is_written_into_a_text_stands_there_and_nothing_else(text: str, tables: dict[str, Any]) -> None:
    assert tomllib.loads(merged(text, tables)) == tables


@given(commented())
def test_a_text_that_says_it_already_keeps_every_byte(text: str) -> None:
    assert merged(text, tomllib.loads(text)) == text


@pytest.mark.parametrize("file", sorted(BOARDS.glob("*.toml")), ids=lambda file: file.stem)
def test_the_default_boards_keep_every_byte(file: Any) -> None:
    text = file.read_text(encoding="utf-8")
    assert merged(text, tomllib.loads(text)) == text


WRITTEN = """\
# Our first wall.
title = "Support"  # as on the door
rows = 6

# who waits
[[tile]]
kind = "number"
at = [1, 1]
size = [3, 2]
metric = "waiting"   # the most important one

# the clock
[[tile]] # small
kind = "clock"
at = [4, 1]
size = [2, 2]
"""


def test_comments_stay_with_what_they_speak_of() -> None:
    tables = tomllib.loads(WRITTEN)
    number, clock = tables["tile"]
    number["at"] = [1, 3]
    tables |= {"tile": [clock, number], "columns": 20}
    assert (
        merged(WRITTEN, tables)
        == """\
# Our first wall.
title = "Support"  # as on the door
rows = 6
columns = 20

# the clock
[[tile]] # small
kind = "clock"
at = [4, 1]
size = [2, 2]

# who waits
[[tile]]
kind = "number"
at = [1, 3]
size = [3, 2]
metric = "waiting"   # the most important one
"""
    )


def test_a_tile_that_goes_takes_its_comment_along_and_no_other() -> None:
    tables = tomllib.loads(WRITTEN)
    del tables["tile"][0]
    found = merged(WRITTEN, tables)
    assert "# who waits" not in found
    assert "# the clock\n[[tile]] # small" in found
    assert found.startswith("# Our first wall.\n")


@pytest.mark.parametrize(
    "text",
    [
        'tile = [{kind = "clock", at = [1, 1], size = [1, 1]}]',
        'title = """\n[[tile]]\n"""',
        "not toml at all",
        "a.b = 1",
    ],
)
def test_a_form_that_has_no_blocks_is_written_anew(text: str) -> None:
    tables = {"title": "x", "tile": [{"kind": "clock", "at": [1, 1], "size": [2, 2]}]}
    assert tomllib.loads(merged(text, tables)) == tables
