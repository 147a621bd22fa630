"""How big is the text of a list, and how many rows fit into a tile's room (record/boxes.py)?

A list has several sizes of text, large first: the largest that holds all its rows is used, and what the smallest does
not hold goes on further pages. Where a board says how far away people stand, nothing is smaller than they can read
(record/legible.py): small text beside that of a row is as large as it then, and so a list holds less.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from wallboard.record.boxes import Box, between

NAME_EM, CELL_EM = 11.0, 4.2  # columns of a table
HEADING_EM = 6.4  # of the heading's own size
ROW_EM = 1.62  # height of a table's row
CARD_EM, CARD_HIGH_EM = 11.8, 3.15  # an agent's card
COUNT_EM, COUNT_HIGH_EM = 10.2, 4.1  # how many people are in a state: the number, its word below
SHARES_EM = 1.3  # the bar above them
FLAT_EM, FLAT_HIGH_EM, FLAT_COUNT = 11.6, 1.8, 1.4  # the number beside its word, and its size
NOTICE_EM = {2: 3.8, 1: 2.3}  # height of a notice: so many lines of text, and one of its age
LINE_EM, AGE_EM = 1.3, 0.85
ACTION_EM = 0.8  # what to do about an alert, on a line of its own
# Smaller than this one after another is read better: a text that somebody wrote sooner than a number over its limit.
LEAST_TOGETHER = {"notices": 2.6, "alerts": 1.9}
LETTER_EM, NOTICE_ICON_EM = 0.56, 1.6
TOTALS_EM, TOTALS_MORE = 87, 1.1  # all ten totals on one line, in the longest language; lines break where a word ends
SOURCE_EM = 1.9
SOURCES_EM, STACKED_EM = {1: 1.9, 2: 2.6}, 8.5  # height of a source of so many lines; width of one of two
LINED_EM, STATED_EM = 14, 17  # width of a line: of a name with a figure, of a source with its state
# How large the small text beside that of a row is, of the same size (static/css/tiles), and what it takes where it has
# to be larger: width of a card's and a source's state, height of a line.
HEADING, STATE, SAID, CHANGE = 0.66, 0.78, 0.8, 0.7
WHEN, WHEN_ACTING, WHEN_ALONE, ACTION_ALONE = 0.8, 0.72, 0.7, 0.66
CARD_STATE_EM, SAID_EM, SMALL_LINE_EM = 11.8, 12.5, 1.2

# How high the least is that a tile is there for: a table's headings and a row, the totals and a row of cards, ...
FEWEST_LINES_EM = 2.6
LINES_EM = {"queues": 3.3, "agents": 3.5, "counts": 3.2, "trend": 6.0, "heat": 5.0}
# How wide a title is, of its size: its own words, its window, of how many a percentage is, its page.
TITLES_EM = {"number": 11.0, "reasons": 11.0, "leaders": 11.0, "heat": 14.0}
LETTER_OF_TITLE_EM, SHORT_TITLE_EM, WINDOW_EM, OF_HOW_MANY_EM, PAGE_EM = 0.6, 6.5, 6.0, 5.0, 3.5

TABLE_TEXTS = (5.0, 4.4, 3.8, 3.3, 2.9, 2.7, 2.5, 2.3, 2.1, 1.9)
CARD_TEXTS = (3.6, 3.0, 2.6, 2.3, 2.0, 1.8, 1.6)
COUNT_TEXTS = (4.6, 4.0, 3.5, 3.1, 2.8, 2.5, 2.2, 2.0, 1.8, 1.6)
NOTICE_TEXTS = (3.6, 3.0, 2.6, 2.2, 1.9, 1.6)
SOURCE_TEXTS = (3.0, 2.6, 2.2, 1.9)
LEAST_TABLE_TEXT = 2.2
MOST_CELLS = 5
CHART_TEXTS = (1.4, 2.4)


class Fit(NamedTuple):
    """One size of text: `holds` rows or cards, `across` side by side. `small`: how large the small text beside it is,
    of its size; 0: as the style has it. `cell`: how wide a column is; `lines`: of a source, a count."""

    text: float
    holds: int
    across: int = 1
    small: float = 0.0
    cell: float = 0.0
    lines: int = 0

    @property
    def least(self) -> float:
        return self.text * (self.small or 1)


def cells(room: Box) -> int:
    """How many columns of numbers a table has room for beside the names."""
    text = max(LEAST_TABLE_TEXT, room.least)
    return max(1, min(MOST_CELLS, int((room.inner_wide / text - NAME_EM) / cell_em(room, text))))


def cell_em(room: Box, text: float) -> float:
    """So wide that its heading stands in it."""
    return max(CELL_EM, HEADING_EM * _small(room, HEADING, text))


def table_fits(room: Box) -> list[Fit]:
    columns = cells(room)
    return _lines(room, TABLE_TEXTS, table_fit, lambda text: NAME_EM + cell_em(room, text) * columns)


def table_fit(room: Box, text: float) -> Fit:
    """Below its headings."""
    small, cell = _small(room, HEADING, text), cell_em(room, text) if room.least else 0.0
    return Fit(text, _count(room.inner_high, text * ROW_EM) - 1, small=small, cell=cell)


def card_fits(room: Box) -> list[Fit]:
    return _distinct([card_fit(room, text) for text in _readable(CARD_TEXTS, room)])


def card_fit(room: Box, text: float) -> Fit:
    small = _small(room, STATE, text)
    more = small - STATE if small else 0.0
    across = _count(room.inner_wide, text * (CARD_EM + CARD_STATE_EM * more))
    high = text * (CARD_HIGH_EM + LINE_EM * more)
    return Fit(text, across * _count(room.inner_high - totals(room).high, high), across, small)


def count_fits(room: Box) -> list[Fit]:
    """Where people stand far away, number and word beside each other before it turns pages."""
    found = [count_fit(room, text) for text in _readable(COUNT_TEXTS, room)]
    return _distinct([*found, flat_fit(room, found[-1].text)] if room.least else found)


def count_fit(room: Box, text: float) -> Fit:
    across = _count(room.inner_wide, text * COUNT_EM)
    holds = across * _count(room.inner_high - text * SHARES_EM, text * COUNT_HIGH_EM)
    return Fit(text, holds, across, lines=2 if room.least else 0)


def flat_fit(room: Box, text: float) -> Fit:
    across = _count(room.inner_wide, text * FLAT_EM)
    return Fit(text, across * _count(room.inner_high - text * SHARES_EM, text * FLAT_HIGH_EM), across, lines=1)


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
    text = max(room.least, between(1.0, min(1.8 * on_one_line, room.inner_high / 14), 2.6))
    return Totals(text, max(2, math.ceil(TOTALS_MORE * text / on_one_line)))


def chart_text(room: Box) -> float:
    """Of a chart's axes and names."""
    return max(room.least, between(CHART_TEXTS[0], room.inner_high / 14, CHART_TEXTS[1]))


