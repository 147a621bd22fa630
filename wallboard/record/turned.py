"""How big is the text of a wide board's tile where it stands on an upright screen (record/upright.py)?

The screen is told how many rows a list has at each of its steps, before anybody knows how it stands. So a step holds
here what it holds there, in the largest text that does.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from wallboard.record import fitting
from wallboard.record.board import LISTS, MESSAGES, fits
from wallboard.record.boxes import Box
from wallboard.record.fitting import Fit, NoticeFit

_STEP = 0.05


class _List(NamedTuple):
    """What one size of its text holds, how wide a row of it is at least, and its largest text."""

    fit: Callable[[Box, float], Fit]
    row_em: Callable[[Box, Box, float], float]
    largest: float


def _table_em(wide: Box, here: Box, text: float) -> float:
    """With the columns that it has on a wide screen."""
    return fitting.NAME_EM + fitting.cell_em(here, text) * fitting.cells(wide)


_LINED = fitting.SOURCE_TEXTS[0]
_LISTS = {
    "queues": _List(fitting.table_fit, _table_em, fitting.TABLE_TEXTS[0]),
    "agents": _List(fitting.card_fit, lambda *_: fitting.CARD_EM, fitting.CARD_TEXTS[0]),
    "counts": _List(fitting.count_fit, lambda *_: fitting.COUNT_EM, fitting.COUNT_TEXTS[0]),
    "flat": _List(fitting.flat_fit, lambda *_: fitting.FLAT_EM, fitting.COUNT_TEXTS[0]),
    "leaders": _List(fitting.line_fit, lambda *_: fitting.LINED_EM, _LINED),
    "reasons": _List(fitting.reason_fit, lambda *_: fitting.LINED_EM, _LINED),
    "sources": _List(fitting.source_fit, lambda _, here, text: fitting.source_em(here, text), _LINED),
}


def steps(kind: str, wide: Box, here: Box) -> Sequence[Fit | NoticeFit]:
    """For each step of a list's tile on a wide screen the size of its text here; none where it is no list."""
    if kind in MESSAGES:
        return [_messages(step, wide, here) for step in fitting.notice_fits(wide, kind)]
    if kind in LISTS:
        found = fits(kind, wide)
        return [_rows(step, _LISTS["flat" if _flat(kind, step) else kind], wide, here) for step in found]
    return []


def _flat(kind: str, step: Fit) -> bool:
    return kind == "counts" and step.lines == 1


def _rows(step: Fit, rows: _List, wide: Box, here: Box) -> Fit:
    texts = (text for text in _texts(rows.largest) if text * rows.row_em(wide, here, text) <= here.inner_wide)
    found = (rows.fit(here, text) for text in texts)
    return next((fit for fit in found if fit.holds >= step.holds), step._replace(text=step.text * _shrunk(wide, here)))


def _messages(step: NoticeFit, wide: Box, here: Box) -> NoticeFit:
    found = (fitting.notice_fit(here, text, step.each) for text in _texts(fitting.NOTICE_TEXTS[0]))
    fit = next((fit for fit in found if _holds(fit, step, here)), None)
    return fit or step._replace(text=step.text * _shrunk(wide, here))


def _holds(fit: NoticeFit, step: NoticeFit, here: Box) -> bool:
    high = max(step.holds * fit.each_high, step.acting * fit.acting_high) * fit.text
    together = high <= here.inner_high and fit.letters >= step.letters
    return (together or not step.holds) and fit.alone >= step.alone and fit.alone_acting >= step.alone_acting


def _texts(largest: float) -> list[float]:
    return [largest - nth * _STEP for nth in range(int((largest - 0.5) / _STEP) + 1)]


def _shrunk(wide: Box, here: Box) -> float:
    """Where all of a tile shrinks alike, all fits that fitted."""
    return min(here.inner_wide / wide.inner_wide, here.inner_high / wide.inner_high)
