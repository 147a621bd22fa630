"""Of an alert that is too long for its tile the name is cut, never its numbers; as in shortened.test.mjs."""

import pytest

from wallboard.web.shortened import shortened

LONG = "Ersatzteile Nordwestdeutschland"


@pytest.mark.parametrize(
    ("text", "name", "letters", "lines", "wanted"),
    [
        ("Sales: Waiting 7, limit > 5", "Sales", 40, 1, "Sales: Waiting 7, limit > 5"),
        (f"{LONG}: Waiting 7, limit > 5", LONG, 40, 1, "Ersatzteile Nordw…: Waiting 7, limit > 5"),
        (f"{LONG}: Waiting 7, limit > 5", LONG, 28, 2, "Ersatzteile Nordwestdeutsc…: Waiting 7, limit > 5"),
        (f"{LONG}: Waiting 7, limit > 5", LONG, 26, 3, f"{LONG}: Waiting 7, limit > 5"),
        ("Waiting 7, limit > 5", "", 5, 1, "Waiting 7, limit > 5"),
        ("Sales: Waiting 7, limit > 5", "Sales", 5, 1, "Sales: Waiting 7, limit > 5"),
        ("a$&b$$c: Waiting 7", "a$&b$$c", 17, 1, "a$&b$…: Waiting 7"),
    ],
)
def test_the_name_is_cut_and_the_numbers_stay(text: str, name: str, letters: int, lines: int, wanted: str) -> None:
    assert shortened(text, name, letters, lines) == wanted
