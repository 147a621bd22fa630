"""How big is the text of a tile, and how many rows fit?

The unit is v: 1 % of the height of the largest 16:9 box in the window (static/css/tokens.css), so that one
answer holds for every screen; of a board for an upright screen 1 % of the width of the largest 9:16 box. A list has
several sizes of text, large first: the largest that holds all its rows is used, and what the smallest does not hold
goes on further pages. Where a board says how far away people stand, nothing is smaller than they can read
(record/legible.py).
"""

import math
from typing import NamedTuple

WIDE_V, HIGH_V = 177.7, 100.0
HEAD_V, EDGE_V, GAP_V = 7.0, 1.2, 1.0
PAD_V = 1.1  # of a tile, on each side

TITLE_EM = 0.7  # width of a letter of the title
PAGE_EM = 3.5  # which page it is, at the end of the title's line
TITLE_ROOM_EM, FOOT_ROOM_EM = 37, 40  # room enough for any title and foot of ours
FIGURE_EM = 0.6  # width of a digit
FIGURES = 5  # that a number's size leaves room for: 12:34, 1,234, 83.4 with its sign
NAME_EM, CELL_EM = 11.0, 4.2  # columns of a table
ROW_EM = 1.62  # height of a table's row
CARD_EM, CARD_HIGH_EM = 11.8, 3.15  # an agent's card
COUNT_EM, COUNT_HIGH_EM = 10.2, 4.1  # how many people are in a state: the number, its word below
SHARES_EM = 1.3  # the bar above them
NOTICE_EM = {2: 3.8, 1: 2.3}  # height of a notice: so many lines of text, and one of its age
LINE_EM, AGE_EM = 1.3, 0.85
ACTION_EM = 0.8  # what to do about an alert, on a line of its own
# Smaller than this one after another is read better: a text that somebody wrote sooner than a number over its limit.
LEAST_TOGETHER = {"notices": 2.6, "alerts": 1.9}
LETTER_EM, NOTICE_ICON_EM = 0.56, 1.6
TOTALS_EM = 87  # all ten totals on one line, in the longest language
SOURCE_EM = 1.9
LINED_EM, STATED_EM = 14, 17  # width of a line: of a name with a figure, of a source with its state

TABLE_TEXTS = (5.0, 4.4, 3.8, 3.3, 2.9, 2.7, 2.5, 2.3, 2.1, 1.9)
CARD_TEXTS = (3.6, 3.0, 2.6, 2.3, 2.0, 1.8, 1.6)
COUNT_TEXTS = (4.6, 4.0, 3.5, 3.1, 2.8, 2.5, 2.2, 2.0, 1.8, 1.6)
NOTICE_TEXTS = (3.6, 3.0, 2.6, 2.2, 1.9, 1.6)
SOURCE_TEXTS = (3.0, 2.6, 2.2, 1.9)
LEAST_TABLE_TEXT = 2.2
MOST_CELLS = 5
CHART_TEXTS = (1.4, 2.4)


class Box(NamedTuple):
    """A tile's place in v, and the room inside it below its title and above its age. `least`: no text is smaller."""

    wide: float
    high: float
    title: float
    foot: float
    least: float = 0.0

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


def box(size: tuple[int, int], columns: int, rows: int, least: float = 0.0, *, portrait: bool = False) -> Box:
    screen_wide, screen_high = (HIGH_V, WIDE_V) if portrait else (WIDE_V, HIGH_V)
    wide = _span(size[0], (screen_wide - 2 * EDGE_V - (columns - 1) * GAP_V) / columns)
    high = _span(size[1], (screen_high - HEAD_V - EDGE_V - (rows - 1) * GAP_V) / rows)
    title = _title(wide, high)
    return Box(wide, high, max(title, min(least, high * 0.2, wide * 0.12)), _foot(title), least)


def turned_box(wide: float, high: float, before: Box) -> Box:
    """A tile whose place has become so wide and high: what fitted into its title's line and its foot's still does."""
    title = min(_title(wide, high), wide / min(before.wide / before.title, TITLE_ROOM_EM))
    return Box(wide, high, title, min(_foot(title), wide / min(before.wide / before.foot, FOOT_ROOM_EM)), before.least)


def _title(wide: float, high: float) -> float:
    return _between(1.5, min(high * 0.115, wide * 0.075), 3.4)


def _foot(title: float) -> float:
    return _between(1.3, title * 0.66, 2.0)


def title_letters(room: Box, *, pages: bool) -> int:
    """How many letters stand beside each other in the title's line; `pages`: that of a tile that may turn pages."""
    return max(1, int((room.inner_wide / room.title - (PAGE_EM if pages else 0)) / TITLE_EM))


class UnderFigure(NamedTuple):
    """Heights in v of what stands below a tile's one number; 0: not there."""

    bar: float = 0.0
    aside: float = 0.0  # its target, and which way it moves
    spark: float = 0.0

    @property
    def high(self) -> float:
        return sum(self)


def under_figure(room: Box, *, bar: bool, aside: bool, spark: bool) -> UnderFigure:
    return UnderFigure(
        bar=_between(0.8, 0.12 * room.inner_high, 4.0) if bar else 0.0,
        aside=1.65 * room.foot if aside else 0.0,
        spark=0.26 * room.inner_high if spark else 0.0,
    )