class NoticeFit(NamedTuple):
    """One size of text: `holds` notices of at most `letters` each, in `each` lines, or one alone of `alone` letters in
    `lines`. `acting`, `alone_acting`, `lines_acting`: the same where each says what to do on one more; 0: no room.
    `small`: of its size, the line below, `lone`: of one alone; 0: as the style has it."""

    text: float
    holds: int
    letters: int
    alone: int
    lines: int
    each: int
    acting: int
    alone_acting: int
    lines_acting: int
    small: float = 0.0
    lone: float = 0.0

    @property
    def least(self) -> float:
        return self.text * (self.lone or 1)

    @property
    def line(self) -> int:
        """Letters beside each other."""
        return max(1, self.letters // self.each)

    @property
    def each_high(self) -> float:
        """In its text's size."""
        return NOTICE_EM[self.each] + _more(self.small, WHEN)

    @property
    def acting_high(self) -> float:
        return NOTICE_EM[self.each] + ACTION_EM + 2 * _more(self.small, WHEN_ACTING)


def notice_fits(room: Box, kind: str) -> list[NoticeFit]:
    """Of each size in two lines, and in one where that holds more."""
    found = []
    for text in _readable(NOTICE_TEXTS, room):
        two, one = (notice_fit(room, text, each, LEAST_TOGETHER[kind]) for each in NOTICE_EM)
        found += [two, one] if one.holds > two.holds else [two]
    return found if kind == "alerts" else [fit._replace(acting=0, alone_acting=0) for fit in found]


def notice_fit(room: Box, text: float, each: int, least: float = 0.0) -> NoticeFit:
    letters = int((room.inner_wide / text - NOTICE_ICON_EM) / LETTER_EM * 0.9)
    small, lone = _small(room, WHEN, text), _small(room, WHEN_ALONE, text)
    below = AGE_EM + _more(lone, WHEN_ALONE)
    lines = _count(room.inner_high - text * below, text * LINE_EM)
    lines_acting = int((room.inner_high - text * (below + ACTION_EM + _more(lone, ACTION_ALONE))) / (text * LINE_EM))
    fit = NoticeFit(
        text, 0, each * letters, lines * letters, lines, each, 0, lines_acting * letters, lines_acting, small, lone
    )
    if text < least:
        return fit
    holds = _count(room.inner_high, text * fit.each_high)
    return fit._replace(holds=holds, acting=int(room.inner_high / (text * fit.acting_high)))


def _more(small: float, share: float) -> float:
    """What a line takes more where it is larger than usual."""
    return SMALL_LINE_EM * max(0.0, small - share)


def source_fits(room: Box) -> list[Fit]:
    return _lines(room, SOURCE_TEXTS, source_fit, lambda text: source_em(room, text))


def source_em(room: Box, text: float) -> float:
    return STACKED_EM if _stacked(room) else _source_em(room, text)


def source_fit(room: Box, text: float) -> Fit:
    """Where a tile is narrow, what is said of a source stands below its name."""
    if not room.least:
        return line_fit(room, text)
    lines = 2 if _stacked(room) else 1
    return Fit(text, _count(room.inner_high, text * SOURCES_EM[lines]), small=_small(room, SAID, text), lines=lines)


def _stacked(room: Box) -> bool:
    return room.least > 0 and room.inner_wide < room.least * _source_em(room, room.least)


def _source_em(room: Box, text: float) -> float:
    small = _small(room, SAID, text)
    return STATED_EM + (SAID_EM * (small - SAID) if small else 0.0)


def reason_fits(room: Box) -> list[Fit]:
    return _lines(room, SOURCE_TEXTS, reason_fit, lambda _: LINED_EM)


def reason_fit(room: Box, text: float) -> Fit:
    return line_fit(room, text)._replace(small=_small(room, CHANGE, text))


def line_fits(room: Box) -> list[Fit]:
    return _lines(room, SOURCE_TEXTS, line_fit, lambda _: LINED_EM)


def line_fit(room: Box, text: float) -> Fit:
    return Fit(text, _count(room.inner_high, text * SOURCE_EM))


def _lines(
    room: Box, texts: tuple[float, ...], fit: Callable[[Box, float], Fit], across_em: Callable[[float], float]
) -> list[Fit]:
    """Rows of so much room from side to side."""
    found = [text for text in _readable(texts, room) if text * across_em(text) <= room.inner_wide]
    least = max(texts[-1], room.least)
    return _distinct([fit(room, text) for text in found or [min(least, room.inner_wide / across_em(least))]])


def _small(room: Box, share: float, text: float) -> float:
    """0: as the style has it, where nobody says from where it is read."""
    return room.small(share, text) if room.least else 0.0


def _readable(texts: tuple[float, ...], room: Box) -> list[float]:
    """Those sizes that can be read from where people stand, the least that can among them."""
    enough = [text for text in texts if text > room.least]
    return [*enough, room.least] if room.least > texts[-1] else enough


def _count(room: float, each: float) -> int:
    return max(1, int(room / each))


def _distinct(fits: list[Fit]) -> list[Fit]:
    """Ever smaller text only where it holds more; at least one row always."""
    kept: list[Fit] = []
    for fit in fits:
        if not kept or fit.holds > kept[-1].holds:
            kept.append(fit._replace(holds=max(1, fit.holds)))
    return kept
