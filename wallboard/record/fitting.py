"""How big is the text of a tile, and how many rows fit?

The unit is v: 1 % of the height of the largest 16:9 box in the window (static/css/tokens.css), so that one
answer holds for every screen. A list has several sizes of text, large first: the largest that holds all its
rows is used, and what the smallest does not hold goes on further pages.
"""

from typing import NamedTuple

WIDE_V, HIGH_V = 177.7, 100.0
HEAD_V, EDGE_V, GAP_V = 7.0, 1.2, 1.0
PAD_V = 1.1  # of a tile, on each side

FIGURE_EM = 0.6  # width of a digit
FIGURES = 5  # that a number's size leaves room for: 12:34, 1,234, 83.4 with its sign
NAME_EM, CELL_EM = 9.0, 4.2  # columns of a table
ROW_EM = 1.62  # height of a table's row
CARD_EM, CARD_HIGH_EM = 9.6, 3.15  # an agent's card
NOTICE_EM = 4.1  # height of a notice: two lines of text and one of its age
SOURCE_EM = 1.9
LINE_EM = 1.3

TABLE_TEXTS = (5.0, 4.4, 3.8, 3.3, 2.9, 2.5, 2.2, 1.9)
CARD_TEXTS = (3.6, 3.0, 2.6, 2.3, 2.0, 1.8, 1.6)
NOTICE_TEXTS = (3.6, 3.0, 2.6, 2.2)
SOURCE_TEXTS = (3.0, 2.6, 2.2, 1.9)
LEAST_TABLE_TEXT = 2.2
MOST_CELLS = 6


class Box(NamedTuple):
    """A tile's place in v, and the room inside it below its title and above its age."""

    wide: float
    high: float
    title: float
    foot: float

    @property
    def inner_wide(self) -> float:
        return self.wide - 2 * PAD_V

    @property
    def inner_high(self) -> float:
        return self.high - 2 * PAD_V - 1.45 * self.title - 1.5 * self.foot


class Fit(NamedTuple):
    """One size of text: `holds` rows or cards, `across` side by side."""

    text: float
    holds: int
    across: int = 1


def box(size: tuple[int, int], columns: int, rows: int) -> Box:
    wide = _span(size[0], (WIDE_V - 2 * EDGE_V - (columns - 1) * GAP_V) / columns)
    high = _span(size[1], (HIGH_V - HEAD_V - EDGE_V - (rows - 1) * GAP_V) / rows)
    title = _between(1.5, min(high * 0.115, wide * 0.075), 3.4)
    return Box(wide, high, title, _between(1.3, title * 0.66, 2.0))


def figure_text(room: Box, figures: int = FIGURES) -> float:
    """The size of the one number of a tile."""
    return max(2.0, min(room.inner_high * 0.86, room.inner_wide / (figures * FIGURE_EM)))


def cells(room: Box) -> int:
    """How many columns of numbers a table has room for beside the names."""
    found = int((room.inner_wide / LEAST_TABLE_TEXT - NAME_EM) / CELL_EM)
    return max(1, min(MOST_CELLS, found))


def table_fits(room: Box) -> list[Fit]:
    widest = room.inner_wide / (NAME_EM + CELL_EM * cells(room))
    texts = [text for text in TABLE_TEXTS if text <= widest] or [TABLE_TEXTS[-1]]
    return _distinct([Fit(text, _count(room.inner_high, text * ROW_EM) - 1) for text in texts])


def card_fits(room: Box) -> list[Fit]:
    fits = []
    for text in CARD_TEXTS:
        across = _count(room.inner_wide, text * CARD_EM)
        down = _count(room.inner_high - 2.0 * text_of_totals(room), text * CARD_HIGH_EM)
        fits.append(Fit(text, across * down, across))
    return _distinct(fits)


def text_of_totals(room: Box) -> float:
    """Of the line of totals above the cards."""
    return _between(1.6, min(room.inner_wide / 44, room.inner_high / 12), 3.0)


def notice_fits(room: Box) -> list[Fit]:
    return _distinct([Fit(text, _count(room.inner_high, text * NOTICE_EM)) for text in NOTICE_TEXTS])


def lines(room: Box, text: float) -> int:
    """How many lines of text a notice that stands alone may have, above the line of its age."""
    return max(1, _count(room.inner_high, text * LINE_EM) - 1)


def source_fits(room: Box) -> list[Fit]:
    texts = [text for text in SOURCE_TEXTS if text * 14 <= room.inner_wide] or [SOURCE_TEXTS[-1]]
    return _distinct([Fit(text, _count(room.inner_high, text * SOURCE_EM)) for text in texts])


def _span(count: int, cell: float) -> float:
    return count * cell + (count - 1) * GAP_V


def _between(least: float, value: float, most: float) -> float:
    return max(least, min(value, most))


def _count(room: float, each: float) -> int:
    return max(1, int(room / each))


def _distinct(fits: list[Fit]) -> list[Fit]:
    """Ever smaller text only where it holds more; at least one row always."""
    kept: list[Fit] = []
    for fit in fits:
        if not kept or fit.holds > kept[-1].holds:
            kept.append(fit._replace(holds=max(1, fit.holds)))
    return kept