_NOTHING = UnderFigure()


def figure_text(room: Box, under: UnderFigure = _NOTHING, figures: int = FIGURES) -> float:
    """The size of the one number of a tile."""
    return max(2.0, min((room.inner_high - under.high) * 0.86, room.inner_wide / (figures * FIGURE_EM)))


def cells(room: Box) -> int:
    """How many columns of numbers a table has room for beside the names."""
    found = int((room.inner_wide / max(LEAST_TABLE_TEXT, room.least) - NAME_EM) / CELL_EM)
    return max(1, min(MOST_CELLS, found))


def table_fits(room: Box) -> list[Fit]:
    widest = room.inner_wide / (NAME_EM + CELL_EM * cells(room))
    texts = [text for text in _readable(TABLE_TEXTS, room) if text <= widest]
    texts = texts or [min(widest, max(TABLE_TEXTS[-1], room.least))]
    return _distinct([table_fit(room, text) for text in texts])


def table_fit(room: Box, text: float) -> Fit:
    """Below its headings."""
    return Fit(text, _count(room.inner_high, text * ROW_EM) - 1)


def card_fits(room: Box) -> list[Fit]:
    return _distinct([card_fit(room, text) for text in _readable(CARD_TEXTS, room)])


def card_fit(room: Box, text: float) -> Fit:
    across = _count(room.inner_wide, text * CARD_EM)
    return Fit(text, across * _count(room.inner_high - totals(room).high, text * CARD_HIGH_EM), across)


def count_fits(room: Box) -> list[Fit]:
    return _distinct([count_fit(room, text) for text in _readable(COUNT_TEXTS, room)])


def count_fit(room: Box, text: float) -> Fit:
    across = _count(room.inner_wide, text * COUNT_EM)
    return Fit(text, across * _count(room.inner_high - text * SHARES_EM, text * COUNT_HIGH_EM), across)


class Totals(NamedTuple):
    """The counts above the cards: on several lines where one would make them too small."""

    text: float
    lines: int

    @property
    def high(self) -> float:
        return (1.6 * self.lines + 0.4) * self.text


def totals(room: Box) -> Totals:
    on_one_line = room.inner_wide / TOTALS_EM
    if on_one_line >= max(2.4, room.least):
        return Totals(max(room.least, min(on_one_line, room.inner_high / 12, 3.0)), 1)
    text = max(room.least, _between(1.0, min(1.8 * on_one_line, room.inner_high / 14), 2.6))
    return Totals(text, max(2, math.ceil(1.1 * text / on_one_line)))  # lines break where a word ends


def chart_text(room: Box) -> float:
    """Of a chart's axes and names."""
    return max(room.least, _between(CHART_TEXTS[0], room.inner_high / 14, CHART_TEXTS[1]))


class NoticeFit(NamedTuple):
    """One size of text: `holds` notices of at most `letters` each, in `each` lines, or one alone of `alone` letters in
    `lines`. `acting`, `alone_acting`, `lines_acting`: the same where each says what to do on one more; 0: no room."""

    text: float
    holds: int
    letters: int
    alone: int
    lines: int
    each: int
    acting: int
    alone_acting: int
    lines_acting: int


def notice_fits(room: Box, kind: str) -> list[NoticeFit]:
    """Of each size in two lines, and in one where that holds more."""
    found = []
    for text in _readable(NOTICE_TEXTS, room):
        two, one = (notice_fit(room, text, each, LEAST_TOGETHER[kind]) for each in NOTICE_EM)
        found += [two, one] if one.holds > two.holds else [two]
    return found if kind == "alerts" else [fit._replace(acting=0, alone_acting=0) for fit in found]


def notice_fit(room: Box, text: float, each: int, least: float = 0.0) -> NoticeFit:
    letters = int((room.inner_wide / text - NOTICE_ICON_EM) / LETTER_EM * 0.9)
    lines = _count(room.inner_high - text * AGE_EM, text * LINE_EM)
    lines_acting = int((room.inner_high - text * (AGE_EM + ACTION_EM)) / (text * LINE_EM))
    holds = _count(room.inner_high, text * NOTICE_EM[each]) if text >= least else 0
    acting = int(room.inner_high / (text * (NOTICE_EM[each] + ACTION_EM))) if holds else 0
    return NoticeFit(
        text, holds, each * letters, lines * letters, lines, each, acting, lines_acting * letters, lines_acting
    )


def source_fits(room: Box) -> list[Fit]:
    return line_fits(room, STATED_EM)


def line_fits(room: Box, across_em: float = LINED_EM) -> list[Fit]:
    """A line each, that needs so much room from side to side."""
    widest = room.inner_wide / across_em
    texts = [text for text in _readable(SOURCE_TEXTS, room) if text <= widest]
    texts = texts or [min(widest, max(SOURCE_TEXTS[-1], room.least))]
    return _distinct([line_fit(room, text) for text in texts])


def line_fit(room: Box, text: float) -> Fit:
    return Fit(text, _count(room.inner_high, text * SOURCE_EM))


def _readable(texts: tuple[float, ...], room: Box) -> list[float]:
    """Those sizes that can be read from where people stand, the least that can among them."""
    enough = [text for text in texts if text > room.least]
    return [*enough, room.least] if room.least > texts[-1] else enough


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
