"""How is a table printed so that its columns stand, in any script?"""

import unicodedata
from collections.abc import Iterable, Sequence

UNKNOWN = "–"
_GAP = "  "

Cell = str | int | float | None


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Aligned by what a terminal shows: Cyrillic one column, Chinese two, accents none. Numbers right."""
    body = [[text_of(cell) for cell in row] for row in rows]
    right = [_all_numbers([row[index] for row in body]) for index in range(len(heads))]
    widths = [max(columns(row[index]) for row in [list(heads), *body]) for index in range(len(heads))]
    return "\n".join(_line(row, widths, right) for row in [list(heads), *body])


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(_columns_of(character) for character in text)


def text_of(cell: Cell) -> str:
    """What is not known is a dash."""
    if cell is None:
        return UNKNOWN
    if isinstance(cell, float):
        return f"{cell:.1f}".removesuffix(".0")
    return "".join(each if each.isprintable() else "?" for each in str(cell))


def _line(row: list[str], widths: list[int], right: list[bool]) -> str:
    cells = []
    for text, width, to_right in zip(row, widths, right, strict=True):
        pad = " " * (width - columns(text))
        cells.append(pad + text if to_right else text + pad)
    return _GAP.join(cells).rstrip()


def _all_numbers(cells: list[str]) -> bool:
    return all(cell == UNKNOWN or cell.replace(".", "", 1).lstrip("-").isdigit() for cell in cells)


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
