"""How much room has a tile, and how big are its title, its small line and its one number?

The unit is v: 1 % of the height of the largest 16:9 box in the window (static/css/tokens.css), so that one
answer holds for every screen; of a board for an upright screen 1 % of the width of the largest 9:16 box.

Where a board says how far away people stand, nothing is smaller than they can read (record/legible.py). What gives way
is told from there on: the title and the small line take a second line, the window goes, then what stands below a
number. A tile that has no room even so has smaller ones, and `check` says so.
"""

import math
from typing import NamedTuple

WIDE_V, HIGH_V = 177.7, 100.0
HEAD_V, EDGE_V, GAP_V = 7.0, 1.2, 1.0
PAD_V = 1.1  # of a tile, on each side
TOP_V, TOP_UPRIGHT_V = 4.95, 3.1  # the largest text that the line on top has room for; upright it may have two lines

TITLE_EM = 0.7  # width of a letter of the title
PAGE_EM = 3.5  # which page it is, at the end of the title's line
TITLE_ROOM_EM, FOOT_ROOM_EM = 37, 40  # room enough for any title and foot of ours
TITLE_LINE_EM, FOOT_LINE_EM = 17, 13  # width of a title with its window, of a level with its age: else on two lines
TITLE_WORD_EM, FOOT_WORD_EM = 9, 8  # of the longest word
SHARES = tuple(1 - 0.05 * nth for nth in range(14))  # of the least text: where there is no room for it, the next
FIGURE_EM = 0.6  # width of a digit
FIGURES = 5  # that a number's size leaves room for: 12:34, 1,234, 83.4 with its sign
UNIT = 0.45  # of its size, the sign behind it
LARGE = 2.5  # so many times the least text a number has before anything may stand below it
DATE_EM = 1.3  # height of a line
BESIDE, CROWDED = 0.72, 0.72  # of the title's size: the window beside it; the title where both are too long for a line


class Box(NamedTuple):
    """A tile's place in v, and the room inside it below its title and above its age. `least`: no text is smaller.
    `told`: title and small line stand as they do for people far away, in so many lines. Of what the tile is there for
    `lines_em` is the height, of its title with what stands beside it `line_em` the width, in text of the least size;
    `totals_em`: how wide its totals are."""

    wide: float
    high: float
    title: float
    foot: float
    least: float = 0.0
    title_lines: int = 1
    foot_lines: int = 1
    told: bool = False
    lines_em: float = 0.0
    line_em: float = TITLE_LINE_EM
    totals_em: float = 0.0

    @property
    def inner_wide(self) -> float:
        return self.wide - 2 * PAD_V

    @property
    def inner_high(self) -> float:
        return self.high - 2 * PAD_V - self.title_em * self.title - self.foot_em * self.foot

    @property
    def title_em(self) -> float:
        return 1.3 * self.title_lines + 0.15

    @property
    def foot_em(self) -> float:
        return 1.25 * self.foot_lines + 0.25

    @property
    def needs(self) -> float:
        """In v, what the tile is there for at least."""
        totals = 1.6 * math.ceil(self.totals_em * self.least / self.inner_wide) + 0.4 if self.totals_em else 0.0
        return (self.lines_em + totals) * self.least

    @property
    def is_wide_enough(self) -> bool:
        return self.inner_wide >= max(TITLE_WORD_EM * self.title, FOOT_WORD_EM * self.foot)

    @property
    def said(self) -> float:
        """The smallest of title and small line, also where a long title is shrunk."""
        return min(self.title if self.told else CROWDED * self.title, self.foot)

    def small(self, share: float, text: float) -> float:
        """How large small text is beside text of that size: its usual share, more where it could not be read."""
        return max(share, min(1.0, ceil(self.least / text)))


def box(
    size: tuple[int, int],
    columns: int,
    rows: int,
    least: float = 0.0,
    portrait: bool = False,
    *,
    lines_em: float = 0.0,
    line_em: float = TITLE_LINE_EM,
    totals_em: float = 0.0,
) -> Box:
    screen_wide, screen_high = (HIGH_V, WIDE_V) if portrait else (WIDE_V, HIGH_V)
    wide = _span(size[0], (screen_wide - 2 * EDGE_V - (columns - 1) * GAP_V) / columns)
    high = _span(size[1], (screen_high - HEAD_V - EDGE_V - (rows - 1) * GAP_V) / rows)
    title = _title(wide, high)
    near = Box(wide, high, title, _foot(title), least, lines_em=lines_em, line_em=line_em, totals_em=totals_em)
    return _told(near) or near._replace(title=max(title, min(least, high * 0.2, wide * 0.12)))


def turned_box(wide: float, high: float, before: Box) -> Box:
    """A tile whose place has become so wide and high: what fitted into its title's line and its foot's still does."""
    title = min(_title(wide, high), wide / min(before.wide / before.title, TITLE_ROOM_EM))
    foot = min(_foot(title), wide / min(before.wide / before.foot, FOOT_ROOM_EM))
    near = before._replace(wide=wide, high=high, title=title, foot=foot, title_lines=1, foot_lines=1, told=False)
    return _told(near) or near


def _told(near: Box) -> Box | None:
    """With a title and a small line that can be read from there, or nearly, in as few lines as they need."""
    for share in SHARES if near.least else ():
        least = ceil(share * near.least)
        title, foot = max(least, min(near.title, near.inner_wide / near.line_em)), max(near.foot, least)
        one = near.inner_wide >= near.line_em * title
        if not one:
            title = max(least, min(near.title, near.inner_wide / TITLE_WORD_EM))
        feet = 1 if near.inner_wide >= FOOT_LINE_EM * foot else 2
        for lines in (1,) if one else (2, 1):
            far = near._replace(title=title, foot=foot, least=least, title_lines=lines, foot_lines=feet, told=True)
            if far.is_wide_enough and far.inner_high >= far.needs:
                return far
    return None


def _title(wide: float, high: float) -> float:
    return between(1.5, min(high * 0.115, wide * 0.075), 3.4)


def _foot(title: float) -> float:
    return between(1.3, title * 0.66, 2.0)


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
    """What is wanted of it and leaves the number large enough: the last hour goes first, then the target."""
    whole = UnderFigure(
        bar=between(0.8, 0.12 * room.inner_high, 4.0) if bar else 0.0,
        aside=1.65 * room.foot if aside else 0.0,
        spark=0.26 * room.inner_high if spark else 0.0,
    )
    fewer = (whole, whole._replace(spark=0.0), whole._replace(aside=0.0), whole._replace(spark=0.0, aside=0.0))
    return next((under for under in fewer if figure_text(room, under) >= LARGE * room.least), fewer[-1])


_NOTHING = UnderFigure()


def figure_text(room: Box, under: UnderFigure = _NOTHING, figures: int = FIGURES) -> float:
    """The size of the one number of a tile."""
    return max(2.0, min((room.inner_high - under.high) * 0.86, room.inner_wide / (figures * FIGURE_EM)))


def ceil(size: float) -> float:
    """As exact as the style says it, and no smaller."""
    return math.ceil(100 * size - 1e-6) / 100


def clock_text(room: Box) -> float:
    """Of the time (static/css/tiles/clock.css draws it at four fifths of that), its date below."""
    return min(figure_text(room), (room.inner_high - DATE_EM * room.title) / 0.8)


def between(least: float, value: float, most: float) -> float:
    return max(least, min(value, most))


def _span(count: int, cell: float) -> float:
    return count * cell + (count - 1) * GAP_V
