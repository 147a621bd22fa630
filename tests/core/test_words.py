"""Tests of wallboard/core/words.py."""

import pytest
from hostile import NAMES
from hypothesis import given
from hypothesis import strategies as some

from wallboard.core.words import alike, could_name, plainly, shown, some_of


def test_escapes_and_line_ends_are_shown_not_obeyed() -> None:
    assert shown("no\x1b[2J\r\nroute\x9b\udc80") == "no\\x1b[2J\\r\\nroute\\x9b\\udc80"


@pytest.mark.parametrize(
    ("of_msgspec", "said"),
    [
        ("Expected `str | null`, got `int`", "Expected text, got whole number"),
        ("Expected `float` <= 100.0", "Expected number <= 100.0"),
        ("Expected `array` of length <= 9 - at `$.queues`", "Expected list of length <= 9 - at `$.queues`"),
        ("Expected `str`, got `null`", "Expected text, got null"),
        ("Object contains unknown field `int`", "Object contains unknown field `int`"),
    ],
)
def test_what_was_expected_is_said_without_words_of_python(of_msgspec: str, said: str) -> None:
    assert plainly(of_msgspec) == said


def test_names_of_every_script_stay_as_they_are() -> None:
    assert shown(" Ґудзь Łukasz ნინო 佐藤 ") == "Ґудзь Łukasz ნინო 佐藤"


@given(some.text(max_size=60), some.integers(1, 40))
def test_it_is_never_longer_than_asked_and_always_one_printable_line(text: str, most: int) -> None:
    result = shown(text, most)
    assert len(result) <= most
    assert result.replace("\u00a0", "").isprintable()


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_whatever_an_event_may_bring_could_be_a_name(name: str) -> None:
    assert could_name(name)


@pytest.mark.parametrize("text", ["", "x" * 257, "a\nb", "\x00", "\x85", "\udc80"], ids=ascii)
def test_nothing_is_called_by_no_letter_too_many_or_a_control_character(text: str) -> None:
    assert not could_name(text)


@pytest.mark.parametrize(
    ("new", "meant"),
    [
        ("supprot", "support"),
        ("Support", "support"),
        ("sales-12", None),  # as sales-11: another line, not a slip
        ("billing", None),
        ("support", None),
    ],
)
def test_a_slip_of_the_hand_finds_the_name_that_was_meant(new: str, meant: str | None) -> None:
    assert alike(new, ["sales-11", "support", "vip"]) == meant


def test_an_error_names_a_handful_of_what_there_is_the_nearest() -> None:
    assert some_of("x", []) == "none"
    assert some_of("x", ["b", "a"]) == "a, b"
    many = [f"queue-{number}" for number in range(2_000)] + ["support"]
    assert some_of("suport", many).startswith("queue-")
    assert "support" in some_of("suport", many)
    assert some_of("suport", many).endswith(" and 1,996 more")
